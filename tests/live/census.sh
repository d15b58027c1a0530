#!/bin/sh
# The page census of this machine: the owner of each planted frame, the counters, a cgroup that is
# removed, threads, slab caches; a reader that is wrong about us is not believed; a capture replays;
# an ordinary user.  Acts only on what it made.
B=${B:-build}
[ "$(id -u)" = 0 ] || { echo "skip census: not root"; exit 0; }
command -v jq >/dev/null || { echo "skip census: no jq"; exit 0; }
work=$(mktemp -d) || exit 1
fast=$(mktemp -d -p /dev/shm) || exit 1
group=/sys/fs/cgroup/memory/memwhy_census_$$
truth='' bad=0
finish() {
	exec 9>&-
	[ -z "$truth" ] || wait "$truth" 2>/dev/null
	rmdir "$group/child" "$group" 2>/dev/null
	rm -rf "$work" "$fast"
}
trap finish EXIT
ok() { echo "ok census $1"; }
no() { echo "not ok census $1"; bad=1; }
census() { "$B/memwhy" ledger --counters --pages --top 0 --json "$@" 2>"$work/err"; }

census >"$work/first.json"
reader=$(jq -r '.census.reader // ""' "$work/first.json")
if [ "$reader" != bpf ] && [ "$reader" != kcore ]; then
	echo "elsewhere census: neither BPF nor /proc/kcore may be read here: $(jq -r '.notes[0]' "$work/first.json")"
	exit 0
fi

# Every frame of eight kinds, then the same process with 300 threads.
mkfifo "$work/hold"
"$B/tests/census_truth" "$reader" "$fast" "$work" 10 hold <"$work/hold" >"$work/truth" 2>"$work/errors" &
truth=$!
exec 9>"$work/hold"
tries=0
until grep -q '^ready' "$work/truth"; do
	kill -0 $truth 2>/dev/null || { no "truth: $(cat "$work/errors")"; exit 1; }
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { no "truth took over 30 s"; exit 1; }
	sleep 0.1
done
grep '^{"kind"' "$work/truth" >"$work/kinds"
[ "$(wc -l <"$work/kinds")" -ge 8 ] || no "truth: fewer than eight kinds"
while read -r line; do
	name="truth: $(echo "$line" | jq -r '"\(.kind): \(.right) of \(.frames) frames"')"
	if [ "$(echo "$line" | jq '.frames > 1000 and .frames == .right')" = true ]; then ok "$name"; else no "$name"; fi
done <"$work/kinds"

census >"$work/threads.json"
stacks=$(jq -c '[.kernel_owners[] | select(.kind == "stack" and .name == "truth_thread") | .bytes] | [length, (unique | length)]' "$work/threads.json")
if [ "$stacks" = '[300,1]' ]; then ok "300 threads, 300 stacks of one size"; else no "stacks: $stacks"; fi
file=$(jq -c '[.cached_files[] | select(.path | test("memfd:census_truth$")) | .bytes]' "$work/threads.json")
# Pages that were half written when it was looked at are no matter of ours: all was touched before.
if [ "$file" = '[52428800]' ] || [ "$file" = '[53687091]' ] || [ "$(echo "$file" | jq '.[0] >= 52428800')" = true ]; then ok "a memory file by its name"; else no "memory file: $file"; fi
exec 9>&-
wait "$truth"
truth=''

# By pages and by counters: within 0.1 % of RAM where nothing else goes on; this machine may be busy,
# so the best of some runs counts.
i=0
while [ $i -lt 20 ]; do
	census >"$work/now.json"
	jq -r '.total_bytes as $t | .pages[] | select(.off_bytes != null) | select(.id != "slab" and .id != "percpu")
		| select((if .off_bytes < 0 then -.off_bytes else .off_bytes end) > $t / 1000) | .id' "$work/now.json" >"$work/off"
	[ -s "$work/off" ] || break
	sleep 0.3
	i=$((i + 1))
done
if [ -s "$work/off" ]; then no "counters: off are $(tr '\n' ' ' <"$work/off")"; else ok "counters: all within 0.1 % of RAM"; fi
if [ "$(jq '([.page_classes[].bytes] | add) == .census.ram_bytes' "$work/now.json")" = true ]; then
	ok "classes partition all frames"
else
	no "classes do not partition the frames"
fi
unknown=$(jq '.census.unknown_bytes * 10000 / .census.ram_bytes | floor' "$work/now.json")
if [ "$unknown" -lt 30 ]; then ok "nobody known: $unknown of 10000"; else no "nobody known: $unknown of 10000"; fi

