#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Any partition of a log gives together exactly the whole's events; so do a pipe and the forms of
# compression.
B=${B:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
ok() { echo "ok oom-split $1"; }
no() { echo "not ok oom-split $1"; bad=1; }

# A log with quiet stretches between the reports, from the project's own.
for f in tests/lab/logs/*.log tests/fixtures/oom-*.log; do
	cat "$f"
	seq -f "Jun 15 06:38:%g host app: nothing happened here" 2000
done >"$work/log"
size=$(stat -c %s "$work/log")
"$B/memwhy" oom --ndjson "$work/log" >"$work/whole" || no "the whole: exit $?"
events=$(wc -l <"$work/whole")
[ "$events" -gt 10 ] || no "only $events events"

for seed in $(seq "${SPLITS:-12}"); do
	# 1 to 9 cuts at random places.
	awk -v seed="$seed" -v size="$size" 'BEGIN { srand(seed); n = 1 + int(rand() * 9);
		for (i = 0; i < n; i++) print int(rand() * size); print 0; print size }' |
		sort -nu >"$work/cuts"
	: >"$work/parts"
	from=
	while read -r to; do
		[ -z "$from" ] || "$B/memwhy" oom --ndjson --split "$from:$((to - from))" \
			"$work/log" >>"$work/parts" || no "seed $seed: exit $?"
		from=$to
	done <"$work/cuts"
	cmp -s "$work/whole" "$work/parts" ||
		no "seed $seed: $(wc -l <"$work/parts") of $events, cuts $(tr '\n' ' ' <"$work/cuts")"
done
[ $bad = 0 ] && ok "${SPLITS:-12} random partitions of $size bytes: $events events each"

[ "$("$B/memwhy" oom --ndjson - <"$work/log" | md5sum)" = "$(md5sum <"$work/whole")" ] &&
	ok pipe || no pipe
for z in gzip xz zstd bzip2; do
	command -v $z >/dev/null || { echo "skip oom-split $z: not here"; continue; }
	$z -c "$work/log" >"$work/log.z"
	if [ "$("$B/memwhy" oom --ndjson "$work/log.z" | md5sum)" = "$(md5sum <"$work/whole")" ]; then
		ok $z
	else
		no $z
	fi
done
exit $bad
