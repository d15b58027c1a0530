#: title a leak fills swap slowly
#: swap disk zram
#: seconds 50
#: culprit ^hog$
begin
into load hold -n hog -r -s 2 -d 30 anon 4000
sleep 1
until_gone hog
settle
