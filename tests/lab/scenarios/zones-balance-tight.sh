#: title memwhy zones --balance --apply: both nodes nearly full, an exchange in pieces, one bound process stays
#: memory 512
#: cpus 2
#: nodes 256 256
#: seconds 250
#: claim .before.remote_pages > .before.pages * 0.4
#: claim .room["0"] < 25000000 and .room["1"] < 25000000 and .before.remote_pages * 4096 > 80000000
#: claim .plan.plan.process_count == 2 and .plan.plan.least
#: claim .plan.moves | length > 4
#: claim [.plan.processes[] | select(.comm == "bound") | .verdict] == ["bound"]
#: claim [.plan.processes[] | select(.comm == "fill0" or .comm == "fill1") | .verdict] == ["there", "there"]
#: claim .after.remote_pages < .after.pages * 0.03
#: claim .applied.applied.moved_bytes <= .before.remote_pages * 4096 * 1.2
#: claim .applied.applied.stopped == null and .applied_status == 0
#: claim .bound_after == .bound_before and .bound_before > 5000
#: claim .lowest_pages["0"] > 0 and .lowest_pages["1"] > 0 and .look_count > 10
#: claim .intact == {a: true, b: true, bound: true, fill0: true, fill1: true}
#: claim .kills == [] and .invoked == []
# a and b want to change places.  What is free besides is filled up to 16 MiB above what --balance keeps
# free.  "bound" runs on node 0 and has its memory on node 1 by policy: nobody moves it.
balance() { memwhy zones --balance --threshold balance-margin=20 "$@"; }
room() { # NODE: what may come to it, in bytes
	balance --ndjson | tr '{' '\n' |
		awk -v node="$1" -F '[:, ]+' '$1 == "\"node\"" && $2 == node && /keep_free_bytes/ {
			for (i = 1; i < NF; i++) { if ($i == "\"free_bytes\"") f = $(i + 1)
				if ($i == "\"keep_free_bytes\"") k = $(i + 1) }
			print f - k; exit }'
}
if fault; then
	settled a 0 0 48
	settled b 1 44 0
else
	settled a 0 48 0
	settled b 1 0 44
fi
settled bound 0 0 24 -b
settled fill0 0 $(($(room 0) / 1048576 - 16)) 0
settled fill1 1 0 $(($(room 1) / 1048576 - 16))
# What was filled may have pushed out cache, so that there is room again.
for more in 1 2 3; do
	for node in 0 1; do
		mib=$(($(room $node) / 1048576 - 16))
		[ $mib -ge 4 ] || continue
		[ $node = 0 ] && settled "more0$more" 0 $mib 0 || settled "more1$more" 1 0 $mib
	done
done
measure() { # FACT
	# shellcheck disable=SC2046 # two words each
	set -- "$1" $(remote_pages 0 a) $(remote_pages 1 b)
	fact "$1" "{\"remote_pages\":$(($2 + $4)),\"pages\":$(($3 + $5))}"
}
bound() { remote_pages 0 bound | cut -d ' ' -f 1; }
measure before
fact bound_before "$(bound)"
fact room "{\"0\":$(room 0),\"1\":$(room 1)}"
fact plan "$(balance --ndjson)"
start lowest lowest
await lowest
# An emulated machine is under pressure whenever the real one is: that it stops then is zones-balance-stop's claim.
balance --threshold balance-pressure=100% --apply --ndjson >/tmp/applied 2>/tmp/progress
fact applied_status $?
fact applied "$(cat /tmp/applied)"
sed 's/^/# /' /tmp/progress >/dev/ttyS0
still_intact lowest
measure after
fact bound_after "$(bound)"
still_intact a b bound fill0 fill1
exit 0
