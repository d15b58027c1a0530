#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each field of /proc/meminfo that the parser knows is explained in docs/meminfo.md.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) && cd "$SRC" || exit 1

# The lines of the table: { "MemTotal", ... }, or through a macro, KIB("MemTotal", ...),
fields=$(sed -n 's/^[[:blank:]]*[A-Z_]*[({] *"\([^"]*\)" *,.*/\1/p' src/kernel/meminfo.c 2>/dev/null)
[ -n "$fields" ] || { echo "not ok meminfo: no field table in src/kernel/meminfo.c"; exit 1; }

failed=0 n=0
for f in $fields; do
	n=$((n + 1))
	grep -qxF "## $f" docs/meminfo.md 2>/dev/null && continue
	echo "not ok meminfo: docs/meminfo.md has no ## $f"
	failed=1
done
[ $failed = 0 ] && echo "ok meminfo ($n fields explained)"
exit $failed
