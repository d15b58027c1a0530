#: title a tmpfs fills up and the writer is gone: no kill gives it back
#: culprit ^filler$
#: suffices 0
mkdir -p /big
mount -t tmpfs -o size=2G big /big
begin
# 1 MiB at a time until 4 % are left: nobody is refused anything.
into load sh -c 'while [ $(awk "/^MemAvailable/ { print \$2 }" /proc/meminfo) -gt 18000 ]; do
	head -c 1048576 /dev/zero >>/big/file; done; exit 0'
settle 20
