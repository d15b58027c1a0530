/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zram.h"

#include <errno.h>

int mw_zram_parse(struct mw_str text, struct mw_zram *ret)
{
	struct mw_zram z = {};
	uint64_t *const slots[] = { &z.stored_bytes, &z.compressed_bytes, &z.used_bytes };
	struct mw_str word;

	for (size_t i = 0; i < 3; i++)
		if (!mw_str_word(&text, &word) || mw_str_u64(word, slots[i]) < 0)
			return -EINVAL;
	*ret = z;
	return 0;
}
