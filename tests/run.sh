#!/bin/sh
# Runs the given groups of tests and counts what really ran.
#
#	sh tests/run.sh unit golden check lab fuzz alloc live
#
# Every test prints lines "ok NAME", "not ok NAME" or "skip NAME: why"; a test that exits with an
# error, or prints none of these, has failed.  A line "elsewhere NAME: why" tells of a case that this
# machine cannot make, and the lab's scenario of the same name does: it is shown, and counts nowhere.
# B is the build folder.
cd "$(dirname "$0")/.." || exit 1
B=${B:-build}
export B SRC="$PWD"
log=$(mktemp -d) || exit 1
trap 'rm -rf "$log"' EXIT
: >"$log/all"

# NAME COMMAND...: runs one test program and keeps its result lines.
one() {
	name=$1
	shift
	"$@" >"$log/out" 2>&1
	status=$?
	grep -E '^(ok|not ok|skip) ' "$log/out" | grep -v '^ok .*# SKIP' >"$log/lines"
	sed -n 's/^ok \(.*\)# SKIP\(.*\)/skip \1\2/p' "$log/out" >>"$log/lines"
	[ -s "$log/lines" ] || echo "not ok $name: printed no result (exit $status)" >"$log/lines"
	if [ $status -ne 0 ] && ! grep -q '^not ok' "$log/lines"; then
		echo "not ok $name: exit $status" >>"$log/lines"
	fi
	if grep -q '^not ok' "$log/lines"; then
		grep -v '^ok ' "$log/out" | sed "s|^|$name: |" | tail -n 100
		grep '^not ok' "$log/lines"
	fi
	grep '^elsewhere' "$log/out"
	grep '^skip' "$log/lines"
	cat "$log/lines" >>"$log/all"
}

group_unit() {
	for t in "$B"/tests/unit/t_*; do
		[ -x "$t" ] && [ ! -d "$t" ] || continue
		one "${t##*/}" env CMOCKA_MESSAGE_OUTPUT=tap "$t"
	done
}

group_golden() {
	one golden sh tests/golden.sh
	one zones sh tests/zones.sh
	one guard sh tests/guard.sh
	one census_many "$B/tests/census_many" 200000
	one examples sh tests/examples.sh
}

group_check() {
	for t in tests/check/*.sh; do
		one "$t" sh "$t"
	done
}

group_lab() { one lab-logs sh tests/lab/logs.sh; }

group_fuzz() {
	for t in "$B"/tests/fuzz/replay_*; do
		[ -x "$t" ] && [ ! -d "$t" ] || continue
		name=${t##*/replay_}
		one "fuzz-$name" "$t" tests/fuzz/corpus/"$name" tests/fixtures
	done
	# Real reports with lines lost, doubled, moved, cut and run together; more of them lie
	# beside the checkout, or nowhere.
	set -- tests/lab/logs/*.log tests/fixtures/oom-*.log
	for t in "${MEMWHY_CORPUS:-../shared/corpus}"/*.log; do
		[ ! -r "$t" ] || set -- "$@" "$t"
	done
	one oom-mutations "$B/tests/fuzz/mutate_oom" 1 1000 "$@"
}

# It has no standard error: what a sanitizer says goes to a file.
group_alloc() {
	one alloc env ASAN_OPTIONS=log_path="$log/sanitizer" UBSAN_OPTIONS=log_path="$log/sanitizer" \
		MEMWHY_FIXTURES=tests/fixtures "$B/tests/alloc"
	cat "$log"/sanitizer.* 2>/dev/null | head -n 40
}

# A sanitizer's memory is not that of the program: what measures its own helper to the page is for
# other builds.
group_live() {
	for t in tests/live/*.sh; do
		case ${t##*/} in
		address.sh | committed.sh | promises.sh)
			if grep -q __asan_init "$B/memwhy"; then
				echo "elsewhere ${t##*/}: the build has a sanitizer"
				continue
			fi
			;;
		esac
		one "$t" sh "$t"
	done
}

for g in "$@"; do
	before=$(wc -l <"$log/all")
	"group_$g"
	echo "== $g: $(($(wc -l <"$log/all") - before)) results"
done
passed=$(grep -c '^ok' "$log/all")
failed=$(grep -c '^not ok' "$log/all")
skipped=$(grep -c '^skip' "$log/all")
[ -z "${COUNTS:-}" ] || echo "$passed $failed $skipped" >>"$COUNTS"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
