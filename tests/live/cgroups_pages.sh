#!/bin/sh
# The proof page by page under cgroup v1: the story by each of the three proofs alone, with the file and the
# payer by name; a file that two pay for; a tmpfs file; and 200 removed cgroups, each named with its file, whose
# bytes are by arithmetic what they are by pages.  Acts only on groups below memwhy_cgpages_test and on its own
# files and processes.
B=${B:-build}
memwhy=$B/memwhy
point=/sys/fs/cgroup/memory
for tool in jq dd; do
	command -v $tool >/dev/null || { echo "skip cgroups-pages: no $tool"; exit 0; }
done
if [ ! -e $point/memory.usage_in_bytes ]; then
	echo "elsewhere cgroups-pages: no memory cgroups of v1 here (cgroups-story)"
	echo "skip cgroups-pages: no memory cgroups of v1 here"
	exit 0
fi
P=$point/memwhy_cgpages_test
if ! mkdir $P 2>/dev/null; then
	echo "skip cgroups-pages: cannot make $P"
	exit 0
fi
work=$(mktemp -d -p /var/tmp) || exit 1
file=$work/index tmpfs=$work/tmpfs mib=${MEMWHY_STORY_MIB:-256}
j=$work/said.json pids='' bad=0
slack=0
grep -q __asan_init "$memwhy" && slack=3145728 # its libraries are used too, and paid by others
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
	sleep 0.2
	find "$P" -depth -type d -exec rmdir {} \;
}
trap finish EXIT
trap 'exit 1' INT TERM

ok() { echo "ok cgroups-pages $1"; }
no() { echo "not ok cgroups-pages $1"; bad=1; }
make() { mkdir "$P/$1"; }
drop() { dd of="$file" oflag=nocache conv=notrunc,fdatasync count=0 status=none; }
in_group() { # GROUP COMMAND...
	group=$1
	shift
	sh -c 'echo 0 >"$0" && exec "$@"' "$P/$group/cgroup.procs" "$@"
}
locks() { # GROUP [FILE]: and stays
	: >"$work/locked"
	sh -c 'echo 0 >"$0" && exec "$@"' "$P/$1/cgroup.procs" "$B/tests/lockfile" "${2:-$file}" >"$work/locked" &
	pids="$pids $!"
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
		def near(a; b): (a - b | if . < 0 then -. else . end) <= b / 100 + $slack;
		def P: \"/memwhy_cgpages_test\";
		def group(p): .cgroups[] | select(.path == P + p);
		def sum(p): .groups[] | select(.path == P + p);
		def found(id): [.findings[] | select(.id == id) | select(.verdict | contains(P))];
		def lent(p): [.used_files[] | select(.path == P + p)] | max_by(.mapped_bytes);
		$2" "$j" >/dev/null 2>&1; then
		ok "$1"
	else
		no "$1: $(jq -c '[.verdict, .notes, (.cgroups[] | select(.path | startswith("/memwhy_cgpages_test"))
			| {path, charged_bytes, used_locked_bytes, unpaid_bytes, payer, payer_path, proof, removed_bytes}),
			(.used_files // [] | map(select(.path | startswith("/memwhy_cgpages_test")))[:3]), .findings[].id]' \
			"$j" 2>&1)"
	fi
}
pages() { # by the pages: can they be read here?
	jq -e '.used_files != null' "$j" >/dev/null
}

dd if=/dev/urandom of="$file" bs=1M count="$mib" conv=fdatasync status=none
drop
bytes="($mib | mib)"
make a
ask --pages
if ! pages; then
	echo "skip cgroups-pages: no reader of the kernel's memory works here"
	exit 0
fi

# Clean: who reads pays.
locks a
ask --pages
claim "clean: one that locks what it read itself" '[.findings[] | select(.verdict | contains(P))] == []
	and group("/a").unpaid_bytes < (4 | mib)'
stop
drop

