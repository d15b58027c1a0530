/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_oom_behind - what stands behind a report: memory that no kill gives back, tasks that no kill
 * reaches, and kills that missed.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find.h"
#include "why/find_oom_private.h"

/* A smaller task that no kill reaches is no reason for anything. */
#define UNKILLABLE_PERMILLE 20

static struct mw_finding start(const char *id, enum mw_severity severity, uint64_t weight)
{
	return (struct mw_finding){ .id = id, .severity = severity, .weight_bytes = weight };
}

static bool is_share(const struct mw_oom_case *c, struct mw_val bytes, uint64_t permille)
{
	return mw_known(bytes) && mw_known(c->total_bytes) && c->total_bytes.v &&
	       mw_permille(bytes.v, c->total_bytes.v) >= permille;
}

static void share_rows(const struct mw_oom_case *c, struct mw_finding *f, const char *name,
		       struct mw_val bytes)
{
	mw_finding_bytes(f, name, bytes, mw_oom_source(c));
	mw_finding_bytes(f, mw_oom_total_name(c), c->total_bytes, mw_oom_source(c));
}

static void shmem(const struct mw_oom_case *c, uint64_t permille, struct mw_findings *all)
{
	struct mw_val bytes = mw_oom_class_bytes(c, "shmem");
	struct mw_finding f = start("MW-OOM-SHMEM", MW_WARNING, mw_or(bytes, 0));

	if (!is_share(c, bytes, permille))
		return;
	f.verdict = mw_fmt(c->arena,
			   "%s was shared memory or tmpfs, which no kill gives back unless the "
			   "last holder of it dies and no file is left",
			   mw_fmt_bytes(c->arena, bytes.v));
	share_rows(c, &f, "shared memory and tmpfs", bytes);
	mw_finding_fix(
		&f, (struct mw_fix){ .command = "memwhy ledger --class shmem",
				     .effect = "names each tmpfs, segment and file without a name, "
					       "in all mount namespaces",
				     .risk = "none",
				     .undo = "none needed" });
	f.check = "grep Shmem: /proc/meminfo";
	f.sure = "certain of the size at that moment; who made it, only the live machine says";
	mw_findings_add(all, c->arena, &f);
}

static void slab(const struct mw_oom_case *c, uint64_t permille, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	bool memcg = e->kind == MW_OOM_MEMCG;
	struct mw_val bytes = mw_oom_class_bytes(c, "slab_unreclaimable");
	struct mw_finding f = start("MW-OOM-SLAB", MW_WARNING, mw_or(bytes, 0));

	if (!is_share(c, bytes, permille))
		return;
	f.verdict = mw_fmt(c->arena,
			   "%s was slab that cannot be reclaimed: the kernel's own objects, no "
			   "process to kill for them",
			   mw_fmt_bytes(c->arena, bytes.v));
	share_rows(c, &f, "unreclaimable slab", bytes);
	for (size_t i = 0; i < e->n_slabs && f.n_evidence < 5; i++)
		if (is_share(c, e->slab[i].total_bytes, permille / 5))
			mw_finding_bytes(&f,
					 mw_fmt(c->arena, "cache %.*s", (int)e->slab[i].name.n,
						e->slab[i].name.p),
					 e->slab[i].total_bytes, mw_oom_source(c));
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = "slabtop -o -s c | head -n 20",
					.effect = memcg ? "shows the largest caches now, of all "
							  "cgroups together"
							: "shows the largest caches now",
					.risk = "none",
					.undo = "none needed" });
	f.check =
		memcg ? mw_fmt(c->arena, "grep slab %s",
			       mw_oom_group_file(c, mw_oom_group(e), "memory.stat", "memory.stat"))
		      : "grep SUnreclaim /proc/meminfo";
	f.sure = "certain of the size; a cache that grows for days leaks";
	mw_findings_add(all, c->arena, &f);
}

static void unaccounted(const struct mw_oom_case *c, uint64_t permille, struct mw_findings *all)
{
	struct mw_val bytes = mw_oom_class_bytes(c, "unaccounted");
	struct mw_finding f = start("MW-OOM-UNACCOUNTED", MW_WARNING, mw_or(bytes, 0));

	if (c->event->kind == MW_OOM_MEMCG || !is_share(c, bytes, permille))
		return;
	f.verdict = mw_fmt(c->arena,
			   "%s is in no counter of the report: a driver, a balloon, vmalloc or "
			   "other pages that the kernel does not count there",
			   mw_fmt_bytes(c->arena, bytes.v));
	share_rows(c, &f, "in no counter", bytes);
	mw_finding_fix(
		&f, (struct mw_fix){ .command = "memwhy ledger --class unaccounted",
				     .effect = "the same question to the live machine, which tells "
					       "more: vmalloc, balloons, zram, graphics",
				     .risk = "none",
				     .undo = "none needed" });
	f.check = "memwhy ledger";
	f.sure = "the sum of the printed counters is certain; vmalloc and per-CPU memory are never "
		 "in it";
	mw_findings_add(all, c->arena, &f);
}

