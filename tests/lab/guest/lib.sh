# SPDX-License-Identifier: Apache-2.0
# What scenarios use inside the guest.  Facts are lines of JSON on standard output.

echo -1000 >/proc/self/oom_score_adj

# Is the fault to be injected?  Without it every scenario must fail.
fault() { [ "${lab_fault:-yes}" = yes ]; }

fact() { echo "{\"$1\":$2}"; }
text() { echo "{\"$1\":\"$2\"}"; }
number_in() { awk -v k="$2" '$1 == k || $1 == k ":" { print $2; exit }' "$1"; }

# NAME COMMAND...: in the background; what it says is kept until it is awaited.
start() {
	name=$1
	shift
	"$@" >"/tmp/$name.said" 2>&1 &
	eval "pid_$name=$!"
}

# NAME: until it said something, at most 20 s.
await() {
	i=0
	while [ ! -s "/tmp/$1.said" ] && [ $i -lt 200 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	cat "/tmp/$1.said"
}

# holder NAME ADJ KIND MIB: a process of that name that holds memory
holder() {
	start "$1" hold -n "$1" -a "$2" "$3" "$4"
	await "$1"
}

alive() { # NAME: as a fact
	eval "pid=\$pid_$1"
	# shellcheck disable=SC2154
	if kill -0 "$pid" 2>/dev/null; then fact alive "{\"$1\":true}"; else fact alive "{\"$1\":false}"; fi
}

# NAME: what memwhy can read now, to the third serial line
capture() {
	memwhy capture --output /tmp/capture 2>/dev/null
	{ echo "@@CAPTURE $1"; cat /tmp/capture; } >/dev/ttyS2
	rm -f /tmp/capture
}

# NAME [OPTION...]: a small capture, of what cgroups is made from; with --pages by each proof
cgroups_capture() {
	capture_name=$1
	shift
	memwhy cgroups "$@" --save-capture /tmp/capture >/dev/null 2>&1
	{ echo "@@CGROUPS $capture_name"; cat /tmp/capture; } >/dev/ttyS2
	rm -f /tmp/capture
}

# NAME: a small capture, of what zones is made from
zones_capture() {
	{
		echo "@@ZONES $1"
		echo "memwhy-capture 1"
		for f in meta/release meta/machine proc/meminfo proc/zoneinfo proc/buddyinfo proc/pagetypeinfo \
			proc/sys/vm/min_free_kbytes proc/sys/vm/watermark_scale_factor \
			proc/sys/vm/lowmem_reserve_ratio sys/kernel/mm/transparent_hugepage/enabled; do
			[ "${f#meta/}" != "$f" ] || [ -r "/$f" ] || continue
			echo "-- $f --"
			case $f in
			meta/release) uname -r ;;
			meta/machine) uname -m ;;
			*) cat "/$f" ;;
			esac
		done
		echo "-- end --"
	} >/dev/ttyS2
}

# The settings that watermarks and reserves come from, each at several values, alone and together; after
# each a capture.  What boot freed after it had computed them counts from the first write on: so that the
# state at boot is apart ("boot").
zones_parts() {
	vm=/proc/sys/vm
	min=$(cat $vm/min_free_kbytes) scale=$(cat $vm/watermark_scale_factor)
	ratio=$(cat $vm/lowmem_reserve_ratio)
	zones_capture boot
	n=0
	fault || return
	for m in $min 128 999 4096 12345; do
		for s in $scale 1 37 1000; do
			echo "$m" >$vm/min_free_kbytes
			echo "$s" >$vm/watermark_scale_factor
			echo "$ratio" >$vm/lowmem_reserve_ratio
			zones_capture m${m}s$s
			n=$((n + 1))
		done
	done
	for r in "1 1 1 1 1" "7 33 5 9 3" "0 256 32 0 0" "256 0 0 0 0" "100000 100000 100000 100000 100000"; do
		echo "$r" >$vm/lowmem_reserve_ratio
		n=$((n + 1))
		zones_capture r$n
	done
	fact settings_count $n
}

# Waits for a process of ours to end, at most SECONDS.
wait_gone() { # NAME SECONDS
	eval "pid=\$pid_$1"
	i=0
	while kill -0 "$pid" 2>/dev/null && [ $i -lt $(($2 * 10)) ]; do
		sleep 0.1
		i=$((i + 1))
	done
}

# WORDS: `memwhy lab oom-order` with these processes; what it said is a fact under .order.
ran=0
order() {
	ran=$((ran + 1))
	said=$(memwhy lab oom-order "$@" --yes --ndjson 2>/dev/null)
	echo "{\"order\":{\"run$ran\":${said:-null}}}"
}

# N: once with its own processes, once with three that are alike, then N times with random ones; every
# second time two are alike.
orders() {
	seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
	order
	order alike1:30:400 alike2:30:400 alike3:30:400 other:20:0
	for i in $(seq "$1"); do
		# shellcheck disable=SC2046 # words
		order $(awk -v seed=$((seed * 100 + i)) -v twins=$((i % 2)) 'BEGIN {
			srand(seed)
			left = 160
			n = 2 + int(rand() * 7)
			for (k = 1; k <= n; k++) {
				if (!twins || k != 2) {
					mib = 1 + int(rand() * rand() * 70)
					adj = rand() < 0.15 ? -1000 : int(rand() * 1400) - 700
				}
				if (mib > left - (n - k))
					mib = 1
				left -= mib
				printf "r%dk%d:%d:%d ", seed % 100, k, mib, adj
			}
		}')
	done
}

CG=/sys/fs/cgroup
# Turns memory accounting on and makes a group: v2 or v1.
group() { # NAME LIMIT_BYTES
	if [ -e $CG/cgroup.subtree_control ]; then
		echo "+memory" >$CG/cgroup.subtree_control
		mkdir -p "$CG/$1"
		echo "$2" >"$CG/$1/memory.max"
		[ ! -e "$CG/$1/memory.swap.max" ] || echo 0 >"$CG/$1/memory.swap.max"
		G=$CG/$1
	else
		mkdir -p "$CG/memory/$1"
		echo "$2" >"$CG/memory/$1/memory.limit_in_bytes"
		G=$CG/memory/$1
	fi
}

# settled NAME CPU MIB0 MIB1 [-b]: a process of that name with memory on both nodes (settle.c)
settled() {
	# shellcheck disable=SC2086 # perhaps no word
	start "$1" settle ${5:-} "$1" "$2" "$3" "$4"
	await "$1"
}

# NODE NAMES...: of these processes the pages that are not on the node, and of all, as numa_maps has it:
# "REMOTE ALL", without mappings of which a page is mapped more than once
remote_pages() {
	node=$1
	shift
	for name in "$@"; do
		eval "cat /proc/\$pid_$name/numa_maps"
	done | awk -v node="N$node" '/mapmax=/ { next }
		{ for (i = 3; i <= NF; i++) if (split($i, p, "=") == 2 && p[1] ~ /^N[0-9]+$/) {
			all += p[2]; if (p[1] != node) remote += p[2] } }
		END { print remote + 0, all + 0 }'
}

# Names: their memory as they wrote it, and they end.
still_intact() {
	for name in "$@"; do
		: >"/tmp/$name.said"
		eval "kill -USR1 \$pid_$name"
		await "$name"
	done
}
