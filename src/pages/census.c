/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/census.h"

#include <errno.h>
#include <string.h>

#include "base/fmt.h"
#include "kernel/buddyinfo.h"
#include "kernel/errname.h"
#include "kernel/fields.h"
#include "pages/anchor.h"
#include "pages/areas.h"
#include "pages/bracket.h"
#include "pages/cost.h"
#include "pages/idle.h"
#include "pages/names.h"
#include "pages/rows.h"
#include "pages/sample.h"
#include "pages/sums.h"
#include "pages/walk.h"
#include "pages/who.h"

#define KPAGE_PPM 10000 /* all of it takes some 330 ns a frame */

/* Callers of vmalloc() get a row, and what was taken at boot is told apart, where it is this part
 * of RAM. */
#define LITTLE_PART 1000

struct take {
	const struct mw_census_options *options;
	struct mw_arena *arena;
	struct mw_root *root; /* not recorded: what is read here is long */
	struct mw_layout layout;
	int layout_r; /* 1: not asked for yet; else 0 or negative errno */
	const char *layout_why;
	struct mw_frames frames;
	uint64_t frame_bytes, seed;
	unsigned max_order;
	struct mw_kmem *k;
	struct mw_kpage *kpage;
	struct mw_walk_of_pages walk;
	struct mw_moved moved;
	struct mw_areas areas;
	struct mw_bracket bracket;
	struct mw_rows rows;
	struct mw_cost last; /* all that came before is counted */
	struct mw_census *c;
};

/* What was done since the last one was this; several of one name are added up. */
static void step(struct take *t, const char *name)
{
	struct mw_cost cost = mw_cost_since(t->last);
	struct mw_census_step *list;
	size_t i = 0;

	t->last = mw_cost_now();
	while (i < t->c->n_steps && !mw_str_eq(t->c->step[i].name, name))
		i++;
	if (i == t->c->n_steps) {
		list = mw_arena_grow(t->arena, t->c->step, i, sizeof(*list));
		if (!list)
			return;
		t->c->step = list;
		list[t->c->n_steps++] = (struct mw_census_step){ .name = mw_str_of(name) };
	}
	t->c->step[i].cpu_us += cost.cpu_us;
	t->c->step[i].wall_us += cost.wall_us;
}

/* Lockdown of this kind closes the kernel's memory to root too (LOCKDOWN_KCORE and
 * LOCKDOWN_BPF_READ_KERNEL, include/linux/security.h). */
static bool is_locked_down(struct take *t)
{
	struct mw_str text;

	return !mw_root_read(t->root, "sys/kernel/security/lockdown", t->arena, &text) &&
	       mw_str_search(text, "[confidentiality]") < text.n;
}

/* A program that may not read the kernel's memory does not load: EINVAL. */
static const char *kind_of_refusal(struct take *t, const char *reader, int r)
{
	bool denied = r == -EPERM || r == -EACCES;
	bool kmem = !strcmp(reader, "bpf") || !strcmp(reader, "kcore");

	if (kmem && (denied || r == -EINVAL) && is_locked_down(t))
		return "locked down (confidentiality): ";
	if (denied)
		return "denied: ";
	return r == -ENOENT || r == -ENOSYS || r == -ENODATA ? "absent: " : "";
}

static void refuse(struct take *t, const char *reader, int r, const char *why)
{
	struct mw_census_refusal *list =
		mw_arena_grow(t->arena, t->c->refusal, t->c->n_refusals, sizeof(*list));

	if (!list)
		return;
	t->c->refusal = list;
	list[t->c->n_refusals++] = (struct mw_census_refusal){
		mw_str_of(reader), mw_errname(r, t->arena),
		mw_str_of(mw_fmt(t->arena, "%s%s", kind_of_refusal(t, reader, r), why))
	};
}

static void add_fact(struct take *t, const char *name, uint64_t value)
{
	struct mw_census_fact *list =
		mw_arena_grow(t->arena, t->c->fact, t->c->n_facts, sizeof(*list));

	if (!list)
		return;
	t->c->fact = list;
	list[t->c->n_facts++] = (struct mw_census_fact){ mw_str_of(name), value };
}

