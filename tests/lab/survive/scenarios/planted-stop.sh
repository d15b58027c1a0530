#: title the heartbeat is stopped for 3 s: it must be seen
#: culprit ^$
#: guards kernel
#: suffices 0
#: expect .gap_ms >= 3000 and .gap_ms < 5000
begin
sleep 2
killall -STOP beat
sleep 3
killall -CONT beat
sleep 2
