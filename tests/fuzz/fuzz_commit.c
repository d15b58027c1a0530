/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: a snapshot is taken, who was promised what is reckoned by several
 * kernels, and a request of each kind is tried, also as one of its processes.  What commit.h and
 * commit_try.h promise must hold.
 */
#include <string.h>

#include "fuzz.h"
#include "snap/snap.h"
#include "snap_text.h"
#include "why/commit_try.h"

static void check(const struct mw_snap *s, const struct mw_commit *c)
{
	struct mw_val named = mw_ok(0);

	must(c->n_promisers >= 1 && (unsigned)c->mode <= MW_OVERCOMMIT_NEVER);
	must(c->from_flags_count + c->from_status_count + c->unknown_count <= s->n_procs);
	for (size_t i = 0; i < c->n_promisers; i++) {
		const struct mw_promiser *p = &c->promiser[i];

		must(p->kind && (i + 1 == c->n_promisers) == !strcmp(p->kind, "remainder"));
		must_be_val(p->bytes);
		must_be_val(p->unused_bytes);
		must(!mw_known(p->unused_bytes) || p->unused_bytes.v <= p->bytes.v);
		must(i < 1 || i + 1 == c->n_promisers ||
		     mw_or(p[-1].unused_bytes, 0) >= mw_or(p->unused_bytes, 0));
		if (i + 1 < c->n_promisers && mw_known(p->bytes))
			named = mw_add(named, p->bytes);
	}
	must(named.why == c->named_bytes.why && named.v == c->named_bytes.v);
	must_be_val(mw_commit_off(c));
	must(c->n_groups <= s->n_procs && c->n_users <= s->n_procs);
}

static void try_all(const struct mw_snap *s, const struct mw_commit *c,
		    const struct mw_try_ask *ask, struct mw_arena *arena)
{
	struct mw_try t[MW_TRY_KINDS];

	mw_try(s, c, ask, arena, t);
	for (size_t i = 0; i < MW_TRY_KINDS; i++) {
		must(t[i].request && t[i].label);
		for (size_t mode = 0; mode < MW_OVERCOMMIT_MODES; mode++) {
			const struct mw_try_answer *a = &t[i].in[mode];

			must(a->rule != NULL);
			must_be_val(a->succeeds);
			must_be_val(a->most_bytes);
			must_be_val(a->drift_bytes);
			must(!mw_known(a->succeeds) || a->succeeds.v <= 1);
		}
	}
}

static void as_process(struct mw_root *root, struct mw_snap *s, const struct mw_commit *c,
		       struct mw_try_ask ask, struct mw_arena *arena)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_findings findings;
	struct mw_gauges gauges = {};
	struct mw_asker asker;

	if (!s->n_procs || mw_take_asker(root, s->proc[0].pid, true, arena, s, &asker) < 0)
		return;
	mw_gauges_build(s, &asker, arena, &gauges);
	ask.asker = &asker;
	for (size_t i = 0; i < c->n_promisers; i++)
		if (c->promiser[i].proc == &s->proc[0])
			ask.self = &c->promiser[i];
	try_all(s, c, &ask, arena);
	mw_find_commit(&(struct mw_commit_case){ s, c, &limit, arena, &gauges, "x" }, &findings);
	must_be_findings(&findings);
}

static void explain(struct mw_root *root, struct mw_snap *s, size_t size, struct mw_arena *arena)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_try_ask ask = { .bytes = size * 4096, .admin = size % 2 };
	struct mw_findings findings;
	struct mw_commit c;

	mw_commit_build(s, arena, &c);
	check(s, &c);
	try_all(s, &c, &ask, arena);
	ask.bytes = UINT64_MAX;
	try_all(s, &c, &ask, arena);
	mw_find_commit(&(struct mw_commit_case){ s, &c, &limit, arena, NULL, NULL }, &findings);
	must_be_findings(&findings);
	for (size_t i = 0; i < mw_threshold_count; i++)
		*(uint64_t *)((char *)&limit + mw_threshold_table[i].offset) = 0;
	mw_find_commit(&(struct mw_commit_case){ s, &c, &limit, arena, NULL, NULL }, &findings);
	must_be_findings(&findings);
	as_process(root, s, &c, ask, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const releases[] = { "", "2.6.32", "3.10", "4.19", "5.8", "6.1" };
	const struct mw_snap_options options = {
		.want = MW_WANT_SHMEM | MW_WANT_OOM | MW_WANT_COMMIT, .smaps_budget_us = 1000000
	};
	_mw_arena_ struct mw_arena arena = {}, whole = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_problem problem;
	struct mw_capture c;
	struct mw_snap snap;

	if (mw_capture_parse(text, &whole, &c, &problem) < 0)
		return 0;
	_mw_root_ struct mw_root *root = fuzz_root(text);

	if (mw_snap_take(root, &options, &whole, &snap) < 0)
		return 0;
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		snap.host.release = mw_release_parse(mw_str_of(releases[i]));
		explain(root, &snap, size, &arena);
	}
	must(!arena.failed && !whole.failed);
	return 0;
}
