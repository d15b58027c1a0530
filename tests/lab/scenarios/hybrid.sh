#: title a hybrid machine: memory on v1, the rest on v2
#: memory 256
#: cgroup hybrid
#: kernels 5.10 6.1
#: claim victims == ["inhog"]
#: claim [ledger("before").cgroups[] | select(.path == "/job") | near(.anon_bytes; 16 | mib; 60)] == [true]
mkdir -p $CG/memory/job
echo $((48 << 20)) >$CG/memory/job/memory.limit_in_bytes
start in16 hold -n in16 -g $CG/memory/job anon 16
await in16
capture before
fault && { start inhog hold -n inhog -g $CG/memory/job -s 1 -d 5 anon 200; wait_gone inhog 30; }
exit 0
