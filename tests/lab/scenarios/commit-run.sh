#: title memwhy commit --run names the rule that refuses a call
#: memory 512
#: seconds 300
#: claim .run | all(.calls[-1].certain)
#: claim by("as"; "mmap"; "ENOMEM"; "rlimit-as")
#: claim by("as_user"; "mmap"; "ENOMEM"; "rlimit-as")
#: claim by("as_mremap"; "mremap"; "ENOMEM"; "rlimit-as")
#: claim by("as_shmat"; "shmat"; "ENOMEM"; "rlimit-as")
#: claim by("data"; "mmap"; "ENOMEM"; "rlimit-data")
#: claim by("data_user"; "mmap"; "ENOMEM"; "rlimit-data")
#: claim by("data_brk"; "brk"; "ENOMEM"; "rlimit-data")
#: claim by("data_mprotect"; "mprotect"; "ENOMEM"; "rlimit-data")
#: claim by("maps"; "mmap"; "ENOMEM"; "max-map-count")
#: claim by("maps_user"; "mmap"; "ENOMEM"; "max-map-count")
#: claim by("maps_split"; "mprotect"; "ENOMEM"; "max-map-count")
#: claim by("memlock"; "mlock"; "ENOMEM"; "memlock")
#: claim by("memlock_user"; "mlock"; "ENOMEM"; "memlock")
#: claim by("memlock_map"; "mmap"; "EAGAIN"; "memlock")
#: claim by("memlock_all"; "mlockall"; "ENOMEM"; "memlock")
#: claim by("space"; "mmap"; "ENOMEM"; "address-space")
#: claim by("space_brk"; "brk"; "ENOMEM"; "address-space")
#: claim by("unmapped"; "mprotect"; "ENOMEM"; "not-mapped")
#: claim by("nproc"; "clone"; "EAGAIN"; "nproc")
#: claim by("threads_max"; "clone"; "EAGAIN"; "threads-max")
#: claim by("hugetlb"; "mmap"; "ENOMEM"; "hugetlb") and .run.hugetlb.calls[-1].limit == 20971520
#: claim by("hugetlb_user"; "mmap"; "ENOMEM"; "hugetlb")
#: claim by("guess"; "mmap"; "ENOMEM"; "overcommit")
#: claim by("never"; "mmap"; "ENOMEM"; "overcommit")
#: claim by("never_user"; "mmap"; "ENOMEM"; "overcommit")
#: claim by("never_fork"; "clone"; "ENOMEM"; "overcommit")
#: claim by("never_fork_user"; "clone"; "ENOMEM"; "overcommit")
#: claim by("never_shm"; "shmget"; "ENOMEM"; "overcommit")
#: claim by("pids_max"; "clone"; "EAGAIN"; "pids-max") and .run.pids_max.calls[-1].cgroup == "/tasks"
#: claim by("pids_max_user"; "clone"; "EAGAIN"; "pids-max")
#: claim .run | length == 30
watch() { # NAME COMMAND...: as root
	name=$1
	shift
	fault || set -- true
	memwhy commit --run --ndjson --output /tmp/report -- "$@" >/tmp/said 2>/tmp/talk || cat /tmp/talk
	echo "{\"run\":{\"$name\":$(cat /tmp/report)}}"
}
watch_user() { # NAME COMMAND...: as a user who has nothing else
	name=$1
	shift
	fault || set -- true
	rm -f /home/report
	refuse -u 61234 exec memwhy commit --run --ndjson --output /home/report -- "$@" >/tmp/said 2>/tmp/talk ||
		cat /tmp/talk
	echo "{\"run\":{\"$name\":$(cat /home/report)}}"
}
set_to() { echo "$2" >"/proc/sys/$1"; }
# The folder that the image was made from was private.
chmod 755 /
mkdir -p /home && chmod 777 /home
set_to vm/max_map_count 2000
for a in as as-mremap as-shmat data data-brk data-mprotect maps maps-split memlock memlock-map memlock-all \
	space space-brk unmapped; do
	watch "$(echo $a | tr - _)" refuse $a
done
for a in as data maps memlock; do watch_user ${a}_user refuse $a; done
watch_user nproc refuse nproc 20
set_to kernel/threads-max 100
watch threads_max refuse forks 200
set_to kernel/threads-max 3000

echo 10 >/proc/sys/vm/nr_hugepages
watch hugetlb refuse hugetlb 20
watch_user hugetlb_user refuse hugetlb 20
echo 0 >/proc/sys/vm/nr_hugepages

kib=$(number_in /proc/meminfo MemTotal)
watch guess refuse map $((kib * 2))
set_to vm/overcommit_memory 2
limit=$(number_in /proc/meminfo CommitLimit)
watch never refuse map "$limit"
watch_user never_user refuse map "$limit"
watch never_fork refuse fork $((limit * 6 / 10))
watch_user never_fork_user refuse fork $((limit * 6 / 10))
watch never_shm refuse shm "$limit"
set_to vm/overcommit_memory 0

echo +pids >$CG/cgroup.subtree_control
mkdir $CG/tasks
echo 12 >$CG/tasks/pids.max
watch pids_max sh -c "echo \$\$ >$CG/tasks/cgroup.procs; exec refuse forks 30"
chmod 666 $CG/tasks/cgroup.procs $CG/cgroup.procs
watch_user pids_max_user sh -c "echo \$\$ >$CG/tasks/cgroup.procs; exec refuse forks 30"
exit 0
