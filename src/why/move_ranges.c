/* SPDX-License-Identifier: Apache-2.0 */
#include "why/move_ranges.h"

#include "kernel/numa_maps.h"
#include "kernel/pid_maps.h"

/* Its bytes on the node that can be moved. */
static uint64_t moving_bytes(struct mw_str line, uint64_t node)
{
	struct mw_numa_map m;
	uint64_t at, pages, bytes = 0, sum = 0;

	if (!mw_numa_map_next(&line, &m) || m.huge || m.shared)
		return 0;
	while (mw_numa_count_next(&m.counts, &at, &pages))
		if (at == node && !__builtin_mul_overflow(pages, m.page_bytes, &bytes))
			sum = bytes;
	return sum;
}

/* Both files are in the order of addresses; a mapping that is in one alone came or went. */
static bool find_end(struct mw_str *maps, uint64_t start, uint64_t *ret_end)
{
	struct mw_str rest = *maps;
	struct mw_map map;

	while (mw_maps_next(&rest, &map) && map.start <= start) {
		*maps = rest;
		if (map.start == start) {
			*ret_end = map.end;
			return true;
		}
	}
	return false;
}

void mw_move_ranges(struct mw_str maps, struct mw_str numa_maps, uint64_t node,
		    struct mw_arena *arena, struct mw_move_range **ret, size_t *ret_n)
{
	struct mw_move_range *list = NULL, *grown;
	struct mw_str line, rest, word;
	size_t n = 0;

	while (mw_str_cut(&numa_maps, '\n', &line)) {
		struct mw_move_range r = { .bytes = moving_bytes(line, node) };

		rest = line;
		if (!r.bytes || !mw_str_word(&rest, &word) || mw_str_hex64(word, &r.start) < 0 ||
		    !find_end(&maps, r.start, &r.end))
			continue;
		grown = mw_arena_grow(arena, list, n, sizeof(*list));
		if (!grown)
			break;
		list = grown;
		list[n++] = r;
	}
	*ret = list;
	*ret_n = n;
}
