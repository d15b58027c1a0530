#: title the guard knows a process that the freezer of cgroup v1 stopped, whatever its state looks like
#: memory 512
#: seconds 60
#: cgroup v1
#: kernels 5.10 6.1
#: claim .frozen == true and .thawed == false
#: claim .state == "D"
mkdir -p /sys/fs/cgroup/freezer
mount -t cgroup -o freezer none /sys/fs/cgroup/freezer || exit 0
mkdir /sys/fs/cgroup/freezer/ice
hold anon 100 >/dev/null &
pid=$!
sleep 1
frozen() { memwhy guard --explain $pid | grep -q '^  frozen' && echo true || echo false; }
echo $pid >/sys/fs/cgroup/freezer/ice/cgroup.procs
echo FROZEN >/sys/fs/cgroup/freezer/ice/freezer.state
sleep 0.5
echo "{\"state\":\"$(sed 's/.*) //; s/ .*//' /proc/$pid/stat)\",\"frozen\":$(frozen)}"
echo THAWED >/sys/fs/cgroup/freezer/ice/freezer.state
echo "{\"thawed\":$(frozen)}"
kill -9 $pid
