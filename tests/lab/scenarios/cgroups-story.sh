#: title a file is read in a cgroup, that is made again, and locked in the new one: who pays is found
#: memory 512
#: disks data
#: seconds 300
#: kernels 6.1 6.12 newest
#: claim .locked_kib >= 98304
#: claim .limit_events == 0
#: claim .paid.story.version == "v2"
#: claim paid("story"; "/par/new") | near(.unpaid_bytes; 96 | mib; 10)
#: claim paid("story"; "/par/new") | .proof == "locked" and .payer_path == "/par"
#: claim@6.1 paid("story"; "/par/new") | .payer == "removed"
#: claim@6.12 paid("story"; "/par/new") | .payer == "removed"
#: claim@newest paid("story"; "/par/new") | .payer == "above"
#: claim@6.1,6.12 paid("story"; "/par") | near(.removed_bytes; 96 | mib; 50) and .removed_count == 1
#: claim@newest paid("story"; "/par") | .removed_bytes == 0 and .removed_count == 0
#: claim tells("story"; "MW-CG-UNCHARGED-CACHE") == ["/par/new"]
#: claim tells("story"; "MW-CG-LIMIT-BLIND") == ["/par/new"]
#: claim tells("story"; "MW-CG-PARENT-UNLIMITED") == ["/par/new"]
#: claim tells("story"; "MW-CG-MLOCK-OVER-LIMIT") == ["/par/new"]
#: claim tells("before"; "MW-CG-UNCHARGED-CACHE") == [] and tells("cured"; "MW-CG-UNCHARGED-CACHE") == []
#: claim .cure.locked | .bytes.stop >= (95 | mib) and .after_bytes >= (95 | mib) and (.verdict | contains("stop lockfile"))
#: claim .cure.stopped | .before_bytes >= (95 | mib) and .after_bytes == 0 and .failed_count == 0
#: claim .cure.mapped | .reclaimed and .after_bytes < (1 | mib) and .before_bytes >= (95 | mib)
#: claim .expect_before == 1 and .expect_after != 1
#: claim paid("evicted"; "/par/new") | .unpaid_bytes < (4 | mib)
#: claim paid("cured"; "/par/new") | .unpaid_bytes < (4 | mib) and .file_bytes >= (95 | mib)
#: claim tells("beside"; "MW-CG-SIBLING-PAYS") == ["/par/new"]
#: claim paid("beside"; "/par/other") | .payer == "beside" and .payer_path == "/par/new" and near(.unpaid_bytes; 96 | mib; 10)
#: claim .proof.pages.story.pages_reader == "bpf" and .proof.pages.kcore.pages_reader == "kcore"
#: claim proof("pages"; "story"; "/par/new") | near(.unpaid_bytes; 96 | mib; 10) and .proof == "pages" and .payer_path == "/par"
#: claim proof_tells("pages"; "story"; "MW-CG-UNCHARGED-CACHE") == ["/par/new"]
#: claim used("story"; "/par/new") | .file == "/d/data" and near(.locked_bytes; 96 | mib; 10)
#: claim used("kcore"; "/par/new") | .file == "/d/data" and near(.locked_bytes; 96 | mib; 10)
#: claim@6.1,6.12 used("story"; "/par/new") | .payer == "/par/old" and .payer_removed
#: claim@newest used("story"; "/par/new") | .payer == "/par" and (.payer_removed | not)
#: claim@6.1,6.12 [.proof.pages.story.dying[] | select(.name == "/par/old")] | length == 1 and .[0].parent == "/par" and (.[0].files[0] | .path == "/d/data" and near(.bytes; 96 | mib; 10))
#: claim@newest [.proof.pages.story.dying[] | select(.name == "/par/old")] == []
#: claim proof_tells("processes"; "story"; "MW-CG-UNCHARGED-CACHE") == ["/par/new"]
#: claim@6.1,6.12 proof("arithmetic"; "story"; "/par") | near(.removed_bytes; 96 | mib; 50)
#: claim@newest proof("arithmetic"; "story"; "/par") | .removed_bytes == 0
#: claim .proof.arithmetic.story.verdict | endswith("proof by arithmetic alone")
#: claim proof("pages"; "cured"; "/par/new") | .unpaid_bytes < (4 | mib)
#: claim proof_tells("pages"; "beside"; "MW-CG-SIBLING-PAYS") == ["/par/new"]
#: claim proof("pages"; "beside"; "/par/other") | .payer == "beside" and .payer_path == "/par/new" and near(.unpaid_bytes; 96 | mib; 10)
mkdir -p /d
mount -t ext4 -o ro /dev/nvme0n1 /d
echo "+memory" >$CG/cgroup.subtree_control
mkdir $CG/par
echo "+memory" >$CG/par/cgroup.subtree_control
reader=par/old
fault || reader=par/new
mkdir -p $CG/$reader
sh -c "echo 0 >$CG/$reader/cgroup.procs; cat /d/data >/dev/null"
sleep 3
cgroups_capture before
fault && rmdir $CG/par/old
mkdir -p $CG/par/new
fault && echo 40M >$CG/par/new/memory.max
start locker sh -c "echo 0 >$CG/par/new/cgroup.procs; exec lockfile /d/data"
await locker
# Figures of memory.stat may be 2 s old.
sleep 3
cgroups_capture story --pages --reader bpf
cgroups_capture kcore --pages --reader kcore
fact limit_events "$(number_in $CG/par/new/memory.events max)"
expects() { # what a monitor says: 1 a warning
	memwhy cgroups --check --expect /par/new --files '/d/da*' >/dev/null 2>&1
	fact "$1" $?
}
cure() { # NAME OPTIONS
	name=$1
	shift
	echo "{\"cure\":{\"$name\":$(memwhy cgroups --ndjson --recharge /par/new --apply "$@")}}"
	sleep 3
}
# Cured: as long as it is locked, nothing goes; then it is dropped, and touched anew by who uses it.
expects expect_before
cure locked
# shellcheck disable=SC2154 # set by start
kill "$pid_locker"
wait_gone locker 30
echo max >$CG/par/new/memory.max
cure stopped --files '/d/da*'
start locker sh -c "echo 0 >$CG/par/new/cgroup.procs; exec lockfile /d/data"
await locker
sleep 3
cgroups_capture cured --pages
expects expect_after
# Another one locks it too, and the first lets go.
mkdir $CG/par/other
start other sh -c "echo 0 >$CG/par/other/cgroup.procs; exec lockfile /d/data"
await other
kill "$pid_locker"
wait_gone locker 30
sleep 3
cgroups_capture beside --pages
# Mapped and not locked: it is evicted where it is paid, and nobody is stopped.
# shellcheck disable=SC2154 # set by start
kill "$pid_other"
wait_gone other 30
cure between --files '/d/da*'
mkdir $CG/par/old
sh -c "echo 0 >$CG/par/old/cgroup.procs; cat /d/data >/dev/null"
rmdir $CG/par/old
start toucher sh -c "echo 0 >$CG/par/new/cgroup.procs; exec lockfile /d/data touch"
await toucher >/dev/null
sleep 3
cure mapped
cgroups_capture evicted
exit 0
