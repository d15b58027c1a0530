#: title memwhy zones --balance --apply: six processes spread badly over two nodes
#: memory 768
#: cpus 2
#: nodes 384 384
#: seconds 200
#: claim .before.remote_pages > .before.pages * 0.4
#: claim .after.remote_pages < .after.pages * 0.03
#: claim .plan.plan.process_count == 6 and .plan.plan.least
#: claim .plan.plan.move_bytes <= .before.remote_pages * 4096 * 1.2
#: claim .applied.applied.moved_bytes <= .before.remote_pages * 4096 * 1.2
#: claim .applied.applied.moved_bytes >= (.before.remote_pages - .after.remote_pages) * 4096 * 0.9
#: claim .applied.applied.remote_bytes * 100 < .applied.applied.bytes * 3
#: claim .applied.applied.stopped == null and .applied_status == 0
#: claim [.applied.processes[] | select(.verdict == "place") | .pid] | length == 6
#: claim [.applied.undo[].command | select(startswith("migratepages"))] | length == 6
#: claim .again.plan.move_bytes == 0
#: claim .lowest_pages["0"] > 0 and .lowest_pages["1"] > 0 and .look_count > 10
#: claim .intact == {a: true, b: true, c: true, d: true, e: true, f: true}
#: claim .huge_kib.before > 8192 and .huge_kib.after == .huge_kib.before
#: claim .kills == [] and .invoked == []
# The memory of each is mostly on the other node than its CPU; without the fault all is where it runs.
if fault; then
	settled a 0 6 42
	settled b 0 0 28
	settled c 0 8 16
	settled d 1 40 0
	settled e 1 20 12
	settled f 1 20 2 -t
else
	settled a 0 48 0
	settled b 0 28 0
	settled c 0 24 0
	settled d 1 0 40
	settled e 1 0 32
	settled f 1 0 22 -t
fi
measure() { # FACT
	# shellcheck disable=SC2046 # two words each
	set -- "$1" $(remote_pages 0 a b c) $(remote_pages 1 d e f)
	fact "$1" "{\"remote_pages\":$(($2 + $4)),\"pages\":$(($3 + $5))}"
}
huge() { awk '/^AnonHugePages/ { n += $2 } END { print n + 0 }' "/proc/$pid_f/smaps"; }
measure before
huge_before=$(huge)
fact plan "$(memwhy zones --balance --ndjson)"
start lowest lowest
await lowest
memwhy zones --balance --apply --ndjson >/tmp/applied 2>/tmp/progress
fact applied_status $?
fact applied "$(cat /tmp/applied)"
sed 's/^/# /' /tmp/progress >/dev/ttyS0
still_intact lowest
measure after
fact huge_kib "{\"before\":$huge_before,\"after\":$(huge)}"
fact again "$(memwhy zones --balance --ndjson)"
still_intact a b c d e f
exit 0
