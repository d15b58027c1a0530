#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Proof that each check fires.  In a copy of the tree, one mistake per rule is planted, each in a
# file of its own, planted_<mistake>; then the check must fail and name that file.  Files called
# planted_fine_* are legal, and must not be named.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) && cd "$SRC" || exit 1

T=$(mktemp -d) || exit 1
trap 'rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM

# fresh: a copy of the tree without a mistake, to stand in
fresh() {
	cd "$SRC" || exit 1
	rm -rf "$T/tree" "$T/objects"
	for d in src man docs tests/check; do
		mkdir -p "$T/tree/$d"
		[ -d "$d" ] && cp -R "$d/." "$T/tree/$d"
	done
	cp .clang-format meson.build "$T/tree"
	cd "$T/tree" || exit 1
}

bad=0 n=0 ran=" selftest "

# run CHECK [TREE]: keeps what it says in $said, and fails unless the check failed.
run() {
	check=$1
	ran="$ran$1 "
	said=$(SRC=${2:-$T/tree} B=${2:-$T}/build sh "$T/tree/tests/check/$1.sh" 2>&1)
	r=$?
	[ "$r" = 1 ] && return
	echo "not ok selftest-$check: exit status $r with mistakes planted: $said"
	bad=1
}

# fired MISTAKE NAMED WHY: the last run said "not ok", named the file, and gave this reason.
fired() {
	n=$((n + 1))
	if printf "%s\n" "$said" | grep "^not ok $check: .*$2" | grep -q -e "$3"; then
		echo "ok selftest-$check-$1"
	else
		echo "not ok selftest-$check-$1: nothing on $2 like '$3'"
		bad=1
	fi
}

# quiet LEGAL NAMED: the last run did not complain of the file.
quiet() {
	n=$((n + 1))
	if printf "%s\n" "$said" | grep -q "$2"; then
		echo "not ok selftest-$check-$1: $(printf "%s\n" "$said" | grep "$2")"
		bad=1
	else
		echo "ok selftest-$check-$1"
	fi
}

# plant FILE: standard input, under our licence
plant() {
	mkdir -p "${1%/*}"
	{ echo "/* SPDX-License-Identifier: Apache-2.0 */"; cat; } >"$1"
}

selftest_floors() {
	for pair in base:kernel base:report kernel:model kernel:act model:pages pages:snap snap:why \
		snap:model why:report why:pages why:act report:kernel report:why act:snap lab:cli daemon:cli; do
		echo "#include \"${pair#*:}/x.h\"" | plant "src/${pair%:*}/planted_${pair#*:}.h"
	done
	echo '#include "val.h"' | plant src/base/planted_bare.c
	echo '#include "misc/val.h"' | plant src/base/planted_unknown.c
	echo '#include "base/../cli/opt.h"' | plant src/base/planted_dots.c
	echo '#  include <cli/opt.h>' | plant src/base/planted_angle.c
	echo '#include X' | plant src/base/planted_macro.c
	echo 'int x;' | plant src/planted_outside.c
	echo 'int x;' | plant src/misc/planted_folder.c
	printf '#include "%s/x.h"\n' base kernel model snap why | plant src/why/planted_fine_why.c
	printf '#include "%s/x.h"\n' base report cli lab daemon pages | plant src/cli/planted_fine_cli.c
	printf '#include <linux/openat2.h>\n#include "base/val.h"\n' | plant src/kernel/planted_fine_angle.c
	run floors
	for pair in base:kernel base:report kernel:model kernel:act model:pages pages:snap snap:why \
		snap:model why:report why:pages why:act report:kernel report:why act:snap lab:cli daemon:cli; do
		fired "${pair%:*}-${pair#*:}" "src/${pair%:*}/planted_${pair#*:}.h" "${pair%:*}/ may not"
	done
	fired bare src/base/planted_bare.c "without its folder"
	fired unknown src/base/planted_unknown.c "unknown folder"
	fired dots src/base/planted_dots.c "unknown folder"
	fired angle src/base/planted_angle.c "in quotes"
	fired macro src/base/planted_macro.c "cannot read"
	fired outside src/planted_outside.c "no folder of the table"
	fired folder src/misc/planted_folder.c "no folder of the table"
	quiet legal planted_fine
	run floors "$T/empty"
	fired empty "" "no file"
}

