#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each finding the sources can report has its page, with all five parts, and each page its finding; memwhy explain
# knows it: the list in meson.build has it.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) && cd "$SRC" || exit 1

# The ids in string literals, sorted: "path:line id".  Comments may name what does not exist.
ids=$(find src -name '*.c' -exec awk '
{
	gsub(/\/\*[^*]*\*\//, "")
	if ($0 ~ /^[ \t]*(\*|\/\*|\/\/)/)
		next
	gsub(/\\"/, "")
	while (match($0, /"[^"]*"/)) {
		literal = substr($0, RSTART, RLENGTH)
		$0 = substr($0, RSTART + RLENGTH)
		while (match(literal, /MW-[A-Z][A-Z0-9-]*/)) {
			print FILENAME ":" FNR " " substr(literal, RSTART, RLENGTH)
			literal = substr(literal, RSTART + RLENGTH)
		}
	}
}' {} + 2>/dev/null)
[ -n "$ids" ] || { echo "not ok findings: no id in src"; exit 1; }

failed=0 n=0
bad() { echo "not ok findings: $*"; failed=1; }
for id in $(echo "$ids" | awk '{ print $2 }' | sort -u); do
	n=$((n + 1))
	[ -f "docs/findings/$id.md" ] && continue
	bad "docs/findings/$id.md is missing, used by $(echo "$ids" | grep " $id\$" | head -n 1)"
done
for page in docs/findings/*.md; do
	id=${page##*/} id=${id%.md}
	case $id in \* | README) continue ;; esac
	echo "$ids" | grep -q " $id\$" || bad "$page: no source reports $id"
	grep -q "^ *'$id',\$" meson.build || bad "$page is not in meson.build: memwhy explain does not know it"
	for part in "What it means" Evidence Fix Check "When it is wrong"; do
		grep -qx "## $part" "$page" || bad "$page has no ## $part"
	done
done
[ $failed = 0 ] && echo "ok findings ($n ids, each with its page)"
exit $failed
