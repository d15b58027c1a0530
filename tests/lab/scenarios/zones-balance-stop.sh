#: title memwhy zones --balance --apply: asked to end, or no longer read, it stops at once and its undo is complete
#: memory 768
#: cpus 2
#: nodes 384 384
#: seconds 200
#: claim .before.remote_pages > .before.pages * 0.4
#: claim .asked_status == 3 and .asked.applied.stopped == "asked to end"
#: claim .asked.applied.moved_bytes < .asked.plan.move_bytes
#: claim .told == [.asked.undo[].command]
#: claim .cpus.before == "0-1" and .cpus.after == "1" and .cpus.undone == "0-1"
#: claim .unread_status == 3 and .unread.applied.stopped == "asked to end" and (.unread.undo | length) > 0
#: claim .whole_status == 0 and .after.remote_pages < .after.pages * 0.03
#: claim .intact == {a: true, b: true, roams: true}
#: claim .kills == [] and .invoked == []
# "roams" may run on both CPUs: it is kept to that of the node where most of its memory is.
if fault; then
	settled a 0 0 90
	settled b 1 90 0
	settled roams any 12 28
else
	settled a 0 90 0
	settled b 1 0 90
	settled roams 1 0 40
fi
measure() { # FACT
	# shellcheck disable=SC2046 # two words each
	set -- "$1" $(remote_pages 0 a) $(remote_pages 1 b roams)
	fact "$1" "{\"remote_pages\":$(($2 + $4)),\"pages\":$(($3 + $5))}"
}
cpus() { sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "/proc/$pid_roams/status"; }
measure before
c1=$(cpus)
# The signal comes when the first move is told, before a page has moved.
mkfifo /tmp/told
memwhy zones --balance --apply --ndjson >/tmp/asked 2>/tmp/told &
pid=$!
while read -r line; do
	printf '%s\n' "$line" >>/tmp/progress
	case $line in *'undo: migratepages'*) kill "$pid" ;; esac
done </tmp/told
wait "$pid"
fact asked_status $?
fact asked "$(cat /tmp/asked)"
sed 's/^/# /' /tmp/progress >/dev/ttyS0
fact told "$(sed -n 's/^memwhy: undo: \(.*\)/"\1"/p' /tmp/progress | tr '\n' ',' | sed 's/^/[/; s/,$//; s/$/]/')"
c2=$(cpus)
sed -n 's/^memwhy: undo: \(taskset .*\)/\1/p' /tmp/progress >/tmp/undo
sh /tmp/undo >/dev/null
fact cpus "{\"before\":\"$c1\",\"after\":\"$c2\",\"undone\":\"$(cpus)\"}"
# Who read what it tells goes away after a line.
{
	memwhy zones --balance --apply --ndjson >/tmp/unread
	echo $? >/tmp/unread_status
} 2>&1 | head -n 1 >/dev/null
fact unread_status "$(cat /tmp/unread_status)"
fact unread "$(cat /tmp/unread)"
memwhy zones --balance --apply --ndjson >/tmp/whole 2>/dev/null
fact whole_status $?
measure after
still_intact a b roams
exit 0
