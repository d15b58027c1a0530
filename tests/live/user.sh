#!/bin/sh
# As an ordinary user every command runs, says what was denied and exits 3; a figure that was
# not read is never zero.
B=${B:-build}
command -v jq >/dev/null || { echo "skip user: no jq"; exit 0; }
command -v setpriv >/dev/null || { echo "skip user: no setpriv"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "skip user: needs root to become somebody else"; exit 0; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$B/memwhy" "$work/memwhy"
as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups env -C / "$@"; }
bad=0
ok() { echo "ok user $1"; }
no() { echo "not ok user $1"; bad=1; }

for c in "" ledger "ledger --counters" "ledger --explain Shmem" explain capture cgroups; do
	# shellcheck disable=SC2086
	as_user "$work/memwhy" $c >"$work/out" 2>"$work/err"
	status=$?
	case "$c:$status" in
	*explain*:0 | *counters*:[03]) ok "memwhy $c (exit $status)" ;;
	*:3) ok "memwhy $c (exit 3)" ;;
	*) no "memwhy $c: exit $status: $(cat "$work/err")" ;;
	esac
done
cp tests/fixtures/oom-v1-memsw.log "$work/log"
as_user "$work/memwhy" oom "$work/log" 2>&1 | grep -q '^critical MW-OOM-MEMCG-LIMIT' &&
	ok "memwhy oom FILE" || no "memwhy oom FILE"
as_user "$work/memwhy" oom >"$work/out" 2>"$work/err"
status=$?
{ [ $status = 0 ] && [ -s "$work/out" ]; } || { [ $status = 1 ] && grep -q 'try as root' "$work/err"; } &&
	ok "memwhy oom (exit $status)" || no "memwhy oom: exit $status: $(cat "$work/err")"
as_user "$work/memwhy" ledger --json >"$work/l.json"
jq -e '.partial and ([.sources[] | select(.error == "EACCES" or .error == "EPERM")] | length > 0)' \
	"$work/l.json" >/dev/null && ok "denied files are listed" || no "denied files are not listed"
# Slab caches are for root: their owners are denied, not an empty list that was read.
jq -e '[.classes[] | select(.class | startswith("slab")) | .owners_read] | all(. == "denied")' \
	"$work/l.json" >/dev/null && ok "slab owners are marked denied" || no "slab owners"
jq -e '[.. | objects | select(has("bytes")) | select(.bytes == null) | .why.bytes]
	| all(. != null)' "$work/l.json" >/dev/null && ok "each null has its reason" || no "a null without a reason"
jq -e '([.classes[].bytes | select(. != null)] | add) == .total_bytes' "$work/l.json" >/dev/null &&
	ok "classes add up" || no "classes do not add up"
# The census: each of root's readers was refused for a reason, and the kernel's sums are the answer.
as_user "$work/memwhy" ledger --counters --pages --json >"$work/p.json"
status=$?
jq -e '.partial and .census.reader == "sums" and .census.how == "sum" and
	([.notes[] | select(startswith("pages: reader") and (contains("denied: ") or
		contains("absent: ") or contains("locked down")))] | length == 3) and
	([.pages[] | select(.bytes != null) | .how] | all(. == "sum"))' "$work/p.json" >/dev/null &&
	[ $status = 3 ] && ok "the census by sums (exit $status)" || no "the census: exit $status"
for r in bpf kcore kpage; do
	as_user "$work/memwhy" ledger --counters --pages --reader $r >"$work/out"
	status=$?
	[ $status = 3 ] && grep -q "^pages: reader $r not used: " "$work/out" &&
		ok "the census by $r is refused" || no "the census by $r: exit $status"
done
exit $bad
