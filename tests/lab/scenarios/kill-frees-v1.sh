#: title each victim of act/kill gives its memory back: cgroup v1, with freezer and cpu groups
#: memory 512
#: seconds 120
#: cgroup v1
#: kernels 5.10 6.1
#: claim [.kill[] | select(.fine | not)] == []
#: claim [.kill[] | select(.fine)] | length >= 14
#: claim@5.10 [.kill[] | select(.detail | test("reaped ENOSYS"))] | length >= 8
#: claim@6.1,6.12,newest [.kill[] | select(.detail | test("reaped (all|ESRCH)"))] | length >= 8
#: claim [.kill[] | select(.name == "a group" and .fine)] | length == 1
#: claim [.kill[] | select(.name == "v1 frozen" and (.detail | test("thawed")))] | length == 1
#: claim [.kill[] | select(.name == "cpu.shares 2" or .name == "1 % quota") | .fine] == [true, true]
for c in cpu freezer; do
	mkdir -p /sys/fs/cgroup/$c
	mount -t cgroup -o $c none /sys/fs/cgroup/$c
done
fault || exit 0
kill_frees 48 >/tmp/kill.said 2>&1
cat /tmp/kill.said
# "ok kill NAME: DETAIL"
awk '/^(not )?ok kill / {
	fine = $1 == "ok" ? "true" : "false"
	sub(/^(not )?ok kill /, "")
	at = index($0, ": ")
	printf "%s{\"name\":\"%s\",\"fine\":%s,\"detail\":\"%s\"}", (n++ ? "," : "{\"kill\":["),
		substr($0, 1, at - 1), fine, substr($0, at + 2)
} END { print "]}" }' /tmp/kill.said