# object FOLDER FILE [CALL...]: a source that calls these and its object, in a tree of their own,
# where every source has an object.
object() {
	folder=$1 file=$2
	shift 2
	mkdir -p "$T/objects/src/$folder"
	{
		printf 'int %s();\n' "$@"
		echo "int mw_planted_$folder$file(void) {"
		printf '%s();\n' "$@"
		echo "return 0; }"
	} >"$T/objects/src/$folder/$file.c"
	compile "$folder" "$file"
}

compile() {
	lib=libmemwhy
	[ "$1" = cli ] && lib=libmemwhycli
	mkdir -p "$T/objects/build/$lib.a.p"
	${CC:-cc} -w -std=gnu17 -fno-builtin -c -o "$T/objects/build/$lib.a.p/src_$1_$2.c.o" \
		"$T/objects/src/$1/$2.c"
}

# Each call of the list alone must be seen: object FOLDER, FILE, then call by call.
selftest_doors() {
	object why planted_calls printf clock_gettime time getenv strtok atoi strtoul __isoc99_sscanf \
		strstr malloc open read write kill exit __printf_chk __open_2
	object kernel meminfo open
	object kernel root printf write creat kill getenv time unlink
	object base arena fputs realloc
	object base fmt fputs malloc
	object snap planted_snap opendir syscall
	object report planted_report open printf getenv
	object cli planted_cli getenv fopen exit kill
	object cli main fopen system
	object lab planted_fine_lab kill fork unlink
	object act planted_fine_act kill write
	object daemon planted_fine_daemon getenv
	object why planted_fine_why mw_str_trim __memcpy_chk memcmp qsort __stack_chk_fail __asan_init
	object kernel root_planted_fine openat2 __openat64_2 __pread_chk dlopen
	object kernel live_planted_fine openat __errno_location
	object base planted_fine_cli strlen
	object cli planted_fine_cli getopt_long fprintf __fprintf_chk cmd_emit opt_parse strerror
	object report planted_fine_report __fprintf_chk scols_new_table fputc
	mkdir -p "$T/objects/src/why"
	echo 'int x;' >"$T/objects/src/why/planted_unbuilt.c"
	run doors "$T/objects"
	for call in printf clock_gettime time getenv strtok atoi strtoul __isoc99_sscanf strstr malloc \
		open read write kill exit __printf_chk __open_2; do
		fired "why-$call" src/why/planted_calls.c "calls $call\$"
	done
	fired kernel src/kernel/meminfo.c "calls open"
	for call in printf write creat kill getenv time unlink; do
		fired "root-$call" src/kernel/root.c "calls $call\$"
	done
	fired arena-fputs src/base/arena.c "calls fputs"
	fired arena-realloc src/base/arena.c "calls realloc"
	fired fmt-fputs src/base/fmt.c "calls fputs"
	fired fmt-malloc src/base/fmt.c "calls malloc"
	fired snap-opendir src/snap/planted_snap.c "calls opendir"
	fired snap-syscall src/snap/planted_snap.c "calls syscall"
	fired report-open src/report/planted_report.c "calls open"
	fired report-printf src/report/planted_report.c "calls printf"
	fired report-getenv src/report/planted_report.c "calls getenv"
	for call in getenv fopen exit kill; do
		fired "cli-$call" src/cli/planted_cli.c "calls $call\$"
	done
	fired main-fopen src/cli/main.c "calls fopen"
	fired main-system src/cli/main.c "calls system"
	fired unbuilt src/why/planted_unbuilt.c "no object"
	quiet legal planted_fine
	run doors "$T/empty"
	fired empty "" "no objects"
	run doors "$T/nobuild"
	fired no-build "" "no build folder"
}

compile_all() {
	for c in "$T"/objects/src/*/*.c; do
		f=${c##*/} d=${c%/*}
		compile "${d##*/}" "${f%.c}"
	done
}

