#: title what counts in Committed_AS, and what is refused, in each mode of overcommit
#: memory 512
#: seconds 240
#: claim [.promises[] | .["private-write"]] | length == 3 and all(.own == 32768 and .all == 32768)
#: claim [.promises[] | .["private-read"], .["private-none"]] | length == 6 and all(.own == 0 and .all == 0)
#: claim [.promises[] | .["private-stack"], .["none-then-write"], .["heap"]] | length == 9 and all(.own == 32768 and .all == 32768)
#: claim [.promises[] | .["touched-then-read"], .["touched-then-none"]] | length == 6 and all(.own == 32768 and .all == 32768)
#: claim@5.10,6.1 [.promises[] | .["untouched-then-read"]] | length == 3 and all(.own == 32768 and .all == 32768)
#: claim@6.12,newest [.promises[] | .["untouched-then-read"]] | length == 3 and all(.own == 0 and .all == 0)
#: claim [.promises.mode0, .promises.mode1 | .["private-noreserve"], .["shared-noreserve"], .["sysv-noreserve"]] | length == 6 and all(.own == 0 and .all == 0)
#: claim [.promises.mode2 | .["private-noreserve"], .["shared-noreserve"], .["sysv-noreserve"]] | map(.all) == [32768, 32768, 32768]
#: claim .promises.mode2["private-noreserve"].own == 32768
#: claim [.promises.mode0, .promises.mode1 | .["shared-noreserve-touched"].all] == [8192, 8192]
#: claim .promises.mode2["shared-noreserve-touched"].all == 32768
#: claim [.promises[] | .["shared-anon"], .["shared-anon-none"], .["sysv"]] | length == 9 and all(.own == 0 and .all == 32768)
#: claim [.promises[] | .["touched"], .["dontneed"], .["madv-free"]] | length == 9 and all(.own == 32768 and .all == 32768)
#: claim [.promises[] | .["touched"].anon, .["dontneed"].anon] == [32768, 0, 32768, 0, 32768, 0]
#: claim [.promises[] | .["none-over-it"]] | length == 3 and all(. == {own: 0, all: 0, anon: 0})
#: claim [.promises[] | .["mremap-twice"].all, .["half-unmapped"].all, .["mremap-dontunmap"].all] == ([range(3)] | map(65536, 32768, 65536))
#: claim [.promises[] | .["stack-4-mib"]] | length == 3 and all(.own == .all and .own > 3000 and .own <= 4200)
#: claim [.promises[] | .["file-private-write"], .["file-then-write"], .["file-then-read"]] | length == 9 and all(.own == 32768 and .all == 32768)
#: claim [.promises[] | .["file-private-read"], .["file-shared"], .["memfd-size"]] | length == 9 and all(.own == 0 and .all == 0)
#: claim [.promises[] | .["memfd-written"], .["tmpfs-written"]] | length == 6 and all(.own == 0 and .all == 8192)
#: claim [.promises[] | .fork.own == .parent.own and .fork.all == .parent.own] == [true, true, true]
#: claim [.promises[] | .["fork-dontfork"].all == .parent.own - 32768] == [true, true, true]
#: claim [.promises[] | .vfork.all] == [0, 0, 0]
#: claim [.promises[] | .hugetlb] | length == 3 and all(.own == 0 and .all == 0)
#: claim@6.12,newest [.promises[] | .droppable] | length == 3 and all(.own == 0 and .all == 0)
#: claim@5.10,6.1 [.has[] | .droppable] == ["EINVAL", "EINVAL", "EINVAL"]
#: claim [.promises[] | .end.all - .end.own] == [0, 0, 0]
#: claim .limit.hugetlb_kib == .limit.plain_kib - 8192
#: claim .limit.kbytes_kib == 400000
#: claim .refused.mode2 | [.["private-write"], .["private-noreserve"], .["shared-anon"], .["shared-noreserve"], .["none-then-write"], .sysv, .heap, .fork] | length == 8 and all(. == "ENOMEM")
#: claim .refused.mode2 | [.["private-read"], .["private-none"], .vfork, .["posix-spawn"], .["fork-dontfork"]] | all(. == "ok")
#: claim .refused.mode2 | [.["memfd-write"], .["tmpfs-write"], .["memfd-mapped"], .["tmpfs-mapped"]] == ["ENOSPC", "ENOSPC", "SIGBUS", "SIGBUS"]
#: claim .refused.mode2 | [.["after-dontneed"], .["after-none-over-it"]] == ["ENOMEM", "ok"]
#: claim .refused.mode2 | [.["twice-90-percent"], .["neighbours-90-percent"], .["ram-and-swap"]] | all(. == "ENOMEM")
#: claim .refused.mode0 | [to_entries[] | select(.value != "ok") | .key] == ["fork-of-neighbours", "ram-and-swap-and-a-page"]
#: claim .refused.mode1 | length == 25 and ([.[]] | all(. == "ok"))
#: claim .said.mode2 != null
mount -t tmpfs -o size=90% none /dev/shm 2>/dev/null || { mkdir -p /dev/shm; mount -t tmpfs -o size=90% none /dev/shm; }
limit() { fact limit "{\"$1\":$(number_in /proc/meminfo CommitLimit)}"; }
for reserve in admin user; do echo 0 >/proc/sys/vm/${reserve}_reserve_kbytes; done
echo 60 >/proc/sys/vm/overcommit_ratio
for mode in 0 1 2; do
	fault && echo $mode >/proc/sys/vm/overcommit_memory
	promises refused mode$mode
	echo 4 >/proc/sys/vm/nr_hugepages
	promises counts mode$mode
	echo 0 >/proc/sys/vm/nr_hugepages
done
capture mode2
echo 0 >/proc/sys/vm/overcommit_memory
echo 100 >/proc/sys/vm/overcommit_ratio
limit plain_kib
echo 4 >/proc/sys/vm/nr_hugepages
limit hugetlb_kib
echo 400000 >/proc/sys/vm/overcommit_kbytes
limit kbytes_kib
exit 0
