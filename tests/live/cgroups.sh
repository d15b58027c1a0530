#!/bin/sh
# The story under cgroup v1: a file is read in a group, the group is removed and made again, and a process
# in the new one locks the file in memory.  Found, sized to 1 %, with who pays, and the limit that does not
# bite; and clean set-ups in which nothing is found.  Acts only on groups below memwhy_cg_test and on its
# own file and processes.
B=${B:-build}
memwhy=$B/memwhy
point=/sys/fs/cgroup/memory
for tool in jq dd; do
	command -v $tool >/dev/null || { echo "skip cgroups: no $tool"; exit 0; }
done
if [ ! -e $point/memory.usage_in_bytes ]; then
	echo "elsewhere cgroups: no memory cgroups of v1 here (cgroups-story)"
	echo "skip cgroups: no memory cgroups of v1 here"
	exit 0
fi
P=$point/memwhy_cg_test
if ! mkdir $P 2>/dev/null; then
	echo "skip cgroups: cannot make $P"
	exit 0
fi
work=$(mktemp -d -p /var/tmp) || exit 1
file=$work/index tmpfs=$work/tmpfs mib=${MEMWHY_STORY_MIB:-256}
j=$work/said.json pids='' bad=0
stop() {
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null
	# shellcheck disable=SC2086
	[ -z "$pids" ] || wait $pids 2>/dev/null
	pids=''
}
remove() { # GROUP: it may still be charged for a moment
	i=0
	while [ -e "$P/$1" ] && ! rmdir "$P/$1" 2>/dev/null && [ $i -lt 50 ]; do
		sleep 0.1
		i=$((i + 1))
	done
}
finish() {
	stop
	umount "$tmpfs" 2>/dev/null
	rm -rf "$work"
	for g in "$P"/*/; do
		[ ! -d "$g" ] || remove "$(basename "$g")"
	done
	echo 0 >$P/memory.force_empty 2>/dev/null
	rmdir $P
}
trap finish EXIT
trap 'exit 1' INT TERM

ok() { echo "ok cgroups $1"; }
no() { echo "not ok cgroups $1"; bad=1; }
make() { mkdir "$P/$1"; }
drop() { dd of="$file" oflag=nocache conv=notrunc,fdatasync count=0 status=none; }
# GROUP COMMAND...: in that group
in_group() {
	group=$1
	shift
	sh -c 'echo 0 >"$0" && exec "$@"' "$P/$group/cgroup.procs" "$@"
}
# The same, and goes on meanwhile.
start() {
	group=$1
	shift
	sh -c 'echo 0 >"$0" && exec "$@"' "$P/$group/cgroup.procs" "$@" &
	pids="$pids $!"
}
reads() { in_group "$1" cat "$file" >/dev/null; }
locks() { # GROUP [FILE [touch]]: and stays; with touch it only maps
	: >"$work/locked"
	start "$1" "$B/tests/lockfile" "${2:-$file}" ${3:+"$3"} >"$work/locked"
	i=0
	while [ ! -s "$work/locked" ] && [ $i -lt 200 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	[ -s "$work/locked" ] || no "$1: nothing was locked"
}
# Exit 0, or 3 where this machine denies something even to its root.
ask() {
	"$memwhy" cgroups --json "$@" >"$j" 2>"$work/err"
	case $? in 0 | 3) ;; *) no "memwhy cgroups $*: $(cat "$work/err")" ;; esac
}
claim() { # LABEL JQ
	if jq -e "def mib: . * 1048576;
		def near(a; b): (a - b | if . < 0 then -. else . end) * 100 <= b;
		def group(p): .cgroups[] | select(.path == \"/memwhy_cg_test\" + p);
		def found(id): [.findings[] | select(.id == id)
			| select(.verdict | contains(\"/memwhy_cg_test\"))];
		$2" "$j" >/dev/null 2>&1; then
		ok "$1"
	else
		no "$1: $(jq -c '[.verdict, (.cgroups[] | select(.path | startswith("/memwhy_cg_test"))
			| {path, charged_bytes, used_locked_bytes, used_mapped_bytes, unpaid_bytes, payer, payer_path,
			removed_bytes}), .findings[].id]' "$j")"
	fi
}
clean=0
clean() { # LABEL: nothing over 16 MiB is said of our groups
	ask
	clean=$((clean + 1))
	claim "clean: $1" '[.findings[] | select(.verdict | contains("/memwhy_cg_test"))] == []'
}

dd if=/dev/urandom of="$file" bs=1M count="$mib" conv=fdatasync status=none
drop
bytes="($mib | mib)"

# Clean set-ups first: who reads pays, and is still there.
make a
clean "an empty group"
reads a
clean "one that read a file"
locks a
clean "one that locks what it read itself"
claim "  and it is charged for it" "near(group(\"/a\").used_locked_bytes; $bytes)
	and group(\"/a\").file_bytes >= $bytes and group(\"/a\").unpaid_bytes < (4 | mib)"
echo $((mib * 4))M >$P/a/memory.limit_in_bytes
clean "with a limit that is not reached"
stop
drop
remove a
make a
clean "made again after the file was dropped"
locks a
clean "and locked anew: the new one pays"
stop
drop
make b
start b tail -f /dev/null
clean "a process that holds nothing"
start b "$B/tests/hold" anon 40 >/dev/null
sleep 1
clean "anonymous memory"
stop
mkdir "$tmpfs"
mounted=
if mount -t tmpfs -o size=64M memwhy "$tmpfs" 2>/dev/null; then
	mounted=1
	in_group b dd if=/dev/zero of="$tmpfs/f" bs=1M count=40 status=none
	clean "a tmpfs file of a living group"
	rm "$tmpfs/f"
fi
remove b
make b
locks b
clean "a second group that pays for itself"
stop
drop
remove b
clean "an empty group gone"
[ $clean -ge 10 ] || [ -z "$mounted" ] && ok "$clean clean set-ups" || no "only $clean clean set-ups"

# The story.
remove a
make a
reads a
remove a
make a
locks a
echo 64M >$P/a/memory.limit_in_bytes
[ "$(cat $P/a/memory.failcnt)" = 0 ] && ok "the limit was not reached" || no "the limit was reached"
ask --save-capture "$work/cap"
claim "found" 'found("MW-CG-UNCHARGED-CACHE") | length == 1'
claim "sized to 1 %" "near(group(\"/a\").unpaid_bytes; $bytes)"
claim "the payer is named: removed groups below the parent, or itself since 7.1" \
	'group("/a") | .payer_path == "/memwhy_cg_test" and (.payer | IN("removed", "above"))'
claim "by what is locked" 'group("/a").proof == "locked"'
claim "the limit is blind" 'found("MW-CG-LIMIT-BLIND") | length == 1'
claim "nothing bounds the parent" 'found("MW-CG-PARENT-UNLIMITED") | length == 1'
claim "locked over the limit" 'found("MW-CG-MLOCK-OVER-LIMIT") | length == 1'
claim "arithmetic agrees" "group(\"\") | .payer == \"none\" and
	(.removed_bytes >= $bytes * 0.99 or .file_bytes >= $bytes)"
cp "$j" "$work/live.json"
ask --root "$work/cap"
cmp -s "$j" "$work/live.json" && ok "the capture says the same" || no "the capture says another thing"
"$memwhy" cgroups --check --expect "/memwhy_cg_test/a=${mib}M" >/dev/null 2>&1
[ $? = 1 ] && ok "--expect: a warning" || no "--expect: no warning"
"$memwhy" cgroups /memwhy_cg_test/a >"$work/text" 2>&1
head -n 1 "$work/text" | grep -q '^cgroup /memwhy_cg_test/a uses .* that it does not pay for' &&
	ok "the verdict says it" || no "the verdict: $(head -n 1 "$work/text")"

# Two that lock the same file: each its share.
echo -1 >$P/a/memory.limit_in_bytes
make b
locks b
ask
claim "two share it" "near(group(\"/a\").unpaid_bytes + group(\"/b\").unpaid_bytes; $bytes)"

# The cure: first only said, then done as far as it goes while somebody has it locked, then to its end.
cure() { # OPTIONS: 0 where all is gone; 3 where not, or this machine denies something even to its root
	"$memwhy" cgroups --json --recharge /memwhy_cg_test/a "$@" >"$j" 2>"$work/err"
	case $? in 0 | 3) ;; *) no "memwhy cgroups --recharge $*: $(cat "$work/err")" ;; esac
}
cured() { # LABEL JQ
	if jq -e "def mib: . * 1048576; def file: .files[] | select(.path == \"$file\"); $2" "$j" >/dev/null 2>&1; then
		ok "$1"
	else
		no "$1: $(jq -c '[.verdict, .bytes, .steps, .files, .before_bytes, .after_bytes]' "$j" 2>&1)"
	fi
}
held=$(awk '/^total_cache / { print $2 }' $P/memory.stat)
cure
cured "--recharge: the file, who locks it, and that he is to be stopped" \
	"(file | .way == \"stop\" and .locked and .holder_count == 2 and .cached_bytes == $bytes)
	and .done == false and ([.steps[].what] | map(test(\"^stop lockfile\")) | any)"
cured "--recharge: by which command it is dropped" \
	"[.steps[].command // \"\"] | any(contains(\"--files $file --apply\"))"
cured "--recharge: how long it takes to read it again" '.disk_bytes_per_second > 0 and .read_ms != null'
[ "$(awk '/^total_cache / { print $2 }' $P/memory.stat)" = "$held" ] && ok "--recharge: nothing was done" ||
	no "--recharge: something was done"
cure --disk-speed 64M
cured "--recharge: the disk's speed as given" ".read_ms == $mib * 1000 / 64"
cure --apply
cured "--apply: what is locked stays, and it says so" \
	".after_bytes == $bytes and (.verdict | contains(\"stop lockfile\"))"
kill -0 $pids 2>/dev/null && ok "--apply: nobody was stopped" || no "--apply: somebody was stopped"
stop
remove b
"$memwhy" cgroups --check --expect /memwhy_cg_test/a --files "$work/ind*" >/dev/null 2>&1
[ $? = 1 ] && ok "--expect with --files: a warning" || no "--expect with --files: no warning"
# The folder is gone with its service: the files are named.
remove a
cure --files "$work/[h-j]nd*" --apply
cured "--apply, when it was stopped: all is gone" ".before_bytes == $bytes and .after_bytes == 0"
cured "  also from where it was paid" '.cgroups | .[0].payer_charged_bytes - .[-1].payer_charged_bytes > (200 | mib)'
make a
locks a
"$memwhy" cgroups --check --expect /memwhy_cg_test/a --files "$work/ind*" >"$work/text" 2>&1
grep -q "less than the" "$work/text" && no "--expect with --files: still a warning" ||
	ok "--expect with --files: now it is charged"
ask
claim "after a new touch it is clean" 'found("MW-CG-UNCHARGED-CACHE") == [] and
	(group("/a").unpaid_bytes < (4 | mib))'
# A sibling that is there pays.
make b
locks b
remove_a_lockers=$(echo "$pids" | awk '{ print $1 }')
kill "$remove_a_lockers"
wait "$remove_a_lockers" 2>/dev/null
sleep 0.5
ask
claim "a living sibling pays" "found(\"MW-CG-SIBLING-PAYS\") | length == 1"
claim "  and is named, to 1 %" "group(\"/b\") | .payer == \"beside\" and .payer_path == \"/memwhy_cg_test/a\"
	and near(.unpaid_bytes; $bytes)"
stop
drop

# Variants of the story: each is found, sized, and its payer named.
story() { # LABEL FILE BYTES [touch]: a is made again, and uses FILE
	remove a
	make a
	locks a "$2" "${4:-}"
	ask
	claim "$1" "near(group(\"/a\").unpaid_bytes; $3) and (group(\"/a\") | .payer_path == \"/memwhy_cg_test\"
		and (.payer | IN(\"removed\", \"above\")))"
}
reads a
story "mapped, not locked" "$file" "$bytes" touch
claim "  by what is mapped" 'group("/a").proof == "mapped"'
cure --apply
cured "--apply: what is mapped is evicted where it is paid, nobody is stopped" \
	'.reclaimed and .after_bytes < (1 | mib) and .cgroups[-1].unpaid_bytes < (4 | mib)'
stop
drop
reads a
exec 7<"$file"
ln "$file" "$work/again"
rm "$file"
story "a file whose name is gone" /dev/fd/7 "$bytes"
exec 7<&-
mv "$work/again" "$file"
stop
drop
if [ -n "$mounted" ]; then
	in_group a dd if=/dev/zero of="$tmpfs/g" bs=1M count=40 status=none
	story "a tmpfs file, locked" "$tmpfs/g" "(40 | mib)"
	stop
	rm "$tmpfs/g"
fi

# A tmpfs file outlives its group.
if [ -n "$mounted" ]; then
	in_group a dd if=/dev/zero of="$tmpfs/f" bs=1M count=40 status=none
	remove a
	ask --dying --threshold cg-tmpfs=0
	claim "a tmpfs file outlives its group" '(found("MW-CG-TMPFS-OUTLIVES") | length == 1) or
		(group("").shmem_bytes >= (40 | mib))'
else
	echo "skip cgroups-tmpfs: cannot mount one"
fi

# Two hundred removed groups: to half a percent by arithmetic (up to 6.19; later they pass to the parent).
stop
drop
remove a
make many
before=$(awk '/^total_cache / { print $2 }' $P/memory.stat)
i=0
while [ $i -lt 200 ]; do
	make many/g$i
	in_group many/g$i dd if=/dev/urandom of="$work/f$i" bs=256k count=1 conv=fdatasync status=none
	rmdir "$P/many/g$i"
	i=$((i + 1))
done
ask --dying
after=$(awk '/^total_cache / { print $2 }' $P/memory.stat)
echo "planted $((after - before))" >>"$work/err"
claim "200 removed groups: by arithmetic what they are charged for, to 0.5 %" \
	"group(\"/many\") | (.removed_bytes + (if .removed_bytes == 0 then .file_bytes else 0 end))
	| (. - ($after - $before)) * 200 | (if . < 0 then -. else . end) <= ($after - $before)"
rm -f "$work"/f*

# Who may not see all: partial, said.
partial() { # LABEL STATUS JQ
	[ "$2" = 3 ] && jq -e ".partial and ($3)" "$j" >/dev/null && ok "$1" ||
		no "$1: exit $2: $(jq -c '[.partial, .verdict, .unread_count, .sources]' "$j" 2>&1)"
}
if command -v setpriv >/dev/null && command -v unshare >/dev/null; then
	chmod 755 "$work"
	cp "$memwhy" "$work/memwhy"
	setpriv --reuid 65534 --regid 65534 --clear-groups "$work/memwhy" cgroups --json >"$j" 2>"$work/err"
	partial "an ordinary user: charges, not uses" $? '.unread_count > 0 and
		([.cgroups[] | select(.charged_bytes != null)] | length > 2)'
	unshare -m sh -c 'mount -t proc -o hidepid=2 proc /proc &&
		exec setpriv --reuid 65534 --regid 65534 --clear-groups "$0" cgroups --json' "$work/memwhy" \
		>"$j" 2>"$work/err"
	partial "with hidepid" $? '[.sources[].path] | index("proc (hidepid)") != null'
	unshare -C "$memwhy" cgroups --json >"$j" 2>"$work/err"
	partial "in a cgroup namespace" $? '[.sources[].path] | any(contains("outside"))'
	# In a container: the cgroups below its own are all that there are, the processes its own.
	make in
	make in/a
	reads in/a
	remove in/a
	make in/a
	in_group in unshare -C -m -p --fork sh -c 'mount -t proc proc /proc && umount -l /sys/fs/cgroup/memory &&
		mount -t cgroup -o memory cgroup /sys/fs/cgroup/memory || exit 9
		sh -c "echo 0 >/sys/fs/cgroup/memory/a/cgroup.procs && exec \"\$@\"" sh "$1" "$2" >"$3" &
		while [ ! -s "$3" ]; do sleep 0.1; done
		"$0" cgroups --json; status=$?; kill $!; exit $status' "$memwhy" "$B/tests/lockfile" "$file" \
		"$work/in" >"$j" 2>"$work/err"
	status=$?
	remove in/a
	if [ $status = 9 ]; then
		echo "skip cgroups-container: cannot mount"
	else
		partial "in a container" $status '[.sources[].path] | any(contains("above what is mounted"))'
		jq -e ".cgroups[] | select(.path == \"/a\") | (.unpaid_bytes - $mib * 1048576 | fabs) < 4194304 and
			.payer_path == \"/\"" "$j" >/dev/null && ok "  what is below it is found" ||
			no "  what is below it: $(jq -c '.cgroups[] | {path, unpaid_bytes, payer, payer_path}' "$j" | tr '\n' ' ')"
	fi
	unshare -m sh -c 'umount -l /sys/fs/cgroup/memory && umount -l /sys/fs/cgroup/unified 2>/dev/null;
		umount -l /sys/fs/cgroup 2>/dev/null; exec "$0" cgroups --json' "$memwhy" >"$j" 2>"$work/err"
	partial "without the controller" $? '.version == null and (.cgroups // []) == []'
else
	echo "skip cgroups-partial: no setpriv or unshare"
fi
exit $bad
