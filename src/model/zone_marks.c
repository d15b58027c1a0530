/* SPDX-License-Identifier: Apache-2.0 */
#include "model/zone_marks.h"

/* Wide enough for any product of 64-bit figures. */
typedef unsigned __int128 wide;

/* The zones there may be, lowest class first (enum zone_type). */
static const char *const names[] = { "DMA", "DMA32", "Normal", "HighMem", "Movable", "Device" };

enum { DMA, DMA32, NORMAL, HIGHMEM, MOVABLE, DEVICE, N_NAMES };

static struct mw_val narrow(wide v)
{
	return v > UINT64_MAX ? mw_no(MW_BAD) : mw_ok((uint64_t)v);
}

static size_t name_of(const struct mw_zone *z)
{
	size_t i = 0;

	while (i < N_NAMES && !mw_str_eq(z->name, names[i]))
		i++;
	return i;
}

struct mw_val mw_zone_pages(const struct mw_zone *z)
{
	return z->managed_pages.why == MW_ABSENT ? z->present_pages : z->managed_pages;
}

static bool has_pages(const struct mw_zoneinfo *zi, size_t name)
{
	for (size_t i = 0; i < zi->n_zones; i++)
		if (name_of(&zi->zone[i]) == name && mw_or(mw_zone_pages(&zi->zone[i]), 1))
			return true;
	return false;
}

/* Does it take no part in what min_free_kbytes is shared among?  HighMem never did; Movable where
 * it is made of high memory (is_highmem()), and everywhere since 6.6. */
static bool is_apart(const struct mw_zone *z, const struct mw_zoneinfo *zi,
		     struct mw_release release)
{
	size_t name = name_of(z);

	if (name != MOVABLE)
		return name == HIGHMEM;
	return mw_release_at_least(release, 6, 6) || has_pages(zi, HIGHMEM);
}

static struct mw_val lowmem_pages(const struct mw_zoneinfo *zi, struct mw_release release)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < zi->n_zones; i++)
		if (!is_apart(&zi->zone[i], zi, release))
			sum = mw_add(sum, mw_zone_pages(&zi->zone[i]));
	return sum;
}

static struct mw_val first_unknown(struct mw_val a, struct mw_val b, struct mw_val c)
{
	if (!mw_known(a))
		return a;
	return mw_known(b) ? c : b;
}

/* The share of a zone in min_free_kbytes. */
static struct mw_val share(const struct mw_zone *z, struct mw_val lowmem,
			   const struct mw_mark_settings *s)
{
	struct mw_val pages = mw_zone_pages(z);
	struct mw_val unknown = first_unknown(pages, lowmem, s->min_free_kib);

	if (!mw_known(unknown))
		return unknown;
	if (!lowmem.v || s->page_bytes < 1024)
		return mw_no(MW_BAD);
	return narrow((wide)(s->min_free_kib.v / (s->page_bytes / 1024)) * pages.v / lowmem.v);
}

/* Of a zone that stands apart: a thousandth, 32 to 128 pages. */
static struct mw_val min_apart(struct mw_val pages)
{
	if (!mw_known(pages))
		return pages;
	pages.v /= 1024;
	if (pages.v < 32)
		return mw_ok(32);
	return pages.v > 128 ? mw_ok(128) : pages;
}

static struct mw_val step_of_factor(struct mw_val share, struct mw_val pages, struct mw_val factor)
{
	struct mw_val unknown = first_unknown(share, pages, factor), step;

	if (!mw_known(unknown))
		return unknown;
	step = narrow((wide)pages.v * factor.v / 10000);
	return mw_known(step) && step.v < share.v / 4 ? mw_ok(share.v / 4) : step;
}

/* Up to 4.5 a quarter and a half of the share above min; then twice the same step, the scale
 * factor's where that is larger.  Whether the setting is there says which. */
