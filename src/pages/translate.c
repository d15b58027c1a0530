/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/translate.h"

#define PAGE_BITS 12
#define LEVEL_BITS 9
#define PRESENT 1
#define LARGE 0x80
#define ADDRESS 0x000ffffffffff000

#if defined(__x86_64__)
/* An address that bits 48 to 56 do not only continue needs a fifth level. */
static int levels(uint64_t address)
{
	return address >> 48 == 0xffff ? 4 : 5;
}

static uint64_t frame_of(struct mw_kmem *k, uint64_t directory, uint64_t address)
{
	uint64_t table = directory;

	for (int level = levels(address); level; level--) {
		int shift = PAGE_BITS + LEVEL_BITS * (level - 1);
		uint64_t index = address >> shift & ((1 << LEVEL_BITS) - 1);
		uint64_t entry = mw_kmem_u64(k, table + index * 8);

		if (!(entry & PRESENT))
			return UINT64_MAX;
		if (level == 1)
			return (entry & ADDRESS) >> PAGE_BITS;
		if (entry & LARGE) {
			uint64_t below = ((uint64_t)1 << shift) - 1;

			return level > 3 ? UINT64_MAX
					 : ((entry & ADDRESS & ~below) | (address & below)) >>
						   PAGE_BITS;
		}
		table = k->direct + (entry & ADDRESS);
	}
	return UINT64_MAX;
}

void mw_translate(struct mw_kmem *k, const struct mw_layout *l, uint64_t address, size_t n,
		  uint64_t *ret_frame)
{
	uint64_t directory = mw_kmem_u64(k, k->mm + (uint64_t)l->task.pgd);

	for (size_t i = 0; i < n; i++)
		ret_frame[i] = mw_kmem_is_address(directory) && k->direct
				       ? frame_of(k, directory, address + (i << PAGE_BITS))
				       : UINT64_MAX;
}
#else
void mw_translate(struct mw_kmem *k, const struct mw_layout *l, uint64_t address, size_t n,
		  uint64_t *ret_frame)
{
	(void)k, (void)l, (void)address;
	for (size_t i = 0; i < n; i++)
		ret_frame[i] = UINT64_MAX;
}
#endif
