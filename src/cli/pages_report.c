/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pages_report.h"

#include <inttypes.h>

#include "base/fmt.h"

#define COLUMNS(c) .col = (c), .n_cols = sizeof(c) / sizeof((c)[0])

static enum mw_row_in shown(size_t i, uint64_t top)
{
	return !top || i < top ? MW_IN_BOTH : MW_IN_JSON;
}

static const char *dev_text(struct mw_arena *a, uint64_t dev)
{
	return mw_fmt(a, "%" PRIu64 ":%" PRIu64, dev >> 32, dev & UINT32_MAX);
}

static const char *title_of(const struct mw_census *c)
{
	if (mw_str_eq(c->how, "sampled"))
		return "A sample of the page frames, with the interval that the truth is in 95 "
		       "times of 100:";
	if (mw_str_eq(c->how, "sum"))
		return "No page frame looked at: the sums of the kernel alone:";
	return "Each page frame looked at, beside the counters just before and after:";
}

static const char *counter_of(struct mw_arena *a, const struct mw_pages_row *w)
{
	return w->plus ? mw_fmt(a, "%s+%s", w->counter, w->plus) : w->counter;
}

/* Every figure says what it is worth: from column n on. */
static void label(struct mw_row *row, size_t n, struct mw_arena *a, const struct mw_census *c,
		  const struct mw_pages_row *w)
{
	mw_cell_str(row, n, c->how);
	if (!mw_str_eq(c->how, "sampled"))
		return;
	mw_cell_val(row, n + 1, w->low_bytes);
	mw_cell_val(row, n + 2, w->high_bytes);
	mw_cell_str(row, n + 3,
		    mw_str_of(mw_fmt(a, "%s - %s", mw_fmt_val_bytes(a, w->low_bytes),
				     mw_fmt_val_bytes(a, w->high_bytes))));
}

static void compared(struct mw_report *r, const struct mw_census *c, const struct mw_pages *p)
{
	static const struct mw_col columns[] = {
		{ "id", NULL, MW_TYPE_STR },
		{ "label", "MEMORY", MW_TYPE_STR },
		{ "bytes", "BY PAGES", MW_TYPE_BYTES },
		{ "counter", "COUNTER", MW_TYPE_STR },
		{ "before_bytes", "BEFORE", MW_TYPE_BYTES },
		{ "after_bytes", "AFTER", MW_TYPE_BYTES },
		{ "off_bytes", NULL, MW_TYPE_SIGNED },
		{ NULL, "OFF", MW_TYPE_STR },
		{ "note", NULL, MW_TYPE_STR },
		{ "how", "HOW", MW_TYPE_STR },
		{ "low_bytes", NULL, MW_TYPE_BYTES },
		{ "high_bytes", NULL, MW_TYPE_BYTES },
		{ NULL, "INTERVAL", MW_TYPE_STR },
	};
	enum { N_COMPARED = sizeof(columns) / sizeof(columns[0]) };
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "pages",
				      .col = columns,
				      .n_cols = N_COMPARED - !mw_str_eq(c->how, "sampled"),
				      .title = title_of(c) });
	bool seen = !mw_str_eq(c->how, "sum"); /* else the counters are what is counted */

	for (size_t i = 0; i < p->n_rows; i++) {
		const struct mw_pages_row *w = &p->row[i];
		bool none = !mw_or(w->pages_bytes, 0) && !w->counter;
		struct mw_row *row = mw_report_row(r, t, 0, none ? MW_IN_JSON : MW_IN_BOTH);
		uint64_t off = (uint64_t)(w->off_bytes < 0 ? -w->off_bytes : w->off_bytes);

		mw_cell_str(row, 0, mw_str_of(w->id));
		mw_cell_str(row, 1, mw_str_of(w->label));
		mw_cell_val(row, 2, w->pages_bytes);
		if (w->counter && seen) {
			mw_cell_str(row, 3, mw_str_of(counter_of(r->arena, w)));
			mw_cell_val(row, 4, w->before_bytes);
			mw_cell_val(row, 5, w->after_bytes);
			mw_cell_signed(row, 6, w->off_why, w->off_bytes);
		}
		if (w->off_why == MW_OK)
			mw_cell_str(row, 7,
				    mw_str_of(!off ? "0"
						   : mw_fmt(r->arena, "%s%s",
							    w->off_bytes < 0 ? "-" : "+",
							    mw_fmt_bytes(r->arena, off))));
		if (w->note)
			mw_cell_str(row, 8, mw_str_of(w->note));
		if (mw_known(w->pages_bytes))
			label(row, 9, r->arena, c, w);
	}
}

