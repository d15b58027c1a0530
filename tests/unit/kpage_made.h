/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kpage_made - the three files as a test has made them: words in memory.
 */
#pragma once

#include <string.h>

#include "pages/kpage.h"

struct made_kpage {
	struct mw_kpage k; /* first */
	const uint64_t *word[MW_KPAGE_FILES];
	size_t n; /* of each */
	int fail; /* what read() gives, if not 0 */
};

static inline int made_kpage_read(struct mw_kpage *k, enum mw_kpage_file file, uint64_t frame,
				  size_t n, uint64_t *ret)
{
	struct made_kpage *m = (struct made_kpage *)k;

	for (size_t i = 0; i < n; i++)
		ret[i] = frame + i < m->n ? m->word[file][frame + i] : MW_KPAGE_NO_PAGE;
	return m->fail;
}

static inline struct made_kpage made_kpage(const uint64_t *flags, const uint64_t *count,
					   const uint64_t *cgroup, size_t n)
{
	return (struct made_kpage){ .k = { .read = made_kpage_read,
					   .has = { true, count != NULL, cgroup != NULL } },
				    .word = { flags, count, cgroup },
				    .n = n };
}
