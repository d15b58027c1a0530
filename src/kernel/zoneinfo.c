/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zoneinfo.h"

#include <errno.h>
#include <stddef.h>

#include "kernel/zone_head.h"

static const struct {
	const char *key;
	size_t offset;
	bool of_node; /* may stand among those of the node, before "pages free" */
} fields[] = {
	{ "free", offsetof(struct mw_zone, free_pages) },
	{ "boost", offsetof(struct mw_zone, boost_pages) },
	{ "min", offsetof(struct mw_zone, min_pages) },
	{ "low", offsetof(struct mw_zone, low_pages) },
	{ "high", offsetof(struct mw_zone, high_pages) },
	{ "promo", offsetof(struct mw_zone, promo_pages) },
	{ "spanned", offsetof(struct mw_zone, spanned_pages) },
	{ "present", offsetof(struct mw_zone, present_pages) },
	{ "managed", offsetof(struct mw_zone, managed_pages) },
	{ "cma", offsetof(struct mw_zone, cma_pages) },
	{ "start_pfn:", offsetof(struct mw_zone, start_pfn) },
	{ "all_unreclaimable:", offsetof(struct mw_zone, unreclaimable) },
	{ "node_unreclaimable:", offsetof(struct mw_zone, unreclaimable) },
	{ "reserved_highatomic:", offsetof(struct mw_zone, reserved_highatomic_pages) },
	{ "free_highatomic:", offsetof(struct mw_zone, free_highatomic_pages) },
	{ "nr_free_cma", offsetof(struct mw_zone, free_cma_pages) },
	{ "nr_active_file", offsetof(struct mw_zone, active_file_pages), true },
	{ "nr_inactive_file", offsetof(struct mw_zone, inactive_file_pages), true },
	{ "nr_slab_reclaimable", offsetof(struct mw_zone, slab_reclaimable_pages), true },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static struct mw_val *slot(struct mw_zone *z, size_t i)
{
	return (struct mw_val *)((char *)z + fields[i].offset);
}

static struct mw_val parse_count(struct mw_str word)
{
	uint64_t v;

	return mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

static bool parse_head(struct mw_str line, struct mw_zone *ret)
{
	struct mw_zone z = { .percpu_list_pages = mw_no(MW_ABSENT) };

	if (!mw_zone_head_cut(&line, &z.node, &z.name))
		return false;
	for (size_t i = 0; i < N_FIELDS; i++)
		*slot(&z, i) = mw_no(MW_ABSENT);
	*ret = z;
	return true;
}

/* "protection: (0, 3019, 3659)" */
static void parse_protection(struct mw_zone *z, struct mw_str rest)
{
	struct mw_str word;

	while (z->n_lowmem_reserve < MW_ZONE_CLASSES && mw_str_word(&rest, &word)) {
		if (mw_str_starts(word, "("))
			word = mw_str_from(word, 1);
		if (mw_str_ends(word, ",") || mw_str_ends(word, ")"))
			word.n--;
		if (mw_str_u64(word, &z->lowmem_reserve_pages[z->n_lowmem_reserve]) < 0)
			return;
		z->n_lowmem_reserve++;
	}
}

static void parse_line(struct mw_zone *z, struct mw_str line)
{
	struct mw_str key, word;
	bool of_node;

	if (!mw_str_word(&line, &key))
		return;
	if (mw_str_eq(key, "pages") && !mw_str_word(&line, &key))
		return;
	if (mw_str_eq(key, "protection:")) {
		parse_protection(z, line);
		return;
	}
	if (!mw_str_word(&line, &word))
		return;
	if (mw_str_eq(key, "count:")) {
		if (z->percpu_list_pages.why == MW_ABSENT)
			z->percpu_list_pages = mw_ok(0);
		z->percpu_list_pages = mw_add(z->percpu_list_pages, parse_count(word));
		return;
	}
	of_node = z->free_pages.why == MW_ABSENT && !mw_str_eq(key, fields[0].key);
	for (size_t i = 0; i < N_FIELDS; i++)
		if ((!of_node || fields[i].of_node) && mw_str_eq(key, fields[i].key))
			*slot(z, i) =
				slot(z, i)->why == MW_ABSENT ? parse_count(word) : mw_no(MW_BAD);
}

int mw_zoneinfo_parse(struct mw_str text, struct mw_arena *arena, struct mw_zoneinfo *ret)
{
	struct mw_zoneinfo zi = {};
	struct mw_str line;

	while (mw_str_cut(&text, '\n', &line)) {
		struct mw_zone head, *zone;

		if (!parse_head(line, &head)) {
			if (zi.n_zones)
				parse_line(&zi.zone[zi.n_zones - 1], line);
			continue;
		}
		zone = mw_arena_grow(arena, zi.zone, zi.n_zones, sizeof(*zone));
		if (!zone)
			return -ENOMEM;
		zi.zone = zone;
		zi.zone[zi.n_zones++] = head;
	}
	if (!zi.n_zones)
		return -ENODATA;
	*ret = zi;
	return 0;
}

static struct mw_val sum(const struct mw_zoneinfo *zi, size_t offset)
{
	struct mw_val total = mw_ok(0);

	if (!zi->n_zones)
		return mw_no(MW_ABSENT);
	for (size_t i = 0; i < zi->n_zones; i++)
		total = mw_add(total,
			       *(const struct mw_val *)((const char *)&zi->zone[i] + offset));
	return total;
}

struct mw_val mw_zoneinfo_managed_pages(const struct mw_zoneinfo *zi)
{
	return sum(zi, offsetof(struct mw_zone, managed_pages));
}

struct mw_val mw_zoneinfo_free_pages(const struct mw_zoneinfo *zi)
{
	return sum(zi, offsetof(struct mw_zone, free_pages));
}

/* A zone without pages prints no pagesets: that is none, not unknown. */
struct mw_val mw_zoneinfo_percpu_list_pages(const struct mw_zoneinfo *zi)
{
	struct mw_val total = mw_no(MW_ABSENT);

	for (size_t i = 0; i < zi->n_zones; i++) {
		struct mw_val one = zi->zone[i].percpu_list_pages;

		if (one.why == MW_ABSENT)
			continue;
		total = mw_add(total.why == MW_ABSENT ? mw_ok(0) : total, one);
	}
	return total;
}
