#: title locked down (confidentiality): bpf and kcore are refused and say why, kpage answers, then sums
#: memory 512
#: arguments lockdown=confidentiality
#: claim .lockdown == "confidentiality"
#: claim .locked.census.reader == "kpage" and .locked_status == 3
#: claim [.locked.notes[] | select(test("reader kcore not used: locked down .confidentiality.: .*: EPERM$"))] | length == 1
#: claim [.locked.notes[] | select(test("reader bpf not used: "))] | length == 1
#: claim@6.1,6.12,newest [.locked.notes[] | select(test("reader bpf not used: locked down .confidentiality.: "))] | length == 1
#: claim [.locked.pages[] | select(.id == "anon" and .off_bytes == 0)] | length == 1
#: claim .alone.census == null and .alone_status == 3 and ([.alone.notes[] | select(test("reader kcore not used: locked down"))] | length == 1)
#: claim .closed.census.reader == "sums" and .closed_status == 3
#: claim [.closed.notes[] | select(test("reader kpage not used: denied: .*: EACCES$"))] | length == 1
#: claim .who.census.who_sought_bytes == null and ([.who.notes[] | select(test("who-points: needs"))] | length == 1)
ask() { # NAME OPTIONS...
	name=$1
	shift
	memwhy ledger --counters --pages --json "$@" >/tmp/$name.json 2>/tmp/$name.err
	fact "${name}_status" $?
	echo "{\"$name\":$(tr -d '\n' </tmp/$name.json)}"
}
fault && {
	mount -t securityfs none /sys/kernel/security
	text lockdown "$(sed 's/.*\[\(.*\)\].*/\1/' /sys/kernel/security/lockdown)"
	ask locked --sample 0.5
	ask alone --reader kcore
	ask who --who-points
	# A device on a file system without devices is denied to root too.
	mkdir /tmp/nodev
	mount -t tmpfs -o nodev none /tmp/nodev
	mknod /tmp/nodev/null c 1 3
	mount --bind /tmp/nodev/null /proc/kpageflags
	ask closed
}
exit 0
