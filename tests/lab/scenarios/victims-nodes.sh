#: title memwhy victims: random sets of tasks, and one node of two runs out, by mempolicy and by cpuset
#: memory 512
#: cpus 2
#: nodes 256 256
#: seconds 400
#: claim .policy.sets >= 12 and .policy.void == 0
#: claim .policy.differ == 0
#: claim .policy.agree + .policy.undecidable == .policy.sets and .policy.undecidable <= 1
#: claim .policy.by_nodes >= 2
#: claim .cpuset.sets >= 12 and .cpuset.void == 0
#: claim .cpuset.differ == 0
#: claim .cpuset.agree + .cpuset.undecidable == .cpuset.sets and .cpuset.undecidable <= 1
#: claim .cpuset.by_nodes >= 2
# Tasks are free, or kept to a node by a policy or a cpuset, some by that of a thread.
# by_nodes: sets in which the machine as a whole would lose another: who is passed over matters.
# Other sets on each kernel; the log stays off the slow console.
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
echo 1 >/proc/sys/kernel/printk
for by in policy cpuset; do
	if fault; then cast -s $seed -N $by -n 25 -b 150 -k $by; else cast -N $by -n 5 -w -k $by; fi
done
exit 0
