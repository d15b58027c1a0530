#: title memwhy commit --try with two CPUs and swap: the counter that the rule reads is off, by what is said
#: memory 512
#: cpus 2
#: disks swap
#: seconds 300
#: claim [.frontier[]] | length == 24
#: claim [.frontier | to_entries[] | select(.value.right | not) | .key] == []
#: claim [.frontier[] | select(.rule == "overcommit-limit" and .drift > 0)] | length >= 12
mkswap /dev/nvme0n1 >/dev/null 2>&1
swapon /dev/nvme0n1
echo 1 >/proc/sys/kernel/printk
frontier guess
fault && echo 2 >/proc/sys/vm/overcommit_memory
frontier strict
echo 0 >/proc/sys/vm/overcommit_memory
exit 0
