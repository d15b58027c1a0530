/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_victims - is the order of death what its owner wants?
 */
#include "base/fmt.h"
#include "why/find.h"
#include "why/victims.h"

static struct mw_finding start(const char *id, enum mw_severity severity, uint64_t weight)
{
	return (struct mw_finding){
		.id = id,
		.severity = severity,
		.weight_bytes = weight,
		.sure = "certain of what is set now; nobody can tell who grows next"
	};
}

static const char *adj_text(struct mw_arena *a, const struct mw_victim *x)
{
	return mw_fmt(a, "%lld", (long long)x->oom_score_adj);
}

static struct mw_fix choom(struct mw_arena *a, const struct mw_victim *x, int adj,
			   const char *effect, const char *risk)
{
	unsigned long long pid = x->proc->pid;

	return (struct mw_fix){ .command = mw_fmt(a, "memwhy victims --set %llu %d", pid, adj),
				.effect = effect,
				.risk = risk,
				.undo = mw_fmt(a, "memwhy victims --set %llu %lld", pid,
					       (long long)x->oom_score_adj) };
}

static const char *ask_of(const struct mw_victims_case *c, const struct mw_memcg *g)
{
	return mw_fmt(c->arena, "memwhy victims --cgroup %s", mw_fmt_shell(c->arena, g->path));
}

/* The prediction again, of the same domain. */
static const char *ask_again(const struct mw_victims_case *c)
{
	return c->victims->group ? ask_of(c, c->victims->group) : "memwhy victims";
}

/* The file that a limit stands in. */
static const char *limit_file(const struct mw_victims_case *c)
{
	return c->snap->memcgs.v2 ? "memory.max" : "memory.limit_in_bytes";
}

static bool is_one_of(struct mw_str name, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (mw_str_eq(name, list[i]))
			return true;
	return false;
}

/* Each larger one that no kill reaches: when it leaks, everything else dies first. */
static void unkillable(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	uint64_t total = mw_or(c->snap->meminfo.total_bytes, 0);

	for (size_t i = v->n_victims; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];
		struct mw_val size = mw_add(x->frees_bytes, x->proc->status.swap_bytes);
		struct mw_finding f = start("MW-OOMADJ-UNKILLABLE-APP", MW_WARNING, mw_or(size, 0));

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
		mw_finding_fix(&f,
			       choom(c->arena, x, -900,
				     "it dies late, when it holds nearly everything, not never",
				     "it can be killed; at its next start its unit decides again"));
		f.check = mw_fmt(c->arena, "cat /proc/%llu/oom_score_adj",
				 (unsigned long long)x->proc->pid);
		mw_findings_add(all, c->arena, &f);
	}
}

static const struct mw_proc *parent_of(const struct mw_snap *s, const struct mw_proc *p)
{
	for (size_t i = 0; i < s->n_procs; i++)
		if (s->proc[i].pid == p->oom.stat.parent_pid)
			return &s->proc[i];
	return NULL;
}

/* The unit it runs in; as Debian calls it where it is not in one. */
static const char *unit_of(struct mw_arena *a, const struct mw_proc *p)
{
	struct mw_str unit = mw_str_from(p->cgroup, mw_str_rfind(p->cgroup, '/') + 1);

	return mw_str_ends(unit, ".service") ? mw_fmt_shell(a, unit) : "ssh.service";
}

/* Who lets an administrator in must not be among the first. */
#define PROTECTED_ADJ -500

