#: title twenty small processes leak 1 MiB each 200 ms
#: culprit ^leak[0-9]*$
#: suffices many
begin
for i in $(seq 20); do into load hold -n leak$i -s 1 -d 200 anon 60; done
sleep 20
