#!/bin/sh
# On this machine every process that stood still has the oom_score that the model says: at rest,
# with odd processes of this test's own, and while others come and go.  Acts only on what it made.
B=${B:-build}
memwhy=$PWD/$B/memwhy
for tool in jq mkfifo; do
	command -v $tool >/dev/null || { echo "skip victims: no $tool"; exit 0; }
done
work=$(mktemp -d) || exit 1
mkfifo "$work/hold" "$work/hold2"
crowd='' storm=''
finish() {
	exec 8>&- 9>&-
	# shellcheck disable=SC2086
	wait $crowd $storm 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
bad=0
ok() { printf 'ok victims %s\n' "$1"; }
no() { printf 'not ok victims %s\n' "$1"; bad=1; }
v=$work/v.json

# Exit 0, or 3 where this machine denies something even to its root.
predict() {
	"$memwhy" victims --json "$@" >"$v" 2>"$work/err"
	case $? in 0 | 3) ;; *) no "memwhy victims $*: $(cat "$work/err")"; return 1 ;; esac
}

# LABEL: whoever stood still agrees, in each of ten runs.
scores() {
	agree=0 moved=0
	for i in 1 2 3 4 5 6 7 8 9 10; do
		predict || return
		if ! jq -e '.scores.differ == 0' "$v" >/dev/null; then
			no "$1: run $i: $(jq -c '[.scores, ([.victims[], .spared[]][]
				| select(.oom_score_model != .oom_score_kernel)
				| {pid, comm, oom_score_model, oom_score_kernel})]' "$v")"
			return
		fi
		agree=$((agree + $(jq .scores.agree "$v")))
		moved=$((moved + $(jq .scores.moved "$v")))
	done
	[ $agree -gt 0 ] && ok "$1: $agree scores agree, 0 differ, $moved moved" || no "$1: none compared"
}
scores "at rest"

"$B/tests/odd_tasks" tasks <"$work/hold" >"$work/facts" 2>"$work/errors" &
crowd=$!
exec 9>"$work/hold"
tries=0
until grep -q '^ready' "$work/facts"; do
	kill -0 $crowd 2>/dev/null || { no "odd_tasks: $(cat "$work/errors")"; exit 1; }
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { no "crowd took over 30 s"; exit 1; }
	sleep 0.1
done
scores "with a crowd"

# One row for each, with its setting and its score.
rows='[.victims[], .spared[]]'
sed -n 's/^task //p' "$work/facts" >"$work/tasks"
found=0
while read -r pid adj; do
	jq -e "$rows | map(select(.pid == $pid)) | length == 1 and .[0].oom_score_adj == $adj and
		.[0].oom_score_model == .[0].oom_score_kernel" "$v" >/dev/null && found=$((found + 1))
done <"$work/tasks"
[ $found = 60 ] && ok "60 tasks with settings from 0 to 1000" || no "only $found of 60 tasks are right"

of() { sed -n "s/^$1 //p" "$work/facts"; }
about() { # LABEL PID JQ-CONDITION
	jq -e "$rows | map(select(.pid == $2)) | length == 1 and (.[0] | $3)" "$v" >/dev/null &&
		ok "$1" || no "$1: $(jq -c "$rows | map(select(.pid == $2))" "$v")"
}
same_score='.oom_score_model == .oom_score_kernel'
about "threads count once" "$(of threads)" "$same_score and .rss_bytes >= 3145728"
about "a process whose first thread ended" "$(of zombie)" \
	"$same_score and .oom_score_adj == 300 and .rss_bytes >= 5242880 and .rank != null"
# Who has the parent's memory: found by its parent.
other_of() {
	for p in /proc/[0-9]*/status; do
		[ "$(sed -n 's/^PPid:[^0-9]*//p' "$p" 2>/dev/null)" != "$1" ] ||
			sed -n 's/^Pid:[^0-9]*//p' "$p"
	done
}
release=$(uname -r)
newer() { [ "$(printf '%s\n' "$1" "$release" | sort -V | head -n 1)" = "$1" ]; }
parent=$(of vfork)
child=$(other_of "$parent")
if newer 4.8; then
	about "in vfork: dies with its parent" "$child" ".dies_with == $parent"
	about "in vfork: no score" "$child" "$same_score and .oom_score_kernel == 0"
