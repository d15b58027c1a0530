#: title memwhy zones --request: who serves, on four nodes, full, under a mark, in pieces
#: memory 544
#: cpus 4
#: nodes 224 96 160 64
#: distances 0:1:30 0:2:14 0:3:20 1:2:20 1:3:12 2:3:40
#: below4g 128M
#: seconds 600
#: claim (.ask | length) >= 100 and .asks.requests == (.ask | length)
#: claim ([.ask[] | select(.right)] | length) * 100 >= (.ask | length) * 98
#: claim ([.ask[] | select(.undecidable)] | length) * 50 < (.ask | length)
#: claim ([.ask[] | select(.zone_right | not)] | length) * 20 <= (.ask | length)
#: claim [.ask[] | select(.right and .foretold == "none")] | length >= 8
#: claim [.ask[] | select(.right and .foretold != "none" and .foretold != .node)] | length >= 12
#: claim [.ask[].kind] | unique == ["fault", "huge", "ring", "stack"]
# Which node serves, without reclaim or compaction, or that none does.  Which zone of the node is not
# certain: rather than split a block of another type the kernel goes to a lower zone (ALLOC_NOFRAGMENT).
# Other orders on each kernel.  Without the fault nothing is filled: nobody is refused.
echo 1 >/proc/sys/kernel/printk
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
if fault; then asks -s "$seed"; else asks -s "$seed" -w; fi
exit 0
