#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Of each fixture of zones: watermarks and reserves are what they are computed to be, in every zone; and of
# one in which a figure was changed by one page they are not.
cd "$(dirname "$0")/.." || exit 1
check=${B:-build}/tests/zone_parts_check
bad=$(mktemp) || exit 1
trap 'rm -f "$bad"' EXIT
for f in tests/fixtures/*-zones-*.cap; do
	name=$(basename "$f" .cap)
	if said=$("$check" "$f" 2>&1); then echo "ok zones $name"; else echo "not ok zones $name: $said"; fi
	awk '$1 == "low" && $2 > 40 && !done { sub(/[0-9]+/, $2 + 1); done = 1 } { print }' "$f" >"$bad"
	if "$check" "$bad" >/dev/null 2>&1; then
		echo "not ok zones $name: a page more is not seen"
	else
		echo "ok zones $name: a page more is seen"
	fi
done
