/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_victims_settings - settings of the machine and of cgroups that overrule the order.
 */
#include "base/fmt.h"
#include "why/find.h"
#include "why/find_victims_private.h"

bool mw_victims_panics(const struct mw_snap *s, const struct mw_victims *v)
{
	uint64_t set = mw_or(s->oom_sysctl.panic_on_oom, 0);

	return set >= (v->kind == MW_DOMAIN_MACHINE ? 1 : 2);
}

void mw_find_panic_set(const struct mw_victims_case *c, struct mw_findings *all)
{
	uint64_t set = mw_or(c->snap->oom_sysctl.panic_on_oom, 0);
	struct mw_finding f = mw_victims_finding("MW-OOM-PANIC", MW_WARNING, 0);

	if (!mw_victims_panics(c->snap, c->victims))
		return;
	f.verdict = mw_fmt(c->arena,
			   "nobody would be killed: with vm.panic_on_oom=%llu the machine panics",
			   (unsigned long long)set);
	mw_finding_count(&f, "vm.panic_on_oom", set, "proc/sys/vm/panic_on_oom");
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = "sysctl -w vm.panic_on_oom=0",
					.effect = "one process dies in place of the machine",
					.risk = "none, where no cluster counts on the panic",
					.undo = mw_fmt(c->arena, "sysctl -w vm.panic_on_oom=%llu",
						       (unsigned long long)set) });
	f.check = "sysctl vm.panic_on_oom";
	mw_findings_add(all, c->arena, &f);
}

void mw_find_asker_dies(const struct mw_victims_case *c, struct mw_findings *all)
{
	struct mw_val set = c->snap->oom_sysctl.kill_allocating_task;
	struct mw_finding f = mw_victims_finding("MW-OOM-ASKER-DIES", MW_WARNING, 0);

	if (!c->victims->asker_dies || mw_victims_panics(c->snap, c->victims))
		return;
	f.verdict = mw_fmt(c->arena,
			   "with vm.oom_kill_allocating_task=%llu whoever asks for memory is "
			   "killed, large or small; the order holds only where that one may not be",
			   (unsigned long long)set.v);
	mw_finding_count(&f, "vm.oom_kill_allocating_task", set.v,
			 "proc/sys/vm/oom_kill_allocating_task");
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = "sysctl -w vm.oom_kill_allocating_task=0",
					.effect = "the one with the most points dies",
					.risk = "with very many processes the search takes longer",
					.undo = mw_fmt(c->arena,
						       "sysctl -w vm.oom_kill_allocating_task=%llu",
						       (unsigned long long)set.v) });
	f.check = "sysctl vm.oom_kill_allocating_task";
	f.sure = "certain of what is set now; nobody can tell who asks next";
	mw_findings_add(all, c->arena, &f);
}

/* The next limit above a group; NULL: none. */
static const struct mw_memcg *limit_above(const struct mw_snap *s, const struct mw_memcg *g)
{
	while (g->parent < s->memcgs.n) {
		g = &s->memcgs.item[g->parent];
		/* Up to 5.10 a group of v1 may stand for itself alone. */
		if (!mw_or(g->hierarchy, 1))
			return NULL;
		if (mw_known(g->limit_bytes))
			return g;
	}
	return NULL;
}

void mw_find_limit_over_parent(const struct mw_victims_case *c, struct mw_findings *all)
{
	struct mw_finding f = mw_victims_finding("MW-CG-LIMIT-OVER-PARENT", MW_INFO, 0);
	const struct mw_memcg *first = NULL, *above = NULL;
	uint64_t n = 0;

	for (size_t i = 0; i < c->snap->memcgs.n; i++) {
		const struct mw_memcg *g = &c->snap->memcgs.item[i], *up = limit_above(c->snap, g);

		if (!mw_known(g->limit_bytes) || !up || up->limit_bytes.v >= g->limit_bytes.v)
			continue;
		if (!n++) {
			first = g;
			above = up;
		}
	}
	if (!n)
		return;
	f.verdict =
		mw_fmt(c->arena,
		       "the limit of cgroup %.*s is above that of %.*s: it is never reached, and "
		       "who dies is chosen among all of the latter",
		       (int)first->path.n, first->path.p, (int)above->path.n, above->path.p);
	mw_finding_bytes(&f, "its limit", first->limit_bytes, mw_victims_limit_file(c));
	mw_finding_bytes(&f, "the limit above", above->limit_bytes, mw_victims_limit_file(c));
	mw_finding_count(&f, "cgroups like this", n, mw_victims_limit_file(c));
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = mw_victims_ask_of(c, above),
					.effect = "shows who dies when the limit above is reached",
					.risk = "none",
					.undo = "none needed" });
	f.check = "memwhy victims";
	f.sure = "certain";
	mw_findings_add(all, c->arena, &f);
}
