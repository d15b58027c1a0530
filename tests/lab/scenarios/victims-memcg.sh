#: title memwhy victims: random sets of tasks in cgroups of v2; whom does the kernel kill first?
#: memory 256
#: seconds 400
#: claim .sets >= 80 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .undecidable <= 1
#: claim .seconds_judged >= 30 and .seconds_agree + .seconds_undecidable == .seconds_judged
#: claim .tied >= 8
# Without the fault a wrong answer is taken for memwhy's: it must be seen.
# Other sets on each kernel; the log stays off the slow console.
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
echo 1 >/proc/sys/kernel/printk
if fault; then cast -s $seed -n 80 -b 360; else cast -n 5 -w; fi
exit 0
