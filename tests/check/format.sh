#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# .clang-format decides how the code looks (version 14: others break lines elsewhere).
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) || exit 1
format=$(command -v clang-format-14 || command -v clang-format)
case $("${format:-false}" --version 2>/dev/null) in
*" 14."*) ;;
*) echo "skip format: no clang-format 14"; exit 0 ;;
esac
failed=0 n=0
for f in "$SRC"/src/*/*.[ch] "$SRC"/tests/*.c "$SRC"/tests/*/*.[ch] "$SRC"/bench/*.c; do
	[ -f "$f" ] || continue
	n=$((n + 1))
	"$format" --dry-run -Werror --style="file:$SRC/.clang-format" "$f" >/dev/null 2>&1 ||
		{ echo "not ok format: ${f#"$SRC"/}: clang-format -i"; failed=1; }
done
[ $n -gt 0 ] || { echo "not ok format: no files"; failed=1; }
[ $failed = 0 ] && echo "ok format ($n files)"
exit $failed
