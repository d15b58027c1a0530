/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counters - meminfo, zoneinfo and vmstat, read until they tell of one instant.
 *
 * Two things come between: counters that move while the files are read one after another, and
 * pages on their way, which no counter knows.  A process that ends collects up to some 10,000
 * folios before it gives them back (struct mmu_gather, mm/mmu_gather.c), and may be put to sleep
 * just then.  In a virtual machine up to 32 free blocks at a time are off the free lists while the
 * hypervisor is told of them (page_reporting_cycle(), mm/page_reporting.c): measured, 128 MiB for
 * a tenth of a second.  All of that passes: so the files are read again, a little later, until
 * little moved and the rest that no counter knows is small or stays.  Of a capture each try reads
 * the same, so that it ends as the live one did.
 */
#include <errno.h>

#include "snap/snap_private.h"

#define MOVED_PART 10000 /* of MemTotal: little moved */
/* How often, how far apart, and how often at least before a rest that stays is believed. */
struct patience {
	int tries, least;
	unsigned pause_ms;
};

static const struct patience plain = { 20, 8, 2 }, reporting = { 40, 24, 10 };

#define REST_PART 1250 /* a rest as small as this is not looked into */

static struct mw_val distance(struct mw_val a, struct mw_val b)
{
	return mw_or(a, 0) > mw_or(b, 0) ? mw_sub(a, b) : mw_sub(b, a);
}

/* How far did the counters move since they were read?  All that a process can take or give back
 * counts: what it frees may go to the per-CPU lists and leave MemFree as it was. */
static struct mw_val moved(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	const struct mw_meminfo *then = &s->meminfo;
	struct mw_meminfo now;
	struct mw_str text;
	enum mw_why why = mw_take_text(root, "meta/again/proc/meminfo", arena, s, &text);
	struct mw_val sum;

	if (why != MW_OK)
		return mw_no(why);
	if (mw_meminfo_parse(text, &now) < 0)
		return mw_no(MW_BAD);
	sum = mw_add(distance(now.free_bytes, then->free_bytes),
		     distance(now.anon_bytes, then->anon_bytes));
	sum = mw_add(sum, distance(now.cached_bytes, then->cached_bytes));
	return mw_add(sum, distance(now.slab_bytes, then->slab_bytes));
}

static uint64_t total(const struct mw_snap *s)
{
	return mw_or(s->meminfo.total_bytes, 0);
}

/* Roughly what no counter knows: only to be compared with itself. */
static uint64_t rest(const struct mw_snap *s)
{
	const struct mw_meminfo *mi = &s->meminfo;
	const struct mw_val known[] = { mi->free_bytes,		mi->cached_bytes,
					mi->buffers_bytes,	mi->anon_bytes,
					mi->slab_bytes,		mi->page_tables_bytes,
					mi->vmalloc_used_bytes, mi->percpu_bytes,
					mi->hugetlb_bytes };
	struct mw_val lists =
		mw_mul(mw_zoneinfo_percpu_list_pages(&s->zoneinfo), s->host.page_bytes);
	struct mw_val left = mw_sub(mi->total_bytes, mw_ok(mw_or(lists, 0)));

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		left = mw_sub(left, mw_ok(mw_or(known[i], 0)));
	return mw_or(left, 0);
}

static int read_once(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_str text;
	int r = mw_root_read(root, "proc/meminfo", arena, &s->meminfo_text);

	if (r < 0)
		return r;
	mw_take_text(root, "proc/zoneinfo", arena, s, &text);
	r = mw_zoneinfo_parse(text, arena, &s->zoneinfo);
	if (r == -ENOMEM)
		return r;
	r = mw_meminfo_parse(s->meminfo_text, &s->meminfo);
	if (r < 0)
		return r;
	s->moved_bytes = moved(root, arena, s);
	return 0;
}

/* Is the rest small, or what it was at its least? */
static bool is_settled(const struct mw_snap *s, const struct patience *p, int tries,
		       uint64_t *least)
{
	uint64_t now = rest(s);
	bool same = tries + 1 >= p->least && now <= *least + total(s) / MOVED_PART &&
		    *least <= now + total(s) / MOVED_PART;

	if (!tries || now < *least)
		*least = now;
	return now <= total(s) / REST_PART || same;
}

int mw_take_counters(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	const struct patience *p = &plain;
	struct mw_str text;
	uint64_t least = 0;
	int r;

	if (mw_take_text(root, "sys/module/page_reporting/parameters/page_reporting_order", arena,
			 s, &text) == MW_OK)
		p = &reporting;
	for (int i = 0; i < p->tries; i++) {
		bool settled;

		r = read_once(root, arena, s);
		if (r < 0)
			return r;
		settled = is_settled(s, p, i, &least);
		if (!mw_known(s->moved_bytes) ||
		    (settled && s->moved_bytes.v <= total(s) / MOVED_PART))
			break;
		mw_root_pause(root, p->pause_ms);
	}
	mw_take_text(root, "proc/vmstat", arena, s, &text);
	mw_vmstat_parse(text, &s->vmstat);
	return 0;
}
