#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# How long a file, a function and a line may be, so that nobody has to argue (STYLE.md, section 4).
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) && cd "$SRC" || exit 1

# shellcheck disable=SC2046 # our file names hold no blanks
set -- $({
	find src -name '*.[ch]'
	find tests/unit tests/live tests/lab -name '*.[ch]'
} 2>/dev/null | sort)
[ $# -gt 0 ] || { echo "not ok sizes: no file in $SRC"; exit 1; }

# A function begins at its head, the last line with a letter in column 0 before a { after a ), and
# ends at the } in column 0.  An initialiser has its { after a = and is none.
exec awk -v file_max=500 -v function_max=60 -v line_max=100 '
function bad(where, name, length_, max) {
	print "not ok sizes: " where " " name " " length_ " (limit " max ")"
	failed = 1
}
function columns(s,    i, n) {
	while ((i = index(s, "\t")) > 0) {
		n += i - 1
		n += 8 - n % 8
		s = substr(s, i + 1)
	}
	return n + length(s)
}
function name_of(s) {
	gsub(/__attribute__ *\(\([^)]*\)*\)/, "", s)
	sub(/ *\(.*/, "", s)
	sub(/.*[^A-Za-z0-9_]/, "", s)
	return s
}
function end_file() {
	if (lines > file_max)
		bad(file ":" lines, "file", lines, file_max)
	if (inside)
		bad(file ":" head, name_of(head_text), "without } in column 0", function_max)
}
FNR == 1 {
	end_file()
	file = FILENAME
	files++
	inside = head = 0
	previous = ""
}
{
	lines = FNR
	text = $0
	gsub(/[\200-\277]/, "", text)	# bytes to characters
	n = columns(text)
	if (n > line_max)
		bad(FILENAME ":" FNR, "line", n, line_max)
}
inside && /^}/ {
	n = FNR - head + 1
	functions++
	if (n > longest)
		longest = n
	if (n > function_max)
		bad(FILENAME ":" head, name_of(head_text), n, function_max)
	inside = head = 0
}
!inside {
	if ($0 ~ /^[A-Za-z_]/) {
		head = FNR
		head_text = $0
	}
	if (head && head_text !~ /=/ && (/^\{/ && previous ~ /\)[^;]*$/ || /\)[ \t]*\{[ \t]*$/))
		inside = 1
	if ($0 ~ /;[ \t]*$/)
		head = 0
	previous = $0
}
END {
	end_file()
	if (!functions) {
		print "not ok sizes: no function found"
		failed = 1
	}
	if (!failed)
		printf "ok sizes (%d files, %d functions, longest %d lines)\n", files, functions, longest
	exit failed
}' "$@"