selftest_names() {
	mkdir -p "$T/objects/src/base" "$T/objects/src/why" "$T/objects/src/cli" "$T/objects/src/act"
	mkdir -p "$T/objects/src/lab"
	(
		cd "$T/objects/src" || exit 1
		echo 'int planted(void) { return 0; }' | tee cli/planted_export.c >why/planted_export.c
		echo 'int cmd_x(void) { return 0; }' | tee base/planted_cmd.c >cli/planted_fine_cmd.c
		echo 'int mw_x(void) { return 0; }' | tee cli/planted_mw.c >why/planted_fine_mw.c
		echo 'static int n; int mw_n(void) { return n++; }' >why/planted_bss.c
		echo 'static int n = 5; int mw_d(void) { return n++; }' >why/planted_data.c
		echo 'int mw_planted_table[2] = { 1, 2 };' >why/planted_global.c
		echo 'int mw_l(void) { static int n; return n++; }' >why/planted_local.c
		echo 'int mw_t(void) { static _Thread_local int n; return n++; }' >why/planted_thread.c
		echo 'static const char *t[] = { "a" }; const char **mw_s(void) { return t; }' >why/planted_table.c
		echo 'static int fail_in; int mw_f(void) { return fail_in++; }' |
			tee base/arena.c >base/planted_allowed_elsewhere.c
		echo 'static int n; int mw_a(void) { return n++; }' >act/planted_fine_act.c
		echo 'int lab_x(void) { return 0; }' >lab/planted_fine_lab.c
		echo 'const char *const mw_k[] = { "a", __FILE__ }; static const int z[2];
			const char *mw_c(void) { static const int i[] = { 1 }; return z[0] + i[0] + __func__; }' \
			>why/planted_fine_const.c
	)
	compile_all
	run names "$T/objects"
	fired export src_why_planted_export "exports planted"
	fired export-cli src_cli_planted_export "exports planted"
	fired cmd src_base_planted_cmd "exports cmd_x"
	fired mw-in-cli src_cli_planted_mw "exports mw_x"
	fired bss src_why_planted_bss "state in n "
	fired data src_why_planted_data "state in n "
	fired global src_why_planted_global "state in mw_planted_table"
	fired local src_why_planted_local "state in n "
	fired thread src_why_planted_thread "state in n "
	fired table src_why_planted_table "state in t "
	fired allowed-elsewhere src_base_planted_allowed "state in fail_in"
	quiet legal 'planted_fine\|base_arena'
	rm -rf "$T"/objects
	mkdir -p "$T/objects/src/why" "$T/objects/src/cli"
	echo "static int x;" | tee "$T/objects/src/why/x.c" >"$T/objects/src/cli/x.c"
	compile_all
	run names "$T/objects"
	fired nothing-exported "" "no exported"
	run names "$T/empty"
	fired empty "" "no objects"
	run names "$T/nobuild"
	fired no-build "" "no build folder"
}

# body LINES: that many lines for the inside of a function
body() { awk -v n="$1" 'BEGIN { while (n--) print "\tx();" }'; }

selftest_sizes() {
	{ echo 'int planted_61(void)'; echo '{'; body 58; echo '}'; } | plant src/why/planted_function.c
	{ printf 'int planted_two(int a,\n\t\tint b)\n{\n'; body 57; echo '}'; } | plant src/why/planted_head.h
	{ echo 'int planted_brace(void) {'; body 59; echo '}'; } | plant src/why/planted_brace.c
	{ echo 'static void t(void **state)'; echo '{'; body 58; echo '}'; } | plant tests/unit/planted_t.c
	body 500 | plant src/why/planted_file.c
	body 500 | plant tests/live/planted_live.c
	echo 'int planted(void)' | plant src/why/planted_open.c
	echo '{' >>src/why/planted_open.c
	awk 'BEGIN { while (n++ < 94) s = s "x"; print "\t/*" s }' | plant src/why/planted_line.c
	awk 'BEGIN { print "struct x y[] =\n{"; while (n++ < 200) print "\t1,"; print "};" }' |
		plant src/why/planted_fine_table.c
	awk 'BEGIN { print "struct x y[] = {"; while (n++ < 200) print "\t{ f(1) },"; print "};" }' |
		plant src/why/planted_fine_table.h
	{
		printf 'int planted_two(int a,\n\t\tint b)\n{\n'
		body 56
		echo '}'
		body 438 # 500 lines with the licence
	} | plant src/why/planted_fine_limits.c
	awk 'BEGIN { while (n++ < 98) s = s "\303\244"; print "/*" s }' | plant src/why/planted_fine_line.c
	run sizes
	fired function src/why/planted_function.c:2 "planted_61 61"
	fired two-line-head src/why/planted_head.h:2 "planted_two 61"
	fired brace src/why/planted_brace.c:2 "planted_brace 61"
	fired unit tests/unit/planted_t.c:2 "t 61"
	fired file src/why/planted_file.c:501 "file 501"
	fired live tests/live/planted_live.c:501 "file 501"
	fired open src/why/planted_open.c:2 "without }"
	fired line src/why/planted_line.c:2 "line 104"
	quiet limits planted_fine
	run sizes "$T/empty"
	fired empty "" "no file"
	echo "int x;" | (cd "$T/none" && plant src/base/planted.c)
	run sizes "$T/none"
	fired no-function "" "no function"
}

