#!/bin/sh
# src/act/kill: each victim gives its memory back, nothing is allocated meanwhile, and who has the
# pid next is never the one that dies.  KILL_ROUNDS=100000 for as many rounds of the last.
B=${B:-build}
for t in kill_frees kill_quiet kill_reuse; do
	[ -x "$B/tests/$t" ] || { echo "not ok kill: no $B/tests/$t"; exit 1; }
done
status=0
"$B/tests/kill_frees" 64 || status=1
if grep -q __asan_init "$B/tests/kill_quiet"; then
	echo "elsewhere kill quiet: the build has a sanitizer, which allocates"
else
	"$B/tests/kill_quiet" || status=1
fi
"$B/tests/kill_reuse" "${KILL_ROUNDS:-9000}" || status=1
exit $status
