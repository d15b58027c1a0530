#!/bin/sh
# What memwhy commit --address says of pages of every kind, against what their owner did: as root,
# as an ordinary user, and from the capture of the same run.  Acts only on what it made.
B=${B:-build}
command -v jq >/dev/null || { echo "skip address: no jq"; exit 0; }
command -v mkfifo >/dev/null || { echo "skip address: no mkfifo"; exit 0; }
work=$(mktemp -d) || exit 1
chmod 755 "$work"
cp "$B/memwhy" "$B/tests/pages" "$work/"
owner='' bad=0
finish() {
	exec 9>&-
	[ -z "$owner" ] || wait "$owner" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
ok() { echo "ok address $1"; }
no() { echo "not ok address $1"; bad=1; }
page=$(getconf PAGESIZE)
release=$(uname -r)
newer() { [ "$(printf '%s\n' "$1" "$release" | sort -V | head -n 1)" = "$1" ]; }

# WHO: starts the pages as that user, in a folder of their own.
start() {
	mkdir "$work/$1"
	chmod 777 "$work/$1"
	rm -f "$work/hold"
	mkfifo "$work/hold"
	as "$1" "$work/pages" "$work/$1" <"$work/hold" >"$work/facts" 2>"$work/errors" &
	owner=$!
	exec 9>"$work/hold"
	tries=0
	until grep -q '^ready' "$work/facts"; do
		kill -0 $owner 2>/dev/null || { no "$1: pages: $(cat "$work/errors")"; exit 1; }
		tries=$((tries + 1))
		[ $tries -lt 200 ] || { no "$1: pages took over 20 s"; exit 1; }
		sleep 0.1
	done
}
as() {
	who=$1
	shift
	if [ "$who" = root ]; then "$@"
	else setpriv --reuid 65534 --regid 65534 --clear-groups env -C / "$@"; fi
}
stop() {
	exec 9>&-
	wait "$owner"
	owner=''
}
# NAME -> PID ADDRESS FRAME
fact() { sed -n "s/^page $1 //p" "$work/facts"; }
# NAME: memwhy's answer in $work/NAME.json, kept as a capture too; its exit status in $status
ask() {
	fact "$1" >"$work/fact"
	read -r pid address frame <"$work/fact"
	as "$who_asks" "$work/memwhy" commit --json --address "$pid" "0x$address" \
		>"$work/$1.json" 2>"$work/err"
	status=$?
}
# NAME CONDITION [STATUS]: of a page that there is
is() {
	if ! grep -q "^page $1 " "$work/facts"; then
		echo "elsewhere address $who_asks $1: $(sed -n "s/^none $1 //p" "$work/facts")"
		return
	fi
	ask "$1"
	jq -e --argjson page "$page" --argjson frame "$frame" "$2" "$work/$1.json" >/dev/null &&
		[ $status = "${3:-0}" ] && ok "$who_asks $1" ||
		no "$who_asks $1: exit $status, frame $frame: $(cat "$work/err" "$work/$1.json")"
}
same_frame() { # NAME NAME yes|no
	a=$(jq .page.frame "$work/$1.json")
	b=$(jq .page.frame "$work/$2.json")
	[ "$a" != null ] && [ "$b" != null ] && { [ "$a" = "$b" ] && r=yes || r=no; } && [ $r = "$3" ] &&
		ok "$1 and $2: one frame: $3" || no "$1 and $2: frames $a and $b"
}
here='.page.state == "present" and .page.frame == $frame'
anon='.mapping.kind == "private anonymous memory"'

as_root() {
	who_asks=root
	start root
	once="$here and .page.map_count == 1 and (.page.flags | index(\"ANON\") != null)"
	# Example one: one address, one frame, until somebody writes.
	is shared "$anon and $here and .page.map_count == 2 and .counted and .promise == \"mapping\""
	is shared_child "$anon and $here and .page.map_count == 2"
	same_frame shared shared_child yes
	# Example two: one address, two frames.
	is written "$anon and $once"
	is written_child "$anon and $once"
	same_frame written written_child no
	[ "$(jq -r .address "$work/written.json")" = "$(jq -r .address "$work/written_child.json")" ] &&
		ok "the address is one" || no "the addresses differ"
	is object "$here and .page.map_count == 2 and .promise == \"object\" and
		(.counted | not) and .page.file_page and .mapping.kind == \"shared anonymous memory\""
	is object_child "$here and .page.map_count == 2"
	same_frame object object_child yes
	is untouched "$anon"' and .page.state == "untouched" and .page.frame == null and .counted'
	is given_back "$anon"' and .page.state == "untouched" and .counted'
	is zero "$anon and $here"' and .page.zero and .page.map_count == null and .counted'
	is huge_zero "$anon and $here"' and .page.zero and .page.huge and .page.map_count == null'
	is none "$anon"' and .page.state == "untouched" and (.counted | not) and .promise == "none"'
	is closed "$anon and $here and .mapping.perms == \"---p\""
	case $(cat /proc/sys/vm/overcommit_memory) in
	2) is noreserve "$anon and $once and .counted and (.noreserve | not)" ;;
	*) is noreserve "$anon and $once and (.counted | not) and .noreserve" ;;
	esac
	is locked "$anon and $once"' and ([.flags[].code] | index("lo") != null) and
		(.page.flags | index("UNEVICTABLE") != null)'
	is memfd "$here"' and .page.map_count == 2 and .page.file_offset_bytes == 2 * $page and
		.mapping.kind == "memfd" and .promise == "blocks" and .mapping.path == "/memfd:pages (deleted)"'
	is memfd_again "$here"' and .page.map_count == 2 and .page.file_offset_bytes == 2 * $page'
	is memfd_untouched '.page.state == "not_mapped" and .page.file_offset_bytes == 3 * $page'
	is sysv "$here"' and .promise == "object" and .mapping.kind == "SysV segment"'
	is file "$here"' and .page.file_page and (.page.private_copy | not) and .counted and
		.page.file_offset_bytes == 3 * $page and (.mapping.path | endswith("/root/file"))'
	is file_copy "$once"' and .page.private_copy and .page.file_offset_bytes == $page'
	is huge "$here"' and .page.huge and .page.block_bytes == 2097152'
	newer 6.7 && { grep -q '^none huge' "$work/facts" ||
		is huge ".page.huge_mapped and $here"; }
	is hugetlb "$here"' and .promise == "hugetlb" and (.counted | not) and
		.page.block_bytes == 2097152 and .mapping.kind == "huge pages of hugetlb"'
	is guard 'if .host.kernel | test("^6\\.1[34]\\.") then .page.state == "special"
		else .page.state == "guard" end'
	is swapped '.page.state == "swapped" and .page.swap_page > 0'
	is hole '.page == null and .mapping == null and .hole.bytes == $page and .hole.start == .address'
	cgroup
	replay
	stop
}

