#!/bin/sh
# Plants shared memory of every kind and sees whether the ledger names each: in its class, once,
# within 1 % of its size.
B=${B:-build}
memwhy=$B/memwhy
for tool in jq mkfifo; do
	command -v $tool >/dev/null || { echo "skip planted: no $tool"; exit 0; }
done
work=$(mktemp -d) || exit 1
mkfifo "$work/hold"
"$B/tests/plant" 100 <"$work/hold" >"$work/facts" 2>"$work/errors" &
plant=$!
exec 9>"$work/hold"
finish() { exec 9>&-; wait $plant 2>/dev/null; rm -rf "$work"; }
trap finish EXIT

tries=0
until grep -q '^ready' "$work/facts"; do
	if ! kill -0 $plant 2>/dev/null; then
		wait $plant
		[ $? = 77 ] && { echo "skip planted: not permitted: $(cat "$work/errors")"; exit 0; }
		echo "not ok planted: $(cat "$work/errors")"
		exit 1
	fi
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { echo "not ok planted: took over 30 s"; exit 1; }
	sleep 0.1
done

"$memwhy" ledger --json --save-capture "$work/cap" >"$work/live.json"
status=$?
case $status in 0 | 3) ;; *) echo "not ok planted: memwhy exit $status"; exit 1 ;; esac

# KIND NAME BYTES: exactly one owner or part of that kind and name, of that size.
bad=0
tmpfs=$(sed -n 's/^tmpfs \([^ ]*\) .*/\1/p' "$work/facts")
expect() { # LABEL BYTES JQ-FILTER
	found=$(jq -r "[.classes[] | select(.class == \"shmem\") | .owners[] | ., (.parts // [])[]
		| select($3) | .bytes] | \"\(length) \(.[0] // 0)\"" "$work/live.json")
	count=${found% *} bytes=${found#* }
	off=$((bytes > $2 ? bytes - $2 : $2 - bytes))
	if [ "$count" = 1 ] && [ $((off * 100)) -le "$2" ]; then
		echo "ok planted $1: $bytes bytes of $2"
	else
		echo "not ok planted $1: found $count times, $bytes bytes of $2"
		bad=1
	fi
}
pids=$(sed -n 's/^pid //p' "$work/facts")
while read -r kind name bytes rest; do
	case $kind in
	tmpfs) expect tmpfs "$bytes" ".kind == \"tmpfs\" and .name == \"$name\"" ;;
	file) expect file "$bytes" ".kind == \"file\" and .name == \"$name\" and .mount == \"$tmpfs\"" ;;
	unlinked) expect unlinked "$bytes" \
		".kind == \"unlinked\" and .mount == \"$tmpfs\" and (.name | endswith(\"/$name\"))" ;;
	memfd) expect memfd "$bytes" ".kind == \"memfd\" and .name == \"$name\" and .pid == ${pids% *}" ;;
	sysv) expect sysv "$bytes" ".kind == \"sysv\" and .inode == $name" ;;
	shared_anon) expect shared_anon "$bytes" \
		".kind == \"shared_anon\" and .pid == ${pids% *} and .holders == 2" ;;
	esac
done <"$work/facts"

# All owners together are no more than their class.
if jq -e '.classes[] | select(.class == "shmem") | ([.owners[].bytes // 0] | add) <= .bytes * 1.01' \
	"$work/live.json" >/dev/null; then
	echo "ok planted: the owners do not exceed Shmem"
else
	echo "not ok planted: the owners exceed Shmem"
	bad=1
fi

# What was captured tells the same story as the machine.
"$memwhy" ledger --json --root "$work/cap" >"$work/replay.json"
if cmp -s "$work/live.json" "$work/replay.json"; then
	echo "ok planted: the capture gives the same document, byte for byte"
else
	echo "not ok planted: the capture tells another story"
	diff "$work/live.json" "$work/replay.json" | head -n 10
	bad=1
fi
exit $bad
