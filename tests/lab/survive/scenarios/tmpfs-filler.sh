#: title a tmpfs fills up and the writer is gone: no kill gives it back
#: culprit ^filler$
#: suffices 0
mkdir -p /big
mount -t tmpfs -o size=2G big /big
begin
# Until 18 MB are left: nobody is refused anything.
into load sh -c 'head -c $(awk "/^MemAvailable/ { print \$2 - 18000 }" /proc/meminfo)k /dev/zero >/big/file'
settle 20