static int find_layout(struct take *t)
{
	_mw_arena_ struct mw_arena temp = {}; /* some 10 MiB that nobody needs afterwards */
	struct mw_str text;
	struct mw_btf btf;
	int r;

	t->layout_why = "/sys/kernel/btf/vmlinux";
	r = mw_root_read(t->root, "sys/kernel/btf/vmlinux", &temp, &text);
	if (!r)
		r = mw_btf_open(text, &temp, &btf);
	if (!r)
		r = mw_layout_of(&btf, &t->layout, &t->layout_why);
	t->layout.page.mapping += t->options->shift_mapping;
	return r;
}

/* Once for all readers. */
static int take_layout(struct take *t, const char **ret_why)
{
	if (t->layout_r == 1)
		t->layout_r = find_layout(t);
	step(t, "layout");
	*ret_why = t->layout_why;
	return t->layout_r;
}

static int take_frames(struct take *t, const char **ret_why)
{
	struct mw_str text;
	struct mw_buddy_zone zone;

	*ret_why = "/proc/iomem shows no addresses";
	if (t->frames.n)
		return 0;
	t->max_order = 10;
	if (!mw_root_read(t->root, "proc/buddyinfo", t->arena, &text) &&
	    mw_buddyinfo_next(&text, &zone) && zone.n_orders)
		t->max_order = (unsigned)zone.n_orders - 1;
	return mw_frames_take(t->root, t->frame_bytes, t->arena, &t->frames);
}

static struct mw_walked walked_of(struct take *t)
{
	return (struct mw_walked){ .k = t->k,
				   .l = &t->layout,
				   .frames = &t->frames,
				   .frame_bytes = t->frame_bytes,
				   .walk = &t->walk,
				   .arena = t->arena,
				   .moved = &t->moved };
}

/* Is it so little of RAM that its parts are not looked for, unless all are wanted? */
static bool is_little(const struct take *t, uint64_t frames)
{
	return !t->options->all_names && frames < t->walk.frames / LITTLE_PART;
}

static uint64_t frames_of(const struct take *t, enum mw_page_class class)
{
	uint64_t frames = 0;

	for (size_t i = 0; i < t->walk.owners.n; i++)
		if (mw_page_owner_at(&t->walk.owners, i)->class == class)
			frames += mw_page_owner_at(&t->walk.owners, i)->frames;
	return frames;
}

/* What has no mark of its own, by who points to it. */
static int tell_apart(struct take *t)
{
	const struct mw_walked walked = walked_of(t);
	int r = mw_areas_take(&walked, &t->areas);

	if (!r && t->areas.why != MW_OK)
		add_fact(t, "areas_unread", 1);
	step(t, "areas");
	if (!r)
		r = mw_idle_tell(&walked);
	step(t, "idle");
	if (!r && !is_little(t, frames_of(t, MW_PAGE_OTHER)))
		r = mw_who_statics(t->root, &walked);
	step(t, "statics");
	return r;
}

static int who_points(struct take *t)
{
	const struct mw_walked walked = walked_of(t);
	const struct mw_who who = { t->root, &walked, &t->areas, &t->rows, t->options->who_frame };

	return t->options->who_points ? mw_who_take(&who) : 0;
}

/* Names of functions cost the kernel some 50 ms, half as much as all the rest: not for little. */
static void list_callers(struct take *t)
{
	_mw_arena_ struct mw_arena temp = {}; /* some megabytes of symbols */
	struct mw_str kallsyms = {};

	if (is_little(t, t->areas.vmalloc_frames))
		return;
	mw_root_read(t->root, "proc/kallsyms", &temp, &kallsyms);
	mw_areas_name(&t->areas, kallsyms, t->arena);
	mw_rows_areas(&t->rows, &t->areas);
}

/* Right after the walk: the later, the more is gone. */
static int names(struct take *t)
{
	struct mw_naming n = { .k = t->k,
			       .l = &t->layout,
			       .owners = &t->walk.owners,
			       .frame_bytes = t->frame_bytes,
			       .files_max = t->options->files_max,
			       .paid_max = t->options->paid_max,
			       .arena = t->arena };
	int r;

	mw_page_owners_rest(&t->walk.owners);
	r = mw_names_files(&n, t->c);
	step(t, "files");
	if (!r)
		r = mw_names_groups(&n, t->c);
	step(t, "groups");
	if (!r)
		r = mw_names_paid(&n, t->c);
	if (!r)
		r = mw_names_rows(&n, t->c);
	if (!r)
		r = mw_names_caches(&n, t->c);
	step(t, "caches");
	list_callers(t);
	step(t, "callers");
	mw_rows_stacks(&t->rows, &t->areas);
	return r ? r : who_points(t);
}

