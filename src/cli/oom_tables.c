/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_tables - zones, memory, the killed and the rated of one report, as tables.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "cli/oom_report.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define SHOWN_VICTIMS 10

enum zone_column {
	Z_NAME,
	Z_NODE,
	Z_ZONE,
	Z_FREE,
	Z_FREE_PAGES,
	Z_MIN,
	Z_LOW,
	Z_HIGH,
	Z_RESERVE,
	Z_AT_LOW,
	Z_AT_MIN,
	Z_AT_HIGH,
	Z_SMALL,
	Z_INDEX,
	Z_VERDICT,
	Z_MARK,
	Z_PASSES,
	Z_MARGIN,
	Z_TEST,
	Z_COLUMNS
};

static const struct mw_col zone_columns[Z_COLUMNS] = {
	[Z_NAME] = { NULL, "ZONE", MW_TYPE_STR, .tree = true },
	[Z_NODE] = { "node", NULL, MW_TYPE_COUNT },
	[Z_ZONE] = { "zone", NULL, MW_TYPE_STR },
	[Z_FREE] = { "free_bytes", "FREE", MW_TYPE_BYTES },
	[Z_FREE_PAGES] = { "free_pages", "PAGES", MW_TYPE_COUNT },
	[Z_LOW] = { "low_pages", "LOW", MW_TYPE_COUNT },
	[Z_MIN] = { "min_pages", "MIN", MW_TYPE_COUNT },
	[Z_HIGH] = { "high_pages", "HIGH", MW_TYPE_COUNT },
	[Z_RESERVE] = { "lowmem_reserve_pages", "RESERVE", MW_TYPE_COUNT },
	[Z_AT_LOW] = { NULL, "AT LOW", MW_TYPE_STR },
	[Z_AT_MIN] = { NULL, "AT MIN", MW_TYPE_STR },
	[Z_AT_HIGH] = { NULL, "AT HIGH", MW_TYPE_STR },
	[Z_SMALL] = { "small_block_pages", NULL, MW_TYPE_COUNT },
	[Z_INDEX] = { "fragmentation_index_permille", NULL, MW_TYPE_SIGNED },
	[Z_VERDICT] = { "verdict", "VERDICT", MW_TYPE_STR },
	[Z_MARK] = { "mark", NULL, MW_TYPE_STR },
	[Z_PASSES] = { "passes", NULL, MW_TYPE_BOOL },
	[Z_MARGIN] = { "margin_pages", NULL, MW_TYPE_SIGNED },
	[Z_TEST] = { "test", NULL, MW_TYPE_STR },
};

static const char *step_words(struct mw_arena *a, const struct mw_zone_step *s)
{
	const char *margin = s->margin_known ? mw_fmt(a, "%+" PRId64, s->margin_pages) : "";

	switch (s->test) {
	case MW_TEST_PASSES:
		return mw_fmt(a, "yes %s", margin);
	case MW_TEST_NO_MEMORY:
	case MW_TEST_RESERVE:
		return mw_fmt(a, "no %s", margin);
	case MW_TEST_FRAGMENTED:
		return mw_fmt(a, "no block %s", margin);
	case MW_TEST_UNKNOWN:
		return "?";
	}
	return "";
}

static void step_rows(struct mw_report *r, struct mw_table *t, const struct mw_oom_case *c,
		      const struct mw_walk_zone *z)
{
	static const char *const marks[MW_WALK_STEPS] = { "low", "min", "high" };

	for (size_t i = 0; i < z->n_steps; i++) {
		const struct mw_zone_step *s = &z->step[i];
		struct mw_row *row = mw_report_row(r, t, 1, MW_IN_JSON);

		mw_cell_str(row, Z_MARK, mw_str_of(marks[i]));
		mw_cell_val(row, Z_PASSES,
			    s->test == MW_TEST_UNKNOWN ? mw_no(MW_UNREAD)
						       : mw_ok(s->test == MW_TEST_PASSES));
		mw_cell_signed(row, Z_MARGIN, s->margin_known ? MW_OK : MW_UNREAD, s->margin_pages);
		mw_cell_str(row, Z_TEST, mw_str_of(mw_walk_step_text(&c->walk, z, i)));
	}
}

