#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Replays each described night (tests/fixtures/guard/*.night) against the policy: `expect none` means that nobody
# dies, `expect kill NAME` that this one does and nobody else.
export LC_ALL=C
B=${B:-build}
memwhy=$PWD/$B/memwhy
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0 none=0 killed=0
for night in tests/fixtures/guard/*.night; do
	name=${night##*/} name=${name%.night}
	want=$(sed -n 's/^expect //p' "$night")
	awk -f tests/guard_night.awk "$night" >"$work/rec" && said=$("$memwhy" guard --replay "$work/rec" | head -n 1) ||
		said="the replay failed"
	case $want,$said in
	none,"would have done nothing "* | none,"would have killed nobody "*) none=$((none + 1)) ;;
	"kill "*,"would have killed ${want#kill } ("*") at "*) killed=$((killed + 1)) ;;
	*)
		echo "not ok guard $name: expected $want: $said"
		bad=1
		continue
		;;
	esac
	echo "ok guard $name"
done
echo "nights in which nothing should die: $none, in none of them anything did; in which one should: $killed, the right one in each" >&2
exit $bad
