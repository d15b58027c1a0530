#: title memwhy zones --request: who serves, on four nodes, full, under a mark, in pieces
#: memory 544
#: cpus 4
#: nodes 224 96 160 64
#: distances 0:1:30 0:2:14 0:3:20 1:2:20 1:3:12 2:3:40
#: below4g 128M
#: seconds 400
#: claim (.ask | length) >= 200
#: claim ([.ask[] | select(.right)] | length) * 100 >= (.ask | length) * 98
#: claim [.ask | to_entries[] | select(.value | (.right or .undecidable) | not) | .key] == []
#: claim ([.ask[] | select(.undecidable)] | length) * 50 < (.ask | length)
#: claim [.ask[] | select(.right and .foretold == "none")] | length >= 20
#: claim [.ask[] | select(.right and .foretold != "none" and .foretold != .node)] | length >= 20
# Without the fault nothing is filled: nobody is refused.
echo 1 >/proc/sys/kernel/printk
if fault; then asks -s 7; else asks -s 7 -w; fi
exit 0
