#: title each victim of act/kill gives its memory back
#: memory 512
#: seconds 120
#: claim [.kill[] | select(.fine | not)] == []
#: claim [.kill[] | select(.fine)] | length >= 14
#: claim@5.10 [.kill[] | select(.detail | test("reaped ENOSYS"))] | length >= 8
#: claim@6.1,6.12,newest [.kill[] | select(.detail | test("reaped (all|ESRCH)"))] | length >= 8
#: claim [.kill[] | select(.name == "cpu.shares 2" or .name == "1 % quota") | .fine] == [true, true]
#: claim [.kill[] | select(.name == "a group" and .fine)] | length == 1
echo "+memory +cpu" >/sys/fs/cgroup/cgroup.subtree_control
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
