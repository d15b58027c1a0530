#: title the hog asked to be the last (oom_score_adj -999)
#: culprit ^hog$
begin
into load hold -n hog -a -999 -s 4 -d 10 anon 4000
sleep 1
until_gone hog
settle
