#!/bin/sh
# The classes of this machine's ledger sum to MemTotal, and at least 99.9 % of it is named: at
# rest and while a build runs.
B=${B:-build}
command -v jq >/dev/null || { echo "skip sums: no jq"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'kill $load 2>/dev/null; wait 2>/dev/null; rm -rf "$work"' EXIT
load=
bad=0

sums() { # LABEL
	worst=10000
	for i in 1 2 3 4 5 6 7 8 9 10; do
		"$B/memwhy" ledger --json >"$work/l.json"
		jq -e '([.classes[].bytes | select(. != null)] | add) == .total_bytes' \
			"$work/l.json" >/dev/null || { echo "not ok sums $1: run $i"; bad=1; return; }
		# Owners were read a moment later than their class, but nobody counts twice.
		jq -e '[.classes[] | select(.class == "shmem" or .class == "anon") |
			([.owners[]?.bytes // 0] | add // 0) <= .bytes * 1.1 + 268435456] | all' \
			"$work/l.json" >/dev/null || { echo "not ok sums $1: owners exceed their class"; bad=1; return; }
		named=$(jq .named_per_10000 "$work/l.json")
		[ "$named" -ge "$worst" ] || worst=$named
	done
	if [ "$worst" -ge 9990 ]; then
		echo "ok sums $1: 10 runs add up, at least $worst of 10000 named"
	else
		echo "not ok sums $1: only $worst of 10000 named"
		bad=1
	fi
}

sums idle
# A build of the project's own sources, again and again, on all CPUs.
(
	while :; do
		for f in src/*/*.c; do
			cc -std=gnu17 -D_GNU_SOURCE -Isrc -O2 -g -c "$f" -o "$work/$$.o" 2>/dev/null &
			cc -std=gnu17 -D_GNU_SOURCE -Isrc -O2 -g -c "$f" -o "$work/b.o" 2>/dev/null
		done
	done
) &
load=$!
sleep 1
sums build
exit $bad
