#: title the guard kills a hog before the kernel has to, and has pressure triggers of its own
#: memory 512
#: seconds 60
#: claim .kills == []
#: claim .guard.killed == 1
#: claim .guard.hog == 137
#: claim .guard.own_triggers == 1
memwhy guard --socket /tmp/guard.sock 2>/tmp/guard.said &
guard=$!
n=0
while ! grep -q watches /tmp/guard.said && [ $n -lt 100 ]; do
	n=$((n + 1))
	sleep 0.1
done
memwhy guard --status --socket /tmp/guard.sock
own=$(memwhy guard --status --socket /tmp/guard.sock | grep -c 'triggers of its own')
hog=0
if fault; then
	hold anon 2048 >/dev/null 2>&1
	hog=$?
fi
sleep 1
kill $guard
wait $guard
cat /tmp/guard.said
echo "{\"guard\":{\"killed\":$(grep -c ': killed ' /tmp/guard.said),\"hog\":$hog,\"own_triggers\":$own}}"