/* People see these two in the ledger: its page cache has them as owners. */
static void filesystems(struct mw_report *r, const struct mw_census *c)
{
	static const struct mw_col columns[] = {
		{ "kind", "WHAT", MW_TYPE_STR },
		{ "type", "FILE SYSTEM", MW_TYPE_STR },
		{ "id", "ON", MW_TYPE_STR },
		{ "dev", "DEVICE", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ "files", "FILES", MW_TYPE_COUNT },
		{ "deleted_bytes", "DELETED", MW_TYPE_BYTES },
		{ "deleted_files", NULL, MW_TYPE_COUNT },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "cached_filesystems", COLUMNS(columns) });

	for (size_t i = 0; i < c->n_fs; i++) {
		const struct mw_census_fs *f = &c->fs[i];
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);

		mw_cell_str(row, 0, f->kind);
		mw_cell_str(row, 1, f->type);
		mw_cell_str(row, 2, f->id);
		mw_cell_str(row, 3, mw_str_of(dev_text(r->arena, f->dev)));
		mw_cell_val(row, 4, mw_ok(f->bytes));
		mw_cell_val(row, 5, mw_ok(f->files));
		mw_cell_val(row, 6, mw_ok(f->deleted_bytes));
		mw_cell_val(row, 7, mw_ok(f->deleted_files));
	}
}

static void files(struct mw_report *r, const struct mw_census *c)
{
	static const struct mw_col columns[] = {
		{ "path", "FILE", MW_TYPE_STR },       { "dev", "DEVICE", MW_TYPE_STR },
		{ "inode", "INODE", MW_TYPE_COUNT },   { "bytes", "CACHED", MW_TYPE_BYTES },
		{ "size_bytes", "OF", MW_TYPE_BYTES }, { "deleted", "DELETED", MW_TYPE_BOOL },
	};
	struct mw_table *t =
		mw_report_table(r, (struct mw_table){ .id = "cached_files", COLUMNS(columns) });

	for (size_t i = 0; i < c->n_files; i++) {
		const struct mw_census_file *f = &c->file[i];
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);

		mw_cell_str(row, 0, f->path);
		mw_cell_str(row, 1, mw_str_of(dev_text(r->arena, f->dev)));
		mw_cell_val(row, 2, mw_ok(f->ino));
		mw_cell_val(row, 3, mw_ok(f->bytes));
		mw_cell_val(row, 4, mw_ok(f->size_bytes));
		mw_cell_val(row, 5, mw_ok(!f->nlink));
	}
}

/* /proc/kpagecgroup has of a removed group the nearest parent that was not. */
static bool sees_removed(const struct mw_census *c)
{
	return !mw_str_eq(c->reader, "kpage");
}

static void groups(struct mw_report *r, const struct mw_census *c, uint64_t top)
{
	static const struct mw_col columns[] = {
		{ "path", "CGROUP THAT PAYS", MW_TYPE_STR },
		{ "inode", "INODE", MW_TYPE_COUNT },
		{ "dying", "REMOVED", MW_TYPE_BOOL },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ "anon_bytes", "ANON", MW_TYPE_BYTES },
		{ "file_bytes", "FILES", MW_TYPE_BYTES },
		{ "shmem_bytes", "SHMEM", MW_TYPE_BYTES },
		{ "kernel_bytes", "KERNEL", MW_TYPE_BYTES },
		{ "how", NULL, MW_TYPE_STR },
		{ "low_bytes", NULL, MW_TYPE_BYTES },
		{ "high_bytes", NULL, MW_TYPE_BYTES },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "payers",
				      COLUMNS(columns),
				      .title = sees_removed(c) ? "By the cgroup that pays, "
								 "removed ones too:"
							       : "By the cgroup that pays; "
								 "removed ones count as "
								 "their parent:" });

	for (size_t i = 0; i < c->n_groups; i++) {
		const struct mw_census_group *g = &c->group[i];
		struct mw_row *row = mw_report_row(r, t, 0, shown(i, top));

		if (g->path.n)
			mw_cell_str(row, 0, g->path);
		mw_cell_val(row, 1, mw_ok(g->ino));
		mw_cell_val(row, 2, sees_removed(c) ? mw_ok(g->dying) : mw_no(MW_UNREAD));
		mw_cell_val(row, 3, mw_ok(g->bytes));
		mw_cell_val(row, 4, mw_ok(g->anon_bytes));
		mw_cell_val(row, 5, mw_ok(g->file_bytes));
		mw_cell_val(row, 6, mw_ok(g->shmem_bytes));
		mw_cell_val(row, 7, mw_ok(g->kernel_bytes));
		mw_cell_str(row, 8, c->how);
		mw_cell_val(row, 9, mw_ok(g->low_bytes));
		mw_cell_val(row, 10, mw_ok(g->high_bytes));
	}
}

