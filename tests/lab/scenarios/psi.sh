#: title a pressure trigger fires when a group is held below what it wants
#: smoke psi
#: memory 256
#: claim .psi.idle.fired == false
#: claim .psi.group.fired == true
#: claim .psi.group.after_ms < 8000
echo "+memory" >$CG/cgroup.subtree_control
mkdir $CG/tight
fault && echo 24M >$CG/tight/memory.high
start beat heartbeat
watch_psi idle /proc/pressure/memory "some 150000 1000000" 1
start group watch_psi group $CG/tight/memory.pressure "some 150000 1000000" 8
sleep 0.3
start over hold -n over -g $CG/tight -s 1 anon 80
await group
capture under
kill -9 "$pid_over"
# shellcheck disable=SC2154
kill -TERM "$pid_beat"
await beat
exit 0
