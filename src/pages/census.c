/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/census.h"

#include <errno.h>

#include "base/fmt.h"
#include "kernel/buddyinfo.h"
#include "kernel/errname.h"
#include "kernel/fields.h"
#include "kernel/meminfo.h"
#include "pages/anchor.h"
#include "pages/areas.h"
#include "pages/cost.h"
#include "pages/idle.h"
#include "pages/names.h"
#include "pages/rows.h"
#include "pages/walk.h"

struct take {
	const struct mw_census_options *options;
	struct mw_arena *arena;
	struct mw_root *root; /* not recorded: what is read here is long */
	struct mw_layout layout;
	struct mw_frames frames;
	uint64_t frame_bytes;
	unsigned max_order;
	struct mw_kmem *k;
	struct mw_walk_of_pages walk;
	struct mw_task_stacks stacks;
	struct mw_areas areas;
	struct mw_rows rows;
	struct mw_census *c;
};

static void refuse(struct take *t, const char *reader, int r, const char *why)
{
	struct mw_census_refusal *list =
		mw_arena_grow(t->arena, t->c->refusal, t->c->n_refusals, sizeof(*list));

	if (!list)
		return;
	t->c->refusal = list;
	list[t->c->n_refusals++] =
		(struct mw_census_refusal){ mw_str_of(reader), mw_errname(r, t->arena),
					    mw_str_of(why) };
}

static int find_layout(struct take *t, const char **ret_why)
{
	_mw_arena_ struct mw_arena temp = {}; /* some 10 MiB that nobody needs afterwards */
	struct mw_str text;
	struct mw_btf btf;
	int r;

	*ret_why = "/sys/kernel/btf/vmlinux";
	r = mw_root_read(t->root, "sys/kernel/btf/vmlinux", &temp, &text);
	if (!r)
		r = mw_btf_open(text, &temp, &btf);
	return r ? r : mw_layout_of(&btf, &t->layout, ret_why);
}

/* What each reader needs: the layout, the frames. */
static int prepare(struct take *t, const char **ret_why)
{
	struct mw_str text;
	struct mw_buddy_zone zone;
	int r = find_layout(t, ret_why);

	if (r < 0)
		return r;
	t->layout.page.mapping += t->options->shift_mapping;
	*ret_why = "/proc/iomem";
	r = mw_frames_take(t->root, t->frame_bytes, t->arena, &t->frames);
	if (r < 0)
		return r;
	t->max_order = 10;
	if (!mw_root_read(t->root, "proc/buddyinfo", t->arena, &text) &&
	    mw_buddyinfo_next(&text, &zone) && zone.n_orders)
		t->max_order = (unsigned)zone.n_orders - 1;
	return 0;
}

static int open_bpf(struct take *t, const char **ret_why)
{
	return mw_kmem_bpf(&t->layout, &t->k, ret_why);
}

static int open_kcore(struct take *t, const char **ret_why)
{
	return mw_kmem_kcore(&t->layout, t->frame_bytes, &t->k, ret_why);
}

static const struct {
	const char *name;
	int (*open)(struct take *t, const char **ret_why);
} readers[] = { { "bpf", open_bpf }, { "kcore", open_kcore } };

#define N_READERS (sizeof(readers) / sizeof(readers[0]))

/* The first reader that opens and whose answers about ourselves are right. */
static bool choose(struct take *t)
{
	for (size_t i = 0; i < N_READERS; i++) {
		const char *why = "";
		int r;

		if (t->options->reader &&
		    !mw_str_eq(mw_str_of(readers[i].name), t->options->reader))
			continue;
		r = readers[i].open(t, &why);
		if (!r) {
			r = mw_anchor_find(t->k, &t->layout, t->frame_bytes,
					   t->frames.range[t->frames.n - 1].to, &why);
			if (!r)
				r = mw_anchor_check(t->k, &t->layout, t->frame_bytes, &why);
			if (!r)
				return true;
			t->k->done(t->k);
			t->k = NULL;
		}
		refuse(t, readers[i].name, r, why);
	}
	return false;
}

/* Pages that were taken or given back, of /proc/vmstat; 0 where it is not readable. */
static uint64_t moved_frames(struct take *t)
{
	struct mw_str text, line, word;
	uint64_t sum = 0, v;

	if (mw_root_read(t->root, "proc/vmstat", t->arena, &text) < 0)
		return 0;
	while (mw_str_cut(&text, '\n', &line))
		if (mw_str_word(&line, &word) &&
		    (mw_str_starts(word, "pgalloc_") || mw_str_eq(word, "pgfree") ||
		     mw_str_eq(word, "pgmigrate_success")) &&
		    !mw_str_u64(mw_str_trim(line), &v))
			sum += v;
	return sum;
}

/* The lines of meminfo that a class, or some together, must equal. */
static const char *const counters[] = { "MemFree",     "AnonPages", "Shmem",	  "Cached",
					"Buffers",     "Slab",	    "PageTables", "KernelStack",
					"VmallocUsed", "Percpu",    "Hugetlb" };

