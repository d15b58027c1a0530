#: title memwhy lab oom-order on cgroups of v1: does the kernel kill in the order that memwhy foretold?
#: memory 384
#: cgroup v1
#: kernels 5.10 6.1
#: seconds 600
#: claim (.order | length) == 18 and (.order | all(.verdict | startswith("The kernel killed in ")))
#: claim [.order[].processes | map(select(.killed_place)) | sort_by(.killed_place)[].process] == victims
#: claim [.order[] | select(all(.processes[]; (.doubt // "") | test("nearly") | not))] | length >= 16 and (map(.processes[] | select(.expected_place != .killed_place)) == [])
#: claim [.order[].processes[] | select(.killed_place) | .log_line // ""] | all(startswith("Memory cgroup out of memory: Killed process "))
#: claim [.order[].processes[].doubt // empty | select(test("v1 does not show"))] | length >= 2
# v1 does not show who joined first: of those who are alike memwhy says so, and is right all the same,
# for they joined in the order in which they were started.
# Other processes on each kernel.  Where the grower and another are nearly equal, memwhy leaves it open.
fault && orders 16
exit 0
