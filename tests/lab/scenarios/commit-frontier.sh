#: title memwhy commit --try: the largest request that succeeds, in each mode, as root and not
#: memory 512
#: seconds 400
#: claim [.frontier[]] | length == 60
#: claim [.frontier | to_entries[] | select(.value.right | not) | .key] == []
#: claim [.frontier[] | select(.rule == "overcommit-limit")] | length == 36
# Three modes, the strict one with other settings too; without the fault it is asked by the rules
# of another mode than the one that holds.
echo 1 >/proc/sys/kernel/printk
mode() { echo "$1" >/proc/sys/vm/overcommit_memory; }
mode 0
frontier guess
mode 1
frontier always
mode 2
frontier strict
echo 20 >/proc/sys/vm/nr_hugepages
echo 4096 >/proc/sys/vm/admin_reserve_kbytes
echo 70 >/proc/sys/vm/overcommit_ratio
frontier hugetlb
echo 0 >/proc/sys/vm/nr_hugepages
echo 300000 >/proc/sys/vm/overcommit_kbytes
echo 1024 >/proc/sys/vm/user_reserve_kbytes
fault || mount --bind /dev/null /proc/sys/vm/overcommit_kbytes
frontier kbytes
mode 0
exit 0
