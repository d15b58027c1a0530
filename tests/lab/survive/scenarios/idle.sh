#: title nothing happens: how long are the gaps of this guest
#: culprit ^$
#: suffices 0
begin
sleep 12