/* What is known only after the frames were looked at. */
static void finish(struct take *t, const char *reader, bool sampled, uint64_t read_bytes)
{
	t->c->reader = mw_str_of(reader);
	t->c->how = mw_str_of(sampled ? "sampled" : "exact");
	t->c->ram_bytes = t->frames.total * t->frame_bytes;
	t->c->read_bytes = read_bytes;
}

static void say_sample(struct take *t, uint64_t ppm, uint64_t strata)
{
	add_fact(t, "sample_ppm", ppm);
	add_fact(t, "sample_blocks", strata);
}

static int walk(struct take *t)
{
	int r;

	mw_bracket_before(&t->bracket, t->c);
	step(t, "counters");
	r = mw_pages_walk(t->k, &t->layout, &t->frames, t->max_order, &t->walk);
	step(t, "walk");
	if (!r)
		r = tell_apart(t);
	mw_bracket_after(&t->bracket, t->c);
	step(t, "counters");
	if (r < 0)
		return r;
	finish(t, t->k->name, false, t->k->read_bytes);
	mw_rows_classes(&t->rows);
	return names(t);
}

/* The classes that a struct page of this kernel has a mark for. */
static uint64_t marks(const struct mw_layout *l)
{
	uint64_t can = ((uint64_t)1 << MW_PAGE_GUARD) - 1;

	can |= 1 << MW_PAGE_KMEM | 1 << MW_PAGE_OTHER | 1 << MW_PAGE_SHMEM;
	if (!l->page.code[MW_TYPE_LARGE_KMALLOC])
		can &= ~((uint64_t)1 << MW_PAGE_KMALLOC);
	if (!l->page.code[MW_TYPE_ZSMALLOC])
		can &= ~((uint64_t)1 << MW_PAGE_ZSMALLOC);
	return can;
}

static int sample(struct take *t)
{
	const struct mw_sample s = { &t->layout, &t->frames, t->max_order, t->options->sample_ppm,
				     t->seed };
	struct mw_class_tallies tallies;
	int r;

	mw_bracket_before(&t->bracket, t->c);
	r = mw_pages_sample(t->k, &s, t->arena, &tallies);
	mw_bracket_after(&t->bracket, t->c);
	if (r < 0)
		return r;
	finish(t, t->k->name, true, t->k->read_bytes);
	mw_rows_estimates(&t->rows, &tallies, marks(&t->layout));
	say_sample(t, s.ppm, tallies.strata);
	return 0;
}

/* The first whose answers about ourselves are right. */
static int open_kmem(struct take *t, bool bpf, const char **ret_why)
{
	int r = take_layout(t, ret_why);

	if (!r)
		r = bpf ? mw_kmem_bpf(&t->layout, &t->k, ret_why)
			: mw_kmem_kcore(&t->layout, t->frame_bytes, &t->k, ret_why);
	step(t, "reader");
	if (!r)
		r = take_frames(t, ret_why);
	step(t, "frames");
	if (!r)
		r = mw_anchor_find(t->k, &t->layout, t->frame_bytes,
				   t->frames.range[t->frames.n - 1].to, ret_why);
	if (!r)
		r = mw_anchor_check(t->k, &t->layout, t->frame_bytes, ret_why);
	step(t, "checks");
	return r;
}

static int by_kmem(struct take *t, bool bpf, const char **ret_why)
{
	bool all = !t->options->sample_ppm || t->options->sample_ppm >= MW_SAMPLE_ALL;
	int r = open_kmem(t, bpf, ret_why);

	if (!r) {
		*ret_why = "the reader failed in the middle";
		r = all ? walk(t) : sample(t);
	}
	if (t->k)
		t->k->done(t->k);
	t->k = NULL;
	mw_pages_walk_done(&t->walk);
	mw_moved_done(&t->moved);
	return r;
}

static int by_bpf(struct take *t, const char **ret_why)
{
	return by_kmem(t, true, ret_why);
}

