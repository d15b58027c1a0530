#: title memwhy commit --run names limits of cgroup v1: tasks, and kernel memory up to 5.15
#: memory 512
#: cgroup v1
#: kernels 5.10 6.1
#: seconds 200
#: claim by("pids_max"; "clone"; "EAGAIN"; "pids-max") and .run.pids_max.calls[-1].cgroup == "/job"
#: claim@5.10 by("kmem"; "clone"; "ENOMEM"; "cgroup-kmem") and .run.kmem.calls[-1].cgroup == "/job"
#: claim@6.1 .run.kmem.calls == []
watch() { # NAME COMMAND...
	name=$1
	shift
	fault || set -- true
	memwhy commit --run --ndjson --output /tmp/report -- "$@" >/tmp/said 2>/tmp/talk || cat /tmp/talk
	echo "{\"run\":{\"$name\":$(cat /tmp/report)}}"
}
mkdir -p $CG/pids
mount -t cgroup -o pids pids $CG/pids
mkdir $CG/pids/job $CG/memory/job
echo 12 >$CG/pids/job/pids.max
watch pids_max sh -c "echo \$\$ >$CG/pids/job/cgroup.procs; exec refuse forks 30"
# Set before the first task: only then kernel memory is counted.
echo $((4 << 20)) >$CG/memory/job/memory.kmem.limit_in_bytes
watch kmem sh -c "echo \$\$ >$CG/memory/job/cgroup.procs; exec refuse forks 190"
exit 0