static void zone_row(struct mw_report *r, struct mw_table *t, const struct mw_oom_case *c,
		     const struct mw_walk_zone *z)
{
	static const enum zone_column at[MW_WALK_STEPS] = { Z_AT_LOW, Z_AT_MIN, Z_AT_HIGH };
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

	mw_cell_str(row, Z_NAME, mw_str_of(mw_oom_zone_name(c, z->zone)));
	mw_cell_val(row, Z_NODE, z->zone->node.why == MW_ABSENT ? mw_ok(0) : z->zone->node);
	mw_cell_str(row, Z_ZONE, z->zone->name);
	mw_cell_val(row, Z_FREE, mw_mul(z->state.free_pages, c->page_bytes));
	mw_cell_val(row, Z_FREE_PAGES, z->state.free_pages);
	mw_cell_val(row, Z_LOW, z->state.mark_pages[MW_MARK_LOW]);
	mw_cell_val(row, Z_MIN, z->state.mark_pages[MW_MARK_MIN]);
	mw_cell_val(row, Z_HIGH, z->state.mark_pages[MW_MARK_HIGH]);
	mw_cell_val(row, Z_RESERVE, z->state.reserve_pages);
	for (size_t i = 0; i < z->n_steps; i++)
		mw_cell_str(row, at[i], mw_str_of(step_words(c->arena, &z->step[i])));
	if (c->walk.request.order && z->zone->has_buddy)
		mw_cell_val(row, Z_SMALL, mw_ok(z->small_pages));
	if (z->index_known)
		mw_cell_signed(row, Z_INDEX, MW_OK, z->index);
	mw_cell_str(row, Z_VERDICT, mw_str_of(mw_zone_verdict_name(z->verdict)));
	step_rows(r, t, c, z);
}

/* An OOM kill may follow though a zone passes at min: says why. */
static const char *zone_title(const struct mw_oom_case *c)
{
	for (size_t i = 0; i < c->n_zones; i++)
		if (c->zone[i].n_steps && c->zone[i].step[1].test == MW_TEST_PASSES &&
		    c->zone[i].verdict != MW_ZONE_PASSES)
			return "Could these zones give it? (pages; margin at each mark; before a "
			       "kill the kernel asks once more, at high)";
	return "Could these zones give it? (pages; margin at each mark)";
}

static void zone_table(struct mw_report *r, const struct mw_oom_case *c)
{
	struct mw_table *t = mw_report_table(r, (struct mw_table){ .id = "zones",
								   .child_id = { "steps" },
								   .title = zone_title(c),
								   .col = zone_columns,
								   .n_cols = Z_COLUMNS });

	for (size_t i = 0; i < c->n_zones; i++)
		zone_row(r, t, c, &c->zone[i]);
}

static const char *ledger_title(const struct mw_oom_case *c)
{
	bool memcg = c->event->kind == MW_OOM_MEMCG; /* its figures are bytes */
	const char *guess = c->page_inferred && !memcg ? ", if pages are 4 KiB" : "";

	if (!mw_known(c->total_bytes))
		return mw_fmt(
			c->arena,
			"Where the memory was (the log does not say how much there is%s):", guess);
	return mw_fmt(c->arena,
		      "Where the memory was (%s %s%s):", mw_fmt_bytes(c->arena, c->total_bytes.v),
		      memcg ? "charged" : "of RAM", guess);
}

static void ledger_table(struct mw_report *r, const struct mw_oom_case *c)
{
	static const struct mw_col columns[] = {
		{ "class", NULL, MW_TYPE_STR },
		{ "label", "MEMORY", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ NULL, "%", MW_TYPE_PERCENT },
	};
	struct mw_table *t = mw_report_table(r, (struct mw_table){ .id = "ledger",
								   .title = ledger_title(c),
								   .col = columns,
								   .n_cols = COUNT(columns) });

	for (size_t i = 0; i < c->n_classes; i++) {
		struct mw_val bytes = c->class[i].bytes, share = mw_mul(bytes, 10000);
		bool small =
			mw_known(bytes) && (!bytes.v || bytes.v < mw_or(c->total_bytes, 0) / 500);
		struct mw_row *row = mw_report_row(r, t, 0, small ? MW_IN_JSON : MW_IN_BOTH);

		mw_cell_str(row, 0, mw_str_of(c->class[i].id));
		mw_cell_str(row, 1, mw_str_of(c->class[i].label));
		mw_cell_val(row, 2, bytes);
		if (mw_known(share) && mw_or(c->total_bytes, 0))
			mw_cell_val(row, 3, mw_ok(share.v / c->total_bytes.v));
	}
}

