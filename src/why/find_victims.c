/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_victims - is the order of death what its owner wants?
 */
#include "base/fmt.h"
#include "why/find.h"
#include "why/find_victims_private.h"

struct mw_finding mw_victims_finding(const char *id, enum mw_severity severity, uint64_t weight)
{
	return (struct mw_finding){
		.id = id,
		.severity = severity,
		.weight_bytes = weight,
		.sure = "certain of what is set now; nobody can tell who grows next"
	};
}

const char *mw_victims_adj_text(struct mw_arena *a, const struct mw_victim *x)
{
	return mw_fmt(a, "%lld", (long long)x->oom_score_adj);
}

struct mw_fix mw_victims_choom(struct mw_arena *a, const struct mw_victim *x, int adj,
			       const char *effect, const char *risk)
{
	unsigned long long pid = x->proc->pid;

	return (struct mw_fix){ .command = mw_fmt(a, "memwhy victims --set %llu %d", pid, adj),
				.effect = effect,
				.risk = risk,
				.undo = mw_fmt(a, "memwhy victims --set %llu %lld", pid,
					       (long long)x->oom_score_adj) };
}

const char *mw_victims_ask_of(const struct mw_victims_case *c, const struct mw_memcg *g)
{
	return mw_fmt(c->arena, "memwhy victims --cgroup %s", mw_fmt_shell(c->arena, g->path));
}

/* The prediction again, of the same domain. */
const char *mw_victims_ask_again(const struct mw_victims_case *c)
{
	return c->victims->group ? mw_victims_ask_of(c, c->victims->group) : "memwhy victims";
}

/* The file that a limit stands in. */
const char *mw_victims_limit_file(const struct mw_victims_case *c)
{
	return c->snap->memcgs.v2 ? "memory.max" : "memory.limit_in_bytes";
}

/* Each larger one that no kill reaches: when it leaks, everything else dies first. */
static void unkillable(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	uint64_t total = mw_or(c->snap->meminfo.total_bytes, 0);

	for (size_t i = v->n_victims; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];
		struct mw_val size = mw_add(x->frees_bytes, x->proc->status.swap_bytes);
		struct mw_finding f =
			mw_victims_finding("MW-OOMADJ-UNKILLABLE-APP", MW_WARNING, mw_or(size, 0));

		if (x->spared != MW_SPARED_ADJ || !mw_known(size) ||
		    mw_permille(size.v, total) < c->limit->unkillable_permille)
			continue;
		f.verdict =
			mw_fmt(c->arena,
			       "%s holds %s and may never be killed (oom_score_adj -1000): when "
			       "it leaks, everything else dies first",
			       mw_victim_name(c->arena, x->proc), mw_fmt_bytes(c->arena, size.v));
		mw_finding_bytes(&f, "memory of its own and swap", size, "proc/PID/smaps_rollup");
		mw_finding_text(&f, "oom_score_adj", "-1000", "proc/PID/oom_score_adj");
		mw_finding_fix(
			&f, mw_victims_choom(
				    c->arena, x, -900,
				    "it dies late, when it holds nearly everything, not never",
				    "it can be killed; at its next start its unit decides again"));
		f.check = mw_fmt(c->arena, "cat /proc/%llu/oom_score_adj",
				 (unsigned long long)x->proc->pid);
		mw_findings_add(all, c->arena, &f);
	}
}

/* The one at an end of the scan: of equals the choice, by the rule of a release. */
static const char *scanned(const struct mw_victims_case *c, bool last)
{
	const struct mw_victims *v = c->victims;
	const struct mw_victim *found = v->victim;

	for (size_t i = 1; i < v->n_victims; i++)
		if (v->victim[i].spared == MW_SPARED_NOT &&
		    (v->victim[i].scan > found->scan) == last)
			found = &v->victim[i];
	return mw_victim_name(c->arena, found->proc);
}

