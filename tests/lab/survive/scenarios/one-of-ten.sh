#: title one of ten containers leaks
#: culprit ^svc7$
begin
for i in 0 1 2 3 4 5 6 8 9; do into box$i hold -n svc$i anon 8; done
into box7 hold -n svc7 -s 2 -d 20 anon 4000
sleep 1
until_gone svc7
settle