static bool is_victim(const struct mw_oom_case *c, const struct mw_oom_task *t)
{
	for (size_t i = 0; i < c->event->n_victims; i++)
		if (c->event->victim[i].pid.v == t->pid || c->event->victim[i].pid.v == t->tgid)
			return true;
	return false;
}

static void rank_table(struct mw_report *r, const struct mw_oom_case *c, uint64_t top)
{
	static const struct mw_col columns[] = {
		{ "rank", "RANK", MW_TYPE_COUNT },
		{ "pid", "PID", MW_TYPE_COUNT },
		{ "comm", "COMM", MW_TYPE_STR },
		{ "rss_bytes", "RSS", MW_TYPE_BYTES },
		{ "swap_bytes", "SWAP", MW_TYPE_BYTES },
		{ "table_bytes", NULL, MW_TYPE_BYTES },
		{ "uid", NULL, MW_TYPE_COUNT },
		{ "oom_score_adj", "ADJ", MW_TYPE_SIGNED },
		{ "badness", "BADNESS", MW_TYPE_SIGNED },
		{ "killable", NULL, MW_TYPE_BOOL },
		{ "victim", "KILLED", MW_TYPE_BOOL },
	};
	bool swap_shown = mw_oomlog_shows_swap(c->event);
	bool rated = c->rules.rule != MW_BADNESS_TIME;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){
			   .id = "ranking",
			   .title = mw_fmt(
				   c->arena,
				   "Tasks as this kernel rates them (%zu in the log):", c->n_ranks),
			   .col = columns,
			   .n_cols = COUNT(columns) });

	for (size_t i = 0; i < c->n_ranks; i++) {
		const struct mw_oom_rank *k = &c->rank[i];
		bool died = is_victim(c, k->task);
		struct mw_row *row =
			mw_report_row(r, t, 0, died || !top || i < top ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_val(row, 0, mw_ok(i + 1));
		mw_cell_val(row, 1, mw_ok(k->task->pid));
		mw_cell_str(row, 2, k->task->comm);
		mw_cell_val(row, 3, mw_mul(mw_ok(k->task->rss_pages), c->page_bytes));
		mw_cell_val(row, 4,
			    swap_shown ? mw_mul(mw_ok(k->task->swap_pages), c->page_bytes)
				       : mw_no(MW_ABSENT));
		mw_cell_val(row, 5,
			    k->task->tables_counted
				    ? mw_mul(mw_ok(k->task->table_count), c->page_bytes)
			    : swap_shown ? mw_ok(k->task->tables_bytes)
					 : mw_no(MW_ABSENT));
		mw_cell_val(row, 6, mw_ok(k->task->uid));
		mw_cell_signed(row, 7, MW_OK, k->task->oom_score_adj);
		mw_cell_signed(row, 8, k->killable && rated ? MW_OK : MW_ABSENT, k->points);
		mw_cell_val(row, 9, mw_ok(k->killable));
		mw_cell_val(row, 10, mw_ok(died));
	}
}

static const char *fate(const struct mw_oom_victim *v)
{
	if (v->already_exiting)
		return "was already exiting";
	if (v->chosen_only)
		return "chosen";
	if (v->reap_failed)
		return "killed, could not be reaped";
	return v->reaped ? "killed and reaped" : "killed";
}

static struct mw_val swap_of(const struct mw_oom_case *c, const struct mw_oom_victim *v)
{
	for (size_t i = 0; i < c->n_ranks; i++)
		if (c->rank[i].task->pid == v->pid.v && mw_oomlog_shows_swap(c->event))
			return mw_mul(mw_ok(c->rank[i].task->swap_pages), c->page_bytes);
	return mw_no(MW_UNREAD);
}