# The owner is in our own group, which pays for what it wrote.
cgroup() {
	inode=$(jq .page.cgroup_inode "$work/written.json")
	path=$(jq -r '.page.cgroup // empty' "$work/written.json")
	own=$(sed -n 's/^[0-9]*:memory://p' "/proc/$owner/cgroup")
	folder=/sys/fs/cgroup/memory
	[ -n "$own" ] || { own=$(sed -n 's/^0:://p' "/proc/$owner/cgroup"); folder=/sys/fs/cgroup; }
	if [ "$inode" = null ] || [ ! -d "$folder$own" ]; then
		echo "skip address cgroup: kpagecgroup says $inode, $folder$own"
		return
	fi
	[ "$(stat -c %i "$folder$own")" = "$inode" ] && [ "$path" = "$own" ] && ok "cgroup $path" ||
		no "cgroup: $inode $path, own $own $(stat -c %i "$folder$own")"
}

# What was recorded says the same, byte for byte.
replay() {
	n=0
	for name in $(sed -n 's/^page \([a-z_]*\) .*/\1/p' "$work/facts"); do
		fact "$name" >"$work/fact"
		read -r pid address frame <"$work/fact"
		"$work/memwhy" commit --json --save-capture "$work/cap" --address "$pid" "$address" >"$work/a"
		"$work/memwhy" commit --json --root "$work/cap" --address "$pid" "$address" >"$work/b"
		cmp -s "$work/a" "$work/b" && n=$((n + 1)) || no "replay $name: $(diff "$work/a" "$work/b")"
		"$work/memwhy" commit --root "$work/cap" --address "$pid" "$address" >"$work/text" ||
			no "text of $name"
	done
	[ "$n" -gt 20 ] && ok "$n answers replayed" || no "only $n answers replayed"
}

# The frame, and what is asked of it, is denied: null with a reason, and status 3.
as_user() {
	who_asks=user
	start user
	hidden='.page.frame == null and .page.why.frame == "denied" and .partial'
	is shared "$anon and $hidden"' and .page.state == "present" and .page.map_count == null and
		.page.why.map_count == "denied" and (.page.exclusive | not) and .counted' 3
	is written "$anon and $hidden"' and .page.state == "present" and .page.map_count == 1' 3
	is untouched "$anon"' and .page.state == "untouched" and (.partial | not)' 0
	newer 6.7 && is zero "$hidden and .page.zero" 3
	is huge_zero "$hidden and .page.zero != false" 3
	is memfd "$hidden"' and .page.file_page and .page.map_count == null' 3
	is file_copy "$hidden"' and .page.private_copy' 3
	is none '.page.state == "untouched" and (.counted | not)' 0
	is swapped '.page.state == "swapped" and .page.why.swap_page == "denied"' 3
	newer 6.15 && is guard '.page.state == "guard"' 0
	is hole '.hole.bytes == $page' 0
	stop
	# Of somebody else's process nothing but its name.
	as user "$work/memwhy" commit --json --address $$ 0x1000 >"$work/other" 2>"$work/err"
	status=$?
	[ $status = 3 ] && jq -e '.partial and .mapping == null and .hole == null' "$work/other" >/dev/null &&
		ok "another's process is denied" || no "another's process: exit $status: $(cat "$work/other")"
}

fails() { # STATUS WORDS ARGUMENTS...
	want=$1 words=$2
	shift 2
	"$work/memwhy" commit --address "$@" >"$work/out" 2>"$work/err"
	status=$?
	[ $status = "$want" ] && [ ! -s "$work/out" ] && grep -q "$words" "$work/err" &&
		ok "$*: exit $status" || no "$*: exit $status: $(cat "$work/out" "$work/err")"
}
sleep 0 &
gone=$!
wait $gone
fails 3 'no such process' $gone 0x1000
fails 2 'not understood' $$ 12zz
fails 2 'not understood' $$ 0x
fails 2 'not understood' $$ 0x10000000000000000
fails 2 'not understood' abc 0x1000
fails 2 'not understood' 0 0x1000
fails 2 'takes PID ADDR' $$
case $(uname -m) in
x86_64) fails 2 'beyond what a process can address' $$ 0xffff888000000000 ;;
esac
[ ! -e /proc/2/maps ] || ! grep -q kthreadd /proc/2/comm || fails 3 'no memory of its own' 2 0x1000

if [ "$(id -u)" != 0 ]; then
	echo "skip address as root: not root"
elif ! command -v setpriv >/dev/null; then
	as_root
	echo "skip address as a user: no setpriv"
else
	as_root
	as_user
fi
exit $bad
