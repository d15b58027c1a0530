#: title a cgroup thrashes at its limit, the machine has memory
#: culprit ^(rounds|hog)$
#: suffices many
begin
mkdir -p $LOAD/load
echo 60M >$LOAD/load/memory.max
into load hold -n hog anon 40
into load rounds /lab/data 100
sleep 25