static void set_marks(const struct mw_zone *z, struct mw_val min, struct mw_val share,
		      const struct mw_mark_settings *s, struct mw_zone_marks *ret)
{
	struct mw_val step, factor = s->scale_factor;

	ret->min_pages = min;
	ret->promo_pages = mw_no(MW_ABSENT);
	if (factor.why == MW_ABSENT && mw_release_is_known(s->release) &&
	    !mw_release_at_least(s->release, 4, 6)) {
		step = mw_known(share) ? mw_ok(share.v / 4) : share;
		ret->low_pages = mw_add(min, step);
		step = mw_known(share) ? mw_ok(share.v / 2) : share;
		ret->high_pages = mw_add(min, step);
		return;
	}
	step = step_of_factor(share, mw_zone_pages(z), factor);
	ret->low_pages = mw_add(min, step);
	ret->high_pages = mw_add(ret->low_pages, step);
	if (mw_release_at_least(s->release, 5, 18))
		ret->promo_pages = mw_add(ret->high_pages, step);
}

/* The zones of the node of zone at, from *ret_first on: how many. */
static size_t zones_of_node(const struct mw_zoneinfo *zi, size_t at, size_t *ret_first)
{
	size_t first = at, end = at;
	uint64_t node = zi->zone[at].node;

	while (first && zi->zone[first - 1].node == node)
		first--;
	while (end < zi->n_zones && zi->zone[end].node == node)
		end++;
	*ret_first = first;
	return end - first;
}

/* Up to 4.11 zones without pages are not printed.  Which classes there are is then told by the
 * names seen on any node and by how many classes there are: Normal and Movable always, Device from
 * 4.3 on by configuration, HighMem where there is no DMA32. */
static bool classes_by_name(const struct mw_zoneinfo *zi, size_t n, bool ret[N_NAMES])
{
	bool has[N_NAMES] = { [NORMAL] = true, [MOVABLE] = true };
	size_t count = 0;

	for (size_t i = 0; i < zi->n_zones; i++) {
		size_t name = name_of(&zi->zone[i]);

		if (name == N_NAMES)
			return false;
		has[name] = true;
	}
	for (size_t i = 0; i < N_NAMES; i++)
		count += has[i];
	if (count < n && !has[DMA32] && !has[HIGHMEM] && ++count)
		has[HIGHMEM] = true;
	if (count < n && !has[DEVICE] && ++count)
		has[DEVICE] = true;
	for (size_t i = 0; i < N_NAMES; i++)
		ret[i] = has[i];
	return count == n;
}

static size_t class_of(const struct mw_zoneinfo *zi, size_t at)
{
	const struct mw_zone *z = &zi->zone[at];
	bool has[N_NAMES];
	size_t first, class = 0;

	if (zones_of_node(zi, at, &first) == z->n_lowmem_reserve)
		return at - first;
	if (!classes_by_name(zi, z->n_lowmem_reserve, has))
		return MW_NO_CLASS;
	for (size_t i = 0; i < name_of(z); i++)
		class += has[i];
	return class;
}

/* What the zones above it, up to that class, have on its node. */
static struct mw_val pages_above(const struct mw_zoneinfo *zi, const struct mw_zone_marks *marks,
				 size_t at, size_t class)
{
	size_t first, n = zones_of_node(zi, at, &first);
	struct mw_val sum = mw_ok(0);

	for (size_t i = first; i < first + n; i++) {
		if (marks[i].class == MW_NO_CLASS)
			return mw_no(MW_BAD);
		if (marks[i].class > marks[at].class && marks[i].class <= class)
			sum = mw_add(sum, mw_zone_pages(&zi->zone[i]));
	}
	return sum;
}

/* A ratio below 1 counts as 1 up to 4.17, then as none.  A zone without pages has no reserve since
 * 5.8; before it was computed, but nothing could be taken of that zone anyway. */
