/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kallsyms.h"

#include <string.h>

#define FUNCTION_MAX ((uint64_t)1 << 20) /* bytes; farther on it is not that function any more */

/* "ffffffffc0a01000 t name\t[module]" */
static bool parse_line(struct mw_str line, const char *kinds, struct mw_kallsym *ret)
{
	struct mw_str word, kind;
	struct mw_kallsym s = {};

	if (!mw_str_word(&line, &word) || mw_str_hex64(word, &s.start) < 0 || !s.start ||
	    !mw_str_word(&line, &kind) || kind.n != 1 || !memchr(kinds, kind.p[0], strlen(kinds)) ||
	    !mw_str_word(&line, &s.name))
		return false;
	if (mw_str_word(&line, &word) && mw_str_starts(word, "[") && mw_str_ends(word, "]"))
		s.module = word;
	*ret = s;
	return true;
}

/* The first of the addresses that is not below this one. */
static size_t slot_of(const struct mw_kallsym *sym, size_t n, uint64_t address)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (sym[middle].address < address)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* A function counts for the next address behind its start; then for those behind that, where none
 * begins between. */
static void find(struct mw_str text, const char *kinds, struct mw_kallsym *sym, size_t n)
{
	struct mw_str line;

	for (size_t i = 0; i < n; i++)
		sym[i] = (struct mw_kallsym){ .address = sym[i].address };
	while (n && mw_str_cut(&text, '\n', &line)) {
		struct mw_kallsym s;
		size_t at;

		if (!parse_line(line, kinds, &s))
			continue;
		at = slot_of(sym, n, s.start);
		if (at == n || s.start <= sym[at].start)
			continue;
		s.address = sym[at].address;
		sym[at] = s;
	}
	for (size_t i = 1; i < n; i++)
		if (!sym[i].start)
			sym[i] = (struct mw_kallsym){ sym[i].address, sym[i - 1].start,
						      sym[i - 1].name, sym[i - 1].module };
	for (size_t i = 0; i < n; i++)
		if (sym[i].address - sym[i].start > FUNCTION_MAX)
			sym[i] = (struct mw_kallsym){ .address = sym[i].address };
}

void mw_kallsyms_find(struct mw_str text, struct mw_kallsym *sym, size_t n)
{
	find(text, "tTwW", sym, n);
}

void mw_kallsyms_find_data(struct mw_str text, struct mw_kallsym *sym, size_t n)
{
	find(text, "dDbBrRvV", sym, n);
}
