#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Real reports, which stay outside the project: each one of their index is found, none is invented,
# its fields are those of the index, and how often the kernel's victim is ours is counted.
#
# A report a line: file, source, kernel, arch, kind, complete?, order, gfp, zones, nodes, notes.
B=${B:-build}
corpus=${MEMWHY_CORPUS:-../shared/corpus}
command -v jq >/dev/null || { echo "skip oom-corpus: no jq"; exit 0; }
[ -r "$corpus/INDEX.tsv" ] || { echo "skip oom-corpus: no $corpus"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
ok() { echo "ok oom-corpus $1"; }
no() { echo "not ok oom-corpus $1"; bad=1; }

# Fields of the index that the text of the report does not bear out, with the reason.
known='059-ceph-526-atomic-wrapped.log only the first line of its block of counters is there
101-parisc-630rc4-boot-swapper.log its counters are all 0: nothing was counted yet
034-lkp-48rc1-trinity-fragment.log order and mask of the index are those of the failure before
124-memcg-618-stress-patched-stats.log another line stands within its task table
139-k8s-3100-327-memcg-dmesgT.log the order and mask are those of the head of a second report
142-eks-54-kubelet-audit-interleaved.log the kill is of the first report, the mask of the second
145-navigator-413-padded.log nothing in the excerpt says that a cgroup was the limit'

kind_of() { # KIND OF THE INDEX
	case $1 in
	*vmap*) echo vmalloc ;;
	page-allocation-failure*) echo alloc-failure ;;
	memcg* | cgroup*) echo memcg ;;
	*) echo "${1%% *}" ;;
	esac
}

tail -n +2 "$corpus/INDEX.tsv" | tr '\t' '\037' >"$work/index"
while IFS="$(printf '\037')" read -r file _ _ _ kind complete order gfp zones _ _; do
	"$B/memwhy" oom --ndjson "$corpus/$file" >"$work/events" 2>"$work/err" ||
		no "$file: exit $?: $(head -n 1 "$work/err")"
	tasks=$(echo "$complete" | sed -n 's/.*tasks:yes(\([0-9]*\)).*/\1/p')
	why=$(jq -s -r --arg kind "$(kind_of "$kind")" --arg complete "${complete%% *}" \
		--arg meminfo "$(echo "$complete" | grep -c 'mem-info:yes')" \
		--arg kill "$(echo "$complete" | grep -c 'kill:yes')" \
		--arg order "$order" --arg gfp "${gfp%%(*}" --argjson zones "${zones:-0}" \
		--argjson tasks "${tasks:-0}" '
		[.[] | select(.kind == $kind and ($gfp == "" or .gfp.hex == $gfp) and
			($order == "" or (.order | tostring) == $order))] |
		if length == 0 then "no \($kind) of order \($order), mask \($gfp)" else
		[.[] | [
			(if .complete != ($complete == "complete") then "complete is \(.complete): \(.missing)" else empty end),
			(if (.zones | length) != $zones then "\(.zones | length) zones, not \($zones)" else empty end),
			(if (.ranking | length) != $tasks then "\(.ranking | length) tasks, not \($tasks)" else empty end),
			(if $kill == "1" and (.victims | length) == 0 then "no victim" else empty end),
			(if $complete == "complete" and (.kind | IN("memcg", "userspace") | not) and $meminfo == "1" and
				(.ledger | map(select(.class == "unaccounted")) | length) != 1 then "no ledger" else empty end),
			(if any(.ledger[]; .class == "unaccounted" and .bytes != null) and
				([.ledger[].bytes] | add) != .total_bytes then "the ledger does not add up" else empty end)
		]] | min_by(length) | join("; ") end' "$work/events" 2>&1)
	if [ -z "$why" ]; then
		ok "$file"
	elif printf '%s\n' "$known" | grep -q "^$file "; then
		ok "$file (but: $(printf '%s\n' "$known" | sed -n "s/^$file //p"))"
	else
		no "$file: $why"
	fi
	cat "$work/events" >>"$work/all"
done <"$work/index"

# None invented: as many events with a header as there are header lines.
for f in "$corpus"/*.log "$corpus"/bulk/*; do
	lines=$(LC_ALL=C grep -a -c -E 'invoked oom-killer|: page allocation (failure|stall)' "$f")
	events=$("$B/memwhy" oom --ndjson "$f" | jq -s '[.[] | select((.missing // [] | index("header")) == null and
		(.kind | IN("slub", "vmalloc", "userspace") | not))] | length')
	[ "$lines" = "$events" ] || no "${f##*/}: $lines header lines, $events events with one"
done
[ $bad = 0 ] && ok "none is invented"

jq -s -r '[.[] | select(.kind | IN("global", "memcg", "cpuset", "mempolicy", "sysrq"))] |
	"oom-corpus: the victim is the one the rule names: \([.[] | select(.ranking_agrees == true)] | length) agree, " +
	"\([.[] | select(.ranking_agrees == false)] | length) differ, " +
	"\([.[] | select(.ranking_agrees == null)] | length) cannot be compared"' "$work/all"
exit $bad
