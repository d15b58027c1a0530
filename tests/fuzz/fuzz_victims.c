/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole capture of any bytes: a snapshot is taken, and who dies is foretold for the machine, for
 * each of its cgroups and for a node, by several kernels.  What victims.h promises must hold.
 */
#include <errno.h>
#include <string.h>

#include "fuzz.h"
#include "snap/snap.h"
#include "snap_text.h"
#include "why/victims.h"

static void check_snap(const struct mw_snap *s)
{
	for (size_t i = 0; i < s->n_procs; i++) {
		const struct mw_proc *p = &s->proc[i];

		must(!i || p[-1].pid < p->pid);
		must(p->oom.same_mm <= i && s->proc[p->oom.same_mm].oom.same_mm == p->oom.same_mm);
		must(p->memcg == MW_NO_MEMCG || p->memcg < s->memcgs.n);
		must(p->oom.oom_score_adj >= -1000 && p->oom.oom_score_adj <= 1000);
		must_be_val(p->oom.score);
	}
	for (size_t i = 0; i < s->memcgs.n; i++) {
		const struct mw_memcg *g = &s->memcgs.item[i];

		must(g->path.n && (g->parent == MW_NO_MEMCG || g->parent < i));
		must_be_val(g->limit_bytes);
	}
}

static bool is_below(const struct mw_snap *s, const struct mw_victims *v, const struct mw_proc *p)
{
	return v->kind != MW_DOMAIN_CGROUP ||
	       (p->memcg < s->memcgs.n &&
		mw_memcg_is_below(s, &s->memcgs.item[p->memcg], v->group));
}

/* The dead: ranks from 1 without gaps, each kill led by who was chosen, most points first. */
static void check_dead(const struct mw_victims *v)
{
	struct mw_val sum = mw_ok(0);
	const struct mw_victim *last = NULL;

	for (size_t i = 0; i < v->n_victims; i++) {
		const struct mw_victim *x = &v->victim[i];

		must(x->chosen <= i && v->victim[x->chosen].chosen == x->chosen);
		must(v->victim[x->chosen].rank == x->rank);
		must(x->rank == (last ? last->rank : 0) + (x->chosen == i));
		must(x->certain == !x->doubt);
		must(!x->instead_of || v->rules.child_sacrifice);
		must_be_val(x->frees_bytes);
		sum = mw_add(sum, x->frees_bytes);
		must(x->sum_bytes.why == sum.why && x->sum_bytes.v == sum.v);
		if (x->chosen == i) {
			must(x->spared == MW_SPARED_NOT && x->oom_score_adj > -1000);
			must(!last || v->rules.child_sacrifice ||
			     v->victim[last->chosen].badness >= x->badness);
		}
		last = x;
	}
	must(v->until_rank <= (last ? last->rank : 0));
	must(!v->n_victims || mw_known(v->total_pages));
}

static void check(const struct mw_snap *s, const struct mw_victims *v, struct mw_arena *arena)
{
	bool *seen = mw_arena_alloc(arena, s->n_procs + 1);
	size_t of_domain = 0;

	must(v->n_victims <= v->n && v->n <= s->n_procs);
	check_dead(v);
	for (size_t i = 0; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];
		size_t at = (size_t)(x->proc - s->proc);

		must(at < s->n_procs && !seen[at]);
		seen[at] = true;
		must(mw_spared_name(x->spared) != NULL);
		must(i < v->n_victims ||
		     (!x->rank && x->spared != MW_SPARED_NOT && x->spared != MW_SPARED_OUTSIDE));
	}
	for (size_t i = 0; i < s->n_procs; i++) {
		must(seen[i] || !is_below(s, v, &s->proc[i]));
		of_domain += is_below(s, v, &s->proc[i]);
	}
	must(v->n >= of_domain);
	must(v->scores.agree + v->scores.differ + v->scores.moved + v->scores.unclear +
		     v->scores.unknown ==
	     s->n_procs);
}

static void foretell(const struct mw_snap *s, const struct mw_victims_ask *ask,
		     struct mw_arena *arena)
{
	struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_findings findings;
	struct mw_victims v;
	int r = mw_victims_build(s, ask, arena, &v);

	must(!r || (r == -ENOENT && ask->kind == MW_DOMAIN_CGROUP) ||
	     (r == -EINVAL && ask->kind == MW_DOMAIN_CPUSET));
	if (r)
		return;
	check(s, &v, arena);
	mw_find_victims(&(struct mw_victims_case){ s, &v, &limit, arena }, &findings);
	must_be_findings(&findings);
	for (size_t i = 0; i < mw_threshold_count; i++)
		*(uint64_t *)((char *)&limit + mw_threshold_table[i].offset) = 0;
	mw_find_victims(&(struct mw_victims_case){ s, &v, &limit, arena }, &findings);
	must_be_findings(&findings);
}

/* Groups that are asked about: a capture may name thousands. */
#define GROUPS_MAX 8

static void foretell_all(const struct mw_snap *s, struct mw_victims_ask ask, struct mw_arena *arena)
{
	ask.kind = MW_DOMAIN_MACHINE;
	foretell(s, &ask, arena);
	ask.kind = MW_DOMAIN_NODES;
	ask.nodes = (struct mw_str){ "0", 1 };
	foretell(s, &ask, arena);
	ask.kind = MW_DOMAIN_CPUSET;
	if (s->n_procs)
		ask.nodes = s->proc[0].status.mems_allowed;
	foretell(s, &ask, arena);
	ask.kind = MW_DOMAIN_CGROUP;
	for (size_t i = 0; i < s->memcgs.n && i < GROUPS_MAX; i++) {
		ask.cgroup = s->memcgs.item[i].path;
		foretell(s, &ask, arena);
	}
	ask.cgroup = (struct mw_str){ "none", 4 };
	foretell(s, &ask, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const releases[] = { "", "2.6.32", "3.2", "4.4", "4.19", "5.8", "6.1" };
	const struct mw_snap_options options = { .want = MW_WANT_ALL | MW_WANT_POLICY,
						 .smaps_budget_us = 1000000 };
	_mw_arena_ struct mw_arena arena = {}, whole = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_victims_ask ask = { .until_bytes = mw_ok(size * 4096) };
	struct mw_problem problem;
	struct mw_capture c;
	struct mw_snap snap;
	bool *set;

	if (mw_capture_parse(text, &whole, &c, &problem) < 0)
		return 0;
	_mw_root_ struct mw_root *root = fuzz_root(text);

	if (mw_snap_take(root, &options, &whole, &snap) < 0)
		return 0;
	check_snap(&snap);
	for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
		ask.release = mw_release_parse(mw_str_of(releases[i]));
		foretell_all(&snap, ask, &arena);
	}
	ask.set = set = mw_arena_alloc(&arena, snap.n_procs + 1);
	for (size_t i = 0; i < snap.n_procs; i++)
		set[i] = i % 2;
	ask.set_adj = (int64_t)(size % 2001) - 1000;
	foretell_all(&snap, ask, &arena);
	must(!arena.failed && !whole.failed);
	return 0;
}
