/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/strata.h"

/* splitmix64: any seed will do. */
static uint64_t random_next(uint64_t *seed)
{
	uint64_t v = *seed += 0x9e3779b97f4a7c15;

	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9;
	v = (v ^ v >> 27) * 0x94d049bb133111eb;
	return v ^ v >> 31;
}

static uint64_t part(uint64_t all, uint64_t i, uint64_t n)
{
	return (uint64_t)((unsigned __int128)all * i / n);
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

bool mw_strata_next(struct mw_strata *s, struct mw_stratum *ret)
{
	const struct mw_frame_range *r = &s->frames->range[s->range];
	uint64_t first, blocks, n, from, to, block;

	if (s->range >= s->frames->n)
		return false;
	first = r->from / MW_BLOCK_FRAMES;
	blocks = (r->to - 1) / MW_BLOCK_FRAMES + 1 - first;
	n = max(part(blocks, s->ppm, MW_SAMPLE_ALL), 1);
	from = first + part(blocks, s->in_range, n);
	to = first + part(blocks, s->in_range + 1, n);
	block = from + random_next(&s->seed) % (to - from);
	ret->from = max(block * MW_BLOCK_FRAMES, r->from);
	ret->to = min((block + 1) * MW_BLOCK_FRAMES, r->to);
	ret->node = r->node;
	from = max(from * MW_BLOCK_FRAMES, r->from);
	to = min(to * MW_BLOCK_FRAMES, r->to);
	ret->weight = (double)(to - from) / (double)(ret->to - ret->from);
	if (++s->in_range >= n) {
		s->in_range = 0;
		s->range++;
	}
	return true;
}
