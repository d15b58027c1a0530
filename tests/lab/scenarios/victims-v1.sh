#: title memwhy victims: random sets of tasks in cgroups of v1; whom does the kernel kill first?
#: memory 256
#: cgroup v1
#: kernels 5.10 6.1
#: seconds 300
#: claim .sets >= 50 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .undecidable <= 1
#: claim .seconds_judged >= 15 and .seconds_agree + .seconds_undecidable == .seconds_judged
# v1 shows the processes of a group by pid, so none are made alike.
# Other sets on each kernel; the log stays off the slow console.
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
echo 1 >/proc/sys/kernel/printk
if fault; then cast -s $seed -t 0 -n 50 -b 260; else cast -n 5 -w; fi
exit 0
