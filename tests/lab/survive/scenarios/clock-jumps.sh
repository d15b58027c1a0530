#: title the clock jumps by days, forth and back, while a process takes all memory
#: swap none
#: guards memwhyd
#: culprit ^hog$
begin
into load hold -n hog -s 2 -d 10 anon 4000
now=$(date +%s)
sleep 0.5
while pidof hog >/dev/null; do
	date -s "@$((now + 864000))" >/dev/null
	sleep 0.3
	date -s "@$((now - 864000))" >/dev/null
	sleep 0.3
done
settle
