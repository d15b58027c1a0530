#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every example of the manual, a line that begins with "$ memwhy", runs: with a fixture in place of
# host.cap, and a log of the lab in place of kern.log, and ends with status 0 or 3.
B=${B:-build}
memwhy=$PWD/$B/memwhy
fixture=$PWD/tests/fixtures/hand-shmem-story.cap
bad=0 n=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp "$fixture" "$work/host.cap"
cp tests/lab/logs/oom-adj-6.1.log "$work/kern.log"
for page in man/*.1; do
	sed -n 's/^\$ memwhy//p' "$page" | sed 's/\\e/\\/g; s/\\-/-/g' >"$work/examples"
	while IFS= read -r arguments; do
		n=$((n + 1))
		(cd "$work" && eval "$memwhy $arguments" </dev/null >stdout 2>stderr)
		status=$?
		case $status in
		0 | 3) ;;
		*) echo "not ok examples ${page##*/}: memwhy$arguments: exit $status: $(cat "$work/stderr")"; bad=1 ;;
		esac
	done <"$work/examples"
done
[ $n -gt 0 ] || { echo "not ok examples: none found"; bad=1; }
[ $bad = 0 ] && echo "ok examples ($n of the manual)"
exit $bad
