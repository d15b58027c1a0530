#: title a process bound to one node dies while the other is free (mempolicy)
#: memory 512
#: cpus 2
#: nodes 256 256
#: claim victims == ["bound"]
#: claim .constraints[0] == "CONSTRAINT_MEMORY_POLICY"
#: claim .node0_free_kib > 90000
#: claim [ledger("before").classes[] | select(.class == "free") | .owners[] | select(.name | startswith("node 1"))] | length >= 1
#: claim causes | index("mempolicy") != null
#: claim found("MW-OOM-NODE-BOUND")
holder other 0 anon 40
capture before
fault && { start bound hold -n bound -b 1 -s 2 -d 2 anon 2000; wait_gone bound 40; }
fact node0_free_kib "$(awk '/MemFree/ { print $4 }' /sys/devices/system/node/node0/meminfo)"
exit 0
