#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Which folder of src/ may include which.  The table below is the architecture (DESIGN.md, section 3).
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) && cd "$SRC" || exit 1

# shellcheck disable=SC2046 # our file names hold no blanks
set -- $(find src -name '*.[ch]' 2>/dev/null | sort)
[ $# -gt 0 ] || { echo "not ok floors: no file in $SRC/src"; exit 1; }

exec awk '
BEGIN {
	may["base"]   = "base"
	may["kernel"] = "base kernel"
	may["model"]  = "base kernel model"
	may["pages"]  = "base kernel pages"
	may["snap"]   = "base kernel pages snap"
	may["why"]    = "base kernel model snap why"
	may["report"] = "base report"
	may["act"]    = "base kernel act"
	may["lab"]    = "base kernel model pages snap why report act lab daemon"
	may["daemon"] = may["lab"]
	may["cli"]    = may["lab"] " cli"
}
function bad(why) {
	print "not ok floors: " FILENAME ":" FNR " " why
	failed = 1
}
FNR == 1 {
	files++
	depth = split(FILENAME, part, "/")
	from = part[2]
	if (depth != 3 || !(from in may))
		bad("stands in no folder of the table")
}
/^[ \t]*#[ \t]*include/ {
	includes++
	if (match($0, /"[^"]*"/))
		own = 1
	else if (match($0, /<[^>]*>/))
		own = 0
	else {
		bad("includes what this check cannot read")
		next
	}
	path = substr($0, RSTART + 1, RLENGTH - 2)
	n = split(path, part, "/")
	to = part[1]
	if (!own) {
		# <base/str.h> would compile too, and walk around this table.
		if (n > 1 && to in may)
			bad("includes <" path ">: our own headers go in quotes")
	} else if (n == 1)
		bad("includes \"" path "\" without its folder")
	else if (n != 2 || !(to in may))
		bad("includes \"" path "\" from an unknown folder")
	else if (from in may && index(" " may[from] " ", " " to " ") == 0)
		bad("includes " to "/, and " from "/ may not")
}
END {
	if (!failed)
		print "ok floors (" files " files, " includes " includes)"
	exit failed
}' "$@"