static void victim_table(struct mw_report *r, const struct mw_oom_case *c)
{
	static const struct mw_col columns[] = {
		{ "pid", "PID", MW_TYPE_COUNT },
		{ "comm", "COMM", MW_TYPE_STR },
		{ "uid", NULL, MW_TYPE_COUNT },
		{ "anon_bytes", "ANON", MW_TYPE_BYTES },
		{ "file_bytes", "FILE", MW_TYPE_BYTES },
		{ "shmem_bytes", "SHMEM", MW_TYPE_BYTES },
		{ "swap_bytes", "SWAP", MW_TYPE_BYTES },
		{ "table_bytes", NULL, MW_TYPE_BYTES },
		{ "total_vm_bytes", NULL, MW_TYPE_BYTES },
		{ "oom_score_adj", NULL, MW_TYPE_SIGNED },
		{ "fate", "FATE", MW_TYPE_STR },
		{ "line", NULL, MW_TYPE_COUNT },
	};
	const struct mw_oom_event *e = c->event;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){
			   .id = "victims",
			   .title = mw_fmt(c->arena,
					   "Killed%s (anonymous memory and swap come back; shmem "
					   "and file pages only if nobody else has them):",
					   e->n_victims > SHOWN_VICTIMS
						   ? mw_fmt(c->arena, ", the first %u of %zu",
							    SHOWN_VICTIMS, e->n_victims)
						   : ""),
			   .col = columns,
			   .n_cols = COUNT(columns) });

	for (size_t i = 0; i < e->n_victims; i++) {
		const struct mw_oom_victim *v = &e->victim[i];
		bool shown = i < SHOWN_VICTIMS &&
			     e->kind != MW_OOM_USERSPACE; /* its headline says all */
		struct mw_row *row = mw_report_row(r, t, 0, shown ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_val(row, 0, v->pid);
		mw_cell_str(row, 1, v->comm);
		mw_cell_val(row, 2, v->uid);
		mw_cell_val(row, 3, v->anon_bytes);
		mw_cell_val(row, 4, v->file_bytes);
		mw_cell_val(row, 5, v->shmem_bytes);
		mw_cell_val(row, 6, swap_of(c, v));
		mw_cell_val(row, 7, v->tables_bytes);
		mw_cell_val(row, 8, v->total_vm_bytes);
		mw_cell_signed(row, 9, v->oom_score_adj.why, mw_oom_adj(v->oom_score_adj));
		mw_cell_str(row, 10, mw_str_of(fate(v)));
		mw_cell_val(row, 11, mw_ok(v->line));
	}
}

#define SHOWN_SLABS 5

/* The largest first; of equal ones the first in the log. */
static int by_size(const void *a, const void *b)
{
	const struct mw_oom_slab *x = *(const struct mw_oom_slab *const *)a;
	const struct mw_oom_slab *y = *(const struct mw_oom_slab *const *)b;
	uint64_t nx = mw_or(x->total_bytes, 0), ny = mw_or(y->total_bytes, 0);

	if (nx != ny)
		return nx > ny ? -1 : 1;
	return (x > y) - (x < y);
}

static void slab_table(struct mw_report *r, const struct mw_oom_case *c)
{
	static const struct mw_col columns[] = {
		{ "name", "CACHE", MW_TYPE_STR },
		{ "used_bytes", "USED", MW_TYPE_BYTES },
		{ "total_bytes", "SIZE", MW_TYPE_BYTES },
	};
	const struct mw_oom_event *e = c->event;
	const struct mw_oom_slab **slab =
		mw_arena_alloc(c->arena, (e->n_slabs + 1) * sizeof(*slab));
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "slabs",
				      .title = mw_fmt(c->arena,
						      "The largest slab caches that cannot be "
						      "reclaimed (%zu in the log):",
						      e->n_slabs),
				      .col = columns,
				      .n_cols = COUNT(columns) });

	for (size_t i = 0; slab && i < e->n_slabs; i++)
		slab[i] = &e->slab[i];
	if (slab)
		qsort(slab, e->n_slabs, sizeof(*slab), by_size);
	for (size_t i = 0; slab && i < e->n_slabs; i++) {
		struct mw_row *row =
			mw_report_row(r, t, 0, i < SHOWN_SLABS ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_str(row, 0, slab[i]->name);
		mw_cell_val(row, 1, slab[i]->used_bytes);
		mw_cell_val(row, 2, slab[i]->total_bytes);
	}
}

/* Memory allocation profiling, 6.10 on: the ten that hold most. */
static void site_table(struct mw_report *r, const struct mw_oom_case *c)
{
	static const struct mw_col columns[] = {
		{ "bytes", NULL, MW_TYPE_BYTES },
		{ "line", "ALLOCATED BY (size, calls, place)", MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "sites",
				      .title = "Who allocated most, by the kernel's profile:",
				      .col = columns,
				      .n_cols = COUNT(columns) });

	for (size_t i = 0; i < c->event->n_sites; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_val(row, 0, c->event->site[i].bytes);
		mw_cell_str(row, 1, mw_str_trim(c->event->site[i].text));
	}
}

void cli_oom_tables(struct mw_report *r, const struct mw_oom_case *c, uint64_t top)
{
	zone_table(r, c);
	ledger_table(r, c);
	slab_table(r, c);
	site_table(r, c);
	victim_table(r, c);
	rank_table(r, c, top);
}
