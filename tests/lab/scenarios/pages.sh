#: title the census: classes of pages equal the counters, by each reader
#: memory 512
#: claim (.pages.kcore.census.reader // "") == "kcore"
# Twice each: the second is at rest.
census() { # READER
	memwhy ledger --counters --pages --reader "$1" --json >/tmp/$1.json 2>/tmp/$1.err
	memwhy ledger --counters --pages --reader "$1" --top 0 --json >/tmp/$1.json 2>/tmp/$1.err
	echo "{\"pages\":{\"$1\":$(tr -d '\n' </tmp/$1.json)}}"
}
fault && {
	mount -t tmpfs none /tmp 2>/dev/null
	census kcore
	census bpf
}
capture end
exit 0
