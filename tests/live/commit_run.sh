#!/bin/sh
# memwhy commit --run names the rule behind each refusal, and the command runs as without it: its
# output, its exit status, its signals, its children.
B=${B:-build}
memwhy=$PWD/$B/memwhy
refuse=$PWD/$B/tests/refuse
command -v jq >/dev/null || { echo "skip commit_run: no jq"; exit 0; }
"$memwhy" commit --run -- true 2>/dev/null ||
	{ echo "skip commit_run: not permitted here: $("$memwhy" commit --run -- true 2>&1)"; exit 0; }
work=$(mktemp -d) || exit 1
# Another user must reach them.
chmod 755 "$work"
mkdir "$work/reports" && chmod 777 "$work/reports"
report=$work/reports/report
cp "$memwhy" "$refuse" "$work/" && memwhy=$work/memwhy refuse=$work/refuse
group=/sys/fs/cgroup/pids/memwhy_run_$$
finish() {
	[ ! -d "$group" ] || rmdir "$group"
	rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
bad=0
ok() { echo "ok commit_run $1"; }
no() { echo "not ok commit_run $1"; bad=1; }

# NAME CALL ERROR RULE COMMAND...: the last refused call, and by which rule
names() {
	name=$1 call=$2 error=$3 rule=$4
	shift 4
	rm -f "$report"
	"$@" >"$work/out" 2>"$work/err"
	said=$(jq -r '.calls[-1] | "\(.call) \(.error) \(.rule) \(.certain)"' "$report" 2>&1)
	if [ "$said" = "$call $error $rule true" ] && grep -q '"refused"' "$work/out"; then
		ok "$name: $(jq -r '.calls[-1].verdict' "$report")"
	else
		no "$name: $said: $(cat "$work/out" "$work/err")"
	fi
}
run() { "$memwhy" commit --run --json --output "$report" -- "$@"; }
# As somebody who has nothing else here.
user() {
	setpriv --reuid 61234 --regid 61234 --clear-groups \
		"$memwhy" commit --run --json --output "$report" -- "$@"
}

accidents() { # WHO
	names "$1 RLIMIT_AS" mmap ENOMEM rlimit-as "$1" "$refuse" as
	names "$1 RLIMIT_AS by mremap" mremap ENOMEM rlimit-as "$1" "$refuse" as-mremap
	names "$1 RLIMIT_AS by shmat" shmat ENOMEM rlimit-as "$1" "$refuse" as-shmat
	names "$1 RLIMIT_DATA" mmap ENOMEM rlimit-data "$1" "$refuse" data
	names "$1 RLIMIT_DATA by brk" brk ENOMEM rlimit-data "$1" "$refuse" data-brk
	names "$1 RLIMIT_DATA by mprotect" mprotect ENOMEM rlimit-data "$1" "$refuse" data-mprotect
	names "$1 max_map_count" mmap ENOMEM max-map-count "$1" "$refuse" maps
	names "$1 max_map_count by a split" mprotect ENOMEM max-map-count "$1" "$refuse" maps-split
	names "$1 mlock" mlock ENOMEM memlock "$1" "$refuse" memlock
	names "$1 MAP_LOCKED" mmap EAGAIN memlock "$1" "$refuse" memlock-map
	names "$1 mlockall" mlockall ENOMEM memlock "$1" "$refuse" memlock-all
	names "$1 hugetlb" mmap ENOMEM hugetlb "$1" "$refuse" hugetlb 1000000
	names "$1 no hole" mmap ENOMEM address-space "$1" "$refuse" space
	names "$1 no room for the heap" brk ENOMEM address-space "$1" "$refuse" space-brk
	names "$1 not mapped" mprotect ENOMEM not-mapped "$1" "$refuse" unmapped
}
[ "$(cat /proc/sys/vm/max_map_count)" -le 131000 ] ||
	{ echo "skip commit_run: vm.max_map_count is too high to reach"; exit 0; }
accidents run
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	accidents user
	names "RLIMIT_NPROC" clone EAGAIN nproc user "$refuse" nproc 20
	names "RLIMIT_NPROC by a thread" clone3 EAGAIN nproc user "$refuse" nproc-thread 20
else
	echo "skip commit_run user: needs root to become somebody else"
fi

# A pids controller of v1, with a group of our own.
if mkdir "$group" 2>/dev/null; then
	echo 8 >"$group/pids.max"
	in_group() { run sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$group" "$@"; }
	names "pids.max" clone EAGAIN pids-max in_group "$refuse" forks 20
	names "pids.max by a thread" clone3 EAGAIN pids-max in_group "$refuse" threads 20
else
	echo "skip commit_run pids: no pids controller of v1 to write to"
fi

# The command runs as without.
same() { # NAME COMMAND...
	name=$1
	shift
	"$@" >"$work/bare" 2>&1 </dev/null
	a=$?
	"$memwhy" commit --run -- "$@" >"$work/run" 2>&1 </dev/null
	b=$?
	if [ $a = $b ] && cmp -s "$work/bare" "$work/run"; then ok "$name (exit $a)"
	else no "$name: exit $a bare, $b traced: $(diff "$work/bare" "$work/run")"; fi
}
same "exit status" sh -c 'echo out; echo err >&2; exit 42'
same "standard input" sh -c 'echo one two | wc -w'
same "killed by a signal" sh -c 'sh -c "kill -SEGV \$\$" 2>/dev/null; echo $?'
same "a signal that is caught" sh -c 'trap "echo caught" USR1; kill -USR1 $$; sleep 0.1; echo on'
same "stopped and continued" sh -c '(sleep 0.3; kill -CONT $$) & kill -STOP $$; echo on; wait'
same "a build" sh -c 'for i in 1 2 3 4 5 6 7 8; do
	( for j in 1 2 3 4 5; do echo "$i $j" | tr 1 x | cat; done >"$0.$i" ) & done; wait
	cat "$0".*; rm -f "$0".*' "$work/build"
same "a pool of threads" xz -T2 -0 -c "$memwhy"
"$memwhy" commit --run -- no_such_command_at_all 2>"$work/err"
[ $? = 127 ] && grep -q 'no_such_command_at_all: No such file' "$work/err" &&
	ok "no such command" || no "no such command: $(cat "$work/err")"
"$memwhy" commit --run -- /dev/null 2>"$work/err"
[ $? = 126 ] && ok "not a program" || no "not a program: $(cat "$work/err")"

# Who is traced cannot be traced by a second one: one line, and nothing runs.
# The leak checker of a build with one is a tracer itself, and would wait for ever.
ASAN_OPTIONS=detect_leaks=0 timeout 60 "$memwhy" commit --run -- "$memwhy" commit --run -- echo ran >"$work/out" 2>"$work/err"
[ $? = 125 ] && [ ! -s "$work/out" ] && grep -q '^memwhy: --run: ptrace: Operation not permitted' "$work/err" &&
	ok "ptrace is refused" || no "ptrace is refused: $(cat "$work/out" "$work/err")"

# A signal sent to memwhy is passed on.
"$memwhy" commit --run -- sh -c 'trap "echo term; exit 9" TERM; echo up; while :; do sleep 0.05; done' >"$work/out" &
pid=$!
i=0
until grep -q up "$work/out" || [ $i -ge 100 ]; do sleep 0.05; i=$((i + 1)); done
kill -TERM $pid
wait $pid
[ $? = 9 ] && grep -q term "$work/out" && ok "SIGTERM is passed on" || no "SIGTERM: $(cat "$work/out")"

# Once the command has ended there is nobody to pass it on to: it ends the waiting for what is left.
"$memwhy" commit --run -- sh -c 'sleep 60 & echo $!; exit 4' >"$work/out" 2>"$work/err" &
pid=$!
i=0
until grep -q 'waiting for' "$work/err" || [ $i -ge 100 ]; do sleep 0.05; i=$((i + 1)); done
kill -TERM $pid
i=0
while [ -d "/proc/$pid" ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i + 1)); done
[ $i -lt 100 ] || kill -KILL $pid
wait $pid
left=$?
sleep 0.3
state=$(sed 's/.*) //; s/ .*//' "/proc/$(cat "$work/out")/stat" 2>/dev/null)
case $left:$state in 4: | 4:Z | 4:X) ok "SIGTERM ends the waiting for what is left" ;;
*) no "SIGTERM to one that waits: exit $left, what is left: $state" ;; esac

