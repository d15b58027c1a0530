# SPDX-License-Identifier: Apache-2.0
# Sourced by lab.sh: the survival matrix.  What lives, who dies, and how long does the machine not answer,
# when memory runs out under each guard?
#
#	survive_main SCENARIOS GUARDS KERNELS SWAPS: one guest each; a row of $LAB/survive.ndjson each
#
# A scenario is a file in tests/lab/survive/scenarios: lines "#: key value", then what the guest runs after
# survive/lib.sh.  Keys: title; swap (the kinds it makes sense with; all); guards (all); seconds (of the load, 35);
# culprit (regular expression of the names that may die); suffices (kills that are enough: 1, 0, many);
# expect (a jq expression over the row).  Each guest is a Debian with systemd on a disk (guards.sh).
#
# Returns 1 when a row breaks what is claimed of it.
#
# A row: .gap_ms the longest of the heartbeat, .net_ms the same less what the host took (how late warden was,
# which runs at real time: with CPUS=1 nothing else makes it late), .host_ms the longest of that, .waited_ms how long some task
# waited for memory in that gap, to half a second, .killed who, by whom, when (s after the load began), .end done, time
# (the load outlived its time), .told what the scenario found, hung (no end: qemu was stopped), panic.

SURVIVE=$HERE/survive
CPUS=${CPUS:-2}
GUARDS='kernel earlyoom nohang systemd-oomd memwhyd'
. "$HERE/guards.sh"

