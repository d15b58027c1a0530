#: title the census: each planted page is its owner's, classes equal the counters, by each reader
#: memory 3072
#: seconds 240
#: disks data
#: claim [.truth.kcore[].kind // empty] | length == 10
#: claim .truth.kcore | all(.kind == null or (.frames >= 1024 and .frames == .right))
#: claim@6.1,6.12,newest [.truth.bpf[].kind // empty] | length == 10
#: claim@6.1,6.12,newest .truth.bpf | all(.kind == null or (.frames >= 1024 and .frames == .right))
#: claim [.pages.kcore.pages[] | select(.id | IN("free", "anon", "page_cache", "shmem", "buffers", "page_tables", "hugetlb", "kernel_stack", "vmalloc")) | .off_bytes | select(. > 256 * 1024 or . < -256 * 1024)] == []
#: claim [.pages.kcore.pages[] | select(.id | IN("free", "anon", "page_cache", "shmem", "buffers", "page_tables", "hugetlb")) | .off_bytes] | length == 7
#: claim@6.1,6.12,newest [.pages.bpf.pages[] | select(.id | IN("free", "anon", "page_cache", "shmem", "buffers", "page_tables", "hugetlb", "kernel_stack", "vmalloc")) | .off_bytes | select(. > 256 * 1024 or . < -256 * 1024)] == []
#: claim@6.1,6.12,newest [.pages.bpf.pages[] | select(.id | IN("free", "anon", "page_cache", "shmem", "buffers", "page_tables", "hugetlb")) | .off_bytes] | length == 7
#: claim@newest [.pages["kcore","bpf"].pages[] | select(.id == "slab") | .off_bytes | select(. > 256 * 1024 or . < -256 * 1024)] == []
# By kpage, all of it, and samples; tails up to 6.9 are counted by their head, or slab would be a fraction (it grows from run to run).
#: claim [.pages.kpage.pages[] | select(.id | IN("free", "anon", "files", "shmem", "page_tables", "hugetlb")) | .off_bytes] | length == 6 and all(. <= 256 * 1024 and . >= -256 * 1024)
#: claim [.pages.kpage, .pages.kcore | [.page_classes[] | select(.class == "slab") | .bytes] | add] | .[0] > .[1] * 0.9 and .[0] < .[1] * 1.25
#: claim .pages.kpage.census | .how == "exact" and .raced_bytes < 1048576
#: claim [.pages.sampled_kpage, .pages.sampled_kcore] | all(.census.how == "sampled" and ([.pages[] | select(.off_bytes != null and .id != "slab") | .off_bytes == 0] | length >= 5 and (map(select(.)) | length) >= 4))
#: claim [.pages.kcore, .pages.bpf | select(. != null) | .census | select(.reader == "bpf" or .reader == "kcore")] | length >= 1 and all(.unknown_bytes < .ram_bytes / 1000)
#: claim [.pages.kcore.page_classes[] | select(.class == "static") | .bytes] | add > 262144
#: claim .wrong_refused.kcore
# A group that read a file and is gone still pays; from 7.1 on its pages are its parent's, and no removed group has any.
#: claim@5.10,6.1,6.12 [.pages.gone.payers[] | select(.path == "/gone")] | length == 1 and .[0].dying and .[0].file_bytes >= 16777216
#: claim@newest [.pages.gone.payers[] | select(.path == "/gone" or (.dying and .file_bytes > 0))] == []
#: claim@newest (.pages.gone.payers[] | select(.path == "/") | .file_bytes) - (.pages.before_gone.payers[] | select(.path == "/") | .file_bytes) | . >= 16777216 and . < 20000000
#: claim@6.1,6.12,newest .wrong_refused.bpf
# Twice each: the second is at rest.
census() { # READER
	memwhy ledger --counters --pages --reader "$1" --json >/tmp/$1.json 2>/tmp/$1.err
	memwhy ledger --counters --pages --reader "$1" --top 0 --json >/tmp/$1.json 2>/tmp/$1.err
	echo "{\"pages\":{\"$1\":$(tr -d '\n' </tmp/$1.json)}}"
}
part() { # NAME READER SHARE
	memwhy ledger --counters --pages --reader "$2" --sample "$3" --json >/tmp/$1.json 2>/tmp/$1.err
	echo "{\"pages\":{\"$1\":$(tr -d '\n' </tmp/$1.json)}}"
}
truth() { # READER
	mkdir -p /tmp/disk/$1
	census_truth "$1" /tmp /tmp/disk/$1 8 >/tmp/$1.truth 2>/tmp/$1.err || cat /tmp/$1.err >&2
	rm -rf /tmp/tmpfs /tmp/disk/$1
	echo "{\"truth\":{\"$1\":[$(tr '\n' ',' </tmp/$1.truth | sed 's/,$//')]}}"
}
fault && {
	mkdir -p /tmp/disk
	mount -t ext4 /dev/nvme0n1 /tmp/disk && rm /tmp/disk/data
	echo 8 >/proc/sys/vm/nr_hugepages
	census kcore
	census bpf
	part kpage kpage 1
	part sampled_kpage kpage 0.2
	part sampled_kcore kcore 0.2
	part before_gone kcore 1
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir /sys/fs/cgroup/gone
	sh -c 'echo $$ >/sys/fs/cgroup/gone/cgroup.procs && head -c 16777216 /dev/zero >/tmp/disk/gone && sync'
	rmdir /sys/fs/cgroup/gone
	part gone kcore 1
	rm /tmp/disk/gone
	truth kcore
	truth bpf
	census_truth kcore wrong >/dev/null && fact wrong_refused '{"kcore":true}'
	census_truth bpf wrong >/dev/null && fact wrong_refused '{"bpf":true}'
}
capture end
exit 0
