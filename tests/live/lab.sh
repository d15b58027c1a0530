#!/bin/sh
# Each accident happens as told, and leaves nothing behind: no group, file, folder, segment, mount
# or process; nor does one whose worker is killed in the middle.
B=${B:-build}
memwhy=$PWD/$B/memwhy
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
bad=0
ok() { echo "ok lab $1"; }
no() { echo "not ok lab $1"; bad=1; }

# All that descends from a run carries this, the process that tidies up too.
mark=MEMWHY_LAB_TEST=$$.$(date +%s)
segments() { awk '$4 == 16777216 { print $2 }' /proc/sysvipc/shm 2>/dev/null | sort; }
segments >"$work/segments"

# What is left of the run whose worker was PID, a line each.
leftovers() { # PID
	for path in /sys/fs/cgroup/memwhy_lab_"$1" /sys/fs/cgroup/memory/memwhy_lab_"$1" \
		/tmp/memwhy_lab_"$1"_* /var/tmp/memwhy_lab_"$1"_* "${TMPDIR:-/tmp}"/memwhy_lab_"$1"_*; do
		[ -e "$path" ] && echo "$path"
	done
	segments | comm -13 "$work/segments" - | sed 's/^/segment /'
	grep -ls "memwhy_lab_$1" /proc/[0-9]*/mountinfo | sed 's/^/mount in /'
	grep -lsz "^$mark" /proc/[0-9]*/environ | sed 's/^/process /'
}

is_clean() { # LABEL PID: within 10 s, for the worker may be gone before the last is tidied up
	tries=0
	while left=$(leftovers "$2"); [ -n "$left" ] && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
	if [ -z "$left" ]; then
		ok "$1 leaves nothing"
	else
		no "$1 leaves $(echo "$left" | tr '\n' ' ')"
	fi
}

# Runs in the background, so that the pid of the worker is known.
start() { # WORDS...
	env "$mark" "$memwhy" lab "$@" </dev/null >"$work/out" 2>"$work/err" &
	pid=$!
}

for name in shmem oom-order enomem stale-cache; do
	start "$name" --yes
	wait $pid
	status=$?
	case $status in
	0) ok "$name" ;;
	3) echo "skip lab $name: $(tail -n 1 "$work/err")" ;;
	*) no "$name: exit $status: $(tail -n 3 "$work/err" "$work/out")" ;;
	esac
	# At once: a run that ends by itself has waited for the tidying.
	left=$(leftovers $pid)
	[ -z "$left" ] && ok "$name leaves nothing" || no "$name leaves $left"
done

# Somebody is in the group, or in a group below.
is_in_the_middle() { # PID
	cat /sys/fs/cgroup/memwhy_lab_"$1"/cgroup.procs /sys/fs/cgroup/memwhy_lab_"$1"/*/cgroup.procs \
		/sys/fs/cgroup/memory/memwhy_lab_"$1"/cgroup.procs \
		/sys/fs/cgroup/memory/memwhy_lab_"$1"/*/cgroup.procs 2>/dev/null | grep -q .
}

# On a quiet machine a run may be over before the delay is: then once more, with less of it.
killed() { # NAME SIGNAL DELAY...
	name=$1 signal=$2
	shift 2
	for delay; do
		start "$name" --yes
		while kill -0 $pid 2>/dev/null && ! is_in_the_middle $pid; do :; done
		sleep "$delay"
		kill -"$signal" $pid 2>/dev/null
		wait $pid 2>/dev/null
		status=$?
		[ $status = 0 ] || break
	done
	set -- "$name" "$signal" "$delay"
	case $status in
	3) echo "skip lab $1 killed: $(tail -n 1 "$work/err")"; return ;;
	129 | 130 | 137 | 143) ok "$1 killed by $2 after $3 s" ;;
	*) no "$1 was over before it was killed (exit $status)" ;;
	esac
	is_clean "$1 killed by $2 after $3 s" $pid
}
killed shmem KILL 0
killed shmem KILL 0.02 0
killed oom-order KILL 0
killed oom-order KILL 0.3 0.15 0.05 0
killed oom-order TERM 0.1 0.05 0
killed stale-cache KILL 0

# The tidying process shares the fate of a Ctrl-C: it must not.
start oom-order --yes
while kill -0 $pid 2>/dev/null && ! is_in_the_middle $pid; do :; done
keeper=$(grep -lsx memwhy-lab-keep /proc/[0-9]*/comm | while read -r comm; do
	grep -qsz "^$mark" "${comm%comm}environ" && echo "${comm%/comm}" | tr -dc 0-9
done)
if [ -n "$keeper" ]; then
	kill -INT "$keeper"
	kill -TERM "$keeper"
	kill -KILL $pid
	wait $pid 2>/dev/null
	is_clean "oom-order with its keeper interrupted" $pid
