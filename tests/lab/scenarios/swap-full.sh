#: title swap fills up first, then the kernel kills
#: memory 256
#: disks swap
#: seconds 150
#: claim victims == ["large", "hog"]
#: claim .swap_used_kib > 15000
#: claim ([ledger("swapping").facts[] | select(.fact == "swap_used") | .bytes][0]) > (15 | mib)
#: claim found("MW-OOM-TRUE-SHORTAGE")
#: claim [.oom[].findings[0].verdict] | any(test("swap is full"))
mkswap /dev/nvme0n1 >/dev/null 2>&1
swapon /dev/nvme0n1
holder small 0 anon 20
size=60
fault && size=190
holder large 0 anon $size
sleep 1
capture swapping
fact swap_used_kib "$(awk '/SwapTotal/ { t = $2 } /SwapFree/ { print t - $2 }' /proc/meminfo)"
fault && { start hog hold -n hog -a 500 -s 2 -d 5 anon 2000; wait_gone hog 60; }
exit 0
