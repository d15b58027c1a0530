#: title memwhy victims: random sets of tasks in cgroups of v1; whom does the kernel kill first?
#: memory 256
#: cgroup v1
#: kernels 5.10 6.1
#: seconds 300
#: claim .sets >= 50 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .undecidable * 100 <= .sets
# v1 shows the processes of a group by pid, so none are made alike.
echo 1 >/proc/sys/kernel/printk
if fault; then cast -t 0 -n 50 -b 260; else cast -n 5 -w; fi
exit 0
