#!/bin/sh
# 200 samples of 1 % of this machine's memory: the truth is within the interval of each class in 93
# of 100 cases at least, and a sample of all is what the walk finds.
B=${B:-build}
command -v jq >/dev/null || { echo "skip census_sample: no jq"; exit 0; }
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
none=1
for reader in bpf kcore; do
	"$B/tests/census_sample" $reader 10000 200 >"$out" 2>/dev/null
	[ $? != 77 ] || continue
	none=0
	all=$(tail -n 1 "$out")
	if echo "$all" | jq -e '.of > 0 and .inside * 100 >= .of * 93' >/dev/null; then
		echo "ok census_sample $reader: $all"
	else
		echo "not ok census_sample $reader: $all"
		cat "$out"
	fi
	# What moved between the two is another's with good reason.
	echo "$all" | jq -e '.off_walk_frames * 20 <= .frames' >/dev/null &&
		echo "ok census_sample $reader: all of it is what the walk finds" ||
		echo "not ok census_sample $reader: a sample of all is not the walk"
done
[ $none = 0 ] || echo "skip census_sample: no reader of the kernel's memory"
