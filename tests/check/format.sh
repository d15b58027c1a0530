#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# .clang-format decides how the code looks (version 14: others break lines elsewhere).
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) || exit 1
format=$(command -v clang-format-14 || command -v clang-format)
case $("${format:-false}" --version 2>/dev/null) in
*" 14."*) ;;
*) echo "skip format: no clang-format 14"; exit 0 ;;
esac
set --
for f in "$SRC"/src/*/*.[ch] "$SRC"/tests/*.c "$SRC"/tests/*/*.[ch] "$SRC"/tests/lab/guest/*.[ch] \
	"$SRC"/tests/lab/guest/*/*.[ch] "$SRC"/bench/*.c; do
	[ -f "$f" ] && set -- "$@" "$f"
done
[ $# -gt 0 ] || { echo "not ok format: no files"; exit 1; }
wrong=$("$format" --dry-run -Werror --style="file:$SRC/.clang-format" "$@" 2>&1 |
	sed -n "s|^$SRC/\([^:]*\):[0-9].*error:.*|\1|p" | sort -u)
for f in $wrong; do
	echo "not ok format: $f: clang-format -i"
done
[ -z "$wrong" ] || exit 1
echo "ok format ($# files)"
