#: title shared memory that no process owns: the ledger names each
#: smoke hidden-shmem
#: memory 384
#: claim owner("planted"; "shmem"; "tmpfs"; "memwhy-plant") | length == 1 and .[0].bytes == (64 | mib)
#: claim owner("planted"; "shmem"; "file"; "^big.bin$") | length == 1 and .[0].bytes == (48 | mib)
#: claim owner("planted"; "shmem"; "unlinked"; "gone.bin$") | length == 1 and .[0].bytes == (16 | mib)
#: claim owner("planted"; "shmem"; "memfd"; "^planted$") | length == 1 and .[0].bytes == (16 | mib)
#: claim owner("planted"; "shmem"; "shared_anon"; "") | length == 1 and .[0].bytes == (16 | mib) and .[0].holders == 2
#: claim owner("planted"; "shmem"; "sysv"; "") | length == 1 and .[0].bytes == (16 | mib)
#: claim [ledger("planted").findings[].id] | index("MW-SHMEM-ORPHAN") != null
#: claim ([ledger("planted").classes[] | select(.class == "shmem") | .owners[] | select(.kind == "remainder") | .bytes][0] // 0) < (1 | mib)
fault && {
	mkfifo /tmp/hold
	plant 16 </tmp/hold >/tmp/planted &
	exec 9>/tmp/hold
	i=0
	until grep -q ready /tmp/planted || [ $i -gt 100 ]; do sleep 0.1; i=$((i + 1)); done
}
capture planted
exit 0