/* Slab caches, callers of vmalloc() and stacks: by name and size. */
static void named(struct mw_report *r, const struct mw_census *c, uint64_t top)
{
	static const struct mw_col columns[] = {
		{ "kind", "KERNEL", MW_TYPE_STR },
		{ "name", "NAME", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ "pid", "PID", MW_TYPE_COUNT },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "kernel_owners",
				      COLUMNS(columns),
				      .title = "Of the kernel: slab caches, callers of vmalloc(), "
					       "stacks:" });

	for (size_t i = 0; i < c->n_caches + c->n_areas + c->n_stacks; i++) {
		size_t area = i - c->n_caches, stack = area - c->n_areas;
		const char *kind = i < c->n_caches     ? "slab"
				   : area < c->n_areas ? "vmalloc"
						       : "stack";
		struct mw_row *row = mw_report_row(r, t, 0,
						   shown(i < c->n_caches     ? i
							 : area < c->n_areas ? area
									     : stack,
							 top));

		mw_cell_str(row, 0, mw_str_of(kind));
		mw_cell_str(row, 1,
			    i < c->n_caches	? c->cache[i].name
			    : area < c->n_areas ? c->area[area].caller
						: c->stack[stack].comm);
		mw_cell_val(row, 2,
			    mw_ok(i < c->n_caches     ? c->cache[i].bytes
				  : area < c->n_areas ? c->area[area].bytes
						      : c->stack[stack].bytes));
		if (area >= c->n_areas && i >= c->n_caches)
			mw_cell_val(row, 3, mw_ok(c->stack[stack].pid));
	}
}

static void nodes(struct mw_report *r, const struct mw_census *c)
{
	static const struct mw_col columns[] = {
		{ "class", NULL, MW_TYPE_STR },	       { "node", NULL, MW_TYPE_COUNT },
		{ "bytes", NULL, MW_TYPE_BYTES },      { "low_bytes", NULL, MW_TYPE_BYTES },
		{ "high_bytes", NULL, MW_TYPE_BYTES }, { "how", NULL, MW_TYPE_STR },
	};
	struct mw_table *t =
		mw_report_table(r, (struct mw_table){ .id = "page_classes", COLUMNS(columns) });

	for (size_t i = 0; i < c->n_classes; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);

		mw_cell_str(row, 0, c->class[i].name);
		mw_cell_val(row, 1, mw_ok(c->class[i].node));
		mw_cell_val(row, 2, mw_ok(c->class[i].bytes));
		mw_cell_val(row, 3, mw_ok(c->class[i].low_bytes));
		mw_cell_val(row, 4, mw_ok(c->class[i].high_bytes));
		mw_cell_str(row, 5, c->how);
	}
}

static void steps(struct mw_report *r, const struct mw_census *c)
{
	static const struct mw_col columns[] = {
		{ "step", NULL, MW_TYPE_STR },
		{ "cpu_us", NULL, MW_TYPE_COUNT },
		{ "wall_us", NULL, MW_TYPE_COUNT },
	};
	struct mw_table *t =
		mw_report_table(r, (struct mw_table){ .id = "census_steps", COLUMNS(columns) });

	for (size_t i = 0; i < c->n_steps; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);

		mw_cell_str(row, 0, c->step[i].name);
		mw_cell_val(row, 1, mw_ok(c->step[i].cpu_us));
		mw_cell_val(row, 2, mw_ok(c->step[i].wall_us));
	}
}

