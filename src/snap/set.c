/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/snap_private.h"

/* Of texts whose keys are equal the first alone is indexed; the others are looked for. */
bool mw_set_has(const struct mw_set *set, struct mw_str text)
{
	size_t at;

	if (!mw_index_get(&set->index, mw_index_key(text), &at))
		return false;
	for (; at < set->n; at++)
		if (mw_str_same(set->item[at], text))
			return true;
	return false;
}

bool mw_set_add(struct mw_set *set, struct mw_arena *arena, struct mw_str text)
{
	struct mw_str *item;
	size_t at;

	if (mw_set_has(set, text))
		return false;
	item = mw_arena_grow(arena, set->item, set->n, sizeof(*item));
	if (!item)
		return false;
	set->item = item;
	if (!mw_index_get(&set->index, mw_index_key(text), &at))
		mw_index_put(&set->index, arena, mw_index_key(text), set->n);
	set->item[set->n++] = mw_arena_copy(arena, text);
	return true;
}
