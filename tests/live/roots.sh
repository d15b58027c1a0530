#!/bin/sh
# One machine, seen as capture, directory, archives of all kinds and compressed capture, gives
# one answer; and archives that mean harm are refused with one clear line.
B=${B:-build}
memwhy=$PWD/$B/memwhy
fixture=$PWD/tests/fixtures/hand-2.6.32-tiny.cap
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
bad=0

# The capture (it holds no escapes) as a directory.
mkdir sosreport-host
awk '/^-- end --$/ { exit }
	/^-- .* --$/ { path = "sosreport-host/" $2; dir = path; sub("/[^/]*$", "", dir)
		system("mkdir -p " dir); printf "" >path; next }
	path { print >path }' "$fixture"
"$memwhy" --json --root "$fixture" >want.json

same() { # LABEL PATH
	if "$memwhy" --json --root "$2" 2>err >got.json; [ $? -le 3 ] && cmp -s want.json got.json; then
		echo "ok roots $1"
	else
		echo "not ok roots $1: $(cat err)"
		bad=1
	fi
}
same directory sosreport-host
tar -cf a.tar sosreport-host && same tar a.tar
for z in gzip:gz xz:xz zstd:zst bzip2:bz2; do
	command -v "${z%:*}" >/dev/null || { echo "skip roots ${z%:*}: not installed"; continue; }
	"${z%:*}" -kq a.tar && same "tar.${z#*:}" "a.tar.${z#*:}"
	"${z%:*}" -c "$fixture" >"c.${z#*:}" && same "capture.${z#*:}" "c.${z#*:}"
done
(cd sosreport-host && tar -cf ../flat.tar proc) && same "tar without a top folder" flat.tar
# As in a sosreport: a file that is a link to another one inside.
cp -R sosreport-host linked
mv linked/proc/meminfo linked/proc/meminfo.real
ln -s meminfo.real linked/proc/meminfo
tar -cf linked.tar linked
same "directory with a link inside" linked
same "archive with a link inside" linked.tar

refused() { # LABEL PATH WORDS
	timeout 60 "$memwhy" --root "$2" >stdout 2>err
	status=$?
	if [ $status = 1 ] && [ "$(wc -l <err)" = 1 ] && grep -q "$3" err; then
		echo "ok roots refused: $1"
	else
		echo "not ok roots refused: $1: exit $status: $(cat err)"
		bad=1
	fi
}
tar -cPf absolute.tar "$work/sosreport-host" && refused "absolute paths" absolute.tar "absolute path"
(cd sosreport-host/proc && tar -cPf "$work/up.tar" ../proc/meminfo) && refused "a path with .." up.tar '`..`'
head -c $(($(wc -c <a.tar.gz) / 2)) a.tar.gz >cut.tar.gz
head -c $(($(wc -c <a.tar) / 3)) a.tar >cut.tar
refused "a cut archive, compressed" cut.tar.gz "damaged\|neither"
refused "a cut archive" cut.tar "damaged"
printf 'hello' >hello.txt; refused "no archive at all" hello.txt "neither a capture nor an archive"
: >empty; refused "an empty file" empty "neither a capture nor an archive"
mkdir -p bomb/proc; truncate -s 100G bomb/proc/meminfo
tar --sparse -cf bomb.tar bomb && refused "a sparse bomb" bomb.tar "more than 8 GiB"
rm bomb/proc/meminfo; head -c 70M /dev/zero >bomb/proc/meminfo
tar -czf bomb.tar.gz bomb && refused "a file of zeros" bomb.tar.gz "File too large"
head -c 270M /dev/zero | sed '1s/^/memwhy-capture 1\n/' | gzip >bomb.cap.gz
refused "a capture of zeros" bomb.cap.gz "more than 256 MiB"
mkdir -p out/proc; ln -s /etc/passwd out/proc/meminfo; tar -cf out.tar out
refused "a link out of a directory" out "No such file"
refused "a link out of an archive" out.tar "No such file"
ln -sf ../../../../../../../../etc/passwd out/proc/meminfo; tar -cf out.tar out
refused "a climbing link in a directory" out "No such file"
refused "a climbing link in an archive" out.tar "No such file"
rm out/proc/meminfo; mkfifo out/proc/meminfo
refused "a pipe in a directory" out "Invalid argument"
ln -sf /proc/self/environ out/proc/version; ln -sf /dev/zero out/proc/zoneinfo
rm out/proc/meminfo; cp sosreport-host/proc/meminfo out/proc/meminfo
"$memwhy" --root out --json >got.json 2>/dev/null
[ $? -le 3 ] && echo "ok roots links to devices are not followed" || { echo "not ok roots devices"; bad=1; }
exit $bad