static void refusals(struct mw_report *r, const struct mw_census *c)
{
	for (size_t i = 0; i < c->n_refusals; i++) {
		const struct mw_census_refusal *f = &c->refusal[i];

		mw_report_note(r, mw_fmt(r->arena, "pages: reader %.*s not used: %.*s: %.*s",
					 (int)f->reader.n, f->reader.p, (int)f->reason.n,
					 f->reason.p, (int)f->error.n, f->error.p));
	}
}

static const char *run_of(struct mw_arena *a, const struct mw_census *c)
{
	struct mw_val ppm = mw_census_fact(c, "sample_ppm");

	if (mw_str_eq(c->how, "sum"))
		return mw_fmt(a, "pages: %s by the counters of the kernel, no page looked at",
			      mw_fmt_bytes(a, c->ram_bytes));
	return mw_fmt(a,
		      "pages: %s%s looked at by %.*s in %" PRIu64 " ms (CPU %" PRIu64
		      " ms); %s were taken or given back meanwhile",
		      mw_known(ppm) ? mw_fmt(a, "%" PRIu64 ".%02" PRIu64 " %% of ", ppm.v / 10000,
					     ppm.v / 100 % 100)
				    : "",
		      mw_fmt_bytes(a, c->ram_bytes), (int)c->reader.n, c->reader.p,
		      c->wall_us / 1000, c->cpu_us / 1000, mw_fmt_bytes(a, c->moved_bytes));
}

static void cost(struct mw_report *r, const struct mw_census *c, const struct mw_pages *p)
{
	static const struct {
		const char *name, *id;
	} facts[] = {
		{ "raced_bytes", "census.raced_bytes" },
		{ "sample_ppm", "census.sample_ppm" },
		{ "sample_blocks", "census.sample_blocks" },
	};
	struct mw_val raced = mw_census_fact(c, "raced_bytes");

	mw_report_string(r, "census.reader", mw_arena_cstr(r->arena, c->reader));
	mw_report_string(r, "census.how", mw_arena_cstr(r->arena, c->how));
	mw_report_figure(r, "census.ram_bytes", mw_ok(c->ram_bytes));
	mw_report_figure(r, "census.moved_bytes", mw_ok(c->moved_bytes));
	mw_report_figure(r, "census.cpu_us", mw_ok(c->cpu_us));
	mw_report_figure(r, "census.wall_us", mw_ok(c->wall_us));
	mw_report_figure(r, "census.unknown_bytes", p->unknown_bytes);
	mw_report_figure(r, "census.deleted_bytes", p->deleted_bytes);
	mw_report_figure(r, "census.dying_bytes", p->dying_bytes);
	mw_report_figure(r, "census.dying_count",
			 mw_known(p->dying_bytes) ? mw_ok(p->dying_count) : p->dying_bytes);
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct mw_val v = mw_census_fact(c, facts[i].name);

		if (mw_known(v))
			mw_report_figure(r, facts[i].id, v);
	}
	mw_report_note(r, run_of(r->arena, c));
	if (mw_known(raced))
		mw_report_note(r, mw_fmt(r->arena,
					 "pages: %s free by kpageflags, and mapped by kpagecount: "
					 "its files are not of one moment",
					 mw_fmt_val_bytes(r->arena, raced)));
	if (mw_or(mw_census_fact(c, "areas_unread"), 0))
		mw_report_note(r,
			       "pages: vmalloc, stacks and per-CPU memory could not be told apart "
			       "here: they are under kmem and other");
	if (!sees_removed(c))
		mw_report_note(r, "pages: cgroups that were removed cannot be seen by kpage; lists "
				  "of CPUs, vmalloc, stacks and pages that are not made yet are "
				  "under other");
	if (p->dying_count)
		mw_report_note(r,
			       mw_fmt(r->arena,
				      "pages: %s charged to %" PRIu64 " cgroups that were removed",
				      mw_fmt_val_bytes(r->arena, p->dying_bytes), p->dying_count));
}

void cli_pages_report(struct mw_report *r, const struct mw_snap *s, const struct mw_pages *p,
		      uint64_t top)
{
	const struct mw_census *c = &s->census;

	refusals(r, c);
	if (!c->reader.n)
		return;
	cost(r, c, p);
	compared(r, c, p);
	filesystems(r, c);
	files(r, c);
	groups(r, c, top);
	named(r, c, top);
	nodes(r, c);
	steps(r, c);
}
