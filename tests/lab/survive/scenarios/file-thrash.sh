#: title memory shrinks slowly under programs that run from files
#: swap none
#: culprit ^(hog|rounds)$
begin
for i in 1 2 3; do into load rounds /lab/data 100; done
sleep 3
into load hold -n hog -s 2 -d 60 anon 4000
sleep 1
until_gone hog
settle
