#: title who holds what nobody is known of: a packet ring and full pipes, whose holders are known
#: memory 768
#: seconds 240
#: claim .ring > 0 and .pipes > 0
#: claim [.who.kcore.holders[] | select(.kind == "slab" and .form == "address" and (.name | test("^kmalloc(-rnd-[0-9]+)?-(512|1k)$"))) | .bytes] | add >= 3984588
#: claim [.who.kcore.holders[] | select(.kind == "slab" and .form == "page" and (.name | test("^kmalloc(-cg|-rnd-[0-9]+)?-1k$"))) | .bytes] | add >= 3984588
#: claim .who.kcore | ([.holders[].bytes] | add) == .census.who_held_bytes and .census.who_held_bytes <= .census.who_sought_bytes
# Kernels that list their variables: they are named.
#: claim [.who.kcore.holders[] | select(.kind == "static") | .name | select(. != null)] | length >= 3
#: claim@6.1,6.12,newest [.who.bpf.holders[] | select(.kind == "slab" and .form == "address" and (.name | test("^kmalloc(-rnd-[0-9]+)?-(512|1k)$"))) | .bytes] | add >= 3984588
# What is left then, of RAM: under 0.1 %; the first run leaves a huge page that is on its way back.
#: claim .quiet.kcore.census | .who_sought_bytes - .who_held_bytes < .ram_bytes / 1000
who() { # NAME READER
	memwhy ledger --counters --pages --reader "$2" --top 0 --who-points --json >/tmp/$1.json 2>/tmp/$1.err
	echo "{\"$1\":{\"$2\":$(tr -d '\n' </tmp/$1.json)}}"
}
fault && {
	who first kcore
	who quiet kcore
	mkfifo /tmp/hold
	held </tmp/hold >/tmp/held.said 2>&1 &
	exec 9>/tmp/hold
	await held >/dev/null
	sleep 2
	number() { sed -n "s/^$1 //p" /tmp/held.said; }
	fact ring "$(number ring)"
	fact pipes "$(number pipes)"
	who who kcore
	who who bpf
	exec 9>&-
}
exit 0