#define N_COUNTERS (sizeof(counters) / sizeof(counters[0]))

static void read_counters(struct take *t, bool after)
{
	struct mw_str text;
	bool kib;

	mw_root_read(t->root, "proc/sys/vm/stat_refresh", t->arena,
		     &text); /* folds those of CPUs */
	if (mw_root_read(t->root, "proc/meminfo", t->arena, &text) < 0)
		return;
	for (size_t i = 0; i < N_COUNTERS && t->c->counter; i++) {
		struct mw_val v = mw_meminfo_line(text, mw_str_of(counters[i]), &kib);
		struct mw_census_counter *c = &t->c->counter[t->c->n_counters];

		if (after) {
			c = &t->c->counter[i];
			c->after_bytes = mw_or(v, 0) * 1024;
		} else {
			*c = (struct mw_census_counter){ .name = mw_str_of(counters[i]),
							 .before_bytes = mw_or(v, 0) * 1024 };
			t->c->n_counters++;
		}
	}
}

/* What has no mark of its own, by who points to it. */
static int tell_apart(struct take *t)
{
	_mw_arena_ struct mw_arena temp = {};
	struct mw_str kallsyms = {};
	int r = mw_idle_tell(t->k, &t->layout, &t->frames, &t->walk);

	if (!r)
		r = mw_tasks_stacks(t->k, &t->layout, t->arena, &t->stacks);
	if (!r)
		r = mw_areas_find(t->k, &t->layout, &t->frames, &t->walk, t->frame_bytes, t->arena,
				  &t->areas);
	mw_root_read(t->root, "proc/kallsyms", &temp, &kallsyms);
	mw_areas_name(&t->areas, &t->stacks, kallsyms, t->arena);
	return r ? r
		 : mw_areas_give(t->k, &t->layout, &t->frames, &t->areas, &t->stacks, t->arena,
				 &t->walk);
}

static int walk(struct take *t)
{
	uint64_t moved;
	int r;

	t->c->counter = mw_arena_alloc(t->arena, N_COUNTERS * sizeof(*t->c->counter));
	read_counters(t, false);
	moved = moved_frames(t);
	r = mw_pages_walk(t->k, &t->layout, &t->frames, t->max_order, &t->walk);
	if (!r)
		r = tell_apart(t);
	t->c->moved_bytes = (moved_frames(t) - moved) * t->frame_bytes;
	read_counters(t, true);
	if (r < 0)
		return r;
	t->rows = (struct mw_rows){ &t->walk.owners, &t->frames, t->frame_bytes, t->arena, t->c };
	t->c->reader = mw_str_of(t->k->name);
	t->c->how = mw_str_of("exact");
	t->c->ram_bytes = t->walk.frames * t->frame_bytes;
	t->c->read_bytes = t->k->read_bytes;
	mw_rows_classes(&t->rows);
	return 0;
}

/* Right after the walk: the later, the more is gone. */
static int names(struct take *t)
{
	struct mw_naming n = { .k = t->k,
			       .l = &t->layout,
			       .owners = &t->walk.owners,
			       .frame_bytes = t->frame_bytes,
			       .files_max = t->options->files_max,
			       .arena = t->arena };
	int r = mw_names_files(&n, t->c);

	if (!r)
		r = mw_names_groups(&n, t->c);
	if (!r)
		r = mw_names_caches(&n, t->c);
	mw_rows_areas(&t->rows, &t->areas);
	mw_rows_stacks(&t->rows, &t->stacks);
	return r;
}

static int take(struct take *t)
{
	const char *why = "";
	struct mw_problem problem;
	struct mw_str text;
	int r = mw_root_open(NULL, false, &t->root, &problem);

	if (!r)
		r = mw_root_read(t->root, "meta/page_bytes", t->arena, &text);
	if (!r)
		t->frame_bytes = mw_or(mw_number_parse(text), 4096);
	if (!r)
		r = prepare(t, &why);
	if (r < 0) {
		refuse(t, "bpf, kcore", r, why);
		return 0;
	}
	if (!choose(t))
		return 0;
	r = walk(t);
	if (!r)
		r = names(t);
	if (r == -EIO)
		refuse(t, t->k->name, r, "the reader failed in the middle");
	return r == -EIO ? 0 : r;
}

int mw_census_take(const struct mw_census_options *options, struct mw_arena *arena,
		   struct mw_census *ret)
{
	struct mw_cost start = mw_cost_now(), cost;
	struct mw_census c = {};
	struct take t = { .options = options, .arena = arena, .c = &c };
	int r = take(&t);

	if (t.k)
		t.k->done(t.k);
	mw_pages_walk_done(&t.walk);
	mw_root_free(t.root);
	cost = mw_cost_since(start);
	c.cpu_us = cost.cpu_us;
	c.wall_us = cost.wall_us;
	if (arena->failed)
		return -ENOMEM;
	if (!r)
		*ret = c;
	return r;
}
