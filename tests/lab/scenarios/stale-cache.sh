#: title page cache stays charged to a cgroup that is gone, and the new one's limit never bites
#: memory 512
#: disks data
#: claim .locked_kib >= 98304
#: claim .new_file_bytes < 1048576
#: claim .parent_file_bytes > 95 * 1048576
#: claim .new_max_events == 0
#: claim@5.10,6.1,6.12 .dying >= 1
mkdir -p /d
mount -t ext4 -o ro /dev/nvme0n1 /d
echo "+memory" >$CG/cgroup.subtree_control
mkdir $CG/par
echo "+memory" >$CG/par/cgroup.subtree_control
reader=par/old
fault || reader=par/new
mkdir -p $CG/$reader
sh -c "echo 0 >$CG/$reader/cgroup.procs; cat /d/data >/dev/null"
sleep 1
fault && rmdir $CG/par/old
mkdir -p $CG/par/new
fault && echo 40M >$CG/par/new/memory.max
start locker sh -c "echo 0 >$CG/par/new/cgroup.procs; exec lockfile /d/data"
await locker
sleep 3
capture locked
fact new_file_bytes "$(number_in $CG/par/new/memory.stat file)"
fact parent_file_bytes "$(number_in $CG/par/memory.stat file)"
fact new_max_events "$(number_in $CG/par/new/memory.events max)"
fact dying "$(number_in $CG/cgroup.stat nr_dying_descendants)"
exit 0