static int by_kcore(struct take *t, const char **ret_why)
{
	return by_kmem(t, false, ret_why);
}

static int by_kpage(struct take *t, const char **ret_why)
{
	uint64_t ppm = t->options->sample_ppm ? t->options->sample_ppm : KPAGE_PPM;
	struct mw_kpage_found found;
	int r = mw_kpage_open(t->arena, &t->kpage, ret_why);

	if (!r)
		r = take_frames(t, ret_why);
	if (r < 0)
		return r;
	*ret_why = "/proc/kpageflags failed in the middle";
	mw_bracket_before(&t->bracket, t->c);
	r = mw_kpage_run(t->kpage, &t->frames, ppm, t->seed, t->arena, &found);
	mw_bracket_after(&t->bracket, t->c);
	if (r < 0)
		return r;
	finish(t, "kpage", ppm < MW_SAMPLE_ALL, t->kpage->read_bytes);
	mw_rows_estimates(&t->rows, &found.classes, MW_KPAGE_CLASSES);
	mw_rows_groups(&t->rows, &found);
	mw_names_search_groups(t->root, t->arena, t->c);
	if (ppm < MW_SAMPLE_ALL)
		say_sample(t, ppm, found.classes.strata);
	if (t->kpage->has[MW_KPAGE_COUNT])
		add_fact(t, "raced_bytes", found.raced_frames * t->frame_bytes);
	return 0;
}

static int by_sums(struct take *t, const char **ret_why)
{
	struct mw_str meminfo, zoneinfo = {}, vmstat = {};
	int r = mw_root_read(t->root, "proc/meminfo", t->arena, &meminfo);

	*ret_why = "/proc/meminfo";
	mw_root_read(t->root, "proc/zoneinfo", t->arena, &zoneinfo);
	mw_root_read(t->root, "proc/vmstat", t->arena, &vmstat);
	if (!r)
		r = mw_sums_of(meminfo, zoneinfo, vmstat, t->frame_bytes, t->arena, t->c);
	if (r < 0)
		return r;
	t->c->reader = mw_str_of("sums");
	t->c->how = mw_str_of("sum");
	return 0;
}

static const struct {
	const char *name;
	int (*take)(struct take *t, const char **ret_why);
} readers[] = {
	{ "bpf", by_bpf },
	{ "kcore", by_kcore },
	{ "kpage", by_kpage },
	{ "sums", by_sums },
};

#define N_READERS (sizeof(readers) / sizeof(readers[0]))

/* The first reader that works. */
static void choose(struct take *t)
{
	for (size_t i = 0; i < N_READERS && !t->c->reader.n && !t->arena->failed; i++) {
		const char *why = "";
		int r;

		if (t->options->reader &&
		    !mw_str_eq(mw_str_of(readers[i].name), t->options->reader))
			continue;
		r = readers[i].take(t, &why);
		if (r >= 0)
			continue;
		/* What it left half done is nobody's. */
		*t->c = (struct mw_census){ .refusal = t->c->refusal,
					    .n_refusals = t->c->n_refusals,
					    .step = t->c->step,
					    .n_steps = t->c->n_steps };
		refuse(t, readers[i].name, r, why);
	}
}

static int take(struct take *t)
{
	struct mw_problem problem;
	struct mw_str text;
	int r = mw_root_open(NULL, false, &t->root, &problem);

	if (!r)
		r = mw_root_read(t->root, "meta/page_bytes", t->arena, &text);
	if (r < 0)
		return r;
	t->frame_bytes = mw_or(mw_number_parse(text), 4096);
	t->bracket = (struct mw_bracket){ t->root, t->arena, t->frame_bytes, 0 };
	t->rows = (struct mw_rows){ &t->walk.owners, &t->frames, t->frame_bytes, t->arena, t->c };
	choose(t);
	return 0;
}

int mw_census_take(const struct mw_census_options *options, struct mw_arena *arena,
		   struct mw_census *ret)
{
	struct mw_cost start = mw_cost_now(), cost;
	struct mw_census c = {};
	struct take t = { .options = options,
			  .arena = arena,
			  .layout_r = 1,
			  .seed = start.wall_us,
			  .last = start,
			  .c = &c };
	int r = take(&t);

	if (t.kpage)
		t.kpage->done(t.kpage);
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
