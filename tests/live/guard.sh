#!/bin/sh
# memwhyd in a small container of its own: a memory cgroup with a limit, PID, mount and cgroup
# namespaces with their own /proc.  A hog dies before the limit kills anybody, an innocent lives.
# Only what is in that group can die of it.
B=${B:-build}
self=$(cd "$(dirname "$0")" && pwd)/guard.sh
# Its leak checker wants calls that the sandbox forbids.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
[ "$(id -u)" = 0 ] || { echo "skip guard: needs root"; exit 0; }
v1=/sys/fs/cgroup/memory
[ -w $v1/memory.limit_in_bytes ] || { echo "skip guard: needs a memory cgroup v1 at $v1"; exit 0; }
MIB=384

# --- inside ---------------------------------------------------------------------------------------

# Starts memwhyd with this configuration, and waits until it watches.
start() { # CONFIGURATION [COMMAND BEFORE IT...]
	printf '%b' "$1" >"$work/conf"
	shift
	: >"$work/said"
	"$@" "$bin/memwhyd" --config "$work/conf" --socket "$work/sock" 2>"$work/said" &
	guard=$!
	n=0
	while ! grep -q watches "$work/said" && [ $n -lt 100 ] && kill -0 $guard 2>/dev/null; do
		n=$((n + 1))
		sleep 0.05
	done
	grep -q watches "$work/said" || { echo "not ok guard $case: does not start: $(cat "$work/said")"; exit 1; }
}
hog() { "$bin/tests/hog" 1024 400 "$@" >"$work/hog"; }
has() { grep -q -e "$1" "$work/said"; }
finish() {
	sleep 0.3
	kill $guard 2>/dev/null
	wait $guard
	status=$?
	kills=$(grep -c 'MEMWHY_VERB=kill' "$work/said")
}
verdict() { # TRUE-OR-FALSE WORDS
	if [ "$1" = true ]; then
		echo "ok guard $case ($2)"
	else
		echo "not ok guard $case: $2; hog: $(head -c 100 "$work/hog"); said: $(tr '\n' '|' <"$work/said")"
	fi
}
dead_by() { grep -q "^signal $1 " "$work/hog" && echo true || echo false; }
and() { for b; do [ "$b" = true ] || { echo false; return; }; done; echo true; }
is() { "$@" && echo true || echo false; }