# The story, by each proof alone.
in_group a cat "$file" >/dev/null
remove a
make a
locks a
echo 64M >$P/a/memory.limit_in_bytes
ask --proof arithmetic
claim "by arithmetic alone: removed cgroups, to 1 %" "near(group(\"\").removed_bytes
	+ (if group(\"\").removed_bytes == 0 then group(\"\").file_bytes else 0 end); $bytes)
	and group(\"/a\").unpaid_bytes == null and group(\"/a\").proof == \"none\""
claim "  and nobody was asked what he uses" '.unread_count == 0 and (.verdict | endswith("proof by arithmetic alone"))'
ask --proof processes
claim "by processes alone: found, to 1 %" "(found(\"MW-CG-UNCHARGED-CACHE\") | length == 1)
	and near(group(\"/a\").unpaid_bytes; $bytes) and group(\"/a\").proof == \"locked\""
ask --proof pages --dying
named="(.payer_removed and .payer == P + \"/a\") or ((.payer_removed | not) and .payer == P)"
claim "by pages alone: found, to 1 %" "(found(\"MW-CG-UNCHARGED-CACHE\") | length == 1)
	and near(group(\"/a\").unpaid_bytes; $bytes) and group(\"/a\").proof == \"pages\""
claim "  the file is named, and who pays: the removed cgroup, or since 7.1 the parent" \
	"lent(\"/a\") | .file == \"$file\" and ($named) and near(.locked_bytes; $bytes)"
claim "  the verdict says so" "[found(\"MW-CG-UNCHARGED-CACHE\")[].sure | contains(\"page by page\")] == [true]"
claim "  the limit is blind" 'found("MW-CG-LIMIT-BLIND") | length == 1'
claim "  the removed cgroup is listed with it" "[.dying[] | select(.name == P + \"/a\")] as \$d
	| \$d == [] or (\$d[0].parent == P and \$d[0].files[0].path == \"$file\" and near(\$d[0].files[0].bytes; $bytes))"
claim "  who pays against who uses" "sum(\"/a\") | near(.paid_elsewhere_bytes; $bytes)
	and near(.used_bytes; .charged_bytes + .paid_elsewhere_bytes) and (.payers | length >= 1)
	and (.limits[0].max_bytes == (64 | mib))"
claim "  and not of the parent, in whom both are" "sum(\"\") | .paid_elsewhere_bytes < (4 | mib)"
for reader in bpf kcore; do
	ask --proof pages --reader $reader
	pages || { echo "elsewhere cgroups-pages: no reader $reader here (cgroups-story)"; continue; }
	claim "by the reader $reader" "near(group(\"/a\").unpaid_bytes; $bytes) and (lent(\"/a\") | .file == \"$file\")"
done
ask --pages --save-capture "$work/cap"
claim "with all proofs the pages are believed" "near(group(\"/a\").unpaid_bytes; $bytes) and group(\"/a\").proof == \"pages\""
cp "$j" "$work/live.json"
ask --pages --root "$work/cap"
cmp -s "$j" "$work/live.json" && ok "the capture says the same" || no "the capture says another thing"
for proof in arithmetic processes pages; do
	ask --proof $proof --root "$work/cap"
	claim "the capture, by $proof alone" "\"$proof\" == \"arithmetic\" or near(group(\"/a\").unpaid_bytes; $bytes)"
done
"$memwhy" cgroups --pages /memwhy_cgpages_test/a >"$work/text" 2>&1
head -n 1 "$work/text" | grep -q "of $file): paid by .*; proof page by page" &&
	ok "the verdict names it" || no "the verdict: $(head -n 1 "$work/text")"

# Two lock it: each its share.
echo -1 >$P/a/memory.limit_in_bytes
make b
locks b
ask --pages
claim "two share it" "near(group(\"/a\").unpaid_bytes + group(\"/b\").unpaid_bytes; $bytes)"
stop
drop

# Two pay for it: a living one for a quarter, the one that locks it for the rest.
in_group b dd if="$file" of=/dev/null bs=1M count=$((mib / 4)) status=none
locks a
ask --pages
claim "a living sibling pays for a part" "near(group(\"/a\").unpaid_bytes; group(\"/b\").file_bytes)
	and group(\"/b\").file_bytes >= $bytes / 4
	and (group(\"/a\") | .payer == \"beside\" and .payer_path == P + \"/b\")
	and near(sum(\"/b\").paid_for_others_bytes; group(\"/b\").file_bytes)"
stop
drop

# Held open and mapped by nobody: no finding, and it stands in the table.
in_group b cat "$file" >/dev/null
sh -c 'echo 0 >"$0" && exec tail -f -n 0 "$1"' "$P/a/cgroup.procs" "$file" >/dev/null &
pids="$pids $!"
sleep 0.5
ask --pages
claim "held open" "near(sum(\"/a\").held_open_bytes; $bytes) and found(\"MW-CG-UNCHARGED-CACHE\") == []"
stop
drop

mkdir "$tmpfs"
if mount -t tmpfs -o size=64M memwhy "$tmpfs" 2>/dev/null; then
	in_group a dd if=/dev/zero of="$tmpfs/g" bs=1M count=40 status=none
	remove a
	make a
	locks a "$tmpfs/g"
	ask --pages --dying --threshold cg-tmpfs=0
	claim "a tmpfs file: named, and that only a copy moves it" "near(group(\"/a\").unpaid_bytes; 40 | mib)
		and (lent(\"/a\").file == \"$tmpfs/g\")
		and ([found(\"MW-CG-UNCHARGED-CACHE\")[].fixes[].effect | contains(\"only a copy moves\")] | any)
		and ([.dying[] | select(.name == P + \"/a\") | .files[] | select(.only_a_copy_moves_it)] | length >= 1
			or (group(\"\").removed_bytes == 0))"
	stop
	rm "$tmpfs/g"
else
	echo "skip cgroups-pages-tmpfs: cannot mount one"
fi

# Two hundred removed cgroups.
make many
n=0
while [ $n -lt 200 ]; do
	make many/g$n
	in_group many/g$n dd if=/dev/urandom of="$work/f$n" bs=256k count=1 conv=fdatasync status=none
	remove many/g$n
	n=$((n + 1))
done
ask --pages --dying
if jq -e '[.dying[] | select(.parent == "/memwhy_cgpages_test/many")] == []' "$j" >/dev/null; then
	claim "since 7.1 they are the parent's" 'group("/many").file_bytes >= (50 | mib)'
else
	# Others of that name may be left of a run before.
	claim "200 removed cgroups: each by name, with its file" ".dying as \$all | [range(200) | tostring]
		| all(. as \$n | any(\$all[]; .name == P + \"/many/g\" + \$n and .parent == P + \"/many\" and
			any(.files[]; .path == \"$work/f\" + \$n and .bytes == 262144)))"
	claim "  bytes by arithmetic equal those of the pages, to 0.5 %" "([.dying[] | select(.parent == P + \"/many\")
		| .file_bytes + .shmem_bytes] | add) as \$pages | group(\"/many\")
		| (.removed_bytes - \$pages | if . < 0 then -. else . end) * 200 <= \$pages
		and .removed_by_pages_bytes == \$pages and \$pages >= (50 | mib)"
fi
rm -f "$work"/f*
exit $bad
