/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: the files of all its processes, and those that match a pattern; a
 * plan for each cgroup.
 */
#include "fuzz.h"
#include "snap/cgroups_top.h"
#include "snap_text.h"
#include "why/recharge.h"

static void check_files(const struct mw_snap *snap, const struct mw_used_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct mw_used_file *f = &files->item[i];

		must_be_val(f->cached_bytes);
		must_be_val(f->dirty_bytes);
		must(f->name && f->path.n);
		for (size_t k = 0; k < f->n_users; k++) {
			must(f->user[k].proc < snap->n_procs);
			must(!k || f->user[k - 1].proc < f->user[k].proc);
			must_be_val(f->user[k].mapped_bytes);
		}
	}
}

static void check_plan(const struct mw_snap *snap, const struct mw_used_files *files,
		       const struct mw_recharge *plan)
{
	size_t count = 0;

	must(plan->n_files == files->n);
	for (size_t i = 0; i < MW_RECHARGE_WAYS; i++)
		count += plan->count[i];
	must(count == plan->n_files);
	for (size_t i = 0; i < plan->n_stops; i++)
		must(plan->stop[i].proc < snap->n_procs && plan->stop[i].n_procs);
	must(plan->count[MW_RECHARGE_STOP] || !plan->n_stops);
	must_be_val(plan->gain_bytes);
	must_be_val(plan->price_bytes);
	must(!plan->reclaim_worth || (!plan->reclaim_refused && mw_known(plan->gain_bytes)));
}

static void check(struct mw_root *root, struct mw_snap *snap, struct mw_arena *arena,
		  const char *pattern)
{
	struct mw_accounts all;
	struct mw_used_files files;
	struct mw_recharge plan;
	bool *asked = mw_arena_alloc(arena, snap->n_procs + 1);
	struct mw_used_ask ask = { asked, &pattern, pattern != NULL };

	mw_accounts_build(snap, 4096, arena, &all);
	for (size_t i = 0; i < snap->n_procs; i += 1 + (pattern != NULL))
		asked[i] = true;
	mw_take_used_files(root, &ask, arena, snap, &files);
	check_files(snap, &files);
	for (size_t i = 0; i < all.n; i++) {
		mw_recharge_build(&(struct mw_recharge_ask){ snap, &all, &files, i, i, 4096 },
				  arena, &plan);
		check_plan(snap, &files, &plan);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mw_snap_options options = { .want = MW_WANT_PROCS | MW_WANT_CGROUPS,
						 .smaps_budget_us = 1000000 };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_problem problem;
	struct mw_capture c;
	struct mw_snap snap;

	if (mw_capture_parse(text, &arena, &c, &problem) < 0)
		return 0;
	_mw_root_ struct mw_root *root = fuzz_root(text);

	if (mw_snap_take(root, &options, &arena, &snap) < 0)
		return 0;
	mw_cgroups_top_is_seen(root, &arena, &snap);
	check(root, &snap, &arena, NULL);
	check(root, &snap, &arena, "/*/*/*.idx");
	must(!arena.failed);
	return 0;
}