/* The largest task that no kill reaches, where it is larger than the one that died. */
static void unkillable(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_task *worst = NULL;
	uint64_t killed = 0, bytes;
	struct mw_finding f;

	for (size_t i = 0; i < c->event->n_tasks; i++) {
		const struct mw_oom_task *t = &c->event->task[i];

		if (t->oom_score_adj == -1000 && (!worst || t->rss_pages > worst->rss_pages))
			worst = t;
		if (c->chosen && (t->pid == c->chosen->pid.v || t->tgid == c->chosen->pid.v))
			killed = t->rss_pages + t->swap_pages;
	}
	if (!worst || !c->chosen || worst->rss_pages <= killed)
		return;
	bytes = mw_or(mw_mul(mw_ok(worst->rss_pages), c->page_bytes), 0);
	if (mw_known(c->total_bytes) && !is_share(c, mw_ok(bytes), UNKILLABLE_PERMILLE))
		return;
	f = start("MW-OOM-UNKILLABLE", MW_WARNING, bytes);
	f.verdict = mw_fmt(c->arena,
			   "%.*s (pid %u) holds more than the one killed, but with "
			   "oom_score_adj -1000 it cannot be: the others die in its place",
			   (int)worst->comm.n, worst->comm.p, worst->pid);
	mw_finding_bytes(&f, "its resident memory", mw_ok(bytes), mw_oom_source(c));
	mw_finding_bytes(&f, "of the one killed", mw_mul(mw_ok(killed), c->page_bytes),
			 mw_oom_source(c));
	mw_finding_fix(&f, (struct mw_fix){
				   .command = mw_fmt(c->arena,
						     "cat /proc/%u/oom_score_adj /proc/"
						     "%u/cgroup",
						     worst->pid, worst->pid),
				   .effect = "says whose it is; its unit's OOMScoreAdjust sets it",
				   .risk = "none",
				   .undo = "none needed" });
	f.check = "memwhy oom (the next report)";
	f.sure = "certain";
	mw_findings_add(all, c->arena, &f);
}

static void floor_bug(const struct mw_oom_case *c, struct mw_findings *all)
{
	struct mw_finding f = start("MW-OOM-FLOOR-BUG", MW_WARNING, 0);

	if (!c->all_tied)
		return;
	f.verdict = mw_fmt(c->arena,
			   "every task here rates 1, the floor of this kernel, so the %s one "
			   "scanned dies, however small",
			   c->rules.tie == MW_TIE_FIRST ? "first" : "last");
	mw_finding_text(&f, "tasks that tie",
			mw_fmt(c->arena, "%zu, all with a low oom_score_adj", c->n_ranks),
			mw_oom_source(c));
	mw_finding_fix(&f, (struct mw_fix){
				   .command = "uname -r",
				   .effect = "kernels from 5.9 on (5.4 from .195) rate below 1 and "
					     "choose the largest",
				   .risk = "none",
				   .undo = "none needed" });
	f.check = "memwhy oom (the next victim is the largest)";
	f.sure = "certain: the rating done again with the printed table";
	mw_findings_add(all, c->arena, &f);
}

static void differs(const struct mw_oom_case *c, struct mw_findings *all)
{
	struct mw_finding f = start("MW-OOM-VICTIM", MW_WARNING, 0);

	if (c->agrees != MW_DIFFERS)
		return;
	f.verdict = mw_fmt(c->arena, "the one killed is not the one this kernel's rule names: %s",
			   c->agrees_why);
	mw_finding_text(&f, "killed",
			mw_fmt(c->arena, "%.*s (pid %" PRIu64 "), number %zu of %zu",
			       (int)c->chosen->comm.n, c->chosen->comm.p, c->chosen->pid.v,
			       c->chosen_rank, c->n_ranks),
			mw_oom_source(c));
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = "uname -r",
					.effect = "a vendor or development kernel may choose by "
						  "another rule, or have a bug",
					.risk = "none",
					.undo = "none needed" });
	f.check = "memwhy oom (the next report)";
	f.sure = "the rating is the kernel's formula on the printed table; tasks of which no "
		 "thread was "
		 "eligible, or that shared memory with a dying one, are not marked there";
	mw_findings_add(all, c->arena, &f);
}

