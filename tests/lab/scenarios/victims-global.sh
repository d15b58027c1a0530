#: title memwhy victims: random sets of tasks, and the whole machine runs out; whom does it kill first?
#: memory 256
#: seconds 300
#: claim .sets >= 30 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .undecidable <= 1
#: claim .tied >= 2
# Other sets on each kernel; the log stays off the slow console.
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
echo 1 >/proc/sys/kernel/printk
if fault; then cast -s $seed -g -n 30 -b 260; else cast -g -n 5 -w; fi
exit 0