/* All rate 1: the order of the scan decides. */
static void floor_of_one(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	struct mw_finding f = mw_victims_finding("MW-OOM-FLOOR", MW_WARNING, 0);
	struct mw_val largest = mw_ok(0);

	if (v->rules.rule != MW_BADNESS_FLOOR || v->kind != MW_DOMAIN_CGROUP || v->n_victims < 2)
		return;
	for (size_t i = 0; i < v->n_victims; i++) {
		if (v->victim[i].badness != 1 && &v->victim[i] == &v->victim[v->victim[i].chosen])
			return;
		if (mw_or(v->victim[i].frees_bytes, 0) > largest.v)
			largest = v->victim[i].frees_bytes;
	}
	f.verdict =
		mw_fmt(c->arena,
		       "all %zu tasks of %s rate 1, so the %s one scanned dies: %s, which gives "
		       "back %s",
		       v->n_victims, v->domain, v->rules.tie == MW_TIE_FIRST ? "first" : "last",
		       mw_victim_name(c->arena, v->victim[0].proc),
		       mw_fmt_val_bytes(c->arena, v->victim[0].frees_bytes));
	mw_finding_count(&f, "tasks that tie", v->n_victims, "the kernel's rule, 3.6 to 5.8");
	mw_finding_text(&f, "first scanned, dies up to 5.2", scanned(c, false),
			"the order of the scan");
	mw_finding_text(&f, "last scanned, dies from 5.3 to 5.8", scanned(c, true),
			"the order of the scan");
	mw_finding_bytes(&f, "what the largest holds", largest, "proc/PID/smaps_rollup");
	mw_finding_fix(&f, (struct mw_fix){ .command = mw_fmt(c->arena, "%s --kernel 5.10",
							      mw_victims_ask_again(c)),
					    .effect = "shows who dies by the rule of 5.9 and later",
					    .risk = "none",
					    .undo = "none needed" });
	mw_finding_fix(&f, (struct mw_fix){ .command = "# update the kernel to 5.9 or later",
					    .effect = "it counts below 0: the largest dies",
					    .risk = "a reboot",
					    .undo = "boot the kernel before" });
	f.check = mw_victims_ask_again(c);
	if (v->victim[0].doubt)
		f.sure = mw_fmt(c->arena, "certain that all tie; which is first is not: %s",
				v->victim[0].doubt);
	mw_findings_add(all, c->arena, &f);
}

/* What no kill gives back. */
static struct mw_val stuck_bytes(const struct mw_victims_case *c)
{
	const struct mw_meminfo *m = &c->snap->meminfo;

	if (c->victims->group)
		return c->victims->group->shmem_bytes;
	return mw_add(m->shmem_bytes, m->slab_unreclaimable_bytes);
}

static void useless(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	struct mw_val total = v->group ? v->group->limit_bytes : c->snap->meminfo.total_bytes;
	struct mw_val stuck = stuck_bytes(c), frees = mw_ok(0);
	struct mw_finding f =
		mw_victims_finding("MW-OOM-VICTIM-USELESS", MW_WARNING, mw_or(stuck, 0));
	const char *where = v->group ? "tmpfs and shared memory of the cgroup"
				     : "tmpfs, shared memory and unreclaimable slab";

	for (size_t i = 0; i < v->n_victims && v->victim[i].rank == 1; i++)
		frees = v->victim[i].sum_bytes;
	if (!v->n_victims || !mw_known(total) || !mw_known(stuck) || !mw_known(frees) ||
	    mw_permille(stuck.v, total.v) < c->limit->oom_shmem_permille ||
	    mw_permille(frees.v, total.v) >= c->limit->victim_useless_permille)
		return;
	f.verdict =
		mw_fmt(c->arena,
		       "the first kill, %s, gives back %s of %s; %s is in %s, which a kill "
		       "does not give back",
		       mw_victim_name(c->arena, v->victim[0].proc), mw_fmt_bytes(c->arena, frees.v),
		       mw_fmt_bytes(c->arena, total.v), mw_fmt_bytes(c->arena, stuck.v), where);
	mw_finding_bytes(&f, "given back by the first kill", frees, "proc/PID/smaps_rollup");
	mw_finding_bytes(&f, where, stuck, v->group ? "memory.stat" : "proc/meminfo");
	mw_finding_fix(&f, (struct mw_fix){ .command = "memwhy ledger --class shmem",
					    .effect = "names each tmpfs, segment and unlinked file",
					    .risk = "none",
					    .undo = "none needed" });
	f.check = mw_victims_ask_again(c);
	mw_findings_add(all, c->arena, &f);
}

