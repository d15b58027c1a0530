#: title a cgroup v2 limit: one dies, whom the group holds and who is largest
#: smoke memcg-v2
#: memory 256
#: claim victims == ["inhog"]
#: claim .constraints[0] == "CONSTRAINT_MEMCG"
#: claim .kills[0].kind == "memcg"
#: claim .alive == {"in8": true, "in16": true, "outside": true}
#: claim .events.oom_kill == 1
#: claim [ledger("before").cgroups[] | select(.path == "/job") | near(.anon_bytes; 24 | mib; 60)] == [true]
#: claim causes | all(. == "memcg-limit")
#: claim found("MW-OOM-MEMCG-LIMIT")
#: claim .oom[0].memcg.version == 2
group job $((48 << 20))
holder outside 0 anon 32
start in8 hold -n in8 -g "$G" anon 8
await in8
start in16 hold -n in16 -g "$G" anon 16
await in16
capture before
fault && { start inhog hold -n inhog -g "$G" -s 1 -d 5 anon 200; wait_gone inhog 30; }
fact events "{\"oom_kill\":$(number_in "$G/memory.events" oom_kill)}"
for n in in8 in16 outside; do alive $n; done
exit 0
