/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zone_head.h"

bool mw_zone_head_cut(struct mw_str *line, uint64_t *ret_node, struct mw_str *ret_zone)
{
	struct mw_str word, zone;
	uint64_t node;

	if (!mw_str_word(line, &word) || !mw_str_eq(word, "Node") || !mw_str_word(line, &word) ||
	    !mw_str_ends(word, ",") ||
	    mw_str_u64((struct mw_str){ word.p, word.n - 1 }, &node) < 0 ||
	    !mw_str_word(line, &word) || !mw_str_eq(word, "zone") || !mw_str_word(line, &zone))
		return false;
	if (mw_str_ends(zone, ","))
		zone.n--;
	if (!zone.n)
		return false;
	*ret_node = node;
	*ret_zone = zone;
	return true;
}
