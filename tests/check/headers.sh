#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each header compiles alone and is a manual: licence, top comment, #pragma once.  Each .c has the licence.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) && cd "$SRC" || exit 1

failed=0
bad() { printf "not ok headers: %s\n" "$*"; failed=1; }
# shellcheck disable=SC2046 # our file names hold no blanks
set -- $(find src tests -name '*.[ch]' 2>/dev/null | sort)
headers=$(find src -name '*.h' 2>/dev/null | sort)
[ -n "$headers" ] || { echo "not ok headers: no header in $SRC/src"; exit 1; }

awk '
function bad(why) {
	print "not ok headers: " file " " why
	failed = 1
}
function end_file() {
	if (file == "")
		return
	if (!licence)
		bad("has no SPDX line /* SPDX-License-Identifier: Apache-2.0 */ at its top")
	if (file ~ /^src\/.*\.h$/ && !once)
		bad("has no #pragma once")
	if (file ~ /^src\/.*\.h$/ && !comment)
		bad("has no comment at its top that says what it is")
}
FNR == 1 {
	end_file()
	file = FILENAME
	licence = once = comment = code = 0
}
FNR <= 3 && $0 == "/* SPDX-License-Identifier: Apache-2.0 */" { licence = 1; next }
/^#pragma once$/ { once = 1 }
/^\/\*/ && !code { comment = 1 }
/^[#a-zA-Z]/ { code = 1 }
END {
	end_file()
	exit failed
}' "$@" || failed=1

# Through an include, for gcc warns of #pragma once in the file it is given.
alone() {
	printf '#include "%s"\n' "${1#src/}" |
		${CC:-cc} -std=gnu17 -D_GNU_SOURCE "-I$SRC/src" -Wall -Wextra -Werror -fsyntax-only -x c - 2>&1
}
n=0
for h in $headers; do
	n=$((n + 1))
	why=$(alone "$h") && continue
	bad "$h does not compile alone: $(printf "%s\n" "$why" | grep error: | head -n 1)"
done
[ $failed = 0 ] && echo "ok headers ($n headers alone, $# files with their licence)"
exit $failed
