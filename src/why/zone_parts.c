/* SPDX-License-Identifier: Apache-2.0 */
#include "why/zone_parts.h"

#include <errno.h>
#include <inttypes.h>

#include "base/fmt.h"

/* What stands in zoneinfo has the boost in it (min_wmark_pages() since 5.0), but for releases that
 * do not print the boost: there it is not known, and mostly 0. */
static struct mw_val less_boost(struct mw_val pages, struct mw_val boost)
{
	return mw_sub(pages, boost.why == MW_ABSENT ? mw_ok(0) : boost);
}

static void read_kernel(const struct mw_zone *z, struct mw_val ret[MW_FIGURES])
{
	ret[MW_FIGURE_MIN] = less_boost(z->min_pages, z->boost_pages);
	ret[MW_FIGURE_LOW] = less_boost(z->low_pages, z->boost_pages);
	ret[MW_FIGURE_HIGH] = less_boost(z->high_pages, z->boost_pages);
	ret[MW_FIGURE_PROMO] = less_boost(z->promo_pages, z->boost_pages);
	for (size_t i = 0; i < MW_ZONE_CLASSES; i++)
		ret[MW_FIGURE_RESERVE + i] = i < z->n_lowmem_reserve
						     ? mw_ok(z->lowmem_reserve_pages[i])
						     : mw_no(MW_ABSENT);
}

static void read_computed(const struct mw_zone_marks *m, struct mw_val ret[MW_FIGURES])
{
	ret[MW_FIGURE_MIN] = m->min_pages;
	ret[MW_FIGURE_LOW] = m->low_pages;
	ret[MW_FIGURE_HIGH] = m->high_pages;
	ret[MW_FIGURE_PROMO] = m->promo_pages;
	for (size_t i = 0; i < MW_ZONE_CLASSES; i++)
		ret[MW_FIGURE_RESERVE + i] =
			i < m->n_reserve ? m->reserve_pages[i] : mw_no(MW_ABSENT);
}

/* promo is not printed by all that have it.  Any other that the kernel printed and we did not
 * compute leaves the zone uncompared. */
static bool must_be_compared(const struct mw_zone_compared *c, size_t i)
{
	return i <= MW_FIGURE_HIGH || mw_known(c->kernel_pages[i]);
}

static void compare(struct mw_zone_compared *c, size_t *n_figures)
{
	c->all = MW_PARTS_AGREE;
	for (size_t i = 0; i < MW_FIGURES; i++) {
		if (!mw_known(c->kernel_pages[i]) || !mw_known(c->computed_pages[i])) {
			if (must_be_compared(c, i) && c->all == MW_PARTS_AGREE)
				c->all = MW_NOT_COMPARED;
			continue;
		}
		++*n_figures;
		c->figure[i] = c->kernel_pages[i].v == c->computed_pages[i].v ? MW_PARTS_AGREE
									      : MW_PARTS_DIFFER;
		if (c->figure[i] == MW_PARTS_DIFFER)
			c->all = MW_PARTS_DIFFER;
	}
}

struct mw_val mw_zone_parts_agree(const struct mw_zone_compared *c)
{
	if (c->all != MW_NOT_COMPARED)
		return mw_ok(c->all == MW_PARTS_AGREE);
	for (size_t i = 0; i < MW_FIGURES; i++) {
		if (!must_be_compared(c, i))
			continue;
		if (!mw_known(c->kernel_pages[i]))
			return c->kernel_pages[i];
		if (!mw_known(c->computed_pages[i]))
			return c->computed_pages[i];
	}
	return mw_no(MW_UNREAD);
}

const char *mw_zone_parts_words(const struct mw_zone_compared *c, struct mw_arena *arena)
{
	static const char *const names[] = { [MW_FIGURE_MIN] = "min",
					     [MW_FIGURE_LOW] = "low",
					     [MW_FIGURE_HIGH] = "high",
					     [MW_FIGURE_PROMO] = "promo" };
	const char *words = NULL;
	size_t more = 0;

	for (size_t i = 0; i < MW_FIGURES; i++) {
		if (c->figure[i] != MW_PARTS_DIFFER)
			continue;
		if (words) {
			more++;
			continue;
		}
		words = i < MW_FIGURE_RESERVE
				? names[i]
				: mw_fmt(arena, "lowmem_reserve[%zu]", i - MW_FIGURE_RESERVE);
		words = mw_fmt(arena, "%s is %" PRIu64 ", computed %" PRIu64, words,
			       c->kernel_pages[i].v, c->computed_pages[i].v);
	}
	return more ? mw_fmt(arena, "%s, and %zu figure%s more differ%s", words, more,
			     more == 1 ? "" : "s", more == 1 ? "s" : "")
		    : words;
}

static struct mw_mark_settings settings_of(const struct mw_snap *snap)
{
	struct mw_mark_settings s = { .release = snap->host.release,
				      .page_bytes = snap->host.page_bytes,
				      .min_free_kib = snap->zones.min_free_kib,
				      .scale_factor = snap->zones.watermark_scale_factor,
				      .n_ratios = snap->zones.n_reserve_ratios };

	for (size_t i = 0; i < s.n_ratios; i++)
		s.reserve_ratio[i] = snap->zones.reserve_ratio[i];
	return s;
}

/* Transparent huge pages raise it; with them khugepaged has a folder. */
static struct mw_val at_boot(const struct mw_snap *snap)
{
	struct mw_pagetype_head head;
	struct mw_val block = mw_no(MW_ABSENT);

	if (snap->zones.has_thp) {
		mw_pagetypeinfo_head(snap->zones.pagetypeinfo_text, &head);
		block = head.pageblock_pages.why == MW_ABSENT ? mw_no(MW_UNREAD)
							      : head.pageblock_pages;
	}
	return mw_min_free_at_boot_kib(&snap->zoneinfo, snap->host.release, snap->host.page_bytes,
				       block);
}

int mw_zone_parts(const struct mw_snap *snap, struct mw_arena *arena, struct mw_zone_parts *ret)
{
	struct mw_mark_settings settings = settings_of(snap);
	const struct mw_zone_marks *marks = mw_zone_marks(&snap->zoneinfo, &settings, arena);
	struct mw_zone_parts p = { .n_zones = snap->zoneinfo.n_zones };

	p.zone = mw_arena_alloc(arena, (p.n_zones + 1) * sizeof(*p.zone));
	if (!marks || !p.zone)
		return -ENOMEM;
	for (size_t i = 0; i < p.n_zones; i++) {
		struct mw_zone_compared *c = &p.zone[i];

		read_kernel(&snap->zoneinfo.zone[i], c->kernel_pages);
		read_computed(&marks[i], c->computed_pages);
		compare(c, &p.n_figures);
		c->class = marks[i].class;
		p.n_agree += c->all == MW_PARTS_AGREE;
		p.n_differ += c->all == MW_PARTS_DIFFER;
		p.n_not_compared += c->all == MW_NOT_COMPARED;
	}
	if (p.n_differ)
		p.all = MW_PARTS_DIFFER;
	else if (p.n_agree && !p.n_not_compared)
		p.all = MW_PARTS_AGREE;
	p.min_free_at_boot_kib = at_boot(snap);
	*ret = p;
	return 0;
}
