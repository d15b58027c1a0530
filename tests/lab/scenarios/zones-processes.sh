#: title memwhy zones --processes: planted memory and threads are where it says, on two nodes
#: memory 544
#: cpus 2
#: nodes 288 256
#: seconds 150
#: claim .zones.one_node == false and .zones.unknown_count == 0
#: claim numa("far") | near(.own[1]; 48 | mib; 10) and near(.remote - .shared[1]; 48 | mib; 10) and .threads == [1, 0]
#: claim numa("near") | near(.own[0]; 48 | mib; 10) and .own[1] == 0 and .remote == .shared[1]
#: claim numa("asleep") | near(.own[1]; 40 | mib; 10) and near(.remote - .shared[1]; 40 | mib; 10) and .threads == [1, 0]
#: claim .asleep_last_cpu == 1
#: claim numa("both") | near(.own[0] + .own[1]; 24 | mib; 10) and near(.remote * 2; .bytes; 10) and .threads == [1, 1]
#: claim numa("huge") | near(.own[1]; 32 | mib; 10)
#: claim .huge_thp_kib >= 16384
#: claim numa("pool") | near(.own[1]; 16 | mib; 10) and .hugetlb == (16 | mib)
#: claim numa("far").policies == "bind:1" and numa("asleep").policies == ""
#: claim numa("ame") | .vm == "anon" and .on[0] >= (8 | mib) and .on[0] < (10 | mib)
#: claim [.zones.groups[] | select(.vm == "anon") | .processes] == [1]
#: claim [.far_maps_kib, .near_maps_kib] == [(numa("far").on[1], numa("near").on[0]) / 1024]
#: claim [.zones.findings[] | select(.id == "MW-NUMA-IMBALANCE") | .evidence[].name] | any(startswith("asleep"))
#: claim .replay
# far, near, huge, pool: bound by a policy; asleep: its memory came where it ran, then it was kept to the
# other node, asleep; both: a thread on each node.  Without the fault nobody is bound or kept anywhere.
echo 1 >/proc/sys/kernel/printk
on0= on1= b0= b1= t1=
fault && { on0="taskset 1" on1="taskset 2" b0="-b 0" b1="-b 1" t1="-t 1"; }
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
echo 8 >/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages
start far $on0 hold -n far $b1 anon 48
await far
start near $on0 hold -n near $b0 anon 48
await near
start asleep $on1 hold -n asleep anon 40
await asleep
fault && taskset -p 1 "$pid_asleep" >/dev/null
start both $on0 hold -n both $t1 anon 24
await both
start huge $on0 hold -n huge $b1 thp 32
await huge
start pool $on0 hold -n pool $b1 hugetlb 16
await pool
cp "$(command -v hold)" /tmp/qemu-hold
start vm $on0 /tmp/qemu-hold -name anon 8
await vm
sleep 1

fact asleep_last_cpu "$(awk '{ print $39 }' "/proc/$pid_asleep/stat")"
fact huge_thp_kib "$(number_in "/proc/$pid_huge/smaps_rollup" AnonHugePages)"
on_node() { # PID NODE: KiB there, as the kernel says
	awk -v key="N$2" '{ for (i = 3; i <= NF; i++) if (split($i, f, "=") == 2 && f[1] == key) sum += f[2] * 4 }
		END { print sum + 0 }' "/proc/$1/numa_maps"
}
fact far_maps_kib "$(on_node "$pid_far" 1)"
fact near_maps_kib "$(on_node "$pid_near" 0)"
memwhy zones --processes --ndjson --save-capture /tmp/cap >/tmp/live
memwhy zones --processes --ndjson --root /tmp/cap >/tmp/again
fact zones "$(cat /tmp/live)"
if cmp -s /tmp/live /tmp/again; then fact replay true; else fact replay false; fi
exit 0
