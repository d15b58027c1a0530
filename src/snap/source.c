/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/source.h"

#include <string.h>

static bool is_number(struct mw_str part)
{
	uint64_t v;

	return !mw_str_u64(part, &v);
}

/* A pid becomes a star; other paths stay as they are. */
static struct mw_str pattern(struct mw_arena *arena, struct mw_str path)
{
	struct mw_str rest = path, part;
	char *p = mw_arena_alloc(arena, path.n + 1);
	size_t n = 0;

	if (!p || !mw_str_starts(path, "proc/"))
		return p ? mw_arena_copy(arena, path) : (struct mw_str){};
	while (mw_str_cut(&rest, '/', &part)) {
		if (is_number(part))
			part = mw_str_of("*");
		if (n)
			p[n++] = '/';
		memcpy(p + n, part.p, part.n);
		n += part.n;
		/* What follows is a path in somebody's file system: one entry for all. */
		if (mw_str_eq(part, "root"))
			break;
	}
	return (struct mw_str){ p, n };
}

enum mw_why mw_sources_note(struct mw_sources *s, struct mw_str path, int r)
{
	enum mw_why why = mw_why_of_errno(r);
	struct mw_arena *arena = s->arena;
	struct mw_source *item;
	struct mw_str name;

	if (why == MW_OK || why == MW_ABSENT || why == MW_GONE)
		return why;
	name = pattern(arena, path);
	for (size_t i = 0; i < s->n; i++)
		if (s->item[i].r == r && mw_str_same(s->item[i].path, name)) {
			s->item[i].count++;
			return why;
		}
	item = mw_arena_grow(arena, s->item, s->n, sizeof(*item));
	if (!item)
		return why;
	s->item = item;
	s->item[s->n++] = (struct mw_source){ name, mw_arena_copy(arena, path), r, 1 };
	return why;
}
