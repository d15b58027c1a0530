#: title a tmpfs fills up and the writer is gone: no kill gives it back
#: culprit ^filler$
#: suffices 0
mkdir -p /big
mount -t tmpfs -o size=2G big /big
begin
# Until 18 MB are left: nobody is refused anything.
into load hold -n filler /big/file $((($(number_of MemAvailable) - 18000) / 1024))
until_available 24000
sleep 2
killall -INT filler
settle 15
echo "{\"left_kib\":$(number_of MemAvailable)}"
