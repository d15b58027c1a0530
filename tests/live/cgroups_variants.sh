#!/bin/sh
# Variants of the story under cgroup v1: what one cgroup uses and another is charged for, planted in many
# ways, is found to 99 %; the same with nobody else in it gives no false alarm.  Acts only on groups below
# memwhy_cg_variants and on its own files and processes.
B=${B:-build}
command -v jq >/dev/null || { echo "skip cgroups-variants: no jq"; exit 0; }
memwhy=$B/memwhy
program=$B/tests/groupuse
point=/sys/fs/cgroup/memory
if [ ! -e $point/memory.usage_in_bytes ]; then
	echo "elsewhere cgroups-variants: no memory cgroups of v1 here (cgroups-variants)"
	echo "skip cgroups-variants: no memory cgroups of v1 here"
	exit 0
fi
groups=$point/memwhy_cg_variants
group_path=/memwhy_cg_variants
if ! mkdir $groups 2>/dev/null; then
	echo "skip cgroups-variants: cannot make $groups"
	exit 0
fi
work=$(mktemp -d -p /var/tmp) || exit 1
tmpfs=$work.tmpfs file=$work/index
mib=${MEMWHY_STORY_MIB:-48} settle=0 bad=0
drop() { dd of="$1" oflag=nocache conv=notrunc,fdatasync count=0 status=none; }
reclaim() { echo 0 >$groups/memory.force_empty 2>/dev/null; }
nest() { make "$@"; }
limit() { # GROUP MIB, or max
	case $2 in max) echo -1 ;; *) echo "$2M" ;; esac >"$groups/$1/memory.limit_in_bytes"
}
# What its processes only read and hold open: the pages and the descriptors tell.
by_pages() { # NAME GROUP MIB
	held=$("$memwhy" cgroups --pages --json --top 0 2>/dev/null |
		jq ".groups[] | select(.path == \"$group_path/$2\") | .held_open_bytes // empty")
	if [ -z "$held" ]; then
		without "$1" "no pages here"
		return
	fi
	echo "variant $1 $(($3 * 1048576)) $held"
	restore
}
. "$(dirname "$0")/../lab/guest/variants.sh"
finish() {
	restore
	umount "$tmpfs" 2>/dev/null
	rm -rf "$work" "$tmpfs"
	rmdir $groups
}
trap finish EXIT
trap 'exit 1' INT TERM

mkdir "$tmpfs"
mount -t tmpfs -o size=$((mib * 2))M memwhy "$tmpfs" 2>/dev/null || tmpfs=''
variants >"$work/result"
cleans >>"$work/result"
grep '^without' "$work/result" | sed 's/^without \([^ ]*\) /elsewhere cgroups-variant \1: /'
slack=4194304
grep -q __asan_init "$memwhy" && slack=12582912 # its libraries are used too, and paid by others
awk -v slack=$slack '$1 == "variant" {
		found = $4 + 0 < $3 ? $4 + 0 : $3
		planted += $3; all += found; n++
		right = found >= $3 * 0.99 && $4 - $3 < slack
		printf "%s cgroups-variant %s: planted %d, found %s\n", right ? "ok" : "not ok", $2, $3, $4
		bad += !right
	}
	$1 == "clean" {
		clean += !seen[$2]++
		right = $3 != "nothing" && $3 + 0 < 16 * 1048576
		printf "%s cgroups-clean %s: %s\n", right ? "ok" : "not ok", $2, $3
		bad += !right
	}
	END {
		right = planted && all >= planted * 0.99 && n >= 20 && clean >= 20
		printf "%s cgroups-variants: %d variants, %.2f %% of %d MiB found; %d clean set-ups\n",
			right ? "ok" : "not ok", n, planted ? all * 100 / planted : 0, planted / 1048576, clean
		exit bad || !right
	}' "$work/result" || bad=1
exit $bad