selftest_headers() {
	printf '/* x - y. */\n#pragma once\nstruct x { uint64_t n; };\n' | plant src/base/planted_alone.h
	printf '/* x - y. */\n#pragma once\nstatic inline int f(int a, unsigned b) { return a < b; }\n' |
		plant src/base/planted_warns.h
	printf '/* x - y. */\nstruct x;\n' | plant src/base/planted_once.h
	printf '#pragma once\n/* too late */\nstruct x;\n' | plant src/base/planted_comment.h
	printf '/* x - y. */\n#pragma once\n' >src/base/planted_licence.h
	mkdir -p tests/unit
	echo 'int x;' | tee src/base/planted_licence.c >tests/unit/planted_t.c
	printf '/* SPDX-License-Identifier: GPL-2.0-or-later */\n' >src/base/planted_other.c
	printf '/* x - y. */\n#pragma once\n#include "base/planted_fine_two.h"\n' | plant src/base/planted_fine.h
	printf '/*\n * x - y.\n */\n#pragma once\n#include <stdint.h>\nextern uint64_t x;\n' |
		plant src/base/planted_fine_two.h
	run headers
	fired alone src/base/planted_alone.h "uint64_t"
	fired warns src/base/planted_warns.h "sign-compare"
	fired once src/base/planted_once.h "#pragma once"
	fired comment src/base/planted_comment.h "no comment"
	fired licence src/base/planted_licence.h "SPDX"
	fired licence-c src/base/planted_licence.c "SPDX"
	fired licence-test tests/unit/planted_t.c "SPDX"
	fired other-licence src/base/planted_other.c "SPDX"
	quiet legal planted_fine
	mkdir -p "$T/one/src/base"
	echo "int x;" >"$T/one/src/base/planted_only.c"
	printf "/* x - y. */\n#pragma once\n" | (cd "$T/one" && plant src/base/x.h)
	run headers "$T/one"
	fired only src/base/planted_only.c SPDX
	run headers "$T/empty"
	fired empty "" "no header"
}

# page NAME ITEMS: a clean page with these .It lines in its list of options
page() {
	mkdir -p man
	printf '.Dd January 1, 2025\n.Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd planted\n' \
		"$(echo "$1" | tr '[:lower:]' '[:upper:]')" "$1" >"man/$1.1"
	printf '.Sh DESCRIPTION\n.Bl -tag -width x\n%b.El\n.Sh EXIT STATUS\nNone.\n' "$2" >>"man/$1.1"
}

# The program here is a script with an option table of its own.
memwhy() {
	mkdir -p "$T/build"
	{ echo '#!/bin/sh'; echo "printf '$1'"; } >"$T/build/memwhy"
	chmod +x "$T/build/memwhy"
}

