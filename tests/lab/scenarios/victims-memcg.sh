#: title memwhy victims: random sets of tasks in cgroups of v2; whom does the kernel kill first?
#: memory 256
#: seconds 400
#: claim .sets >= 80 and .void == 0
#: claim .differ == 0
#: claim .agree + .undecidable == .sets
#: claim .undecidable * 100 <= .sets
#: claim .tied >= 8
# Without the fault a wrong answer is taken for memwhy's: it must be seen.
echo 1 >/proc/sys/kernel/printk
if fault; then cast -n 80 -b 360; else cast -n 5 -w; fi
exit 0
