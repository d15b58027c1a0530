/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census_many - the walk of a machine that has N cached inodes of one page each, with a page table
 * between each two: what it takes.  Exit status 1 where the sums are wrong, or memory is more than
 * 32 MiB and 64 bytes an owner.
 *
 *	census_many [N]		default: a million
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "pages/cost.h"
#include "pages/walk.h"
#include "unit/pages_made.h"

#define ADDRESS 0xffff888100000000
#define STEP 7919 /* inodes lie next to one another as they do in memory: hardly */
#define PEAK_BYTES ((uint64_t)32 << 20)
#define OWNER_BYTES 64

static uint64_t inodes;
static struct made_page buffer[MW_BULK_BYTES / sizeof(struct made_page)];

static struct made_page page_of(uint64_t frame)
{
	uint64_t inode = frame / 2 * STEP % inodes;

	if (frame & 1)
		return (struct made_page){ .type = 0xf2000000, .refcount = 1 };
	return (struct made_page){ .flags = 1 << 5,
				   .type = UINT32_MAX,
				   .refcount = 1,
				   .mapping = ADDRESS + inode * 1024 };
}

static const void *bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < piece[i].bytes; b += sizeof(buffer[0]))
			buffer[at++] =
				page_of((piece[i].address + b - k->frames) / sizeof(buffer[0]));
	return buffer;
}

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct made_page page = page_of((ask[i].address - k->frames) / sizeof(buffer[0]));

		memset(ask[i].to, 0, ask[i].bytes);
		memcpy(ask[i].to, &page, sizeof(page));
	}
	return 0;
}

static uint64_t peak_bytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_maxrss * 1024;
}

int main(int argc, char *argv[])
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	struct mw_kmem k = { .bulk = bulk, .gather = gather, .frames = MADE_FRAMES };
	struct mw_layout l = made_layout();
	struct mw_cost cost = mw_cost_now();
	struct mw_frame_range range = {};
	struct mw_frames frames = { .range = &range, .n = 1 };
	uint64_t sum = 0, peak;
	int r;

	inodes = strtoull(argc > 1 ? argv[1] : "1000000", NULL, 10);
	range.to = frames.total = 2 * inodes;
	r = mw_pages_walk(&k, &l, &frames, 10, &w);
	cost = mw_cost_since(cost);
	peak = peak_bytes();
	for (size_t i = 0; i < w.owners.n; i++)
		sum += mw_page_owner_at(&w.owners, i)->frames;
	printf("%zu owners, %zu runs, %llu MiB at most (%llu bytes an owner), %llu ms\n",
	       w.owners.n, w.runs.n, (unsigned long long)peak >> 20,
	       (unsigned long long)(peak / (w.owners.n + 1)),
	       (unsigned long long)cost.cpu_us / 1000);
	return r || sum != frames.total || w.owners.n != inodes + 1 ||
	       peak > PEAK_BYTES + OWNER_BYTES * w.owners.n;
}