selftest_man() {
	rm -f man/*
	memwhy 'memwhy\t--json\t-j\t\nmemwhy\t--root\t\tDIR\nplanted\t--top\t-n\tN\nplanted\t--all\t\t\n'
	page memwhy '.It Fl j , Fl -json\nX\n.It Fl -root Ar DIR\nX\n.It Cm planted\nX\n'
	page memwhy-planted '.It Fl n , Fl -top Ns = Ns Ar N\nX\n.It Fl -all\nX\n.It Fl -json\nX\n'
	printf ".Dd January 1, 2025\n.Dt X 5\n.Os\n.Sh NAME\n.Nm x\n.Nd x\n.Sh X\n.Bogus\n" >man/planted_lint.5
	if command -v mandoc >/dev/null; then
		run man
		fired lint planted_lint.5 Bogus
		quiet legal "not ok man: .*memwhy"
	else
		echo "skip selftest-man-lint: no mandoc"
	fi

	memwhy 'memwhy\t--json\t-j\t\nplanted\t--top\t-n\tN\nplanted\t--all\t\t\nplanted_none\t--x\t\t\nplanted\tbad\n'
	page memwhy '.It Fl j , Fl -json Ar PLANTED\nX\n.It Cm ledger\nX\n'
	page memwhy-planted '.It Fl m , Fl -top Ar N\nX\n.It Fl -gone\nX\n'
	grep -v EXIT man/memwhy-planted.1 >man/x && mv man/x man/memwhy-planted.1
	run man
	fired undocumented man/memwhy-planted.1 "no .It Fl -all"
	fired no-such-option man/memwhy-planted.1 "--gone, no such"
	fired short man/memwhy-planted.1 "-m for --top"
	fired argument man/memwhy.1 "whether --json has"
	fired exit-status man/memwhy-planted.1 "EXIT STATUS"
	fired list-of-commands man/memwhy.1 "command planted$"
	fired no-page man/memwhy-planted_none.1 "no man/"
	fired dump-line planted "is not COMMAND"
	memwhy ''
	run man
	fired empty "" "says nothing"
	rm "$T/build/memwhy"
	run man
	fired no-program "" "failed"
	memwhy "planted\t--all\t\t\n"
	rm man/memwhy.1
	run man
	fired no-main-page "" "no man/memwhy.1"
	run man "$T/nobuild"
	fired no-build "" "no build folder"
}

parts='## What it means\n\n## Evidence\n\n## Fix\n\n## Check\n\n## When it is wrong\n'

selftest_findings() {
	mkdir -p docs/findings
	printf 'f("MW-PLANTED-NOPAGE");\nf("MW-PLANTED-FINE"); g("\\"", "MW-PLANTED-HALF");\n' | plant src/why/planted.c
	printf '/* "MW-PLANTED-COMMENT" */\n * as "MW-PLANTED-COMMENT" says\n' | plant src/why/planted_fine.c
	printf '%b' "$parts" | tee docs/findings/MW-PLANTED-FINE.md >docs/findings/MW-PLANTED-UNUSED.md
	for part in "What it means" Evidence Fix Check "When it is wrong"; do
		printf '%b' "$parts" | grep -v "$part" >"docs/findings/MW-PLANTED-HALF.md"
		run findings
		fired "no-$(echo "$part" | tr ' ' -)" MW-PLANTED-HALF.md "has no ## $part"
	done
	fired no-page src/why/planted.c:2 "MW-PLANTED-NOPAGE.md is missing"
	fired no-source MW-PLANTED-UNUSED.md "no source"
	fired not-in-explain MW-PLANTED-FINE.md "not in meson.build"
	printf "  'MW-PLANTED-FINE',\n" >>meson.build
	run findings
	quiet legal 'PLANTED-\(FINE\|COMMENT\)'
	run findings "$T/empty"
	fired empty "" "no id"
}

selftest_meminfo() {
	mkdir -p src/kernel docs
	printf '\t{ "PlantedField", 0 },\n\tKIB("PlantedKib", x),\n\t{ "Planted(fine)", 0 },\n' >>src/kernel/meminfo.c
	printf '\n## Planted(fine)\n\n### PlantedField\n\n## PlantedFields\n' >>docs/meminfo.md
	run meminfo
	fired no-entry docs/meminfo.md "## PlantedField\$"
	fired no-entry-kib docs/meminfo.md "## PlantedKib\$"
	quiet legal 'Planted(fine)'
	run meminfo "$T/empty"
	fired empty "" "no field table"
}

selftest_format() {
	ran="$ran format "
	case $(sh tests/check/format.sh) in skip*) return ;; esac
	printf 'int  planted( void )\n{return 0;}\n' | plant src/why/planted.c
	run format
	fired badly-made src/why/planted.c "clang-format -i"
	run format "$T/empty"
	fired empty "" "no files"
}

mkdir -p "$T/empty/build" "$T/none" "$T/nobuild"
fresh && selftest_floors
fresh && selftest_doors
fresh && selftest_names
fresh && selftest_sizes
fresh && selftest_headers
fresh && selftest_man
fresh && selftest_findings
fresh && selftest_meminfo
fresh && selftest_format

# A check that nobody has seen fail is none.
for c in "$SRC"/tests/check/*.sh; do
	c=${c##*/}
	case $ran in
	*" ${c%.sh} "*) ;;
	*) echo "not ok selftest: no mistake is planted for tests/check/$c"; bad=1 ;;
	esac
done
[ $bad = 0 ] && echo "ok selftest ($n proofs)"
exit $bad
