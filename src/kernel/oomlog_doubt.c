/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog_doubt - figures that cannot be: a part larger than all RAM.  A damaged log makes them,
 * where a line was cut, run together with another, or is of another machine.
 *
 * What the kernel itself computes wrongly stays: watermarks are not looked at.
 */
#include "kernel/oomlog_private.h"

/* Where the log does not say how large a page is. */
#define PAGE_BYTES_MIN 4096
#define PAGE_BYTES_MAX 65536

static void doubt(struct mw_oom_event *e, struct mw_val *v, uint64_t most)
{
	if (!mw_known(*v) || v->v <= most)
		return;
	*v = mw_no(MW_BAD);
	e->doubted_count++;
}

static void victims(struct mw_oom_event *e, uint64_t ram_bytes)
{
	for (size_t i = 0; i < e->n_victims; i++) {
		struct mw_oom_victim *v = &e->victim[i];

		doubt(e, &v->anon_bytes, ram_bytes);
		doubt(e, &v->file_bytes, ram_bytes);
		doubt(e, &v->shmem_bytes, ram_bytes);
		doubt(e, &v->tables_bytes, ram_bytes);
	}
}

/* A row with one such column is no row. */
static void tasks(struct mw_oom_event *e, uint64_t ram_bytes, uint64_t swap_pages)
{
	uint64_t ram_pages = mw_or(e->count.ram_pages, INT64_MAX);
	size_t kept = 0;

	for (size_t i = 0; i < e->n_tasks; i++) {
		const struct mw_oom_task *t = &e->task[i];

		if (t->rss_pages > ram_pages || t->rss_anon_pages > ram_pages ||
		    t->tables_bytes > ram_bytes || t->swap_pages > swap_pages)
			e->rows_bad++;
		else
			e->task[kept++] = *t;
	}
	e->n_tasks = kept;
}

/* Blocks of a zone that are more than RAM together. */
static void blocks(struct mw_oom_event *e, struct mw_oom_zone *z)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < z->n_orders; i++)
		sum = mw_add(sum, mw_mul(z->blocks[i], (uint64_t)1 << i));
	if (mw_known(sum) && sum.v <= mw_or(e->count.ram_pages, INT64_MAX))
		return;
	z->has_buddy = false;
	z->n_orders = 0;
	e->doubted_count++;
}

static void zones(struct mw_oom_event *e, uint64_t ram_bytes)
{
	for (size_t i = 0; i < e->n_zones; i++) {
		doubt(e, &e->zone[i].free_bytes, ram_bytes);
		doubt(e, &e->zone[i].free_cma_bytes, ram_bytes);
		doubt(e, &e->zone[i].free_pcp_bytes, ram_bytes);
		if (e->zone[i].has_buddy)
			blocks(e, &e->zone[i]);
	}
}

static void counters(struct mw_oom_event *e)
{
	struct mw_oom_counters *n = &e->count;
	uint64_t ram_pages = mw_or(n->ram_pages, INT64_MAX);

	for (struct mw_val *v = &n->active_anon_pages; v <= &n->hwpoisoned_pages; v++)
		doubt(e, v, ram_pages);
}

void mw_oom_event_doubt(struct mw_oom_event *e)
{
	struct mw_oom_counters *n = &e->count;
	uint64_t swap_pages = UINT64_MAX;
	struct mw_val ram_bytes;

	if (mw_known(n->ram_pages) && !n->ram_pages.v)
		n->ram_pages = mw_no(MW_BAD);
	ram_bytes = mw_mul(n->ram_pages, mw_or(e->page_bytes, PAGE_BYTES_MAX));
	if (mw_known(n->swap_total_bytes))
		swap_pages = n->swap_total_bytes.v / mw_or(e->page_bytes, PAGE_BYTES_MIN);
	victims(e, mw_or(ram_bytes, INT64_MAX));
	tasks(e, mw_or(ram_bytes, INT64_MAX), swap_pages);
	counters(e);
	zones(e, mw_or(ram_bytes, INT64_MAX));
}
