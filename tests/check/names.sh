#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the objects export, and that they keep no state of their own between calls.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) || exit 1
B=$(cd "${B:-$SRC/build}" 2>/dev/null && pwd) || { echo "not ok names: no build folder"; exit 1; }

# Data that may change in the pure folders, as object:symbol, each with its reason:
# the countdown of the --alloc run, which makes the n-th allocation fail.
allow="base_arena:fail_in"

set -- "$B"/libmemwhy.a.p/src_*.c.o "$B"/libmemwhycli.a.p/src_cli_*.c.o
for o; do
	[ -f "$o" ] || { echo "not ok names: no objects like $o"; exit 1; }
done

# The sysv format has the section: a const table of strings is type d too, but stands in
# .data.rel.ro, which the loader makes read-only.  Fields: file:name|value|type|kind|size|line|section
# shellcheck disable=SC2046 # the pipe into awk is the point
nm -A -f sysv --defined-only "$@" | awk -F '|' -v objects=$# -v allow="$allow" '
function bad(why) {
	print "not ok names: src_" object ".c.o " why
	failed = 1
}
NF < 7 { next }
{
	gsub(/[ \t]/, "")
	sub(/.*\/src_/, "", $1)
	object = symbol = $1
	sub(/\.c\.o:.*/, "", object)
	sub(/.*\.c\.o:/, "", symbol)
	folder = object
	sub(/_.*/, "", folder)
	type = $3
	section = $7
}
symbol ~ /^(__odr_asan|__asan_|__ubsan_|__unnamed_|__gcov|__llvm_|__prof)/ { next }
type ~ /^[A-Zu]$/ {
	exported++
	if (folder == "cli")
		fine = symbol ~ /^(cmd_|opt_|cli_)/ || symbol == "main"
	else if (folder == "lab")
		fine = symbol ~ /^(mw_|lab_)/
	else if (folder == "daemon")
		fine = symbol ~ /^mw_/ || symbol == "main"
	else
		fine = symbol ~ /^mw_/
	if (!fine)
		bad("exports " symbol)
}
type ~ /^[DBdbC]$/ && section !~ /^\.data\.rel\.ro/ {
	# A static of a function is name.0 for gcc, function.name for clang; so are __func__.0, completed.0.
	sub(/\.[0-9]+$/, "", symbol)
	sub(/.*\./, "", symbol)
	if (symbol ~ /^(__func__|__PRETTY_FUNCTION__|completed)$/)
		next
	if (folder !~ /^(base|kernel|model|pages|snap|why|report)$/)
		next
	if (index(" " allow " ", " " object ":" symbol " ") == 0)
		bad("keeps state in " symbol " (" section ")")
}
END {
	if (!exported) {
		print "not ok names: no exported symbol found"
		failed = 1
	}
	if (!failed)
		print "ok names (" exported " exported names of " objects " objects)"
	exit failed
}'
