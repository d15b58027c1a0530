#: title memwhy lab oom-order: does the kernel kill in the order that memwhy foretold, until the grower is dead?
#: memory 384
#: seconds 600
#: claim (.order | length) == 18 and (.order | all(.verdict | startswith("The kernel killed in ")))
#: claim [.order[].processes | map(select(.killed_place)) | sort_by(.killed_place)[].process] == victims
#: claim [.order[] | select(all(.processes[]; (.doubt // "") | test("nearly") | not))] | length >= 16 and (map(.processes[] | select(.expected_place != .killed_place)) == [])
#: claim [.order[].processes[] | select(.killed_place) | .log_line // ""] | all(startswith("Memory cgroup out of memory: Killed process "))
#: claim [.order[].processes[].doubt // empty | select(test("joined"))] == []
# v2 shows who joined first: the order of those who are alike is certain.
# Other processes on each kernel.  Where the grower and another are nearly equal, memwhy leaves it open.
echo +memory >$CG/cgroup.subtree_control
fault && orders 16
exit 0
