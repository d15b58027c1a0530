#: title a cgroup v2 limit with memory.oom.group: all die together
#: memory 256
#: claim (victims | unique) == ["in16", "in8", "inhog"]
#: claim .alive == {"in8": false, "in16": false, "outside": true, "protected": true}
#: claim .constraints[0] == "CONSTRAINT_MEMCG"
#: claim causes | all(. == "memcg-limit")
#: claim [.oom[].memcg.group_killed] | any(. != null)
group job $((48 << 20))
echo 1 >"$G/memory.oom.group"
holder outside 0 anon 32
for n in 8 16; do start in$n hold -n in$n -g "$G" anon $n; await in$n; done
start protected hold -n protected -a -1000 -g "$G" anon 4
await protected
capture before
fault && { start inhog hold -n inhog -g "$G" -s 1 -d 5 anon 200; wait_gone inhog 30; wait_gone in16 10; }
for n in in8 in16 outside protected; do alive $n; done
exit 0
