#!/bin/sh
# Runs every tests/golden/COMMAND/CASE.cmd (arguments of memwhy, one line) and compares output,
# messages and exit status with CASE.out beside it.  UPDATE=1 rewrites; review with git diff.
B=${B:-build}
memwhy=$PWD/$B/memwhy
bad=0
cd tests || exit 1
for c in golden/*/*.cmd; do
	want=${c%.cmd}.out
	got=$(eval "$memwhy $(cat "$c")" 2>&1 </dev/null; echo "exit $?")
	[ -z "${UPDATE:-}" ] || printf '%s\n' "$got" >"$want"
	if [ "$got" = "$(cat "$want" 2>/dev/null)" ]; then
		echo "ok golden ${c#golden/}"
	else
		echo "not ok golden ${c#golden/}"
		printf '%s\n' "$got" | diff -u "$want" - | head -n 40
		bad=1
	fi
done
exit $bad
