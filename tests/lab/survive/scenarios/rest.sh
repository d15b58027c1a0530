#: title what a guard costs while nothing happens
#: swap none
#: guards earlyoom nohang systemd-oomd memwhyd
#: culprit ^$
#: suffices 0
#: expect .told != null
begin
pid=$(systemctl show -p MainPID --value "$GUARD.service")
cpu_ns() { cat /proc/"$pid"/task/*/schedstat | awk '{ s += $1 } END { printf "%.0f", s }'; }
wakes() { cat /proc/"$pid"/task/*/status | awk '/^voluntary/ { s += $2 } END { print s }'; }
kib() { awk -v k="$1:" '$1 == k { print $2 }' "/proc/$pid/status"; }
sleep 5
cpu=$(cpu_ns) woken=$(wakes)
sleep 25
cpu=$(($(cpu_ns) - cpu)) woken=$(($(wakes) - woken))
echo "{\"told\":\"resident $(kib VmRSS) KiB, locked $(kib VmLck), $((cpu * 60 / 25 / 1000)) us CPU a minute, $((woken * 60 / 25)) wake-ups\"}"