case_hog() {
	mkdir -p "$work/records"
	start "[daemon]\nrecord_dir = $work/records\n"
	sleep 100 &
	innocent=$!
	hog
	finish
	n=$(find "$work/records" -name 'kill-*.txt' | wc -l)
	verdict "$(and "$(dead_by 9)" "$(is kill -0 $innocent)" "$(is [ "$kills" = 1 ])" \
		"$(is [ "$n" = 1 ])" "$(is has MEMWHY_COMM=hog)" "$(is [ $status = 0 ])" \
		"$(is grep -q "^x kill" "$work"/records/*.rec)")" \
		"$kills kill, $n record, $(sed -n 's/.*; signal/signal/; s/ MEMWHY.*//p' "$work/said" | tail -n 1)"
}
case_term() {
	start '[steps]\nterm = 500ms\n'
	"$bin/tests/hog" 370 400 catch >"$work/hog" # between the limit and nothing
	finish
	verdict "$(and "$(dead_by 9)" "$(is has MEMWHY_CAUSE=grace)")" "grace 500 ms: $(cat "$work/hog")$(sed -n "s/.*killed.*; signal/; signal/; s/ MEMWHY.*//p" "$work/said" | tail -n 1)"
}
case_ignores_term() {
	start '[steps]\nterm = 30s\n'
	hog ignore
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$kills" = 1 ])")" "no SIGTERM is waited for: $(cat "$work/hog")"
}
case_dies_of_term() {
	start '[steps]\nterm = 5s\n'
	hog
	finish
	verdict "$(and "$(dead_by 15)" "$(is [ "$kills" = 0 ])")" "$(cat "$work/hog")"
}
case_hidepid() {
	mount -o remount,hidepid=2 /proc || { echo "skip guard hidepid: cannot be mounted"; return; }
	start ''
	setpriv --reuid 65534 --clear-groups "$bin/tests/hog" 1024 400 >"$work/hog"
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$kills" = 1 ])")" "another user's"
}
case_no_descriptors() {
	start ''
	last=$(find /proc/$guard/fd -name '[0-9]*' -printf '%f\n' | sort -n | tail -n 1)
	prlimit --pid $guard --nofile=$((last + 1)):$((last + 1))
	hog
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$kills" = 1 ])")" "descriptors up to $last, and no more"
}
case_bad_configuration() {
	start '[when]\navailable = 5%\n'
	printf '[when]\navailable = 5%%\navailabel = 6%%\n' >"$work/conf"
	kill -HUP $guard
	sleep 0.3
	hog
	finish
	verdict "$(and "$(is has 'conf:3: availabel: .*old configuration stays')" "$(dead_by 9)")" \
		"$(grep 'conf:3' "$work/said")"
}
case_good_configuration() {
	if grep -q __asan_init "$bin/memwhyd"; then
		echo "elsewhere guard good_configuration: the build has a sanitizer, which takes what is to be nearly full"
		return
	fi
	start '[when]\navailable = 5%\n'
	printf '[choose]\navoid = comm:hog\n' >"$work/conf"
	kill -HUP $guard
	sleep 0.3
	"$bin/tests/hog" 378 400 >"$work/hog" # near the limit, not over it
	finish
	verdict "$(and "$(is [ "$(cat "$work/hog")" = whole ])" "$(is [ "$kills" = 0 ])")" "avoids who it is told to"
}
case_allocates_nothing() {
	if grep -q __asan_init "$bin/memwhyd"; then
		echo "elsewhere guard allocates_nothing: the build has a sanitizer, which allocates"
		return
	fi
	echo 0 >"$work/trap"
	start '' env LD_PRELOAD="$bin/tests/libmalloc_trap.so" MALLOC_TRAP="$work/trap"
	printf 1 | dd of="$work/trap" conv=notrunc status=none
	hog
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$kills" = 1 ])" "$(is [ $status = 0 ])")" "malloc ends who calls it"
}
case_odd_name() {
	start ''
	hog plain "$(printf 'a\nb\033[1m\\')"
	finish
	n=$(grep -c '' "$work/said")
	verdict "$(and "$(dead_by 9)" "$(is has 'killed [0-9]* (a\\x0ab\\x1b\[1m\\x5c)')" \
		"$(is [ "$(grep -c "$(printf '\033')" "$work/said")" = 0 ])")" "$n lines"
}
case_dry_run() {
	start '[daemon]\ndry_run = yes\n'
	"$bin/tests/hog" 370 400 >"$work/hog"
	finish
	verdict "$(and "$(is [ "$(cat "$work/hog")" = whole ])" "$(is has 'would kill [0-9]* (hog)')")" \
		"only says it"
}
case_stopped() {
	start ''
	hog &
	waits=$!
	sleep 0.2
	pkill_stop=$(pgrep -n -x hog)
	kill -STOP "$pkill_stop"
	sleep 0.3
	kill -STOP $guard
	sleep 0.3
	kill -CONT $guard
	kill -CONT "$pkill_stop"
	wait $waits
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$kills" = 1 ])")" "victim and guard were stopped for a while"
}