survive_scenarios() { for f in "$SURVIVE"/scenarios/*.sh; do basename "$f" .sh; done; }

survive_image() { # GUARD SWAP SCENARIO KERNEL OUT: $OUT.initrd
	over=$(mktemp -d)
	mkdir -p "$over/lab" "$over/bin" "$over/dev" "$over/proc" "$over/sys" "$over/disk"
	cp "$(command -v busybox)" "$over/bin/busybox"
	for applet in sh mount umount cp mv mkdir ln sync sleep cat switch_root; do ln -s busybox "$over/bin/$applet"; done
	cp "$SURVIVE/init.sh" "$over/init"
	chmod +x "$over/init"
	for program in warden pulse hold storm rounds; do cp "$LAB/guest/$program" "$over/lab/"; done
	[ "$1" != memwhyd ] || cp "$LAB/guest/memwhyd" "$SRC/packaging/memwhyd.service" "$over/lab/"
	cat "$SURVIVE/lib.sh" "$scenario_file" >"$over/lab/run"
	printf 'GUARD=%s\nSWAP=%s\nSECONDS=%s\nPRESSURE=%s\n' "$1" "$2" "$(setting seconds 35)" \
		/sys/fs/cgroup/user.slice/lab-load.service/memory.pressure >"$over/lab/settings"
	[ "$2" != zram ] || modules_of "$4" "$over/lab" zsmalloc lzo lzo-rle zram
	(cd "$over" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$5.initrd"
	rm -rf "$over"
}

# One guest: $OUT.console, .facts, .captures (what the guard said); prints how it ended.
survive_boot() { # GUARD SWAP SCENARIO KERNEL OUT
	scenario_file=$SURVIVE/scenarios/$3.sh
	survive_image "$@"
	image=$LAB/kernels/$4/vmlinux
	[ -s "$image" ] || image=$LAB/kernels/$4/bzImage
	truncate -s 256M "$5.swap"
	# Emulated time is the host's: a busy host shows in warden.  ICOUNT=SHIFT (2^SHIFT ns an
	# instruction, one CPU) makes it the guest's own, at several times the cost.
	clock="-smp $CPUS" khz=$(tsc_khz)
	[ -z "${ICOUNT:-}" ] || clock="-smp 1 -icount shift=$ICOUNT,sleep=on" khz=1000000
	throttle=throttling.iops-total=3000,throttling.bps-total=100000000
	# shellcheck disable=SC2086 # words
	set -- "$@" $clock -nodefaults -no-user-config -display none -no-reboot \
		-M q35 -accel tcg -cpu max,erms=off,fsrm=off -m 512 -kernel "$image" -initrd "$5.initrd" \
		-serial "file:$5.console" \
		-serial "file:$5.facts" -serial "file:$5.captures" -monitor none \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -device nvme,id=n,serial=lab \
		-drive "if=none,id=d1,file=$LAB/guards/root.img,format=raw,snapshot=on,$throttle" \
		-drive "if=none,id=d2,file=$LAB/disk.img,format=raw,snapshot=on,$throttle" \
		-drive "if=none,id=d3,file=$5.swap,format=raw,$throttle" \
		-device nvme-ns,bus=n,drive=d1,nsid=1 -device nvme-ns,bus=n,drive=d2,nsid=2 \
		-device nvme-ns,bus=n,drive=d3,nsid=3
	guard=$1 out=$5
	shift 5
	for boot in 1 2 3; do
		rm -f "$out.console" "$out.facts" "$out.captures"
		timeout -k 5 $(($(setting seconds 35) * 2 + 120)) nice -n 10 qemu-system-x86_64 "$@" -append \
"console=ttyS0,115200 panic=-1 loglevel=6 mitigations=off nokaslr no_timer_check tsc=reliable \
random.trust_cpu=on cryptomgr.notests printk.time=1 tsc_early_khz=$khz lab_guard=$guard" \
			>"$out.qemu" 2>&1 </dev/null
		status=$?
		died_at_boot "$out.console" || break
	done
	rm -f "$out.initrd" "$out.swap"
	if [ $status = 33 ]; then grep -ao '"end":"[a-z]*"' "$out.facts" | cut -d '"' -f 4
	elif [ $status = 124 ] || [ $status = 137 ]; then echo hung
	else echo panic; fi
}

# The row.  A process that got SIGTERM and then SIGKILL is one kill; one that is sent both by two is the
# first one's.  Kills by systemd of what it stopped itself are no guard's.
survive_row() { # GUARD SWAP SCENARIO KERNEL OUT END SECONDS
	tr -d '\r\000' <"$5.facts" | grep -a '^{.*}$' | jq -c -s --arg guard "$1" --arg swap "$2" \
		--arg scenario "$3" --arg kernel "$4" --arg how "$6" --argjson took "$7" --argjson cpus "$CPUS" \
		--arg culprit "$(setting culprit '^$')" --arg suffices "$(setting suffices 1)" '
	([.[].pulse // empty] | last) as $p | ($p.start // 0) as $start |
	([.[].kill // empty | select(.at >= $start)] | group_by(.pid) | map(min_by(.at)) | sort_by(.at) |
		map({ at_s: ((.at - $start) * 100 | round / 100), by: (if .kernel then "kernel" else .by end),
			comm, pid, culprit: (.comm | test($culprit)) })) as $killed |
	[.[].meters // empty] as $m | (($p.at // 0) + ($p.longest_gap_ms // 0) / 1000) as $until |
	([$m[] | select(.at <= ($p.at // 0))] | last) as $from |
	([$m[] | select(.at >= $until)] | first // ($m | last)) as $to |
	{ scenario: $scenario, guard: $guard, kernel: $kernel, swap: $swap, end: $how,
		cpus: $cpus, gap_ms: $p.longest_gap_ms, net_ms: $p.net_ms, gap_at_s: (($p.at // 0) - $start | . * 10 | round / 10),
		waited_ms: (if $from and $to then ($to.some_us - $from.some_us) / 1000 | round else null end),
		host_ms: ([.[].warden.longest_gap_ms // empty] | last),
		full_avg10: ([.[].warden.full_avg10 // empty] | max), beat_alive: $p.alive, guard_state: ([.[].guard_state // empty] | last),
		available_kib: ([.[].available_kib // empty] | last), told: ([.[].told // empty] | last),
		kills: ($killed | length), culprits: ([$killed[] | select(.culprit)] | length),
		innocents: [$killed[] | select(.culprit | not) | .comm], first_s: $killed[0].at_s,
		by: ([$killed[].by] | unique), suffices: $suffices, killed: $killed[:40], took_s: $took }'
}

survive_one() { # GUARD SWAP SCENARIO KERNEL
	out=$OUT/$3@$4@$2@$1
	began=$(date +%s)
	end=$(survive_boot "$1" "$2" "$3" "$4" "$out")
	row=$(survive_row "$1" "$2" "$3" "$4" "$out" "${end:-panic}" $(($(date +%s) - began)))
	printf '%s\n' "$row" >>"$LAB/survive.ndjson"
	survive_say "$row"
}

# A row, and what it breaks
survive_say() { # ROW
	printf '%s\n' "$1" | survive_table
	if printf '%s\n' "$1" | survive_broken "$(setting expect true)" | grep . || [ -z "$1" ]; then
		broken=1
	fi
}

survive_heading() {
	broken=0
	printf '%-15s %-6s %-4s %-12s %6s %6s %6s %6s %6s %5s %5s %5s %6s %-5s %s\n' scenario kernel swap guard \
		gap_ms net_ms x_idle waited host kills culpr innoc first end who
}

# The last row of each that was kept.
survive_kept() {
	[ -s "$LAB/survive.ndjson" ] || { say "no rows are kept"; return 2; }
	survive_heading
	jq -c -s 'group_by([.scenario, .kernel, .swap, .guard]) | map(last)[]' "$LAB/survive.ndjson" >"$LAB/survive.last"
	while read -r row; do
		scenario_file=$SURVIVE/scenarios/$(printf '%s\n' "$row" | jq -r .scenario).sh
		survive_say "$row"
	done <"$LAB/survive.last"
	return $broken
}

# NDJSON -> a line each; "x idle": the gap in those of the scenario idle on the same kernel, the last one
survive_table() {
	jq -r --slurpfile all "$LAB/survive.ndjson" '. as $r |
	([$all[] | select(.scenario == "idle" and .guard == "kernel" and .kernel == $r.kernel and
		.cpus == $r.cpus) | .gap_ms] | last) as $idle |
	[.scenario, .kernel, .swap, .guard, (.gap_ms // "?"), (.net_ms // "?"),
		(if $idle and .gap_ms then .gap_ms / $idle * 10 | round / 10 else "-" end), (.waited_ms // "?"), (.host_ms // "?"),
		.kills, .culprits, (.innocents | length), (.first_s // "-"), .end,
		([.killed[] | "\(.by):\(.comm)"] | group_by(.) | map(if length > 1 then "\(.[0]) x\(length)"
			else .[0] end) | join(" "))] | @tsv' |
	while IFS='	' read -r s k w g gap net idle waited host kills culprits innocents first end who; do
		printf '%-15s %-6s %-4s %-12s %6s %6s %6s %6s %6s %5s %5s %5s %6s %-5s %.60s\n' "$s" "$k" "$w" "$g" \
			"$gap" "$net" "$idle" "$waited" "$host" "$kills" "$culprits" "$innocents" "$first" "$end" "$who"
	done
}

# What is claimed of a row and does not hold, a line each.  Of memwhyd: the machine answers within 2 s, no
# innocent dies, and nobody dies in vain.  Of each guard what the scenario expects of all.
survive_broken() { # EXPECT
	jq -r "def expected: ${1:-true};"'
	def broken(what): "   DISAGREE \(.guard) \(.scenario)@\(.kernel) \(.swap): \(what)";
	(if expected then empty else broken("not as expected") end),
	(if .end == "panic" or .end == "hung" then broken("the guest did not come to its end") else empty end),
	(if .guard != "kernel" and .guard_state != "active" then broken("it did not run: \(.guard_state)") else empty end),
	(if .guard != "memwhyd" then empty else
		(if (.net_ms // 0) > 2000 then broken("no beat for \(.net_ms) ms, in \(.waited_ms // "?") ms of it some task waited for memory")
		elif (.gap_ms // 0) > 2000 then broken("no beat for \(.gap_ms) ms, of which the host perhaps took all but \(.net_ms)")
		else empty end),
		(if .innocents != [] then broken("innocents died: \(.innocents | unique | join(" "))") else empty end),
		(if .suffices != "many" and .kills > (.suffices | tonumber) then
			broken("\(.kills) kills, \(.suffices) would do") else empty end)
	end)'
}

survive_main() { # SCENARIOS GUARDS KERNELS SWAPS
	OUT=$LAB/survive.d
	mkdir -p "$OUT"
	# shellcheck disable=SC2086 # words
	prepare $3
	guard_disk || { say "cannot make the guards' disk"; exit 1; }
	survive_heading
	for kernel in $3; do for scenario in $1; do
		scenario_file=$SURVIVE/scenarios/$scenario.sh
		fitting=" $(setting swap 'none disk zram') "
		only=" $(setting guards "$GUARDS") "
		swaps=${4:-$(setting swap none | cut -d ' ' -f 1)}
		for swap in $swaps; do for guard in $2; do
			case $fitting$only in *" $swap "*" $guard "*) ;; *) continue ;; esac
			survive_one "$guard" "$swap" "$scenario" "$kernel"
		done; done
	done; done
	return $broken
}