else
	echo "skip victims in vfork: spared since 4.8"
fi
parent=$(of pair)
child=$(other_of "$parent")
jq -e "[.victims[] | select(.pid == $parent or .pid == $child)] | length == 2 and
	.[0].rank == .[1].rank and .[1].dies_with == .[0].pid and .[1].frees_bytes == 0" "$v" \
	>/dev/null && ok "one memory, two processes: one kill" ||
	no "a pair: $(jq -c "$rows | map(select(.pid == $parent or .pid == $child))" "$v")"

# Names as hostile as a process can choose.
set -- $(of named)
for name in 'a\nb' 'x) Z 1 (' '\u001b[31mred' '\\'; do
	about "comm \"$name\" in JSON" "$1" ".comm == \"$name\""
	shift
done
"$memwhy" victims --top 0 >"$work/text" 2>/dev/null
for name in 'a\x0ab' 'x) Z 1 (' '\x1b[31mred' '\xff\xfe'; do
	grep -qF " $name " "$work/text" && ok "comm $name in text" || no "comm $name in text"
done
LC_ALL=C grep -q "$(printf '\033')" "$work/text" && no "an escape in text" || ok "no escape in text"

# What was recorded says the same, byte for byte; and so does a whole capture, again and again.
same() { cmp -s "$1" "$2" && ok "$3" || no "$3: $(diff "$1" "$2" | head -n 5)"; }
predict --save-capture "$work/cap" && mv "$v" "$work/live.json"
predict --root "$work/cap" && same "$work/live.json" "$v" "the capture of a run says the same"
"$memwhy" capture -o "$work/whole" 2>/dev/null
predict --root "$work/whole" --save-capture "$work/part" && mv "$v" "$work/live.json"
predict --root "$work/part" && same "$work/live.json" "$v" "a whole capture says what its part says"
jq -e '.scores.differ == 0 and .scores.agree > 60' "$v" >/dev/null && ok "scores of a capture" ||
	no "scores of a capture: $(jq -c .scores "$v")"
for pid in $(of pair) $(of zombie); do
	about "pid $pid in a capture" "$pid" "$same_score and .rank != null"
done

"$B/tests/odd_tasks" storm <"$work/hold2" 2>"$work/errors" &
storm=$!
exec 8>"$work/hold2"
scores "in a fork storm"
kill -0 $storm 2>/dev/null && ok "the storm did not end" || no "the storm ended: $(cat "$work/errors")"
exec 8>&-
wait $storm
storm=''

if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	echo "skip victims as another user: needs root and setpriv"
	exit $bad
fi
chmod 755 "$work"
cp "$B/memwhy" "$work/memwhy"
partial() { # LABEL STATUS CONDITION
	[ "$2" = 3 ] && jq -e ".partial and ($3)" "$v" >/dev/null && ok "$1" ||
		no "$1: exit $2: $(jq -c '[.partial, .scores, .sources]' "$v" 2>&1)"
}
setpriv --reuid 65534 --regid 65534 --clear-groups "$work/memwhy" victims --json >"$v" 2>"$work/err"
partial "as an ordinary user" $? '.scores.differ == 0 and
	([.sources[] | select(.error == "EACCES" or .error == "EPERM")] | length > 0)'
jq -e "$rows | map(to_entries[] | select(.key | endswith(\"_bytes\"))) | length > 0" "$v" >/dev/null &&
	ok "an ordinary user sees figures" || no "an ordinary user sees nothing"

# In a PID namespace of its own: before 5.8 the option is that of all proc mounts of a namespace.
hidden='mount -t proc -o hidepid=2 proc /proc || exit 77
	setpriv --reuid 65534 --regid 65534 --clear-groups "$1" victims --json'
if command -v unshare >/dev/null; then
	# shellcheck disable=SC2016
	unshare -m -p --fork sh -c "$hidden; exit \$?" sh "$work/memwhy" >"$v" 2>"$work/err"
	status=$?
else
	status=77
fi
if [ -s "$v" ]; then
	partial "hidepid=2" $status '[.sources[] | select(.path == "proc (hidepid)")] | length == 1'
else
	echo "skip victims hidepid=2: not possible here: $(head -n 1 "$work/err")"
fi
exit $bad
