# SPDX-License-Identifier: Apache-2.0
# What scenarios of the survival matrix use inside the guest, as root, run by warden at oom_score_adj -1000
# in a cgroup of its own.  Facts are lines of JSON on standard output.
PATH=/lab:/bin:/sbin
LOAD=/sys/fs/cgroup/user.slice/lab-load.service

# NAME COMMAND...: in the background, in the cgroup NAME of the load
into() {
	mkdir -p "$LOAD/$1"
	group=$LOAD/$1
	shift
	sh -c 'echo 0 >"$0/cgroup.procs"; exec "$@"' "$group" "$@" >/dev/null 2>&1 &
}

# NAME...: until there is none, at most the time of the scenario
until_gone() {
	for name in "$@"; do
		while pidof "$name" >/dev/null; do sleep 0.2; done
	done
}

number_of() { awk -v k="$1:" '$1 == k { print $2; exit }' /proc/meminfo; }

# KIB: until MemAvailable is below
until_available() {
	while [ "$(number_of MemAvailable)" -gt "$1" ]; do sleep 0.2; done
}

swap_on() { # none, disk or zram
	case $1 in
	disk) device=/dev/lab3 ;;
	zram)
		for m in zsmalloc lzo lzo-rle zram; do [ ! -e /lab/$m.ko ] || insmod /lab/$m.ko; done
		echo 256M >/sys/block/zram0/disksize
		device=/dev/zram0
		;;
	*) return ;;
	esac
	mkswap $device >/dev/null && swapon $device
}

# The innocents, each in a cgroup, and the heartbeat, which is one of them.
innocents() {
	into web pulse -n web -m 40 -f /lab/data
	into db pulse -n db -m 60 -f /lab/data
	into desk pulse -n desk -m 20
	into beat pulse -n beat -m 8 -f /lab/small -s /dev/shm/pulse
	sleep 2
}

begin() {
	[ "$GUARD" = kernel ] || echo "{\"guard_state\":\"$(systemctl is-active "$GUARD.service")\"}"
	killall -USR1 beat
	sleep 0.3
	echo "{\"available_kib\":$(number_of MemAvailable)}"
}

# After the culprit: does anybody else die?
settle() { sleep "${1:-5}"; }

echo "+memory +pids" >$LOAD/cgroup.subtree_control
. /lab/settings
swap_on "$SWAP"
innocents
