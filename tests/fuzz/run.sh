#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs the fuzz targets under libFuzzer with ASan and UBSan:
#
#	./dev fuzz [TARGET [SECONDS]]		all of them, 60 seconds each
#
# What they find is kept in build-fuzz/found/; seeds are tests/fuzz/corpus and the fixtures.
set -eu
cd "$(dirname "$0")/../.."
out=build-fuzz
mkdir -p $out/found $out/obj
targets=${1:-$(ls tests/fuzz/fuzz_*.c | sed 's|.*/fuzz_\(.*\)\.c|\1|')}
seconds=${2:-60}
flags='-std=gnu17 -D_GNU_SOURCE -Isrc -I/usr/include/libsmartcols -g -O1 -fsanitize=fuzzer-no-link,address,undefined
	-fno-sanitize-recover=undefined'
# A header that changed changes everything.
[ -z "$(find src -name '*.h' -newer $out/stamp 2>/dev/null)" ] && [ -e $out/stamp ] || rm -f $out/obj/*
touch $out/stamp
for c in src/base/*.c src/kernel/*.c src/model/*.c src/pages/*.c src/snap/*.c src/why/*.c src/report/*.c src/act/*.c; do
	case $c in *_none.c | *_plain.c) continue ;; esac
	o=$out/obj/$(echo "$c" | tr / _).o
	# shellcheck disable=SC2086
	[ "$o" -nt "$c" ] || clang $flags -c "$c" -o "$o"
done
bad=0
for t in $targets; do
	# shellcheck disable=SC2086
	clang $flags -fsanitize=fuzzer "tests/fuzz/fuzz_$t.c" $out/obj/*.o -lsmartcols -ldl -o "$out/$t"
	mkdir -p "$out/corpus/$t"
	seeds=
	[ ! -d "tests/fuzz/corpus/$t" ] || seeds=tests/fuzz/corpus/$t
	case $t in
	asker | balance | capture | cgroups | commit | ledger | numa | recharge | victims | zone_parts) seeds="$seeds tests/fixtures" ;;
	oom | oomlog) seeds="$seeds tests/lab/logs" ;;
	esac
	# shellcheck disable=SC2086
	if "$out/$t" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
		-artifact_prefix=$out/found/"$t"- "$out/corpus/$t" $seeds >"$out/$t.log" 2>&1; then
		echo "ok fuzz $t: $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$out/$t.log") runs in $seconds s"
	else
		echo "not ok fuzz $t: see $out/$t.log"
		bad=1
	fi
done
exit $bad
