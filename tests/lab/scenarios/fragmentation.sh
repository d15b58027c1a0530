#: title memory is free, but in pieces: high orders fail
#: memory 320
#: seconds 180
#: claim .free_kib > 80000
#: claim .asked["6"] == "ENOBUFS"
#: claim [.failures[].order] | index(6) != null
#: claim [ledger("after").classes[] | select(.class == "unaccounted") | .bytes][0] > (60 | mib)
# Pipe buffers are pages that no counter knows: the ledger must say so, not hide it.
if fault; then fragment 0 6 >/tmp/said; else fragment -n 6 >/tmp/said; fi &
frag=$!
i=0
until grep -q '"6"' /tmp/said || [ $i -gt 1500 ]; do sleep 0.1; i=$((i + 1)); done
wait $frag
cat /tmp/said
exit 0
