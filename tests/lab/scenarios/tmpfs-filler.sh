#: title a tmpfs fills up, and the kernel kills the innocent
#: smoke tmpfs-filler
#: memory 320
#: seconds 120
#: claim (.kills | length) >= 3
#: claim [victims[] | select(startswith("innocent"))] | length >= 3
#: claim .shmem_after_kib > 150000
#: claim [ledger("filling").findings[].id] | index("MW-SHMEM-TMPFS") != null
#: claim owner("filling"; "shmem"; "tmpfs"; "^/t$") | length == 1 and near(.[0].bytes; 150 | mib; 20)
#: claim owner("filling"; "shmem"; "file"; "^big$") | length == 1
#: claim found("MW-OOM-SHMEM")
#: claim causes | index("no-memory") != null
# The writer is protected: it stops at the limit of the tmpfs, and its file stays.
mkdir -p /t
mount -t tmpfs -o size=215m filler /t
for i in 1 2 3 4 5 6 7; do holder innocent$i 0 anon $((6 + 4 * i)); done
fault && {
	dd if=/dev/zero of=/t/big bs=1048576 count=150 2>/dev/null
	capture filling
	dd if=/dev/zero of=/t/big bs=1048576 seek=150 2>/dev/null
}
fact shmem_after_kib "$(number_in /proc/meminfo Shmem)"
exit 0