static void unprotected(const struct mw_victims_case *c, struct mw_findings *all)
{
	static const char *const doors[] = { "sshd", "dropbear", NULL };
	const struct mw_victims *v = c->victims;

	for (size_t i = 0; i < v->n_victims; i++) {
		const struct mw_victim *x = &v->victim[i];
		struct mw_finding f = start("MW-OOMADJ-UNPROTECTED-SHELL", MW_INFO, 0);
		const struct mw_proc *parent;

		if (!is_one_of(x->proc->status.name, doors) || x->oom_score_adj <= PROTECTED_ADJ)
			continue;
		/* The one that listens: its children serve one session each. */
		parent = parent_of(c->snap, x->proc);
		if (parent && is_one_of(parent->status.name, doors))
			continue;
		f.verdict =
			mw_fmt(c->arena,
			       "%s is the way in, and may be killed as any other (oom_score_adj "
			       "%s, rank %zu)",
			       mw_victim_name(c->arena, x->proc), adj_text(c->arena, x), x->rank);
		mw_finding_text(&f, "oom_score_adj", adj_text(c->arena, x),
				"proc/PID/oom_score_adj");
		mw_finding_count(&f, "its rank among the victims", x->rank, "the kernel's rule");
		mw_finding_fix(&f, choom(c->arena, x, -1000, "it is never killed, from now on",
					 "sessions of dropbear inherit it; OpenSSH gives its own "
					 "what it was started with"));
		mw_finding_fix(
			&f, (struct mw_fix){
				    .command = mw_fmt(c->arena, "systemctl restart %s",
						      unit_of(c->arena, x->proc)),
				    .effect = "OpenSSH protects itself at each start, if it may",
				    .risk = "a wrong sshd_config keeps it down: test with sshd -t",
				    .undo = "none needed" });
		f.check = ask_again(c);
		mw_findings_add(all, c->arena, &f);
		return;
	}
}

/* A shell, or what runs in somebody's session. */
static bool is_of_a_session(const struct mw_proc *p)
{
	static const char *const shells[] = { "bash", "sh",  "dash", "zsh",  "ksh",    "fish",
					      "tcsh", "csh", "ash",  "tmux", "screen", NULL };

	return is_one_of(p->status.name, shells) ||
	       mw_str_search(p->cgroup, "/user.slice/") < p->cgroup.n;
}

static bool has_inherited(const struct mw_victims_case *c, const struct mw_victim *x)
{
	const struct mw_proc *parent;

	if (x->proc->oom.adj_why != MW_OK || x->oom_score_adj > -900 || x->proc->pid == 1 ||
	    !is_of_a_session(x->proc))
		return false;
	parent = parent_of(c->snap, x->proc);
	return parent && parent->oom.adj_why == MW_OK &&
	       parent->oom.oom_score_adj == x->oom_score_adj;
}

static void inherited(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	const struct mw_victim *largest = NULL;
	struct mw_finding f = start("MW-OOMADJ-INHERITED", MW_WARNING, 0);
	uint64_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];

		if (!has_inherited(c, x))
			continue;
		n++;
		if (!largest || mw_or(x->frees_bytes, 0) > mw_or(largest->frees_bytes, 0))
			largest = x;
	}
	if (!largest)
		return;
	f.weight_bytes = mw_or(largest->frees_bytes, 0);
	f.verdict = mw_fmt(
		c->arena,
		"%llu process%s of sessions inherited the protection of a daemon "
		"(oom_score_adj %s), and so will all that is started from them: the largest is %s",
		(unsigned long long)n, n == 1 ? "" : "es", adj_text(c->arena, largest),
		mw_victim_name(c->arena, largest->proc));
	mw_finding_count(&f, "processes", n, "proc/PID/oom_score_adj");
	mw_finding_bytes(&f, "memory of the largest", largest->frees_bytes,
			 "proc/PID/smaps_rollup");
	mw_finding_text(&f, "its parent",
			mw_victim_name(c->arena, parent_of(c->snap, largest->proc)),
			"proc/PID/stat");
	mw_finding_fix(&f,
		       choom(c->arena, largest, 0, "it is rated as all others",
			     "it can be killed, as it should; its children keep what they have"));
	f.check = mw_fmt(c->arena, "cat /proc/%llu/oom_score_adj",
			 (unsigned long long)largest->proc->pid);
	mw_findings_add(all, c->arena, &f);
}

