#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The lab reads kernel logs of its own guests: each log beside this script gives the facts beside it.
# UPDATE=1 rewrites them; review with git diff.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/judge.sh"
bad=0
for log in "$HERE"/logs/*.log; do
	want=${log%.log}.facts
	[ -z "${UPDATE:-}" ] || log_facts "$log" >"$want"
	if log_facts "$log" | cmp -s - "$want"; then
		echo "ok lab-logs $(basename "$log")"
	else
		echo "not ok lab-logs $(basename "$log")"
		bad=1
	fi
done
exit $bad
