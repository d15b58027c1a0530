#: title a process bound to one node dies while the other is free (cpuset)
#: memory 512
#: cpus 2
#: nodes 256 256
#: claim victims == ["bound"]
#: claim .constraints[0] == "CONSTRAINT_CPUSET"
#: claim .node0_free_kib > 90000
#: claim causes | index("cpuset") != null
#: claim found("MW-OOM-NODE-BOUND")
echo "+cpuset +memory" >$CG/cgroup.subtree_control
mkdir $CG/cs
echo 1 >$CG/cs/cpuset.mems
holder other 0 anon 40
capture before
fault && { start bound hold -n bound -g $CG/cs -s 2 -d 2 anon 2000; wait_gone bound 40; }
fact node0_free_kib "$(awk '/MemFree/ { print $4 }' /sys/devices/system/node/node0/meminfo)"
exit 0
