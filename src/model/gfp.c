/* SPDX-License-Identifier: Apache-2.0 */
#include "model/gfp.h"

#include <string.h>

#include "base/fmt.h"
#include "model/gfp_table.h"

struct decoder {
	struct mw_gfp *g;
	enum mw_gfp_layout layout;
	uint64_t left;
	struct mw_arena *arena;
};

static void add_name(struct decoder *d, const char *name)
{
	const char **names =
		mw_arena_grow(d->arena, d->g->name, d->g->n_names, sizeof(d->g->name[0]));

	if (!names)
		return;
	d->g->name = names;
	names[d->g->n_names++] = name;
}

static void take(struct decoder *d, const struct mw_gfp_name *name)
{
	if (d->layout < name->from || d->layout > name->to || (d->left & name->bits) != name->bits)
		return;
	add_name(d, name->name);
	d->left &= ~name->bits;
}

static void take_by_bit(struct decoder *d)
{
	for (unsigned bit = 0; bit < 64; bit++)
		for (size_t i = 0; i < mw_gfp_n_flags; i++)
			if (mw_gfp_flags[i].bits == UINT64_C(1) << bit)
				take(d, &mw_gfp_flags[i]);
}

/* As format_flags(), lib/vsprintf.c: each name found takes its bits away. */
static void take_names(struct decoder *d)
{
	for (size_t i = 0; i < mw_gfp_n_composites; i++)
		take(d, &mw_gfp_composites[i]);
	if (mw_gfp_is_in_table_order(d->layout))
		for (size_t i = 0; i < mw_gfp_n_flags; i++)
			take(d, &mw_gfp_flags[i]);
	else
		take_by_bit(d);
	d->g->unknown_bits = d->left;
	if (d->left)
		add_name(d, mw_fmt(d->arena, "0x%llx", (unsigned long long)d->left));
}

static const char *joined(const struct mw_gfp *g, struct mw_arena *arena)
{
	size_t n = 0, at = 0;
	char *text;

	for (size_t i = 0; i < g->n_names; i++)
		n += strlen(g->name[i]) + 1;
	text = n ? mw_arena_alloc(arena, n) : NULL;
	if (!text)
		return "";
	for (size_t i = 0; i < g->n_names; i++) {
		size_t len = strlen(g->name[i]);

		if (i)
			text[at++] = '|';
		memcpy(text + at, g->name[i], len);
		at += len;
	}
	return text;
}

static bool has(const struct decoder *d, const char *name)
{
	uint64_t bits = mw_gfp_bits(d->layout, name);

	return bits && (d->g->mask & bits) == bits;
}

/* gfp_zone(), include/linux/gfp.h. */
static enum mw_zone_type zone_of(const struct decoder *d)
{
	if (has(d, "GFP_DMA"))
		return MW_ZONE_DMA;
	if (has(d, "GFP_DMA32"))
		return MW_ZONE_DMA32;
	if (!has(d, "__GFP_HIGHMEM"))
		return MW_ZONE_NORMAL;
	return has(d, "__GFP_MOVABLE") ? MW_ZONE_MOVABLE : MW_ZONE_HIGHMEM;
}

/* gfp_to_alloc_flags(), mm/page_alloc.c.  What wins a quarter more was
 *  - up to 4.3: no sleep, and kswapd may be woken;
 *  - 4.4 to 6.2: a flag for it, __GFP_ATOMIC;
 *  - from 6.3: no sleep, and __GFP_HIGH.
 * Never with __GFP_NOMEMALLOC.  el9 began with the flag; whether and when it lost it is not known,
 * so that either way counts there.  6.1.176 has the rule of 6.3 and the flag: a mask with the flag
 * is harder by both. */
static bool is_harder(const struct decoder *d)
{
	const struct mw_gfp *g = d->g;
	bool flag = has(d, "__GFP_ATOMIC"), high = g->high && !g->may_sleep;

	if (has(d, "__GFP_NOMEMALLOC"))
		return false;
	if (d->layout < MW_GFP_4_4)
		return !g->may_sleep && !has(d, "__GFP_NO_KSWAPD");
	if (d->layout == MW_GFP_EL9)
		return flag || high;
	return d->layout < MW_GFP_6_3 ? flag : high;
}

static void read_rights(const struct decoder *d)
{
	struct mw_gfp *g = d->g;

	if (d->layout < MW_GFP_4_4) {
		g->may_sleep = has(d, "__GFP_WAIT");
		g->wakes_kswapd = !has(d, "__GFP_NO_KSWAPD");
	} else {
		g->may_sleep = has(d, "__GFP_DIRECT_RECLAIM");
		g->wakes_kswapd = has(d, "__GFP_KSWAPD_RECLAIM");
	}
	g->io = has(d, "__GFP_IO");
	g->fs = has(d, "__GFP_FS");
	g->high = has(d, "__GFP_HIGH");
	g->harder = is_harder(d);
	g->non_block = !g->may_sleep && !has(d, "__GFP_NOMEMALLOC");
	g->no_marks = has(d, "__GFP_MEMALLOC") && !has(d, "__GFP_NOMEMALLOC");
}

static void read_rest(const struct decoder *d)
{
	struct mw_gfp *g = d->g;

	g->zone = zone_of(d);
	g->reclaimable = has(d, "__GFP_RECLAIMABLE");
	g->movable = has(d, "__GFP_MOVABLE") && !g->reclaimable;
	g->nofail = has(d, "__GFP_NOFAIL");
	g->noretry = has(d, "__GFP_NORETRY");
	g->retry_mayfail = has(d, "__GFP_RETRY_MAYFAIL");
	g->thisnode = has(d, "__GFP_THISNODE");
	g->hardwall = has(d, "__GFP_HARDWALL");
	g->write = has(d, "__GFP_WRITE");
	g->account = has(d, "__GFP_ACCOUNT") || has(d, "__GFP_KMEMCG");
	g->nowarn = has(d, "__GFP_NOWARN");
	g->comp = has(d, "__GFP_COMP");
	g->zero = has(d, "__GFP_ZERO");
}

void mw_gfp_decode(uint64_t mask, struct mw_release release, struct mw_arena *arena,
		   struct mw_gfp *ret)
{
	struct mw_gfp g = { .mask = mask };
	struct decoder d = { &g, mw_gfp_layout_of(release), mask, arena };

	take_names(&d);
	g.names = joined(&g, arena);
	read_rights(&d);
	read_rest(&d);
	*ret = g;
}
