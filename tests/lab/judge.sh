# SPDX-License-Identifier: Apache-2.0
# Sourced by lab.sh: what a run brought back, put into one JSON document, and its claims judged.
#
# The document: the guest's facts merged; .status (exit status of the guest), .kills, .invoked,
# .constraints, .failures, .panic from the kernel's log; .said.NAME: `memwhy ledger --json` of capture NAME,
# .promised.NAME: `memwhy commit --json`; .parts.NAME: zone_parts_check; .paid.NAME: `memwhy cgroups --json`,
# .proof.PROOF.NAME by one proof alone; .oom: `memwhy oom` of the kernel's log, an event each.

# The kernel's log as facts.
log_facts() { # CONSOLE
	tr -d '\r\000' <"$1" | LC_ALL=C awk '
	function quote(s) { gsub(/[^ -~]/, "?", s); gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); return "\"" s "\"" }
	/Killed process [0-9]+ \(/ {
		kind = /Memory cgroup out of memory/ ? "memcg" : "global"
		s = $0; sub(/.*Killed process /, "", s); pid = s + 0
		sub(/^[0-9]+ \(/, "", s); sub(/\).*/, "", s)
		kills = kills (kills ? "," : "") "{\"pid\":" pid ",\"comm\":" quote(s) ",\"kind\":\"" kind "\"}" }
	/invoked oom-killer:/ {
		s = $0; sub(/.*order=/, "", s)
		invoked = invoked (invoked ? "," : "") "{\"order\":" (s + 0) "}" }
	/oom-kill:constraint=/ {
		s = $0; sub(/.*oom-kill:constraint=/, "", s); sub(/,.*/, "", s)
		constraints = constraints (constraints ? "," : "") quote(s) }
	/page allocation failure: order:/ {
		s = $0; sub(/.*page allocation failure: order:/, "", s)
		failures = failures (failures ? "," : "") "{\"order\":" (s + 0) "}" }
	/Kernel panic - not syncing/ { panic = 1 }
	END { printf "{\"kills\":[%s],\"invoked\":[%s],\"constraints\":[%s],\"failures\":[%s],\"panic\":%s}\n",
		kills, invoked, constraints, failures, panic ? "true" : "false" }'
}

# The captures, a file each: OUT.NAME.cap; of zones or cgroups alone: OUT.NAME.zones, OUT.NAME.cgroups
split_captures() { # OUT
	[ -s "$1.captures" ] || return 0
	awk -v out="$1" '/^@@CAPTURE / { file = out "." $2 ".cap"; printf "" >file; next }
		/^@@CGROUPS / { file = out "." $2 ".cgroups"; printf "" >file; next }
		/^@@ZONES / { file = out "." $2 ".zones"; printf "" >file; next }
		file { print >file }' "$1.captures"
}

