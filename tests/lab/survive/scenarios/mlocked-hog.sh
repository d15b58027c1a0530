#: title a process locks all memory
#: culprit ^hog$
begin
into load hold -n hog -s 4 -d 10 locked 4000
sleep 1
until_gone hog
settle
