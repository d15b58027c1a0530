# SPDX-License-Identifier: Apache-2.0
# Makes of a described night (tests/fixtures/guard/*.night) the recording that a daemon would have taken:
#
#	every 100ms			a view so often
#	config [when]			a line of the configuration
#	at 5s available=2G full=60%	meters at that time; between two times they go straight
#	task 1000 hog anon=1G ...	a process from the beginning; `at 5s task 1000 anon=8G` changes it
#	gap 5s 30s			no view between these: suspended, stopped
#	end 60s
#
# full, some (shares of the time), refaults, swap_in, swap_out (pages a second) hold until they are given anew.
function bytes(s,	n, u) {
	if (s ~ /^[a-z]$/)
		return s
	n = s + 0
	u = substr(s, length(s))
	if (u == "K") n *= 1024
	if (u == "M") n *= 1048576
	if (u == "G") n *= 1073741824
	return n
}
function ms(s) {
	return s ~ /ms$/ ? s + 0 : s ~ /m$/ ? s * 60000 : s * 1000
}
function key(id, t, v,	n) {
	n = ++frames[id]
	when[id, n] = t
	what[id, n] = v
}
# The value at a time: straight lines between figures; a reason, and after the last frame, as it is.
function at(id, t,	i, f) {
	for (i = frames[id]; i > 1 && when[id, i] > t; i--)
		;
	if (i == frames[id] || what[id, i] ~ /^[a-z]$/ || what[id, i + 1] ~ /^[a-z]$/)
		return what[id, i]
	f = (t - when[id, i]) / (when[id, i + 1] - when[id, i])
	return int(what[id, i] + f * (what[id, i + 1] - what[id, i]))
}
# What holds since the last frame.
function held(id, t,	i) {
	for (i = frames[id]; i > 1 && when[id, i] > t; i--)
		;
	return i ? what[id, i] : 0
}
function pairs(from, prefix, t,	i, k, v) {
	for (i = from; i <= NF; i++) {
		k = substr($i, 1, index($i, "=") - 1)
		v = substr($i, index($i, "=") + 1)
		if (k == "comm" || k == "exe" || k == "cmdline" || k == "unit" || k == "state")
			text[prefix k] = v
		else
			key(prefix k, t, bytes(v))
	}
}
function number(v) {
	return v ~ /^[a-z]$/ ? v : sprintf("%.0f", v)
}
function normal(id, v) {
	if (!frames[id])
		key(id, 0, v)
}
BEGIN {
	every = 100
	meters = split("total free available swap_total swap_free anon shmem slab_unreclaimable hugetlb file zone_low arc" \
		" arc_min zram zram_data group_limit group_usage group_reclaimable group_swap_free", meter, " ")
	rates = split("some full refaults swap_in swap_out", rate, " ")
	split("some_us full_us refaults swap_in swap_out", counter, " ")
}
/^#/ || !NF || $1 == "expect" { next }
$1 == "every" { every = ms($2); next }
$1 == "end" { last = ms($2); next }
$1 == "gap" { gaps++; gap_from[gaps] = ms($2); gap_to[gaps] = ms($3); next }
$1 == "config" { sub(/^config /, ""); config = config "config " $0 "\n"; next }
$1 == "task" { tasks++; pid[tasks] = $2; text["t" $2 "comm"] = $3; pairs(4, "t" $2, 0); next }
$1 == "at" && $3 == "task" { pairs(5, "t" $4, ms($2)); next }
$1 == "at" { pairs(3, "", ms($2)); next }
{ print "guard_night.awk: " FILENAME ":" FNR ": not understood" >"/dev/stderr"; exit 2 }
END {
	normal("total", 17179869184); normal("free", 8589934592); normal("available", 12884901888)
	normal("swap_total", 0); normal("swap_free", 0); normal("anon", 3221225472); normal("shmem", 104857600)
	normal("slab_unreclaimable", 209715200); normal("hugetlb", 0); normal("file", 2147483648)
	normal("zone_low", 67108864)
	for (i = 12; i <= meters; i++)
		normal(meter[i], "a")
	printf "memwhy-guard-record 1\n%s", config
	for (t = 0; t <= last; t += every) {
		for (i = 1; i <= rates; i++)
			total[i] += held(rate[i], t) * (i < 3 ? every * 10 : every / 1000)
		inside = 0
		for (i = 1; i <= gaps; i++)
			inside = inside || (t > gap_from[i] && t < gap_to[i])
		if (inside)
			continue
		born = 0
		for (i = 1; i <= tasks; i++)
			born += t >= at("t" pid[i] "born", t) + 0 && !(frames["t" pid[i] "dies"] && t >= at("t" pid[i] "dies", t))
		printf "view details %.0f %.0f 500 0 %d 0 0\nm", 1e12 + t * 1e6, 1.7e18 + t * 1e6, born + 2
		for (i = 1; i <= meters; i++)
			printf " %s=%s", meter[i], number(at(meter[i], t))
		for (i = 1; i <= rates; i++)
			printf " %s=%s", counter[i], held(rate[i], t) ~ /^[a-z]$/ ? held(rate[i], t) : sprintf("%.0f", total[i])
		printf "\nt 1 0 1 4194560 S systemd 1 20000000 9000000 20000000 1000 u - 0\n"
		printf "t 500 1 50 4194560 S memwhyd 1 900000 400000 1000000 1000 u - 0\n"
		for (i = 1; i <= tasks; i++)
			put_task("t" pid[i], pid[i], t)
	}
}
function field(id, name, t, otherwise) {
	return frames[id name] ? number(at(id name, t)) : otherwise
}
function word(id, name, otherwise) {
	return (id name) in text ? text[id name] : otherwise
}
function put_task(id, p, t,	anon, file, before) {
	if (t < at(id "born", t) + 0 || (frames[id "dies"] && t >= at(id "dies", t)))
		return
	anon = field(id, "anon", t, 0)
	file = field(id, "file", t, 8388608)
	before = t >= 1000 ? field(id, "anon", t - 1000, 0) : anon
	printf "t %d 1 %d %s %s %s %s %.0f %.0f %.0f %s %.0f - %d\n", p, 1000 + p, field(id, "flags", t, 4194304),
		word(id, "state", "S"), text[id "comm"], field(id, "threads", t, 1), anon + file, file,
		field(id, "data", t, anon + 1048576), 1000 + field(id, "adj", t, 0), (anon > before ? anon - before : 0), 0
	printf "d O %s %s %.0f 0 0 %s 0 0 0 %s %s %s\n", field(id, "uid", t, 1000), field(id, "swap", t, 0), anon,
		field(id, "ignores_term", t, 0), word(id, "exe", "/usr/bin/" text[id "comm"]),
		word(id, "cmdline", text[id "comm"]), word(id, "unit", "\\e")
}