case_asked() {
	start ''
	first=$("$bin/memwhy" guard --last --socket "$work/sock")
	hog
	sleep 0.3
	last=$("$bin/memwhy" guard --last --socket "$work/sock" | head -n 1)
	state=$("$bin/memwhy" guard --status --socket "$work/sock" | grep -c -e ' 1 kills' -e '^pressure: ')
	finish
	verdict "$(and "$(is [ "$first" = 'nobody was killed yet' ])" "$(is [ "$state" = 2 ])" \
		"$(case $last in 'killed '*) echo true ;; *) echo false ;; esac)")" "$last"
}
case_explain() {
	sleep 100 &
	sleep 0.3
	"$bin/memwhy" guard --explain $! >"$work/said"
	"$bin/memwhy" guard --explain 1 >>"$work/said"
	verdict "$(and "$(is has 'sleep) is left alone: too small')" "$(is has '^1 (.*the first process')")" \
		"$(grep -c 'left alone' "$work/said") of 2"
}
# A journal of our own takes the entry: fields, the command line with its newline by length.
case_journal() {
	mount -t tmpfs none /run && mkdir -p /run/systemd/journal || return
	python3 -c '
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("/run/systemd/journal/socket")
print(flush=True)
while True:
    d = s.recv(65536)
    if b"MEMWHY_VERB=kill" in d:
        open("'"$work"'/entry", "wb").write(d)
        open("'"$work"'/said", "ab").write(b"watches")
    elif b"watches" in d:
        open("'"$work"'/said", "ab").write(b"watches")
' >"$work/ready" &
	while [ ! -s "$work/ready" ]; do sleep 0.05; done
	start ''
	hog plain "$(printf 'a\nMEMWHY_PID=1')"
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$(grep -a -c '^MEMWHY_CAUSE=own-limit' "$work/entry")" = 1 ])" \
		"$(is [ "$(grep -a -c '^MEMWHY_COMM$' "$work/entry")" = 1 ])")" \
		"$(grep -a -c '^MEMWHY_[A-Z_]*' "$work/entry") fields"
}
case_notify() {
	python3 -c '
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind("'"$work"'/notify")
print(flush=True)
while True:
    open("'"$work"'/told", "ab").write(s.recv(4096) + b"\n")
' >"$work/ready" &
	while [ ! -s "$work/ready" ]; do sleep 0.05; done
	start '' env NOTIFY_SOCKET="$work/notify" WATCHDOG_USEC=400000
	kill -HUP $guard
	sleep 1
	finish
	told() { grep -q "$1" "$work/told"; }
	verdict "$(and "$(is told READY=1)" "$(is told RELOADING=1)" "$(is told STOPPING=1)" \
		"$(is [ "$(grep -c WATCHDOG=1 "$work/told")" -ge 3 ])")" "$(grep -c WATCHDOG=1 "$work/told") watchdog"
}