else
	wait $pid
	echo "skip lab keeper: not permitted, or over too early"
fi

# What it says, without doing anything.
says() { # LABEL STATUS WORDS ARGUMENTS...
	label=$1 want=$2 words=$3
	shift 3
	"$memwhy" lab "$@" </dev/null >"$work/out" 2>&1
	status=$?
	if [ $status = "$want" ] && grep -q -e "$words" "$work/out"; then
		ok "$label"
	else
		no "$label: exit $status: $(head -n 3 "$work/out")"
	fi
}
says "lists the accidents" 0 '^stale-cache '
says "lists them as CSV" 0 '^enomem,' --csv
says "asks, or needs --yes" 2 'needs a terminal, or --yes' shmem
says "only tells" 0 'plants 112 MiB' shmem --dry-run
says "no such accident" 2 'no such accident' earthquake --yes
says "no words behind" 2 'takes no more words' shmem more --yes
says "not on a capture" 2 'this machine only' shmem --yes --root x
says "not as a plugin" 3 'not for this command' shmem --yes --check
says "a bad process" 2 'number of MiB' oom-order web:x:0 --yes
says "an adjustment with a plus" 2 'from -1000 to 1000' oom-order web:1:+5 --yes
says "processes too large" 2 '160 MiB together' oom-order a:100:0 b:61:0 --yes

# An adjustment that need not be lowered: the order is known beforehand.
start oom-order a:20:0 b:30:0 c:10:900 --yes --csv
wait $pid
status=$?
got=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
	$at["killed_place"] { print $at["killed_place"], $at["expected_place"], $1 }' "$work/out" |
	sort | tr '\n' ' ')
case $status:$got in
"0:1 1 c 2 2 grower ") ok "oom-order as CSV" ;;
3:*) echo "skip lab oom-order as CSV: $(tail -n 1 "$work/err")" ;;
*) no "oom-order as CSV: exit $status: $got" ;;
esac
if command -v jq >/dev/null; then
	# Two that are alike: v2 shows who joined first, v1 does not, and it is said.
	start oom-order a:30:900 b:30:900 c:1:0 --yes --json
	wait $pid
	status=$?
	[ $status = 3 ] && echo "skip lab oom-order of equals: $(tail -n 1 "$work/err")" ||
		jq -e '[.processes[] | select(.killed_place)] as $dead |
			($dead | length) == 3 and [$dead[].process] == ["a", "b", "grower"] and
			all($dead[]; .badness_pages > 0 and .certain == (.doubt == null)) and
			(any($dead[]; .certain | not) or
				all($dead[]; .killed_place == .expected_place))' "$work/out" >/dev/null &&
		ok "oom-order of equals" || no "oom-order of equals: exit $status: $(head -n 40 "$work/out")"
	"$memwhy" lab enomem --yes --json 2>/dev/null | jq -e '.schema == "memwhy.lab/1" and
		.accident == "enomem" and (.requests | length) == 9' >/dev/null &&
		ok "enomem as JSON" || no "enomem as JSON"
else
	echo "skip lab JSON: no jq"
fi

# A file system in memory has no cache to be stale; an ordinary user may not make a group.
if [ "$(id -u)" = 0 ] && [ "$(stat -f -c %T /dev/shm 2>/dev/null)" = tmpfs ]; then
	TMPDIR=/dev/shm
	export TMPDIR
	says "stale-cache needs a disk" 3 'disk file system\|memory cgroup' stale-cache --yes
	unset TMPDIR
else
	echo "skip lab disk: not root, or no tmpfs on /dev/shm"
fi
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$work"
	cp "$memwhy" "$work/memwhy"
	memwhy="setpriv --reuid 65534 --regid 65534 --clear-groups env -C / $work/memwhy"
	for name in shmem oom-order stale-cache; do
		# shellcheck disable=SC2086 # words of a command
		$memwhy lab $name --yes </dev/null >"$work/out" 2>"$work/err"
		status=$?
		[ $status = 3 ] && [ "$(wc -l <"$work/err")" = 1 ] && ok "$name as a user: exit 3" ||
			no "$name as a user: exit $status: $(cat "$work/err")"
	done
	# shellcheck disable=SC2086
	$memwhy lab enomem --yes </dev/null >"$work/out" 2>&1 && ok "enomem as a user" ||
		no "enomem as a user: $(tail -n 3 "$work/out")"
else
	echo "skip lab user: not root, or no setpriv"
fi
exit $bad
