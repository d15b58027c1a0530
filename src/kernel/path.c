/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/path.h"

#include <stdlib.h>
#include <string.h>

static int by_bytes(const void *x, const void *y)
{
	return mw_str_cmp(*(const struct mw_str *)x, *(const struct mw_str *)y);
}

void mw_names_sort(struct mw_names *names)
{
	size_t n = 0;

	if (!names->n)
		return;
	qsort(names->item, names->n, sizeof(*names->item), by_bytes);
	for (size_t i = 0; i < names->n; i++)
		if (!n || !mw_str_same(names->item[n - 1], names->item[i]))
			names->item[n++] = names->item[i];
	names->n = n;
}

static void append(char *out, size_t *n, struct mw_str path)
{
	struct mw_str part;

	while (mw_str_cut(&path, '/', &part)) {
		if (!part.n || mw_str_eq(part, "."))
			continue;
		if (mw_str_eq(part, "..")) {
			while (*n && out[--*n] != '/')
				;
			continue;
		}
		if (*n)
			out[(*n)++] = '/';
		memcpy(out + *n, part.p, part.n);
		*n += part.n;
	}
}

struct mw_str mw_path_join(struct mw_arena *arena, struct mw_str base, struct mw_str target,
			   struct mw_str rest)
{
	char *out = mw_arena_alloc(arena, base.n + target.n + rest.n + 3);
	size_t n = 0;

	if (!out)
		return (struct mw_str){};
	append(out, &n, base);
	append(out, &n, target);
	append(out, &n, rest);
	return (struct mw_str){ out, n };
}

struct mw_str mw_path_last(struct mw_str path)
{
	struct mw_str part, last = {};

	while (mw_str_cut(&path, '/', &part))
		if (part.n)
			last = part;
	return last;
}

bool mw_path_climbs(struct mw_str path)
{
	struct mw_str part;

	while (mw_str_cut(&path, '/', &part))
		if (mw_str_eq(part, ".."))
			return true;
	return false;
}