# Each slab cache as slabinfo has it, with 50,000 files more: a slab that comes or goes between the
# two is no matter, so the best of some runs counts.
mkdir "$fast/many"
(cd "$fast/many" && seq -f 'file_with_a_name_%07g' 50000 | xargs touch)
if [ -r /proc/slabinfo ] && [ "$(wc -l </proc/slabinfo)" -gt 10 ]; then
	i=0
	while [ $i -lt 10 ]; do
		census >"$work/slabs.json"
		awk -v page="$(getconf PAGESIZE)" 'NR > 2 { print $1 "\t" $15 * $6 * page }' /proc/slabinfo >"$work/slabinfo"
		jq -r '.kernel_owners[] | select(.kind == "slab") | "\(.name)\t\(.bytes)"' "$work/slabs.json" >"$work/slabs"
		# Caches of one name, as those of cgroups, are added up.
		slabs=$(awk -F '\t' 'NR == FNR { a[$1] += $2; next } { b[$1] += $2 }
			END { for (n in a) if (a[n]) { all++; same += a[n] == b[n] } print same + 0, all + 0 }' \
			"$work/slabinfo" "$work/slabs")
		[ "${slabs% *}" -lt $((${slabs#* } * 9 / 10)) ] || break
		sleep 0.3
		i=$((i + 1))
	done
	if [ "${slabs#* }" -gt 20 ] && [ "${slabs% *}" -ge $((${slabs#* } * 9 / 10)) ]; then
		ok "slab caches: ${slabs% *} of ${slabs#* } as slabinfo has them"
	else
		no "slab caches: ${slabs% *} of ${slabs#* } as slabinfo has them"
	fi
	dentries=$(awk -F '\t' '$1 == "dentry" { print $2 }' "$work/slabs")
	if [ "${dentries:-0}" -gt 9600000 ]; then ok "50,000 names are in the dentry cache"; else no "dentry cache: $dentries"; fi
else
	echo "elsewhere census: no slabinfo here"
fi
rm -rf "$fast/many"

# A cgroup that read a file and is gone: it still pays.
if mkdir "$group" 2>/dev/null && mkdir "$group/child" 2>/dev/null; then
	head -c 33554432 /dev/urandom >"$work/file"
	sync "$work/file"
	dd if="$work/file" iflag=nocache count=0 status=none
	sh -c 'echo $$ >"$1/child/cgroup.procs" && cat "$2" >/dev/null' sh "$group" "$work/file"
	rmdir "$group/child"
	census >"$work/dead.json"
	dead=$(jq -c --arg p "${group#/sys/fs/cgroup/memory}/child" '[.payers[] | select(.path == $p) | [.dying, .file_bytes]]' "$work/dead.json")
	if [ "$(echo "$dead" | jq 'length == 1 and .[0][0] and .[0][1] >= 33554432 and .[0][1] < 34603008')" = true ]; then
		ok "a removed cgroup pays for 32 MiB of a file"
	else
		no "a removed cgroup: $dead"
	fi
	rmdir "$group"
else
	echo "elsewhere census: no memory cgroup of version 1 here"
fi

# A reader that looks in the wrong place finds that it does, before any figure is said.
if "$B/tests/census_truth" "$reader" wrong >"$work/wrong" && grep -q "$reader: .*memory file" "$work/wrong"; then
	ok "a wrong offset is found: $(cat "$work/wrong")"
else
	no "a wrong offset was believed: $(cat "$work/wrong")"
fi

# As an ordinary user: no pages, the reasons, partial.
cp "$B/memwhy" "$work/memwhy"
chmod 755 "$work" "$work/memwhy"
setpriv --reuid 65534 --regid 65534 --clear-groups "$work/memwhy" ledger --counters --pages --json >"$work/user.json" 2>"$work/err"
status=$?
if [ $status = 3 ] && [ "$(jq '[.notes[] | select(test("not used"))] | length > 0' "$work/user.json")" = true ]; then
	ok "an ordinary user: why not, partial"
else
	no "an ordinary user: exit $status, $(jq -c .notes "$work/user.json")"
fi

# What was captured says the same again.
census --save-capture "$work/cap" >"$work/live.json"
census --root "$work/cap" >"$work/again.json"
if cmp -s "$work/live.json" "$work/again.json"; then ok "a capture says the same"; else no "a capture says something else"; fi
exit $bad
