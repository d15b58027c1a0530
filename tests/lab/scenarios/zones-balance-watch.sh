#: title memwhy zones --balance --watch: the service moves after three looks, then rests, and ends when asked
#: memory 512
#: cpus 2
#: nodes 256 256
#: seconds 200
#: claim .before.remote_pages > .before.pages * 0.4
#: claim .after.remote_pages < .after.pages * 0.03
#: claim .lines.waits == 2 and .lines.acts == 1 and .lines.moved == 1
#: claim .lines.last == "balanced" and .watch_status == 0
#: claim .cpus.before == "0-1" and .cpus.after == "1" and .cpus.undone == "0-1"
#: claim .stays_dry == true and .dry_would == true
#: claim .intact == {a: true, b: true, roams: true}
#: claim .kills == [] and .invoked == []
# "roams" may run on both CPUs: it is kept to that of the node where most of its memory is.
if fault; then
	settled a 0 0 40
	settled b 1 30 0
	settled roams any 12 28
else
	settled a 0 40 0
	settled b 1 0 30
	settled roams 1 0 40
fi
measure() { # FACT
	# shellcheck disable=SC2046 # two words each
	set -- "$1" $(remote_pages 0 a) $(remote_pages 1 b roams)
	fact "$1" "{\"remote_pages\":$(($2 + $4)),\"pages\":$(($3 + $5))}"
}
cpus() { sed -n 's/^Cpus_allowed_list:[^0-9]*//p' "/proc/$pid_roams/status"; }
said() { grep -c "$1" /tmp/watch.said; }
measure before
c1=$(cpus)
# Without --apply it only says so.
says() { # FILE PATTERN: within 30 s, or longer where the emulator is slow
	i=0
	while ! grep -q "$2" "$1" && [ $i -lt 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
}
start dry memwhy zones --balance --watch --interval 1
says /tmp/dry.said 'would act'
kill "$pid_dry"
fact dry_would "$(grep -q 'would act' /tmp/dry.said && echo true || echo false)"
[ "$(cpus)" = "$c1" ] && fact stays_dry true
start watch memwhy zones --balance --watch --apply --interval 1
says /tmp/watch.said ' moved '
says /tmp/watch.said ': balanced: '
kill "$pid_watch"
wait "$pid_watch"
fact watch_status $?
sed 's/^/# /' /tmp/watch.said >/dev/ttyS0
fact lines "{\"waits\":$(said ': waits: '),\"acts\":$(said ': acts: '),\"moved\":$(said ' s: moved ')}"
fact lines "{\"last\":\"$(sed -n '$s/.*: \([a-z]*\): .*/\1/p' /tmp/watch.said)\"}"
measure after
c2=$(cpus)
sed -n 's/^memwhy: undo: \(taskset .*\)/\1/p' /tmp/watch.said >/tmp/undo
sh /tmp/undo >/dev/null
fact cpus "{\"before\":\"$c1\",\"after\":\"$c2\",\"undone\":\"$(cpus)\"}"
still_intact a b roams
exit 0
