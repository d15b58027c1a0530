/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_statm.h"

#include <errno.h>

int mw_pid_statm_parse(struct mw_str text, struct mw_pid_statm *ret)
{
	struct mw_pid_statm s = {};
	uint64_t none;
	uint64_t *const slot[] = { &s.size_pages, &s.resident_pages, &s.shared_pages, &none,
				   &none,	  &s.data_pages };
	struct mw_str word;

	for (size_t i = 0; i < sizeof(slot) / sizeof(slot[0]); i++)
		if (!mw_str_word(&text, &word) || mw_str_u64(word, slot[i]) < 0)
			return -EINVAL;
	*ret = s;
	return 0;
}
