#: title vm.overcommit_memory=2 refuses while RAM is free: where is the boundary?
#: smoke overcommit
#: memory 512
#: claim .boundary.strict.max_kib < .boundary.heuristic.max_kib
#: claim .boundary.strict.free_kib > .boundary.strict.max_kib
#: claim near(.boundary.strict.max_kib; .boundary.strict.limit_kib - .boundary.strict.committed_kib; 12)
#: claim .boundary.hugetlb.limit_kib == .boundary.strict.limit_kib - 20480
#: claim .boundary.user.max_kib < .boundary.strict.max_kib
#: claim .refused.forker == "ENOMEM"
echo 0 >/proc/sys/vm/admin_reserve_kbytes
echo 0 >/proc/sys/vm/user_reserve_kbytes
boundary heuristic
capture before
fault && echo 2 >/proc/sys/vm/overcommit_memory
boundary strict
echo 8192 >/proc/sys/vm/user_reserve_kbytes
echo 8192 >/proc/sys/vm/admin_reserve_kbytes
boundary -u 1000 user
echo 0 >/proc/sys/vm/user_reserve_kbytes
echo 0 >/proc/sys/vm/admin_reserve_kbytes
echo 20 >/proc/sys/vm/nr_hugepages
boundary hugetlb
capture strict
echo 0 >/proc/sys/vm/nr_hugepages
# Promised, never touched; what it forks would double the promise.
promise forker $(($(boundary x | sed 's/.*max_kib":\([0-9]*\).*/\1/') * 3 / 4))
echo 0 >/proc/sys/vm/overcommit_memory
exit 0
