#!/bin/sh
# Measures memwhy against the bare reading of the same files, in one run on one machine: CPU and
# wall time, medians, as ratios; and `memwhy oom` against grep and wc.  (Output goes to a pipe: to
# /dev/null grep stops at its first hit.)
#
#	./dev bench [ledger|victims|commit [PROCESSES...]] [oom] [pages] [guard] [guard-idle]
#		[guard-latency] [kill [REPETITIONS]]
#	default: ledger 300 3000 oom victims 300 10000 commit 300 pages guard
set -eu
cd "$(dirname "$0")/.."
B=${B:-build-release}
work=$(mktemp -d)
cc -O2 -D_GNU_SOURCE -o "$work/bare" bench/bare.c
cc -O2 -D_GNU_SOURCE -o "$work/crowd" bench/crowd.c
crowd=
stop() { [ -z "$crowd" ] || { kill "$crowd" 2>/dev/null; wait "$crowd" 2>/dev/null || :; crowd=; }; }
trap 'stop; rm -rf "$work"' EXIT

row() { # LABEL COMMAND...: a row with medians in ms
	label=$1
	shift
	hyperfine --shell=none --warmup 2 --runs "${RUNS:-15}" --ignore-failure --output pipe \
		--export-json "$work/h.json" "$*" >/dev/null 2>&1
	jq -r --arg l "$label" '.results[0] | [$l, (.median * 1000), ((.user + .system) * 1000)]
		| "\(.[0])\t\(.[1] * 10 | round / 10)\t\(.[2] * 10 | round / 10)"' "$work/h.json" |
		tee -a "$work/rows" | awk -F'\t' '{ printf "  %-34s %9.1f ms wall %9.1f ms CPU\n", $1, $2, $3 }'
}
ratio() { # LABEL A B: CPU of row A over CPU of row B
	awk -F'\t' -v l="$1" -v a="$2" -v b="$3" '$1 == a { x = $3; w = $2 } $1 == b { y = $3; v = $2 }
		END { printf "  => %s: %.3f of its CPU, %.3f of its wall time\n", l, x / y, w / v }' "$work/rows"
}

peak() { # COMMAND...: KiB
	/usr/bin/time -f %M "$@" 2>&1 >/dev/null | tail -n 1
}

start_crowd() { # COUNT
	: >"$work/rows"
	"$work/crowd" "$1" >"$work/ready" &
	crowd=$!
	until grep -q ready "$work/ready"; do sleep 0.1; done
	echo "$1 more processes ($(ls /proc | grep -c '^[0-9]') in all):"
}

bench_ledger() { # COUNT
	start_crowd "$1"
	row "memwhy ledger --counters" "$B/memwhy" ledger --counters --json
	row "bare reading, counters" "$work/bare" counters
	row "memwhy ledger" "$B/memwhy" ledger --json
	row "bare reading, the same files" "$work/bare" ledger
	row "bare reading of smaps (ps_mem)" "$work/bare" smaps
	if command -v smem >/dev/null; then RUNS=5 row "smem" smem; fi
	ratio "memwhy ledger against bare reading" "memwhy ledger" "bare reading, the same files"
	ratio "memwhy ledger against reading smaps" "memwhy ledger" "bare reading of smaps (ps_mem)"
	! command -v smem >/dev/null || ratio "memwhy ledger against smem" "memwhy ledger" smem
	stop
}

bench_victims() { # COUNT
	start_crowd "$1"
	row "memwhy victims" "$B/memwhy" victims --json --smaps-budget 100000
	row "bare reading, the same files" "$work/bare" victims
	ratio "memwhy victims against bare reading" "memwhy victims" "bare reading, the same files"
	stop
}

bench_commit() { # COUNT
	start_crowd "$1"
	row "memwhy commit" "$B/memwhy" commit --json --smaps-budget 100000
	row "bare reading, the same files" "$work/bare" commit
	ratio "memwhy commit against bare reading" "memwhy commit" "bare reading, the same files"
	stop
}

# Who owns each page: against the bare reading of the three files that root has without the kernel's
# memory, which no reader of theirs can undercut.
pages="$B/memwhy ledger --counters --pages --json"
mib() { awk -v n="$1:" '$1 == n { print int($2 / 1024) }' /proc/meminfo; }

bench_pages_parts() { # medians of each part's CPU, and their ratios to the bare reading
	i=0
	: >"$work/parts"
	while [ $i -lt "${RUNS:-15}" ]; do
		i=$((i + 1))
		$pages | jq -c '([.census_steps[].cpu_us] | add) as $sum | .census.ram_bytes as $ram
			| [.census_steps[] | [.step, .cpu_us]] + [["rest", .census.cpu_us - $sum],
			["all", .census.cpu_us], ["all, by the clock", .census.wall_us],
			["all, for a GiB", .census.cpu_us / ($ram / 1073741824)]] | .[]' >>"$work/parts"
	done
	bare=$(awk -F'\t' '$1 == "bare reading of kpage*" { print $3 }' "$work/rows")
	jq -rs --argjson bare "$bare" '[group_by(.[0])[] | [.[0][0], (map(.[1]) | sort | .[length / 2 | floor]) / 1000]]
		| sort_by(.[1])[] | "\(.[0])\t\(.[1])\t\(.[1] / $bare)"' "$work/parts" |
		awk -F'\t' '{ printf "    %-20s %9.2f ms %8.4f of the bare reading\n", $1, $2, $3 }'
}

# Fills memory up to so many percent with cache that the kernel can drop: files with nothing in them.
fill() { # PERCENT
	n=$(($(mib MemTotal) * $1 / 100 - $(mib MemTotal) + $(mib MemFree)))
	[ $n -gt 0 ] || { echo "  more than $1 % is in use"; return 0; }
	mkdir -p "$work/fill"
	(cd "$work/fill" && seq -f "$1-%g" $n | xargs truncate -s 1M && seq -f "$1-%g" $n | xargs cat >/dev/null)
}