static struct mw_val reserve(const struct mw_zoneinfo *zi, const struct mw_zone_marks *marks,
			     size_t at, size_t class, const struct mw_mark_settings *s)
{
	size_t own = marks[at].class;
	struct mw_val pages = mw_zone_pages(&zi->zone[at]), above, ratio;

	if (own == MW_NO_CLASS || !mw_release_is_known(s->release))
		return mw_no(MW_ABSENT);
	if (class <= own)
		return mw_ok(0);
	if (!mw_known(pages))
		return pages;
	if (!pages.v && mw_release_at_least(s->release, 5, 8))
		return mw_ok(0);
	ratio = own < s->n_ratios ? s->reserve_ratio[own] : mw_no(MW_ABSENT);
	if (!mw_known(ratio))
		return ratio;
	if (!ratio.v && mw_release_at_least(s->release, 4, 18))
		return mw_ok(0);
	above = pages_above(zi, marks, at, class);
	return mw_known(above) ? mw_ok(above.v / (ratio.v ? ratio.v : 1)) : above;
}

struct mw_zone_marks *mw_zone_marks(const struct mw_zoneinfo *zi, const struct mw_mark_settings *s,
				    struct mw_arena *arena)
{
	struct mw_zone_marks *marks = mw_arena_alloc(arena, (zi->n_zones + 1) * sizeof(*marks));
	struct mw_val lowmem = lowmem_pages(zi, s->release);

	if (!marks)
		return NULL;
	for (size_t i = 0; i < zi->n_zones; i++) {
		const struct mw_zone *z = &zi->zone[i];
		struct mw_val part = share(z, lowmem, s);

		set_marks(z, is_apart(z, zi, s->release) ? min_apart(mw_zone_pages(z)) : part, part,
			  s, &marks[i]);
		marks[i].n_reserve = z->n_lowmem_reserve;
		marks[i].class = class_of(zi, i);
	}
	for (size_t i = 0; i < zi->n_zones; i++)
		for (size_t j = 0; j < marks[i].n_reserve; j++)
			marks[i].reserve_pages[j] = reserve(zi, marks, i, j, s);
	return marks;
}

/* int_sqrt(): rounded down. */
static uint64_t root_of(wide v)
{
	wide low = 0, high = (wide)1 << 63;

	while (low < high) {
		wide mid = (low + high + 1) / 2;

		if (mid * mid <= v)
			low = mid;
		else
			high = mid - 1;
	}
	return (uint64_t)low;
}

/* nr_free_buffer_pages(): the zones that GFP_USER may take of. */
static struct mw_val buffer_pages(const struct mw_zoneinfo *zi, uint64_t *ret_n)
{
	struct mw_val sum = zi->n_zones ? mw_ok(0) : mw_no(MW_ABSENT);

	*ret_n = 0;
	for (size_t i = 0; i < zi->n_zones; i++) {
		struct mw_val pages = mw_zone_pages(&zi->zone[i]);

		if (name_of(&zi->zone[i]) > NORMAL)
			continue;
		sum = mw_add(sum, pages);
		*ret_n += mw_or(pages, 0) > 0;
	}
	return sum;
}

/* Five percent of memory at most; two pageblocks a zone, and one for each pair of the three types
 * that fall back on each other. */
static wide wanted_by_thp(uint64_t block, uint64_t n_zones, uint64_t pages, uint64_t page_kib)
{
	wide wanted = (wide)block * n_zones * (2 + 3 * 3);

	return (wanted > pages / 20 ? pages / 20 : wanted) * page_kib;
}

struct mw_val mw_min_free_at_boot_kib(const struct mw_zoneinfo *zi, struct mw_release release,
				      uint64_t page_bytes, struct mw_val pageblock_pages)
{
	bool large = mw_release_at_least(release, 5, 8) || release.vendor == MW_EL7;
	uint64_t n_zones, most = large ? 262144 : 65536, kib;
	struct mw_val pages = buffer_pages(zi, &n_zones);
	wide wanted;

	if (!mw_known(pages) || (!mw_known(pageblock_pages) && pageblock_pages.why != MW_ABSENT))
		return mw_known(pages) ? pageblock_pages : pages;
	kib = root_of((wide)pages.v * (page_bytes / 1024) * 16);
	kib = kib < 128 ? 128 : kib > most ? most : kib;
	wanted = wanted_by_thp(mw_or(pageblock_pages, 0), n_zones, pages.v, page_bytes / 1024);
	return wanted > kib ? narrow(wanted) : mw_ok(kib);
}
