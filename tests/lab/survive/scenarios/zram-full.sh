#: title a zram fills up with what does not compress
#: swap zram
#: culprit ^hog$
begin
into load hold -n hog -r -s 4 -d 20 anon 4000
sleep 1
until_gone hog
settle
