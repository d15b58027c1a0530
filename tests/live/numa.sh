#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# memwhy zones --processes of this machine: the capture of a run gives the same answer byte for byte, and
# holds no command line.
B=${B:-build}
command -v jq >/dev/null || { echo "skip numa: no jq"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
ok() { echo "ok numa $1"; }
no() { echo "not ok numa $1"; bad=1; }

for how in "" --json "--top 0"; do
	# shellcheck disable=SC2086
	"$B/memwhy" zones --processes $how --save-capture "$work/cap" >"$work/live" 2>&1
	live=$?
	# shellcheck disable=SC2086
	"$B/memwhy" zones --processes $how --root "$work/cap" >"$work/again" 2>&1
	again=$?
	if [ $live = $again ] && cmp -s "$work/live" "$work/again"; then
		ok "replay ${how:-text} (exit $live)"
	else
		no "replay ${how:-text}: exit $live and $again: $(diff "$work/live" "$work/again" | head -n 5)"
	fi
done
"$B/memwhy" zones --processes --json >"$work/json"
jq -e '.processes_count > 0 and ([.processes[] | select(.bytes != null and .remote_bytes != null)
	| .remote_bytes <= .bytes] | all)' "$work/json" >/dev/null && ok "remote is a part" || no "remote is no part"
jq -e --argjson pid $$ '[.processes[] | select(.pid == $pid)] | length == 1' "$work/json" >/dev/null &&
	ok "this shell is in it" || no "this shell is not in it"
grep -q "^-- proc/[0-9]*/cmdline" "$work/cap" && no "a command line in the capture" || ok "no command line in it"
if [ "$(jq .one_node "$work/json")" = true ]; then
	grep -q "^-- proc/[0-9]*/meta/numa" "$work/cap" && no "numa_maps was read" || ok "nothing was walked"
	jq -e '.remote_bytes == 0' "$work/json" >/dev/null && ok "nothing is remote" || no "remote on one node"
else
	grep -q "^-- proc/[0-9]*/meta/numa" "$work/cap" && ok "numa_maps was read" || no "numa_maps was not read"
fi
exit $bad
