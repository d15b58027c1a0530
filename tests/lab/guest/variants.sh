# SPDX-License-Identifier: Apache-2.0
# Variants of the story: memory that one cgroup uses and another is charged for, planted in many ways; and
# the same with nobody else in it, where nothing may be found.  Sourced by tests/live/cgroups_variants.sh
# and by the lab.
#
# Wants: groups (the folder of our parent group), group_path (its path), work (a folder on a disk), file (in
# it, that is made), tmpfs (a folder that one is mounted on), mib (of what is planted), program (groupuse),
# memwhy, settle (seconds until figures are up to date); nest GROUP... and limit GROUP MIB|max (make and bound
# groups), drop FILE (from the cache), reclaim (what the parent is charged for), by_pages NAME GROUP MIB (as
# planted, for what no figure of a process shows).
# Says: `variant NAME PLANTED FOUND` and `clean NAME UNPAID`, bytes; `without NAME WHY`.

used=''

in_group() { # GROUP COMMAND...
	group=$1
	shift
	sh -c 'echo 0 >"$0" && exec "$@"' "$groups/$group/cgroup.procs" "$@"
}
uses() { # GROUP WORDS OF groupuse: in the background, until it holds all; 1: refused
	group=$1
	shift
	: >"$work/said"
	sh -c 'echo 0 >"$0" && exec "$@"' "$groups/$group/cgroup.procs" "$program" "$@" >"$work/said" &
	used="$used $!"
	i=0
	while [ ! -s "$work/said" ] && [ $i -lt 300 ]; do
		sleep 0.1
		i=$((i + 1))
	done
	grep -q holds "$work/said"
}
ends() { # the first, or all, that we started
	for p in ${1:-$used}; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	used=''
}
make() { for g in "$@"; do mkdir -p "$groups/$g"; done; }
remove() {
	for g in "$@"; do
		i=0
		while [ -e "$groups/$g" ] && ! rmdir "$groups/$g" 2>/dev/null && [ $i -lt 50 ]; do
			sleep 0.1
			i=$((i + 1))
		done
	done
}
again() { remove "$1" && make "$1"; }
reads() { in_group "$1" cat "$2" >/dev/null; }
fresh() { # a file that nobody has in memory
	[ -s "$file" ] || dd if=/dev/urandom of="$file" bs=1048576 count="$mib" 2>/dev/null
	drop "$file"
}
restore() {
	ends
	umount "$work/other" 2>/dev/null
	umount "$work/merged" 2>/dev/null
	rm -rf "$work/other" "$work/merged" "$work/upper" "$work/lower" "$work/w" "$work/link" "$work/deleted" "$work/hole"
	rm -f "$tmpfs"/*
	[ ! -s "$file" ] || drop "$file"
	remove a/x/y a/x a b/z b
	reclaim
}
unpaid() { # GROUP: files, and anonymous memory that was brought along
	sleep "$settle"
	"$memwhy" cgroups --json --top 0 >"$work/json" 2>/dev/null
	awk -v path="\"$group_path/$1\"," '$1 == "\"path\":" { on = $2 == path }
		on && ($1 == "\"unpaid_bytes\":" || $1 == "\"moved_bytes\":") { sum += $2; found = 1 }
		END { print found ? sum + 0 : "nothing" }' "$work/json"
}
planted() { # NAME GROUP MIB
	echo "variant $1 $(($3 * 1048576)) $(unpaid "$2")"
	restore
}
clean() { # NAME GROUP...
	name=$1
	shift
	for g in "$@"; do
		echo "clean $name $(unpaid "$g")"
	done
	restore
}
without() {
	echo "without $1 $2"
	restore
}

# ---- what is planted

variants() {
	restore
	half=$((mib / 2))
	fresh; make a; reads a "$file"; again a
	uses a -l map "$file"; planted story a "$mib"
	fresh; make a; reads a "$file"; again a
	uses a map "$file"; planted mapped-not-locked a "$mib"
	fresh; make a b; uses a map "$file"; uses b map "$file"
	planted siblings-share-a-file b $half
	fresh; make a b; uses a read "$file"; uses b map "$file"
	planted one-reads-the-other-maps b "$mib"
	fresh; make a b; uses a map "$file"; uses b -l map "$file"
	planted two-containers-one-image b $half
	fresh; make a b; uses a -m "$groups/b" map "$file"
	planted a-task-moved-with-its-mapping b "$mib"
	fresh; make a; reads a "$file"; again a
	uses a -l map "$file" 0 $half; planted part-of-a-file-locked a $half
	fresh; make a; reads a "$file"; again a
	uses a cow "$file" $((mib / 4)); planted private-mapping-with-copies a $((mib - mib / 4))
	fresh; make a; reads a "$file"; again a
	uses a -l map "$file"; uses a -l map "$file"; planted two-processes-of-one-group a "$mib"
	nested_variants
	file_variants
	memory_variants
}

nested_variants() {
	nest a a/x a/x/y b b/z
	fresh; reads a/x/y "$file"
	remove a/x/y a/x a
	uses b/z -l map "$file"; planted nested-groups b/z "$mib"
	fresh; make a; reads a "$file"; again a
	limit a $((mib / 2)); limit . $((mib * 8))
	uses a -l map "$file"; planted limit-here-and-on-the-parent a "$mib"
	limit . max
	# Two generations: each read a part, and is gone.
	fresh; make a; in_group a dd if="$file" of=/dev/null bs=1048576 count=$half 2>/dev/null; again a
	in_group a cat "$file" >/dev/null; again a
	uses a -l map "$file"; planted removed-twice a "$mib"
}

file_variants() {
	fresh; make a; reads a "$file"; again a
	ln "$file" "$work/deleted"; exec 7<"$work/deleted"; rm "$work/deleted"
	uses a -l map /proc/self/fd/7; planted a-deleted-name a "$mib"
	exec 7<&-
	make a; in_group a dd if=/dev/zero of="$work/deleted" bs=1048576 count="$mib" 2>/dev/null
	sync; exec 7<"$work/deleted"; rm "$work/deleted"; again a
	uses a -l map /proc/self/fd/7; planted a-deleted-file a "$mib"
	exec 7<&-
	make a; in_group a dd if=/dev/zero of="$work/w" bs=1048576 count="$mib" 2>/dev/null
	sync; again a; truncate -s ${half}M "$work/w"
	uses a -l map "$work/w"; planted a-truncated-file a $half
	make a; truncate -s "${mib}M" "$work/hole"; reads a "$work/hole"; again a
	uses a -l map "$work/hole"; planted a-file-of-holes a "$mib"
	make a; uses a write "$work/w" "$mib"; ends; again a
	uses a -l map "$work/w"; planted a-dirty-file a "$mib"
	fresh; make a; reads a "$file"; again a
	ln "$file" "$work/link"; uses a map "$file"; uses a map "$work/link"
	planted two-hard-links a "$mib"
	fresh; mkdir "$work/other"
	if mount --bind "$work" "$work/other" 2>/dev/null; then
		make a; reads a "$work/other/index"; again a
		uses a -l map "$file"; planted bind-mounted-under-two-names a "$mib"
	else without bind-mounted-under-two-names "cannot be mounted"; fi
	fresh; mkdir "$work/merged" "$work/upper" "$work/lower"; ln "$file" "$work/lower/index"
	if mount -t overlay -o "lowerdir=$work/lower:$work/upper" overlay "$work/merged" 2>/dev/null; then
		make a; reads a "$work/merged/index"; again a
		uses a -l map "$work/merged/index"; planted overlay a "$mib"
	else without overlay "cannot be mounted"; fi
	[ -n "$tmpfs" ] || return
	make a b; uses a write "$tmpfs/f" "$mib"; ends; uses b map "$tmpfs/f"
	planted a-tmpfs-file b "$mib"
	make a; uses a write "$tmpfs/f" "$mib"; ends; again a; uses a -l map "$tmpfs/f"
	planted a-tmpfs-file-of-a-removed-group a "$mib"
}

memory_variants() {
	for kind in memfd sysv shared; do
		make a b; uses a -m "$groups/b" $kind "$mib"; planted $kind-passed-on b "$mib"
	done
	make a b; uses a -f -m "$groups/b" shared "$mib"; planted shared-over-fork b $half
	make a b; uses a -f -m "$groups/b" memfd "$mib"; planted memfd-over-fork b $half
	make a b; uses a -m "$groups/b" anon "$mib"; planted anonymous-memory-of-a-moved-task b "$mib"
	make a b; uses a -m "$groups/b" thp "$mib"; planted huge-pages-of-a-moved-task b "$mib"
	make a b; uses a -m "$groups/b" anon "$mib"; remove a
	planted moved-out-of-a-removed-group b "$mib"
	# What no process figure shows: only the pages themselves do.
	fresh; make a; reads a "$file"; again a; uses a read "$file"
	by_pages read-and-held-open a "$mib"
	moves_charges
}

# v1 up to 6.12: who moves takes the charges along, if told so: nothing is unpaid.
moves_charges() {
	fresh; make a b
	if [ -e "$groups/b/memory.move_charge_at_immigrate" ] &&
	   echo 3 2>/dev/null >"$groups/b/memory.move_charge_at_immigrate"; then
		uses a -m "$groups/b" map "$file"; clean v1-move-charge b
	else without v1-move-charge "not on this kernel"; fi
	make a b
	if uses a -m "$groups/b" hugetlb $((half / 2 * 2)); then clean hugetlb-is-not-charged b
	else without hugetlb-is-not-charged "no huge pages are set aside"; fi
}

# ---- the same with nobody else in it

cleans() {
	restore
	make a; clean an-empty-group a
	fresh; make a; reads a "$file"; clean reads-itself a
	fresh; make a; uses a -l map "$file"; clean locks-itself a
	fresh; make a; uses a map "$file"; clean maps-itself a
	fresh; make a; uses a -l map "$file" 0 $half; clean locks-a-part a
	fresh; make a; uses a cow "$file" $half; clean copies-its-own a
	fresh; make a; uses a map "$file"; uses a map "$file"; clean two-of-one-group a
	fresh; make a; reads a "$file"; drop "$file"; again a; uses a -l map "$file"; clean dropped-between a
	make a; uses a write "$work/w" "$mib"; clean writes-itself a
	make a; truncate -s "${mib}M" "$work/hole"; uses a -l map "$work/hole"; clean its-own-holes a
	for kind in anon thp shared memfd sysv; do
		make a; uses a $kind "$mib"; clean its-own-$kind a
	done
	make a b; uses a -f -m "$groups/a" anon "$mib"; clean forked-in-one-group a b
	fresh; make a b; uses a map "$file"; uses b anon "$mib"; clean two-that-share-nothing a b
	[ -z "$tmpfs" ] || { make a; uses a write "$tmpfs/f" "$mib"; clean its-own-tmpfs-file a; }
	nest a a/x; fresh; uses a/x -l map "$file"; clean nested a/x
	fresh; make a; limit a $((mib * 4)); uses a map "$file"; clean below-its-limit a
}

# ---- in a guest: the figures as facts; wants groups, group_path, nest and limit

variants_in_the_lab() {
	mkdir -p /d /tmpfs
	mount -t ext4 /dev/nvme0n1 /d
	rm -f /d/data
	mkdir /d/work
	mount -t tmpfs -o size=64M none /tmpfs
	work=/d/work file=/d/work/index tmpfs=/tmpfs mib=24 settle=2 program=groupuse memwhy=memwhy
	drop() {
		sync
		echo 1 >/proc/sys/vm/drop_caches
	}
	reclaim() { drop; }
	by_pages() { without "$1" "only the pages tell"; }
	echo 12 >/proc/sys/vm/nr_hugepages
	fault || return 0
	{
		variants
		cleans
	} >/tmp/result
	awk '$1 == "variant" { printf "{\"variants\":{\"%s\":{\"planted\":%d,\"found\":%d}}}\n", $2, $3, $4 }
		$1 == "clean" { printf "{\"cleans\":{\"%s\":%s}}\n", $2, $3 == "nothing" ? "null" : $3 }
		$1 == "without" { printf "{\"without\":{\"%s\":true}}\n", $2 }' /tmp/result
}
