#: title a kernel that does not tell its layout (no BTF): kpage answers, and where that is denied, sums
#: memory 512
#: claim .bare.census.reader == "kpage" and .bare_status == 3
#: claim [.bare.notes[] | select(test("reader (bpf|kcore) not used: absent: /sys/kernel/btf/vmlinux: ENOENT$"))] | length == 2
#: claim [.bare.pages[] | select(.id == "anon" and .off_bytes == 0)] | length == 1
#: claim .closed.census.reader == "sums" and .closed_status == 3
#: claim [.closed.notes[] | select(test("reader kpage not used: denied: .*: EACCES$"))] | length == 1
#: claim .junk.census.reader == "sums" and ([.junk.notes[] | select(test("reader (bpf|kcore) not used: "))] | length == 2)
ask() { # NAME OPTIONS...
	name=$1
	shift
	memwhy ledger --counters --pages --json "$@" >/tmp/$name.json 2>/tmp/$name.err
	fact "${name}_status" $?
	echo "{\"$name\":$(tr -d '\n' </tmp/$name.json)}"
}
fault && {
	mount -t tmpfs none /sys/kernel/btf
	ask bare --sample 0.5
	mkdir /tmp/nodev
	mount -t tmpfs -o nodev none /tmp/nodev
	mknod /tmp/nodev/null c 1 3
	mount --bind /tmp/nodev/null /proc/kpageflags
	ask closed
	# Something, but no BTF.
	head -c 100000 /dev/zero >/sys/kernel/btf/vmlinux
	ask junk
}
exit 0
