#: title the hog's other thread writes to a frozen file system: it cannot end
#: culprit ^hog$
mkdir -p /frozen
mount -t ext4 /dev/lab2 /frozen
begin
touch /frozen/file
fsfreeze -f /frozen
into load hold -n hog -w /frozen/file -s 4 -d 20 anon 4000
# It stays as a zombie with a thread in D state: what is watched is its memory.
sleep 20
