#: title global OOM: who dies first, by size and oom_score_adj
#: smoke oom-adj
#: memory 320
#: claim .kills[0].comm == "plus1000"
#: claim .kills[1].comm == "plus500"
#: claim (victims | index("minus1000")) == null
#: claim .kills | all(.kind == "global")
#: claim .constraints[0] == "CONSTRAINT_NONE"
#: claim .alive.minus1000
#: claim near([owners("before"; "anon") | select(.name == "zero60") | .bytes][0]; 60 | mib; 20)
#: claim near([owners("before"; "anon") | select(.name == "minus500") | .bytes][0]; 60 | mib; 20)
#: claim found("MW-OOM-UNKILLABLE")
#: claim causes | all(. == "no-memory" or . == "should-have-passed")
# Seven processes of several sizes; the hog grows until nothing else is left to kill.
holder plus1000 1000 anon 4
holder plus500 500 anon 20
holder zero60 0 anon 60
holder minus500 -500 anon 60
holder minus1000 -1000 anon 30
holder zero20 0 anon 20
capture before
fault || exit 0
start hog hold -n hog -a -900 -s 2 -d 2 anon 2000
wait_gone plus1000 30
wait_gone plus500 30
wait_gone zero60 30
kill -9 "$pid_hog"
alive minus1000
exit 0
