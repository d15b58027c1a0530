#: title memwhy zones --request: who serves, on two nodes, full, under a mark, in pieces
#: memory 448
#: cpus 2
#: nodes 288 160
#: below4g 160M
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
