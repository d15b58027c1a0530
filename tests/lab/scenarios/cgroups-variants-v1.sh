#: title what one cgroup uses and another pays for, planted in many ways under v1; and twenty clean set-ups
#: memory 512
#: disks data
#: cgroup v1
#: seconds 900
#: kernels 6.1 6.12
#: claim .variants | length >= 20
#: claim [.variants[] | .found >= .planted * 0.99 and .found - .planted < (4 | mib)] | all
#: claim .cleans | length >= 20
#: claim [.cleans[] | . < (16 | mib)] | all
#: claim .cleans["v1-move-charge"] | type == "number" and . < (4 | mib)
. /lab/variants.sh
groups=$CG/memory/par group_path=/par
mkdir $groups
nest() { make "$@"; }
limit() { # GROUP MIB, or max
	case $2 in max) echo -1 ;; *) echo "$2M" ;; esac >"$groups/$1/memory.limit_in_bytes"
}
variants_in_the_lab
exit 0
