#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who holds memory of which nobody is known: the ring of a packet socket and full pipes, whose holders
# are known; one frame; a capture replays.  Acts only on what it made.
B=${B:-build}
[ "$(id -u)" = 0 ] || { echo "skip census_who: not root"; exit 0; }
command -v jq >/dev/null || { echo "skip census_who: no jq"; exit 0; }
work=$(mktemp -d) || exit 1
held='' bad=0
finish() {
	exec 9>&-
	[ -z "$held" ] || wait "$held" 2>/dev/null
	rm -rf "$work"
}
trap finish EXIT
ok() { echo "ok census_who $1"; }
no() { echo "not ok census_who $1"; bad=1; }
census() { "$B/memwhy" ledger --counters --pages --top 0 --json "$@" 2>"$work/err"; }

mkfifo "$work/hold"
"$B/tests/held" <"$work/hold" >"$work/held" 2>"$work/errors" &
held=$!
exec 9>"$work/hold"
tries=0
until grep -q "^ready" "$work/held" 2>/dev/null; do
	kill -0 $held 2>/dev/null || { no "held: $(cat "$work/errors")"; exit 1; }
	tries=$((tries + 1))
	[ $tries -lt 300 ] || { no "held took over 30 s"; exit 1; }
	sleep 0.1
done

census --who-points --save-capture "$work/cap" >"$work/who.json"
if ! jq -e '.census.who_sought_bytes' "$work/who.json" >/dev/null; then
	echo "elsewhere census_who: $(jq -r '.notes[0]' "$work/who.json")"
	exit 0
fi

# KIND BYTES CACHE FORM
expect() {
	if [ "$2" = 0 ]; then
		echo "elsewhere census_who $1: $(cat "$work/errors")"
		return
	fi
	found=$(jq --arg n "$3" --arg f "$4" '[.holders[] | select(.kind == "slab" and .form == $f and (.name | test($n))) | .bytes] | add // 0' "$work/who.json")
	# A stale word may have a block or two.
	if [ "$found" -ge $(($2 * 95 / 100)) ]; then
		ok "$1: $found of $2 bytes are held by $3"
	else
		no "$1: $found of $2 bytes are held by $3: $(jq -c '[.holders[0:6][] | [.name, .form, .bytes]]' "$work/who.json")"
	fi
}
expect "a packet ring" "$(sed -n 's/^ring //p' "$work/held")" '^kmalloc(-rnd-[0-9]+)?-512$' address
expect "pipes" "$(sed -n 's/^pipes //p' "$work/held")" '^kmalloc(-cg|-rnd-[0-9]+)?-1k$' page

if [ "$(jq '.census | .who_held_bytes <= .who_sought_bytes and .who_searched_bytes > 10000000 and .who_cpu_us > 0' "$work/who.json")" = true ] &&
   [ "$(jq '([.holders[].bytes] | add) == .census.who_held_bytes' "$work/who.json")" = true ]; then
	ok "holders add up, and the cost is said: $(jq -r '.notes[] | select(test("^who-points: of"))' "$work/who.json")"
else
	no "holders do not add up: $(jq -c .census "$work/who.json")"
fi
census --who-points --root "$work/cap" >"$work/again.json"
if cmp -s "$work/who.json" "$work/again.json"; then ok "a capture says the same"; else no "a capture says something else"; fi

# Without being asked nothing is searched; a frame that is none is said to be.
census >"$work/plain.json"
if [ "$(jq 'has("holders") or (.census | has("who_sought_bytes"))' "$work/plain.json")" = false ]; then ok "not by default"; else no "by default"; fi
census --frame 1152921504606846975 >"$work/none.json"
if [ "$(jq '[.notes[] | select(test("no memory of this machine"))] | length' "$work/none.json")" = 1 ]; then ok "no such frame"; else no "no such frame: $(jq -c .notes "$work/none.json")"; fi

# All that has a frame, whatever it is.
census --frame 4096 >"$work/frame.json"
if [ "$(jq '.census.who_frame == 4096 and (.holders | type == "array")' "$work/frame.json")" = true ]; then ok "one frame: $(jq -c '[.holders[0:3][] | [.kind, .name, .form, .words]]' "$work/frame.json")"; else no "one frame: $(jq -c .census "$work/frame.json")"; fi
exit $bad
