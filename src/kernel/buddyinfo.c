/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/buddyinfo.h"

#include "kernel/zone_head.h"

size_t mw_block_counts(struct mw_str line, size_t max, struct mw_val *ret, bool *ret_capped)
{
	struct mw_str word;
	size_t n = 0;

	for (size_t i = 0; i < max; i++) {
		bool more = mw_str_word(&line, &word), capped = false;
		uint64_t v;

		ret[i] = mw_no(MW_ABSENT);
		if (more && ret_capped && mw_str_starts(word, ">")) {
			word = mw_str_from(word, 1);
			capped = true;
		}
		if (more) {
			ret[i] = mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
			n = i + 1;
		}
		if (ret_capped)
			ret_capped[i] = capped && mw_known(ret[i]);
	}
	return n;
}

bool mw_buddyinfo_next(struct mw_str *text, struct mw_buddy_zone *ret)
{
	struct mw_str line;

	while (mw_str_cut(text, '\n', &line)) {
		struct mw_buddy_zone z;

		if (!mw_zone_head_cut(&line, &z.node, &z.zone))
			continue;
		z.n_orders = mw_block_counts(line, MW_ORDERS, z.blocks, NULL);
		if (!z.n_orders)
			continue;
		*ret = z;
		return true;
	}
	return false;
}
