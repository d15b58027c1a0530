#: title a cgroup v1 limit
#: memory 256
#: cgroup v1
#: kernels 5.10 6.1
#: claim victims == ["inhog"]
#: claim .constraints[0] == "CONSTRAINT_MEMCG"
#: claim .failcnt > 0
#: claim .alive == {"in16": true, "outside": true}
#: claim [ledger("before").cgroups[] | select(.path == "/job") | near(.anon_bytes; 16 | mib; 60)] == [true]
#: claim causes | all(. == "memcg-limit")
#: claim found("MW-OOM-MEMCG-LIMIT")
#: claim .oom[0].memcg.version == 1
group job $((48 << 20))
holder outside 0 anon 32
start in16 hold -n in16 -g "$G" anon 16
await in16
capture before
fault && { start inhog hold -n inhog -g "$G" -s 1 -d 5 anon 200; wait_gone inhog 30; }
fact failcnt "$(cat "$G/memory.failcnt")"
for n in in16 outside; do alive $n; done
exit 0
