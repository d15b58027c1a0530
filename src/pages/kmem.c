/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/kmem.h"

#include <string.h>

#define PAGE 4096 /* the least that is mapped or not as a whole */

int mw_kmem_read(struct mw_kmem *k, uint64_t address, size_t bytes, void *to)
{
	char *p = to;

	while (bytes) {
		size_t n = bytes < MW_ASK_BYTES ? bytes : MW_ASK_BYTES;
		int r = k->gather(k, &(struct mw_kmem_ask){ address, (uint32_t)n, p }, 1);

		if (r < 0)
			return r;
		address += n;
		p += n;
		bytes -= n;
	}
	return 0;
}

uint64_t mw_kmem_u64(struct mw_kmem *k, uint64_t address)
{
	uint64_t v = 0;

	mw_kmem_read(k, address, sizeof(v), &v);
	return v;
}

/* Never across the end of a page in one piece: the next may not be there. */
void mw_kmem_text(struct mw_kmem *k, uint64_t address, size_t room, char *to)
{
	size_t n = 0;

	memset(to, 0, room);
	while (n + 1 < room) {
		size_t part = PAGE - ((address + n) & (PAGE - 1));

		if (part > room - 1 - n)
			part = room - 1 - n;
		if (mw_kmem_read(k, address + n, part, to + n) < 0 || memchr(to + n, 0, part))
			return;
		n += part;
	}
}
