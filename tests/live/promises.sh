#!/bin/sh
# What counts as promised on this machine, measured by the flags of the test's own mappings, and
# what memwhy commit says of a process that holds known sizes.  Changes no setting; maps at most
# 64 MiB at a time, touches 32.
B=${B:-build}
memwhy=$PWD/$B/memwhy
promises=$PWD/$B/tests/promises
command -v jq >/dev/null || { echo "skip promises: no jq"; exit 0; }
mode=$(cat /proc/sys/vm/overcommit_memory)
grep -q '^VmFlags:' /proc/self/smaps || { echo "skip promises: this kernel shows no flags"; exit 0; }
work=$(mktemp -d) || exit 1
holder=''
finish() {
	exec 9>&-
	# shellcheck disable=SC2086
	[ -z "$holder" ] || wait $holder 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
bad=0
cd "$work" || exit 1
"$promises" counts here >lines 2>err || { echo "not ok promises: $(cat err)"; exit 1; }
jq -s 'reduce .[] as $x ({}; . * $x)' lines >facts

# LABEL CONDITION on what each thing added, in KiB: .own by the flags, .anon pages that are there
holds() {
	if jq -e ".promises.here as \$p | .has.here as \$has | $2" facts >/dev/null 2>&1; then
		echo "ok promises $1"
	else
		echo "not ok promises $1: $(jq -c .promises.here facts)"
		bad=1
	fi
}
of() { # LABEL KIB NAME...
	label=$1 kib=$2
	shift 2
	for name in "$@"; do
		holds "$label: $name" "\$p[\"$name\"].own == $kib"
	done
}
release=$(uname -r)
newer() { [ "$(printf '%s\n' "$1" "$release" | sort -V | head -n 1)" = "$1" ]; }

of "counts in full" 32768 private-write private-stack none-then-write heap file-private-write file-then-write
of "counts nothing" 0 private-read private-none file-private-read file-shared memfd-size memfd-written \
	tmpfs-written shared-anon sysv
of "still counts" 32768 touched-then-read touched-then-none file-then-read
if newer 6.8; then of "untouched and read-only again" 0 untouched-then-read
elif newer 6.7; then echo "skip promises untouched and read-only again: 6.7 may do either"
else of "untouched and read-only again" 32768 untouched-then-read
fi
if [ "$mode" = 2 ]; then of "MAP_NORESERVE in mode 2" 32768 private-noreserve
else of "MAP_NORESERVE" 0 private-noreserve
fi
of "a promise is no page" 32768 touched dontneed madv-free
holds "MADV_DONTNEED gives the pages back" '$p.touched.anon == 32768 and $p.dontneed.anon == 0'
holds "a fresh PROT_NONE mapping gives both back" '$p["none-over-it"] | .own == 0 and .anon == 0'
of "grown" 65536 mremap-twice mremap-dontunmap
of "unmapped" 32768 half-unmapped
holds "the stack counts as it grows" '$p["stack-4-mib"].own > 3000'
holds "a child is promised what its parent was" '$p.fork.own == $p.parent.own'
holds "but for MADV_DONTFORK" '$p["fork-dontfork"].own == $p.parent.own - 32768'
holds "vfork borrows" '$p.vfork.own == $p.parent.own'
if newer 6.11; then holds "MAP_DROPPABLE" '$p.droppable.own == 0'
else holds "no MAP_DROPPABLE" '$has.droppable == "EINVAL"'
fi
if [ "$(jq -r .has.here.hugetlb facts)" = ok ]; then holds "huge pages" '$p.hugetlb.own == 0'
else echo "elsewhere promises huge pages: the pool has none"
fi

# memwhy of a process with known sizes: what its own smaps sums to, what is forked, what is shared.
mkfifo hold
"$promises" hold <hold >held 2>err &
holder=$!
exec 9>hold
tries=0
until grep -q '^ready' held; do
	kill -0 $holder 2>/dev/null || { echo "not ok promises hold: $(cat err)"; exit 1; }
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { echo "not ok promises hold: took over 30 s"; exit 1; }
	sleep 0.1
done
"$memwhy" commit --json --smaps-budget 60000 >said 2>err
case $? in 0 | 3) ;; *) echo "not ok promises commit: $(cat err)"; exit 1 ;; esac
head -n 1 held >sizes
says() { # LABEL CONDITION
	if jq -e --slurpfile h sizes "\$h[0] as \$h | $2" said >/dev/null; then
		echo "ok promises $1"
	else
		echo "not ok promises $1: $(cat sizes) $(jq -c --slurpfile h sizes \
			'[.owners[] | select(.pid == $h[0].pid)]' said)"
		bad=1
	fi
}
mine='.owners[] | select(.pid == $h.pid and .kind'
says "commit: the process, exactly" "[$mine == \"process\")] | length == 1 and
	.[0].from == \"smaps\" and .[0].bytes == \$h.own and .[0].fork_bytes == \$h.own - \$h.size"
says "commit: shared anonymous memory in full" "[$mine == \"shared_anon\")] | length == 1 and
	.[0].bytes == \$h.size and .[0].touched_bytes == \$h.part"
says "commit: a memfd by its blocks" "[$mine == \"memfd\")] | length == 1 and
	.[0].bytes == \$h.part and .[0].unused_bytes == 0"
"$memwhy" commit --json --smaps-budget 0 >said 2>err
says "commit: beyond the budget an upper bound" "[$mine == \"process\")] | length == 1 and
	.[0].from == \"status\" and .[0].bytes >= \$h.own - \$h.part and .[0].fork_bytes == .[0].bytes"
says "commit: and the MAP_NORESERVE one is in it" "[$mine == \"process\")] |
	.[0].bytes > \$h.own + \$h.size - \$h.part"
exit $bad
