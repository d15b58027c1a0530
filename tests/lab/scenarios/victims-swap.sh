#: title memwhy victims: random sets of tasks, some swapped out already, with limits on swap
#: memory 256
#: disks swap
#: seconds 300
#: claim .sets >= 30 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .undecidable <= 1
#: claim .seconds_judged >= 8 and .seconds_agree + .seconds_undecidable == .seconds_judged
mkswap /dev/nvme0n1 >/dev/null 2>&1
swapon /dev/nvme0n1
# Other sets on each kernel; the log stays off the slow console.
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
echo 1 >/proc/sys/kernel/printk
if fault; then cast -s $seed -S -n 30 -b 260; else cast -S -n 5 -w; fi
exit 0
