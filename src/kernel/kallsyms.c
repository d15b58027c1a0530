/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kallsyms.h"

#define FUNCTION_MAX ((uint64_t)1 << 20) /* bytes; farther on it is not that function any more */

/* The first that is asked for and not below this address. */
static size_t first_from(const struct mw_symbol *symbol, size_t n, uint64_t address)
{
	size_t low = 0;

	while (low < n) {
		size_t middle = low + (n - low) / 2;

		if (symbol[middle].address < address)
			low = middle + 1;
		else
			n = middle;
	}
	return low;
}

/* "ffffffff81000000 T _text", "ffffffffc0000000 t open	[ext4]" */
static bool parse(struct mw_str line, uint64_t *ret, struct mw_symbol *s)
{
	struct mw_str address, type;

	if (!mw_str_word(&line, &address) || mw_str_hex64(address, ret) < 0 || !*ret ||
	    !mw_str_word(&line, &type) || (!mw_str_eq(type, "T") && !mw_str_eq(type, "t")) ||
	    !mw_str_word(&line, &s->name))
		return false;
	s->module = mw_str_trim(line);
	return true;
}

void mw_kallsyms_find(struct mw_str text, struct mw_symbol *symbol, size_t n)
{
	struct mw_str line;
	uint64_t start;

	for (size_t i = 0; i < n; i++)
		symbol[i] = (struct mw_symbol){ .address = symbol[i].address };
	while (mw_str_cut(&text, '\n', &line)) {
		struct mw_symbol s;
		size_t i;

		if (!parse(line, &start, &s))
			continue;
		i = first_from(symbol, n, start);
		if (i < n && start >= symbol[i].start)
			symbol[i] =
				(struct mw_symbol){ symbol[i].address, start, s.name, s.module };
	}
	/* The best one for an address may stand before the address below it. */
	for (size_t i = 1; i < n; i++)
		if (symbol[i - 1].start > symbol[i].start)
			symbol[i] = (struct mw_symbol){ symbol[i].address, symbol[i - 1].start,
							symbol[i - 1].name, symbol[i - 1].module };
	for (size_t i = 0; i < n; i++)
		if (symbol[i].address - symbol[i].start > FUNCTION_MAX)
			symbol[i] = (struct mw_symbol){ .address = symbol[i].address };
}