# Where memwhy is killed, so is the command: without its tracer it could not go on.
"$memwhy" commit --run -- sh -c 'echo $$; while :; do sleep 0.05; done' >"$work/out" &
pid=$!
i=0
until [ -s "$work/out" ] || [ $i -ge 100 ]; do sleep 0.05; i=$((i + 1)); done
kill -KILL $pid
wait $pid 2>/dev/null
sleep 0.3
# Process 1 may leave it a zombie.
state=$(sed 's/.*) //; s/ .*//' "/proc/$(cat "$work/out")/stat" 2>/dev/null)
case $state in "" | Z | X) ok "the command dies with memwhy" ;; *) no "the command outlives memwhy: $state" ;; esac

# The status is the command's also where a signal ended it.
"$memwhy" commit --run -- sh -c 'kill -KILL $$'
[ $? = 137 ] && ok "128 and the signal" || no "128 and the signal"

# What handles its refusal goes on; equal ones are counted together.
run sh -c 'ulimit -v 50000; for i in 1 2 3; do dd if=/dev/zero of=/dev/null bs=1G count=1 2>/dev/null; done; exit 3' 2>/dev/null
[ $? = 3 ] && jq -e '.exit_status == 3 and ([.calls[] | select(.rule == "rlimit-as")] | length) >= 3' \
	"$report" >/dev/null && ok "three commands, each refused" || no "three: $(cat "$report")"
exit $bad
