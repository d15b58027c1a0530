/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/actor.h"

#include <string.h>

#include "lab/lab.h"

#define ADJ_NEVER -1000

static bool parse_name(struct mw_str s, char *ret, size_t size)
{
	if (!s.n || s.n >= size)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!memchr("abcdefghijklmnopqrstuvwxyz0123456789-_", s.p[i], 38))
			return false;
	memcpy(ret, s.p, s.n);
	ret[s.n] = '\0';
	return true;
}

static bool parse_adj(struct mw_str s, int *ret)
{
	bool minus = mw_str_starts(s, "-");
	uint64_t v;

	if (minus || mw_str_starts(s, "+"))
		s = mw_str_from(s, 1);
	if (mw_str_u64(s, &v) < 0 || v > 1000)
		return false;
	*ret = minus ? -(int)v : (int)v;
	return true;
}

const char *lab_actor_parse(struct mw_str text, struct lab_actor *ret)
{
	struct lab_actor a = {};
	struct mw_str name, size;
	uint64_t mib;

	if (!mw_str_cut(&text, ':', &name) || !parse_name(name, a.name, sizeof(a.name)))
		return "the name takes 1 to 15 of a-z, 0-9, - and _";
	if (!strcmp(a.name, "grower"))
		return "there is a grower already";
	if (!mw_str_cut(&text, ':', &size) || mw_str_u64(size, &mib) < 0 || !mib || mib > 1024)
		return "NAME:MIB:ADJ: the size is a number of MiB";
	if (!parse_adj(text, &a.adj))
		return "NAME:MIB:ADJ: the adjustment goes from -1000 to 1000";
	a.bytes = mib * LAB_MIB;
	*ret = a;
	return NULL;
}

/* In pages, as the kernel counts; page tables are too small to matter here. */
static int64_t badness(const struct lab_actors *all, uint64_t bytes, int adj)
{
	int64_t unit = (int64_t)(all->limit_bytes / all->page_bytes / 1000);

	return (int64_t)(bytes / all->page_bytes) + adj * unit;
}

/* What the last one has when the others' memory and its own reach the limit. */
static uint64_t grown_bytes(const struct lab_actors *all)
{
	uint64_t others = 0;

	for (size_t i = 0; i + 1 < all->n; i++)
		if (!all->item[i].expected)
			others += all->item[i].bytes;
	return all->limit_bytes > others ? all->limit_bytes - others : 0;
}

/* The one with the most points; of equals the last that the scan meets (since 5.3). */
static struct lab_actor *worst(struct lab_actors *all)
{
	struct lab_actor *chosen = NULL;
	int64_t most = 0;

	for (size_t i = 0; i < all->n; i++) {
		struct lab_actor *a = &all->item[i];
		int64_t points;

		if (a->expected || a->adj == ADJ_NEVER)
			continue;
		points = badness(all, a->bytes ? a->bytes : grown_bytes(all), a->adj);
		if (chosen && points < most)
			continue;
		chosen = a;
		most = points;
	}
	return chosen;
}

void lab_actors_expect(struct lab_actors *all)
{
	struct lab_actor *a = NULL;

	for (unsigned place = 1; place <= all->n; place++) {
		a = worst(all);
		if (!a)
			return;
		a->expected = place;
		/* With it the growth ends. */
		if (a == &all->item[all->n - 1])
			return;
	}
}