/* All rate 1: the order of the scan decides. */
static void floor_of_one(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	struct mw_finding f = start("MW-OOM-FLOOR", MW_WARNING, 0);
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
	mw_finding_bytes(&f, "what the largest holds", largest, "proc/PID/smaps_rollup");
	mw_finding_fix(
		&f, (struct mw_fix){ .command = mw_fmt(c->arena, "%s --kernel 5.10", ask_again(c)),
				     .effect = "shows who dies by the rule of 5.9 and later",
				     .risk = "none",
				     .undo = "none needed" });
	mw_finding_fix(&f, (struct mw_fix){ .command = "# update the kernel to 5.9 or later",
					    .effect = "it counts below 0: the largest dies",
					    .risk = "a reboot",
					    .undo = "boot the kernel before" });
	f.check = ask_again(c);
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
	struct mw_finding f = start("MW-OOM-VICTIM-USELESS", MW_WARNING, mw_or(stuck, 0));
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
	f.check = ask_again(c);
	mw_findings_add(all, c->arena, &f);
}

static void small_domain(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	struct mw_finding f = start("MW-OOM-SMALL-DOMAIN", MW_WARNING, 0);
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
	mw_finding_count(&f, "pages of the domain", v->total_pages.v, limit_file(c));
	mw_finding_count(&f, "tasks with an oom_score_adj", n, "proc/PID/oom_score_adj");
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = mw_fmt(c->arena,
							  "# give the cgroup more than %s, or use "
							  "-1000 for what must live",
							  mw_fmt_bytes(c->arena, most)),
					.effect = "a point of oom_score_adj is worth a page then",
					.risk = "so much less for the others",
					.undo = "the old limit" });
	f.check = ask_again(c);
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
		struct mw_finding f = start("MW-OOM-GROUP-SURPRISE", MW_WARNING,
					    x ? mw_or(x->frees_bytes, 0) : 0);

		if (!x || mw_or(x->frees_bytes, 0) <= mw_or(chosen->frees_bytes, 0))
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
		mw_finding_text(&f, "cgroup", mw_arena_cstr(c->arena, chosen->proc->cgroup),
				"memory.oom.group");
		mw_finding_fix(
			&f, (struct mw_fix){ .command = "# run the helper in a cgroup outside, or "
							"give it a lower oom_score_adj",
					     .effect = "its death is its own",
					     .risk = "what needs both may live on half",
					     .undo = "the old place" });
		f.check = ask_again(c);
		mw_findings_add(all, c->arena, &f);
		return;
	}
}

bool mw_victims_panics(const struct mw_snap *s, const struct mw_victims *v)
{
	uint64_t set = mw_or(s->oom_sysctl.panic_on_oom, 0);

	return set >= (v->kind == MW_DOMAIN_MACHINE ? 1 : 2);
}

static void panic_set(const struct mw_victims_case *c, struct mw_findings *all)
{
	uint64_t set = mw_or(c->snap->oom_sysctl.panic_on_oom, 0);
	struct mw_finding f = start("MW-OOM-PANIC", MW_WARNING, 0);

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

static void limit_over_parent(const struct mw_victims_case *c, struct mw_findings *all)
{
	struct mw_finding f = start("MW-CG-LIMIT-OVER-PARENT", MW_INFO, 0);
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
	mw_finding_bytes(&f, "its limit", first->limit_bytes, limit_file(c));
	mw_finding_bytes(&f, "the limit above", above->limit_bytes, limit_file(c));
	mw_finding_count(&f, "cgroups like this", n, limit_file(c));
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = ask_of(c, above),
					.effect = "shows who dies when the limit above is reached",
					.risk = "none",
					.undo = "none needed" });
	f.check = "memwhy victims";
	f.sure = "certain";
	mw_findings_add(all, c->arena, &f);
}

void mw_find_victims(const struct mw_victims_case *c, struct mw_findings *ret)
{
	struct mw_findings all = {};

	unkillable(c, &all);
	unprotected(c, &all);
	inherited(c, &all);
	floor_of_one(c, &all);
	useless(c, &all);
	small_domain(c, &all);
	group_surprise(c, &all);
	panic_set(c, &all);
	limit_over_parent(c, &all);
	mw_findings_sort(&all);
	*ret = all;
}