static void small_domain(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	struct mw_finding f = mw_victims_finding("MW-OOM-SMALL-DOMAIN", MW_WARNING, 0);
	uint64_t most = 1000 * c->snap->host.page_bytes;
	size_t n = 0;

	for (size_t i = 0; i < v->n_victims; i++)
		n += v->victim[i].oom_score_adj != 0;
	if (!n || !mw_known(v->total_pages) || v->total_pages.v >= 1000 ||
	    v->rules.rule == MW_BADNESS_PERMILLE)
		return;
	f.verdict = mw_fmt(c->arena,
			   "%s has %llu pages: a thousandth of that is 0, so oom_score_adj has no "
			   "effect but -1000",
			   v->domain, (unsigned long long)v->total_pages.v);
	mw_finding_count(&f, "pages of the domain", v->total_pages.v, mw_victims_limit_file(c));
	mw_finding_count(&f, "tasks with an oom_score_adj", n, "proc/PID/oom_score_adj");
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = mw_fmt(c->arena,
							  "# give the cgroup more than %s, or use "
							  "-1000 for what must live",
							  mw_fmt_bytes(c->arena, most)),
					.effect = "a point of oom_score_adj is worth a page then",
					.risk = "so much less for the others",
					.undo = "the old limit" });
	f.check = mw_victims_ask_again(c);
	mw_findings_add(all, c->arena, &f);
}

/* Kills that are looked at: later ones are far away. */
#define SURPRISE_RANKS 5

static const struct mw_victim *largest_taken_along(const struct mw_victims *v, size_t rank)
{
	const struct mw_victim *found = NULL;

	for (size_t i = 0; i < v->n_victims && v->victim[i].rank <= rank; i++) {
		const struct mw_victim *x = &v->victim[i], *chosen = &v->victim[x->chosen];

		if (x->rank == rank && x != chosen &&
		    x->proc->oom.same_mm != chosen->proc->oom.same_mm &&
		    !mw_str_same(x->proc->status.name, chosen->proc->status.name) &&
		    (!found || mw_or(x->frees_bytes, 0) > mw_or(found->frees_bytes, 0)))
			found = x;
	}
	return found;
}

/* A helper is chosen, and its group takes the large one along. */
static void group_surprise(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;

	for (size_t rank = 1; rank <= SURPRISE_RANKS; rank++) {
		const struct mw_victim *x = largest_taken_along(v, rank);
		const struct mw_victim *chosen = x ? &v->victim[x->chosen] : NULL;
		struct mw_finding f = mw_victims_finding("MW-OOM-GROUP-SURPRISE", MW_WARNING,
							 x ? mw_or(x->frees_bytes, 0) : 0);

		if (!x || !chosen->whole ||
		    mw_or(x->frees_bytes, 0) <= mw_or(chosen->frees_bytes, 0))
			continue;
		f.verdict = mw_fmt(c->arena,
				   "when %s is chosen (kill %zu), memory.oom.group takes %s along, "
				   "which is larger",
				   mw_victim_name(c->arena, chosen->proc), rank,
				   mw_victim_name(c->arena, x->proc));
		mw_finding_bytes(&f, "of the chosen one", chosen->frees_bytes,
				 "proc/PID/smaps_rollup");
		mw_finding_bytes(&f, "of the one taken along", x->frees_bytes,
				 "proc/PID/smaps_rollup");
		mw_finding_text(&f, "cgroup", mw_arena_cstr(c->arena, chosen->whole->path),
				"memory.oom.group");
		mw_finding_fix(
			&f, (struct mw_fix){ .command = "# run the helper in a cgroup outside, or "
							"give it a lower oom_score_adj",
					     .effect = "its death is its own",
					     .risk = "what needs both may live on half",
					     .undo = "the old place" });
		f.check = mw_victims_ask_again(c);
		mw_findings_add(all, c->arena, &f);
		return;
	}
}

void mw_find_victims(const struct mw_victims_case *c, struct mw_findings *ret)
{
	struct mw_findings all = {};

	unkillable(c, &all);
	mw_find_unprotected(c, &all);
	mw_find_inherited(c, &all);
	floor_of_one(c, &all);
	useless(c, &all);
	small_domain(c, &all);
	group_surprise(c, &all);
	mw_find_panic_set(c, &all);
	mw_find_asker_dies(c, &all);
	mw_find_limit_over_parent(c, &all);
	mw_findings_sort(&all);
	*ret = all;
}
