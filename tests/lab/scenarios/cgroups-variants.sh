#: title what one cgroup uses and another pays for, planted in many ways under v2; and twenty clean set-ups
#: memory 512
#: disks data
#: seconds 900
#: kernels 6.1 6.12 newest
#: claim .variants | length >= 20
#: claim [.variants[] | .found >= .planted * 0.99 and .found - .planted < (4 | mib)] | all
#: claim .cleans | length >= 20
#: claim [.cleans[] | . < (16 | mib)] | all
. /lab/variants.sh
echo "+memory" >$CG/cgroup.subtree_control
groups=$CG/par group_path=/par
mkdir $groups
echo "+memory" >$groups/cgroup.subtree_control
nest() { # a group that has some below it has no processes
	make "$@"
	for g in "$@"; do
		case $g in */*) echo "+memory" >"$groups/${g%/*}/cgroup.subtree_control" ;; esac
	done
}
limit() { # GROUP MIB, or max
	case $2 in max) echo max ;; *) echo "$2M" ;; esac >"$groups/$1/memory.max"
}
echo 40 >/proc/sys/vm/nr_hugepages
variants_in_the_lab
exit 0
