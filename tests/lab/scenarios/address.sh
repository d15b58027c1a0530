#: title one address, two frames; two addresses, one frame: what stands behind pages of every kind
#: memory 256
#: disks swap
#: seconds 150
#: claim [.frames | to_entries[] | select(.value > 0)] | length >= 15
#: claim . as $d | [.frames | to_entries[] | select(.value > 0)] | all(.value == $d.address[.key].page.frame)
#: claim .address.shared.page.frame == .address.shared_child.page.frame and .address.shared.page.map_count == 2
#: claim .address.written.address == .address.written_child.address
#: claim .address.written.page.frame != .address.written_child.page.frame and .address.written.page.map_count == 1
#: claim .address.object.page.frame == .address.object_child.page.frame and .address.object.promise == "object"
#: claim .address.untouched.page.state == "untouched" and .address.untouched.counted
#: claim .address.given_back.page.state == "untouched" and .address.given_back.counted
#: claim .address.zero.page.zero and .address.zero.page.map_count == null
#: claim .address.huge_zero.page.zero
#: claim .address.none.page.state == "untouched" and .address.none.promise == "none"
#: claim .address.closed.page.state == "present" and .address.closed.mapping.perms == "---p"
#: claim .address.noreserve.noreserve and (.address.noreserve.counted | not)
#: claim [.address.locked.flags[].code] | index("lo") != null
#: claim .address.memfd.page.map_count == 2 and .address.memfd.page.file_offset_bytes == 8192
#: claim .address.memfd_untouched.page.state == "not_mapped"
#: claim .address.file.page.file_page and (.address.file.page.private_copy | not)
#: claim .address.file_copy.page.private_copy and .address.file_copy.page.file_offset_bytes == 4096
#: claim .address.huge.page.huge and .address.huge.page.block_bytes == (2 | mib)
#: claim@5.10,6.1 .address.huge.page.huge_mapped == null
#: claim@6.12,newest .address.huge.page.huge_mapped
#: claim .address.hugetlb.promise == "hugetlb" and .address.hugetlb.page.block_bytes == (2 | mib)
#: claim .address.swapped.page.state == "swapped" and .address.swapped.page.swap_page > 0
#: claim@newest .address.guard.page.state == "guard"
#: claim .address.hole.hole.bytes == 4096
#: claim .address.written.page.cgroup == "/payer"
#: claim .strict.noreserve.counted and (.strict.noreserve.noreserve | not)
mkswap /dev/nvme0n1 >/dev/null 2>&1
swapon /dev/nvme0n1
echo 1 >/proc/sys/vm/nr_hugepages
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
# A machine under 512 MiB begins without it (hugepage_init(), mm/huge_memory.c).
echo 1 >/sys/kernel/mm/transparent_hugepage/use_zero_page
group payer 209715200
echo max >"$G/memory.swap.max"
mkfifo /tmp/hold
# KEY: what memwhy says of each page
ask() {
	while read -r kind name pid address frame; do
		[ "$kind" = page ] || continue
		[ "$1" = strict ] || fact frames "{\"$name\":$frame}"
		fact "$1" "{\"$name\":$(memwhy commit --ndjson --address "$pid" "0x$address")}"
	done </tmp/pages
}
# KEY: pages, in a group of their own
plant_pages() {
	mkdir -p "/tmp/$1"
	(echo 0 >"$G/cgroup.procs"; exec pages "/tmp/$1" </tmp/hold >/tmp/pages 2>&1) &
	holder_pid=$!
	exec 9>/tmp/hold
	i=0
	until grep -q ready /tmp/pages || [ $i -gt 200 ]; do sleep 0.1; i=$((i + 1)); done
	ask "$1"
	sed -n 's/^none //p' /tmp/pages
	exec 9>&-
	wait $holder_pid
}
fault && {
	plant_pages address
	echo 1000 >/proc/sys/vm/overcommit_ratio
	echo 2 >/proc/sys/vm/overcommit_memory
	plant_pages strict
}
exit 0
