# What memwhyd costs while nothing happens, beside earlyoom and nohang, in one run; and how long after
# the limit is crossed its signal comes: of the static program (./dev static).  All within namespaces
# of their own, so that none of them sees, or kills, what runs here.  Sourced by run.sh.

bench_guard_idle() { # [SECONDS]
	: >"$work/conf"
	cat >"$work/idle.sh" <<-'EOF'
		work=$1 seconds=$2
		build-musl/memwhyd --config "$work/conf" --socket "$work/sock" 2>/dev/null &
		pids="memwhyd $!"
		! command -v earlyoom >/dev/null || { earlyoom -r 0 >/dev/null 2>&1 & pids="$pids earlyoom $!"; }
		! command -v nohang >/dev/null || { nohang --monitor --config /etc/nohang/nohang.conf \
			>/dev/null 2>&1 & pids="$pids nohang $!"; }
		sleep 5
		sum() { # PID FIELD-OF-SCHEDSTAT
			cat /proc/"$1"/task/*/schedstat | awk -v f="$2" '{ s += $f } END { printf "%.0f", s }'
		}
		wakes() { cat /proc/"$1"/task/*/status | awk '/^voluntary/ { s += $2 } END { print s }'; }
		set -- $pids
		while [ $# -gt 0 ]; do echo "$1 $2 $(sum "$2" 1) $(wakes "$2")"; shift 2; done >"$work/before"
		sleep "$seconds"
		printf '  %-10s %9s %9s %9s %12s %12s\n' "" "RSS KiB" "anon KiB" "locked" "CPU ms/min" "wakes/min"
		while read -r name pid cpu woken; do
			awk -v n="$name" -v c="$cpu" -v c2="$(sum "$pid" 1)" -v w="$woken" -v w2="$(wakes "$pid")" \
				-v s="$seconds" '/^VmRSS/ { r = $2 } /^RssAnon/ { a = $2 } /^VmLck/ { l = $2 }
				END { printf "  %-10s %9d %9d %9d %12.1f %12.0f\n", n, r, a, l, (c2 - c) / 1e6 * 60 / s,
					(w2 - w) * 60 / s }' /proc/"$pid"/status
		done <"$work/before"
	EOF
	echo "guards at rest, ${1:-60} s:"
	unshare -m -p --fork --kill-child --mount-proc sh "$work/idle.sh" "$work" "${1:-60}"
}

bench_guard_latency() { # [ROUNDS [MIB_PER_S [MIB]]]
	mib=${3:-1024}
	group=/sys/fs/cgroup/memory/memwhy_bench_$$
	[ -w /sys/fs/cgroup/memory/memory.limit_in_bytes ] || { echo "guard-latency: needs memory cgroups v1"; return; }
	cc -O2 -D_GNU_SOURCE -o "$work/guard_fill" bench/guard_fill.c
	: >"$work/conf"
	mkdir "$group"
	echo $((mib << 20)) >"$group/memory.limit_in_bytes"
	cat >"$work/latency.sh" <<-'EOF'
		work=$1 rounds=$2 rate=$3 crossed=$4
		umount /sys/fs/cgroup/memory && mount -t cgroup -o memory none /sys/fs/cgroup/memory || exit 1
		nice -n -20 build-musl/memwhyd --config "$work/conf" --socket "$work/sock" 2>"$work/said" &
		while ! grep -q watches "$work/said"; do sleep 0.1; done
		i=0
		while [ $i -lt "$rounds" ]; do
			i=$((i + 1))
			"$work/guard_fill" "$rate" "$crossed" >>"$work/filled"
			n=0
			while [ "$(grep -c SIGNAL_AT "$work/said")" -lt $i ] && [ $n -lt 50 ]; do n=$((n + 1)); sleep 0.1; done
			sleep 0.2
		done
	EOF
	crossed=$(((mib << 20) - (mib << 20) / 1000 * 50))
	sh -c "echo \$\$ >$group/cgroup.procs && exec unshare -C -m -p --fork --kill-child --mount-proc \
		sh '$work/latency.sh' '$work' ${1:-30} ${2:-2048} $crossed"
	echo "from the limit to the signal, filled at ${2:-2048} MiB/s in a group of $mib MiB:"
	grep -o 'SIGNAL_AT_NS=[0-9]*' "$work/said" | cut -d= -f2 | paste - "$work/filled" |
		awk '{ print ($1 - $2) / 1e6, $3, $4 }' | sort -n |
		awk '{ v[NR] = $1; if ($2 > o) o = $2; bad += $3 != 9 } END { printf \
			"  %d kills: p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, most %.1f ms; at most %d MiB more were taken\n",
			NR, v[int((NR + 1) / 2)], v[int(NR * .9 + .99)], v[int(NR * .99 + .99)], v[NR], o }'
	echo "  killed by the kernel: $(sed -n 's/^oom_kill //p' "$group/memory.oom_control")"
	sleep 1
	rmdir "$group"
}
