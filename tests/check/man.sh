#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual and the option tables say the same, in both directions, and mandoc accepts the pages.
export LC_ALL=C
SRC=$(cd "${SRC:-$(dirname "$0")/../..}" && pwd) || exit 1
B=$(cd "${B:-$SRC/build}" 2>/dev/null && pwd) || { echo "not ok man: no build folder"; exit 1; }
cd "$SRC" || exit 1

# COMMAND <tab> --long <tab> -s or empty <tab> ARG or empty; COMMAND memwhy has the global options
dump=$("$B/memwhy" --dump-options) || { echo "not ok man: $B/memwhy --dump-options failed"; exit 1; }
[ -n "$dump" ] || { echo "not ok man: $B/memwhy --dump-options says nothing"; exit 1; }
[ -f man/memwhy.1 ] || { echo "not ok man: no man/memwhy.1"; exit 1; }

failed=0
said=$(printf '%s\n' "$dump" | awk '
function bad(why) {
	print "not ok man: " why
	failed = 1
}
function page_of(command) {
	return command == "memwhy" ? "memwhy" : "memwhy-" command
}
pass == "dump" {
	page = page_of($1)
	long = substr($2, 3)
	if (NF != 4 || $2 !~ /^--[a-z]/)
		bad("--dump-options line " FNR " is not COMMAND, --long, -s, ARG: " $0)
	commands[$1] = page
	key = page SUBSEP long
	short[key] = substr($3, 2)
	arg[key] = $4
	option[++options] = key
	next
}
FNR == 1 {
	page = FILENAME
	sub(/.*\//, "", page)
	sub(/\.1$/, "", page)
	pages[page] = 1
}
/^\.Sh EXIT STATUS/ { status[page] = 1 }
# The items of memwhy.1 hold the list of commands: .It Cm ledger, or .It Xr memwhy-ledger 1
/^\.It / && page == "memwhy" {
	for (i = 2; i <= NF; i++) {
		word = $i
		sub(/^memwhy-/, "", word)
		listed[word] = 1
	}
}
# .It Fl s , Fl -long Ar ARG
/^\.It .*Fl / {
	gsub(/\\-/, "-")
	long = letter = ""
	takes = / (Ar|Cm)( |$)/
	for (i = 2; i < NF; i++) {
		if ($i != "Fl")
			continue
		word = $(i + 1)
		if (word !~ /^-/) {
			letter = word
			continue
		}
		long = substr(word, 2)
		key = page SUBSEP long
		shown[key] = 1
		# A page of a command may also tell of a global option.
		if (!(key in short))
			key = "memwhy" SUBSEP long
		if (!(key in short)) {
			bad(FILENAME ":" FNR " has --" long ", no such option")
			continue
		}
		if (letter != "" && letter != short[key])
			bad(FILENAME ":" FNR " says -" letter " for --" long)
		if (takes != (arg[key] != ""))
			bad(FILENAME ":" FNR " and the table differ on whether --" long " has an argument")
	}
}
END {
	for (c in commands) {
		if (!(commands[c] in pages))
			bad("no man/" commands[c] ".1")
		if (c != "memwhy" && !(c in listed))
			bad("man/memwhy.1 has no item for the command " c)
	}
	for (i = 1; i <= options; i++) {
		split(option[i], part, SUBSEP)
		if (part[1] in pages && !(option[i] in shown))
			bad("man/" part[1] ".1 has no .It Fl -" part[2])
	}
	for (page in pages) {
		n++
		if (!(page in status))
			bad("man/" page ".1 has no section EXIT STATUS")
	}
	if (!failed)
		print options " options, " n " pages"
	exit failed
}' pass=dump FS='\t' - pass=page FS=' ' man/memwhy*.1) || failed=1
[ $failed = 0 ] || printf "%s\n" "$said"

# Each key of the guard's configuration has its item.
for key in $(sed -n 's/^#\([a-z_]*\) = .*/\1/p' packaging/guard.conf 2>/dev/null | sort -u); do
	grep -Eq "^\.It Ic ([a-z_]+ , )*$key( |$)" man/memwhyd.conf.5 && continue
	echo "not ok man: man/memwhyd.conf.5 has no item for the key $key"
	failed=1
done

if command -v mandoc >/dev/null; then
	for page in man/*.[1-9]; do
		why=$(mandoc -T lint -W warning "$page" 2>&1) && continue
		printf '%s\n' "$why" | sed 's/^mandoc: /not ok man: /'
		failed=1
	done
	lint=linted
else
	echo "skip man-lint: no mandoc"
	lint="not linted"
fi
[ $failed = 0 ] && echo "ok man ($said, $lint)"
exit $failed