bench_pages_at() { # PERCENT
	[ "$(stat -f -c %T "$work")" != tmpfs ] || { echo "  $work is a tmpfs: memory is not filled"; return 0; }
	fill "$1"
	: >"$work/rows"
	echo "  with $((100 - $(mib MemFree) * 100 / $(mib MemTotal))) % of memory in use:"
	RUNS=5 row "bare reading of kpage*" "$work/bare" kpage
	# shellcheck disable=SC2086
	row "ledger --counters --pages" $pages
	ratio "ledger --pages against bare reading" "ledger --counters --pages" "bare reading of kpage*"
	bench_pages_parts
}

bench_pages() {
	: >"$work/rows"
	echo "the census of $(mib MemTotal) MiB, $((100 - $(mib MemFree) * 100 / $(mib MemTotal))) % of it in use:"
	# shellcheck disable=SC2086
	{
		RUNS=5 row "bare reading of kpage*" "$work/bare" kpage
		RUNS=5 row "kpage, all" $pages --reader kpage --sample 1
		row "kpage, 1 %" $pages --reader kpage
		row "bpf, 1 %" $pages --reader bpf --sample 0.01
		[ ! -r /proc/kcore ] || row "kcore, 1 %" $pages --reader kcore --sample 0.01
		row "bpf, all" $pages --reader bpf
		[ ! -r /proc/kcore ] || row "kcore, all" $pages --reader kcore
		row "ledger --counters" "$B/memwhy" ledger --counters --json
		row "ledger --counters --pages" $pages
		echo "  peak memory: $(peak $pages) KiB"
	}
	ratio "kpage against bare reading" "kpage, all" "bare reading of kpage*"
	ratio "a sample by kpage against bare reading" "kpage, 1 %" "bare reading of kpage*"
	ratio "a sample by bpf against bare reading" "bpf, 1 %" "bare reading of kpage*"
	ratio "ledger --pages against bare reading" "ledger --counters --pages" "bare reading of kpage*"
	bench_pages_parts
	for percent in 25 90; do bench_pages_at $percent; done
	rm -rf "$work/fill"
	echo "  10 million cached inodes, simulated: $("$B/tests/census_many" 10000000)"
}

# How long a killed process keeps its memory: a victim of up to 4 GiB at a time, in memory cgroups of
# our own, with busy processes beside it.  Half an hour with 30 repetitions; for a quiet machine.
bench_kill() { # REPETITIONS
	cc -O2 -pthread -D_GNU_SOURCE -Isrc -Itests -o "$work/kill" bench/kill.c tests/live/victim.c \
		"$B/libmemwhy.a"
	echo "from SIGKILL until 95 % of the memory is back, load $(cut -d' ' -f1 /proc/loadavg):"
	"$work/kill" "$1"
}

# Logs: the scan against grep for one string and against wc -l; reports a second; peak memory.
bench_oom() {
	. bench/oom_log.sh
	mixed_log "$work/mixed.log" 1024
	reports_log "$work/reports.log" 64
	: >"$work/rows"
	echo "a log of $(($(wc -c <"$work/mixed.log") >> 20)) MiB, a report every 10 MiB:"
	row "memwhy oom --ndjson" "$B/memwhy" oom --ndjson "$work/mixed.log"
	row "memwhy oom" "$B/memwhy" oom "$work/mixed.log"
	row "grep -c oom-killer" env LC_ALL=C grep -c oom-killer "$work/mixed.log"
	row "wc -l" wc -l "$work/mixed.log"
	ratio "memwhy oom against grep -c" "memwhy oom" "grep -c oom-killer"
	ratio "memwhy oom against wc -l" "memwhy oom" "wc -l"
	: >"$work/rows"
	n=$("$B/memwhy" oom --summary --json "$work/reports.log" | jq .reports)
	echo "a log of $n reports and nothing else, $(($(wc -c <"$work/reports.log") >> 20)) MiB:"
	for o in --ndjson --summary; do RUNS=5 row "memwhy oom $o" "$B/memwhy" oom $o "$work/reports.log"; done
	awk -F'\t' -v n="$n" '{ printf "  => %s: %d reports a second\n", $1, n / $2 * 1000 }' "$work/rows"
	echo "  peak memory: $(peak "$B/memwhy" oom "$work/mixed.log") KiB and $(peak "$B/memwhy" oom "$work/reports.log") KiB"
}

echo "kernel $(uname -r), $(nproc) CPUs, $(awk '/MemTotal/ { print int($2 / 1024) }' /proc/meminfo) MiB"
[ $# -gt 0 ] || set -- ledger 300 3000 oom victims 300 10000 commit 300 pages guard
topic=ledger
for word in "$@"; do
	[ "$topic" != kill ] || case $word in
	*[!0-9]*) bench_kill 30 && topic=ledger ;;
	esac
	case $word in
	oom) bench_oom ;;
	pages) bench_pages ;;
	guard) echo "the guard's decision:"; "$B/tests/bench_guard" ;;
	guard-idle) . bench/guard.sh; bench_guard_idle ;;
	guard-latency) . bench/guard.sh; bench_guard_latency ;;
	ledger | victims | commit | kill) topic=$word ;;
	*[!0-9]*)
		echo "bench: ledger, victims, commit, kill, oom, pages, guard, guard-idle, guard-latency," \
			"or a number: $word" >&2
		exit 2
		;;
	*)
		"bench_$topic" "$word"
		[ "$topic" != kill ] || topic=ledger
		;;
	esac
done
[ "$topic" != kill ] || bench_kill 30
