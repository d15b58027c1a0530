#: title memwhy victims: vm.oom_kill_allocating_task is set; does who asks die, and who where it may not?
#: memory 256
#: seconds 300
#: claim .sets >= 20 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .askers >= 5 and .agree - .askers >= 3
#: claim .said_so
# The trigger is killed where it may be, and where it is protected whom the table names first.
seed=$(uname -r | tr -dc 0-9 | cut -c1-3)
echo 1 >/proc/sys/kernel/printk
if fault; then cast -s $seed -g -A -n 25 -b 220; else cast -g -n 5 -w; fi
holder small 0 anon 2 >/tmp/held
memwhy victims --json >/tmp/said
if grep -q '"MW-OOM-ASKER-DIES"' /tmp/said && grep -q 'who asks for memory would be killed' /tmp/said
then fact said_so true; else fact said_so false; fi
exit 0
