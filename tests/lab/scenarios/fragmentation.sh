#: title memory is free, but in pieces: order 6 fails, and order 3 kills a bystander
#: memory 320
#: seconds 180
#: claim .free_kib > 60000
#: claim .asked["6"] == "ENOBUFS"
#: claim [.failures[].order] | index(6) != null
#: claim [.invoked[].order] | index(3) != null
#: claim [victims[] | select(startswith("bystander"))] | length >= 1
#: claim [ledger("after").classes[] | select(.class == "unaccounted") | .bytes][0] > (30 | mib)
#: claim [.oom[] | select(.kind == "alloc-failure" and .order == 6)][0].cause == "fragmentation"
#: claim [.oom[] | select(.kind == "global" and .order == 3)][0].cause == "fragmentation"
#: claim found("MW-OOM-FRAGMENTATION")
# Pipe buffers are pages that no counter knows: the ledger must say so, not hide it.
holder bystander1 0 mlocked 12
holder bystander2 0 mlocked 8
if fault; then fragment 6 >/tmp/said & else fragment -n 6 >/tmp/said & fi
i=0
until grep -q all /tmp/said || [ $i -gt 1500 ]; do sleep 0.1; i=$((i + 1)); done
capture after
cat /tmp/said
exit 0