said() { # OUT
	for c in "$1".*.cap; do
		[ -e "$c" ] || continue
		name=${c#"$1".} name=${name%.cap}
		"$B/memwhy" ledger --json --root "$c" 2>"$c.err" | jq -c "{said:{\"$name\":.}}" ||
			echo "{\"said\":{\"$name\":null}}"
		"$B/memwhy" commit --json --root "$c" 2>"$c.err" | jq -c "{promised:{\"$name\":.}}" ||
			echo "{\"promised\":{\"$name\":null}}"
	done
}

# Are watermarks and reserves what they are computed to be, in each capture of zones?
parts() { # OUT
	for c in "$1".*.zones; do
		[ -e "$c" ] || continue
		name=${c#"$1".} name=${name%.zones}
		"$B/tests/zone_parts_check" "$c" 2>"$c.err" | jq -c "{parts:{\"$name\":.}}"
	done
}

paid() { # OUT
	for c in "$1".*.cgroups; do
		[ -e "$c" ] || continue
		name=${c#"$1".} name=${name%.cgroups}
		"$B/memwhy" cgroups --json --root "$c" 2>"$c.err" | jq -c "{paid:{\"$name\":.}}" ||
			echo "{\"paid\":{\"$name\":null}}"
		grep -q '^-- meta/pages' "$c" || continue
		for proof in arithmetic processes pages; do
			"$B/memwhy" cgroups --json --dying --proof $proof --root "$c" 2>>"$c.err" |
				jq -c "{proof:{$proof:{\"$name\":.}}}"
		done
	done
}

document() { # OUT STATUS
	split_captures "$1"
	{
		tr -d '\r\000' <"$1.facts" 2>/dev/null | grep '^{.*}$'
		log_facts "$1.console"
		"$B/memwhy" oom --ndjson "$1.console" 2>"$1.oom.err" | jq -s -c '{oom:.}'
		said "$1"
		parts "$1"
		paid "$1"
		echo "{\"status\":$2}"
	} | jq -s 'reduce .[] as $x ({}; . * $x)' >"$1.json" 2>"$1.json.err"
}

# Words for claims.
words='
def ledger(n): .said[n];
def bytes(n; c): ledger(n).classes[] | select(.class == c) | .bytes;
def owners(n; c): ledger(n).classes[] | select(.class == c) | .owners // [] | .[] | ., (.parts // [])[];
def owner(n; c; k; name): [owners(n; c) | select(.kind == k and (.name | test(name)))];
def mib: . * 1048576;
def near(a; b; permille): (a - b | if . < 0 then -. else . end) * 1000 <= b * permille;
def victims: [.kills[].comm];
def causes: [.oom[].cause];
def by(n; call; error; rule): .run[n].calls[-1] | .call == call and .error == error and .rule == rule;
def paid(n; path): .paid[n].cgroups[] | select(.path == path);
def proof(p; n; path): .proof[p][n].cgroups[] | select(.path == path);
def proof_tells(p; n; id): [.proof[p][n].findings[] | select(.id == id) | .verdict | capture("(?<p>/par/[a-z]+)").p];
def used(n; path): [.proof.pages[n].used_files[] | select(.path == path)] | max_by(.mapped_bytes);
def tells(n; id): [.paid[n].findings[] | select(.id == id) | .verdict | capture("(?<p>/par/[a-z]+)").p];
def numa(name): .zones.processes[] | select(.comm == name) | { bytes, remote: .remote_bytes, policies, vm,
	on: [(0, 1) as $n | [.nodes[] | select(.node == $n) | .bytes] | add // 0],
	shared: [(0, 1) as $n | [.nodes[] | select(.node == $n) | .shared_bytes] | add // 0],
	threads: [(0, 1) as $n | [.nodes[] | select(.node == $n) | .threads] | add // 0],
	hugetlb: ([.nodes[].hugetlb_bytes] | add) } | .own = [.on[0] - .shared[0], .on[1] - .shared[1]];
def zones_agree: all(.parts[]; .zones > 0 and .agree == .zones);
def found(id): [.oom[].findings[].id] | index(id) != null;
'

# Claims that hold of every capture.
general='(.said // {}) | to_entries | all(.value != null and
	([.value.classes[].bytes | select(. != null)] | add) == .value.total_bytes)'

# What was promised is named, to a hundredth of Committed_AS.
promised='(.promised // {}) | to_entries | all(.value != null and .value.off_permyriad <= 100)'

# And of each kernel log: every report is found, every victim is in one, and it is the one that the
# kernel's rule names; what memory there was adds up.
reports='([.oom[] | select(.kind | IN("global", "cpuset", "mempolicy", "memcg", "sysrq")) |
	select(.missing | index("header") == null)] | length) == (.invoked | length)
	and ([.kills[].pid] - [.oom[].victims[].pid]) == []
	and (.oom | all(.ranking_agrees != false))
	and (.oom | all(.kernel_inferred == false or .complete == false))
	and (.oom | all(([.ledger[].bytes] | index(null)) != null or (.ledger | length) == 0 or
		([.ledger[].bytes] | add) == .total_bytes))'

# agree / DISAGREE a line: "VERDICT<TAB>claim"
claim() { # OUT EXPRESSION SHOWN
	if [ "$(jq "$words $2" "$1.json" 2>/dev/null)" = true ]; then
		printf 'agree\t%s\n' "$3"
	else
		printf 'DISAGREE\t%s\n' "$3"
	fi
}

judge() { # NAME KERNEL OUT STATUS SECONDS
	file=$HERE/scenarios/$1.sh
	document "$3" "$4"
	printf 'ran\t%s on %s: exit %s, %s s\n' "$1" "$2" "$4" "$5"
	claim "$3" ".status == $(sed -n 's/^#: status //p' "$file" | grep . || echo 0)" "the guest ended as it should"
	claim "$3" "$general" "memwhy: each capture adds up"
	claim "$3" "$promised" "memwhy commit: each capture says who was promised it, to 1 %"
	claim "$3" "$reports" "memwhy oom: $(jq '.oom | length' "$3.json") reports, all explained as the kernel did"
	sed -n 's/^#: claim //p' "$file" | while IFS= read -r c; do
		claim "$3" "$c" "$c"
	done
	# A claim for some kernels only: "#: claim@6.12,newest EXPR"
	sed -n 's/^#: claim@//p' "$file" | while read -r which c; do
		case ",$which," in *",$2,"*) claim "$3" "$c" "$c" ;; esac
	done
}

# Claim by claim, kernel by kernel; 0 when all agree (without the fault: when each scenario has a
# claim that disagrees).
table() { # NAMES KERNELS
	agree=0 disagree=0 ran=0 blind=0
	for n in $1; do
		for k in $2; do
			v=$OUT/$n@$k.verdict
			[ -e "$v" ] || continue
			ran=$((ran + 1))
			a=$(grep -c '^agree' "$v") d=$(grep -c '^DISAGREE' "$v")
			agree=$((agree + a)) disagree=$((disagree + d))
			sed -n 's/^ran\t/== /p' "$v"
			grep -v '^ran' "$v" | sed 's/^/   /'
			[ "$d" -gt 0 ] || blind=$((blind + 1))
			if [ "${FAULT:-yes}" = no ]; then
				# A guest that panicked or wrote nonsense shows nothing either.
				if [ "$a" = 0 ] || grep -q '^ran.*: exit 12[23],' "$v"; then
					echo "not ok lab-without-fault $n@$k: the guest did not come to its end"
					blind=$((blind + 1))
				elif [ "$d" -gt 0 ]; then echo "ok lab-without-fault $n@$k: $d claims disagree, as they must"
				else echo "not ok lab-without-fault $n@$k: it holds without the fault"; fi
			elif [ "$d" = 0 ]; then
				echo "ok lab $n@$k: $a claims"
			else
				echo "not ok lab $n@$k: $d of $((a + d)) claims disagree"
			fi
		done
	done
	echo "lab: $ran runs, $agree claims agree, $disagree disagree"
	if [ "${FAULT:-yes}" = no ]; then [ $blind = 0 ]; else [ $disagree = 0 ] && [ $ran -gt 0 ]; fi
}
