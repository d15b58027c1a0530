#!/bin/sh
# Prints a C file that holds the given Markdown files as strings, named by their base names.
printf '/* Made by tools/pages.sh. */\n#include "cli/cmd.h"\n\n'
printf 'const struct cli_page cli_pages[] = {\n'
for f in "$@"; do
	name=${f##*/}
	printf '\t{ "%s",\n' "${name%.md}"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' -e 's/^/\t  "/' -e 's/$/\\n"/' "$f"
	printf '\t},\n'
done
printf '};\n\nconst size_t cli_page_count = sizeof(cli_pages) / sizeof(cli_pages[0]);\n'