# All of it is locked in memory.
case_resident() {
	small=$bin/../build-musl/memwhyd
	[ -x "$small" ] || { echo "elsewhere guard resident: no static program (./dev static)"; return; }
	bin=$work
	cp "$small" "$bin/"
	start ''
	sleep 1
	resident=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$guard/status)
	finish
	verdict "$(is [ "${resident:-9999}" -le 1024 ])" "$resident KiB of the static program"
}
# Set while it runs: after the kill it is run with what happened; a program that is not there harms nobody.
case_hook() {
	printf '#!/bin/sh\nenv | grep ^MEMWHY_ | sort >"%s/$1"\n' "$work" >"$work/tell"
	chmod +x "$work/tell"
	start '[steps]\nhook = /nonexistent\n'
	printf '[steps]\nhook = %s told two\n' "$work/tell" >"$work/conf"
	kill -HUP $guard
	sleep 0.5
	hog
	finish
	verdict "$(and "$(dead_by 9)" "$(is grep -q '^MEMWHY_COMM=hog$' "$work/told")" \
		"$(is grep -q '^MEMWHY_EVENT=kill$' "$work/told")" "$(is grep -q '^MEMWHY_PID=[0-9]*$' "$work/told")")" \
		"$(grep -c . "$work/told") words of it"
}
# A system bus of our own hears of it.
case_notifies_user() {
	command -v dbus-daemon dbus-monitor dbus-send >"$work/ready" ||
		{ echo "skip guard notifies_user: needs dbus"; return; }
	mount -t tmpfs none /run && mkdir -p /run/dbus || return
	dbus-daemon --system --nofork --nopidfile --nosyslog 2>"$work/bus" &
	while [ ! -S /run/dbus/system_bus_socket ]; do sleep 0.05; done
	dbus-monitor --system type=signal,interface=net.nuetzlich.SystemNotifications >"$work/told" 2>&1 &
	sleep 0.5
	start '[steps]\nnotify = yes\n'
	hog plain "$(printf 'a\nb')"
	finish
	verdict "$(and "$(dead_by 9)" "$(is grep -q 'string "killed [0-9]* (a.x0ab)' "$work/told")" \
		"$(is grep -q 'member=Notify' "$work/told")")" "$(grep -c ' string ' "$work/told") words of it"
}
# The whole name in one word, and no unit of a name that was cut.
case_restart() {
	unit='memwhy@a\x2db:c.service'
	mount -t tmpfs none /usr/local/sbin || return
	printf '#!/bin/sh\nprintf "<%%s>" "$@" >>"%s/told"\n' "$work" >/usr/local/sbin/systemctl
	chmod +x /usr/local/sbin/systemctl
	start '[steps]\nrestart_unit = yes\n'
	for group in "system.slice/$unit" "system.slice/a b.service"; do
		mkdir -p "$v1/$group"
		sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$v1/$group" "$bin/tests/hog" 1024 400 plain "$group" >"$work/hog"
	done
	finish
	verdict "$(and "$(dead_by 9)" "$(is [ "$(cat "$work/told")" = "<--no-block><restart><--><$unit>" ])" \
		"$(is [ "$(grep -c MEMWHY_VERB=restart "$work/said")" = 1 ])")" "$(cat "$work/told")"
	rmdir "$v1"/system.slice/* "$v1/system.slice"
}
# More processes than a view has room for, each too small to be worth a kill; an innocent is beside
# their group.
case_fork_bomb() {
	if grep -q __asan_init "$bin/memwhyd"; then
		echo "elsewhere guard fork_bomb: the build has a sanitizer, under which hundreds take more than the container has"
		return
	fi
	mkdir -p "$v1/bomb.scope"
	start ''
	sleep 100 &
	innocent=$!
	sh -c 'echo $$ >"$0/cgroup.procs" && exec "$@"' "$v1/bomb.scope" timeout 8 "$bin/tests/bomb" 4000 256 400 >"$work/hog" &
	wait $!
	finish
	sleep 0.5
	n=$(wc -l <"$v1/bomb.scope/cgroup.procs")
	most=$(wc -c <"$work/hog")
	verdict "$(and "$(is [ "${most:-0}" -gt 600 ])" "$(is [ "$n" = 0 ])" "$(is kill -0 $innocent)" "$(is has MEMWHY_VERB=kill-group)")" \
		"of $most processes $n are left; $(sed -n 's/.*\(killed the group.*\), which.*/\1/p' "$work/said" | head -n 1)"
	rmdir "$v1/bomb.scope"
}

if [ "$1" = inside ]; then
	case=$2 work=$3 bin=$4
	umount $v1 && mount -t cgroup -o memory none $v1 || { echo "skip guard $case: no hierarchy of its own"; exit 0; }
	: >"$work/hog"
	"case_$case"
	exit 0
fi

# --- outside --------------------------------------------------------------------------------------

work=$(mktemp -d) || exit 1
group=$v1/memwhy_guard_$$
bin=$(cd "$B" && pwd)
trap 'rm -rf "$work"; rmdir $group 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM
bad=0
for case in ${CASES:-hog term ignores_term dies_of_term hidepid no_descriptors bad_configuration good_configuration allocates_nothing odd_name dry_run stopped asked explain journal notify notifies_user hook restart fork_bomb resident}; do
	mkdir "$group" || exit 1
	echo $((MIB << 20)) >$group/memory.limit_in_bytes
	mkdir "$work/$case"
	sh -c "echo \$\$ >$group/cgroup.procs && exec unshare -C -m -p --fork --mount-proc \
		timeout 60 sh '$self' inside $case '$work/$case' '$bin'" >"$work/out" 2>"$work/err"
	grep -E '^(ok|not ok|skip|elsewhere) ' "$work/out" ||
		echo "not ok guard $case: no result: $(tail -n 3 "$work/out" "$work/err")"
	grep -q '^not ok' "$work/out" && bad=1
	n=$(sed -n 's/^oom_kill //p' $group/memory.oom_control)
	[ "${n:-0}" = 0 ] || { echo "not ok guard $case: the kernel killed $n"; bad=1; }
	tries=0
	while ! rmdir $group 2>/dev/null && [ $tries -lt 50 ]; do
		tries=$((tries + 1))
		sleep 0.1
	done
done
exit $bad
