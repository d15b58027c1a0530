#: title one process takes all memory as fast as it can
#: culprit ^hog$
begin
into load hold -n hog anon 4000
sleep 1
until_gone hog
settle
