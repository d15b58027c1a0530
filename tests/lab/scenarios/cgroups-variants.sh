#: title what one cgroup uses and another pays for, planted in many ways under v2; and twenty clean set-ups
#: memory 512
#: disks data
#: seconds 600
#: kernels 6.1 6.12 newest
#: claim .variants | length >= 20
#: claim [.variants[] | .found >= .planted * 0.99 and .found - .planted < (4 | mib)] | all
#: claim .cleans | length >= 20
#: claim [.cleans[] | . < (16 | mib)] | all
. /lab/variants.sh
mount -t ext4 /dev/nvme0n1 /d 2>/dev/null || { mkdir -p /d && mount -t ext4 /dev/nvme0n1 /d; }
rm -f /d/data
echo "+memory" >$CG/cgroup.subtree_control
groups=$CG/par group_path=/par
mkdir $groups
echo "+memory" >$groups/cgroup.subtree_control
work=/d/work tmpfs=/tmpfs mib=24 settle=2 program=groupuse memwhy=memwhy
file=$work/index
mkdir $work $tmpfs
mount -t tmpfs -o size=64M none $tmpfs
drop() {
	sync
	echo 1 >/proc/sys/vm/drop_caches
}
reclaim() { drop; }
nest() { # a group that has some below it has no processes
	make "$@"
	for g in "$@"; do
		case $g in */*) echo "+memory" >"$groups/${g%/*}/cgroup.subtree_control" ;; esac
	done
}
limit() { # GROUP MIB, or max
	case $2 in max) echo max ;; *) echo "$2M" ;; esac >"$groups/$1/memory.max"
}
by_pages() { without "$1" "only the pages tell"; }
echo 12 >/proc/sys/vm/nr_hugepages
fault || exit 0
{
	variants
	cleans
} >/tmp/result
awk '$1 == "variant" { printf "{\"variants\":{\"%s\":{\"planted\":%d,\"found\":%d}}}\n", $2, $3, $4 }
	$1 == "clean" { printf "{\"cleans\":{\"%s\":%s}}\n", $2, $3 == "nothing" ? "null" : $3 }
	$1 == "without" { printf "{\"without\":{\"%s\":true}}\n", $2 }' /tmp/result
exit 0