static const char *panic_words(const struct mw_oom_case *c, bool asked)
{
	if (asked)
		return "the machine panicked, as vm.panic_on_oom tells it to";
	if (c->event->panic.n)
		return "no task was left that may be killed, so the kernel panicked";
	if (c->event->kind == MW_OOM_MEMCG)
		return "no task of the cgroup was left that may be killed: its requests fail";
	return c->event->kind_inferred ? "no task was left that may be killed; no panic followed, "
					 "as it would for the whole machine: so of a cgroup, most "
					 "likely"
				       : "no task was left that may be killed";
}

/* The table shows one that may be killed: then it was chosen before, and given up (MMF_OOM_SKIP),
 * 4.6 on. */
static void passed_over_row(const struct mw_oom_case *c, struct mw_finding *f)
{
	const struct mw_oom_task *t;

	if (!c->n_ranks || !c->rank[0].killable || c->killed)
		return;
	t = c->rank[0].task;
	mw_finding_text(
		f, "passed over, first by the rule",
		mw_fmt(c->arena,
		       "%.*s (pid %u) with %s resident: a victim of before, most likely, "
		       "that does not end",
		       (int)t->comm.n, t->comm.p, t->pid,
		       mw_fmt_val_bytes(c->arena, mw_mul(mw_ok(t->rss_pages), c->page_bytes))),
		mw_oom_source(c));
}

static void panicked(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	bool asked = mw_str_search(e->panic, "panic_on_oom") < e->panic.n;
	struct mw_finding f = start("MW-OOM-PANIC", MW_CRITICAL, 0);

	if (!e->panic.n && !e->no_killable)
		return;
	f.verdict = panic_words(c, asked);
	mw_finding_text(&f, "the kernel's words",
			e->panic.n ? mw_arena_cstr(c->arena, e->panic)
				   : "Out of memory and no killable processes...",
			mw_oom_source(c));
	if (!asked)
		passed_over_row(c, &f);
	mw_finding_fix(&f,
		       asked ? (struct mw_fix){ .command = "sysctl -w vm.panic_on_oom=0",
						.effect = "a task dies in place of the machine",
						.risk = "none where no cluster counts on the panic",
						.undo = "sysctl -w vm.panic_on_oom=1" }
			     : (struct mw_fix){ .command = "grep -s -l -- -1000 "
							   "/proc/[0-9]*/oom_score_adj",
						.effect = "names the tasks that cannot be killed",
						.risk = "none",
						.undo = "none needed" });
	f.check = asked ? "sysctl vm.panic_on_oom" : "dmesg | grep 'no killable' (nothing new)";
	f.sure = e->panic.n || !e->kind_inferred
			 ? "certain"
			 : "certain that nobody was left; of what, the log does not show";
	mw_findings_add(all, c->arena, &f);
}

static void reap_failed(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	struct mw_finding f = start("MW-OOM-REAP-FAILED", MW_WARNING, 0);

	for (size_t i = 0; i < e->n_victims; i++) {
		if (!e->victim[i].reap_failed)
			continue;
		f.verdict = mw_fmt(c->arena,
				   "the memory of pid %" PRIu64 " could not be taken back after "
				   "the kill: its memory map stayed locked",
				   e->victim[i].pid.v);
		mw_finding_text(&f, "the kernel's words", "oom_reaper: unable to reap",
				mw_oom_source(c));
		mw_finding_fix(&f,
			       (struct mw_fix){ .command = "dmesg | grep -A 40 'unable to reap'",
						.effect = "shows where the victim waits",
						.risk = "none",
						.undo = "none needed" });
		f.check = "dmesg | grep oom_reaper";
		f.sure = "certain";
		mw_findings_add(all, c->arena, &f);
		return;
	}
}

void mw_find_oom_behind(const struct mw_oom_case *c, const struct mw_thresholds *limit,
			struct mw_findings *all)
{
	shmem(c, limit->oom_shmem_permille, all);
	slab(c, limit->oom_slab_permille, all);
	unaccounted(c, limit->oom_unaccounted_permille, all);
	unkillable(c, all);
	floor_bug(c, all);
	differs(c, all);
	panicked(c, all);
	reap_failed(c, all);
}
