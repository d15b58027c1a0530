/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_commit - what will be refused though RAM is free, or will not be though there is none.
 */
#include "base/fmt.h"
#include "why/commit.h"
#include "why/find.h"
#include "why/gauge.h"

static struct mw_finding start(const char *id, enum mw_severity severity, struct mw_val weight)
{
	return (struct mw_finding){
		.id = id,
		.severity = severity,
		.weight_bytes = mw_or(weight, 0),
		.check = "memwhy commit",
		.sure = "certain of this moment: the rule is the kernel's own"
	};
}

static const char *size(const struct mw_commit_case *c, struct mw_val bytes)
{
	return mw_fmt_val_bytes(c->arena, bytes);
}

static bool is_mode(const struct mw_commit_case *c, enum mw_overcommit_mode mode)
{
	return mw_known(c->commit->mode_known) && c->commit->mode == mode;
}

static struct mw_val bytes_of(const struct mw_commit_case *c, struct mw_val pages)
{
	return mw_mul(pages, c->commit->state.page_bytes);
}

/* The largest promise of a process that was never touched. */
static const struct mw_promiser *most_unused(const struct mw_commit_case *c)
{
	for (size_t i = 0; i < c->commit->n_promisers; i++)
		if (c->commit->promiser[i].proc)
			return &c->commit->promiser[i];
	return NULL;
}

static const char *name_of(const struct mw_commit_case *c, const struct mw_promiser *p)
{
	return mw_fmt(c->arena, "%.*s (pid %llu)", (int)p->name.n, p->name.p,
		      (unsigned long long)mw_or(p->pid, 0));
}

static const char *source_of(const struct mw_promiser *p)
{
	return p->from_status ? "proc/PID/status" : "proc/PID/smaps";
}

static void evidence(const struct mw_commit_case *c, struct mw_finding *f)
{
	const struct mw_promiser *p = most_unused(c);

	mw_finding_bytes(f, "Committed_AS", c->commit->committed_bytes, "proc/meminfo");
	mw_finding_bytes(f, "CommitLimit", c->commit->limit_bytes, "proc/meminfo, proc/sys/vm");
	mw_finding_bytes(f, "available all the same", c->snap->meminfo.available_bytes,
			 "proc/meminfo");
	if (!p)
		return;
	mw_finding_text(f, "largest unused promise", name_of(c, p), source_of(p));
	mw_finding_bytes(f, "promised to it, never touched", p->unused_bytes, source_of(p));
}

static const char *set_ratio(const struct mw_commit_case *c, uint64_t *ret_percent)
{
	const struct mw_overcommit *o = &c->commit->state;
	uint64_t ratio = mw_or(o->ratio_percent, 50);

	*ret_percent = ratio < 80 ? 80 : ratio + 10;
	if (mw_or(o->limit_kib, 0))
		return mw_fmt(c->arena, "sysctl vm.overcommit_kbytes=%llu",
			      (unsigned long long)(o->limit_kib.v + o->limit_kib.v / 4));
	return mw_fmt(c->arena, "sysctl vm.overcommit_ratio=%llu",
		      (unsigned long long)*ret_percent);
}

static void change_program(struct mw_finding *f)
{
	mw_finding_fix(
		f,
		(struct mw_fix){
			.command = "# in the program: reserve with PROT_NONE and mprotect() what "
				   "is used; start others by posix_spawn() in place of fork()",
			.effect = "PROT_NONE promises nothing, posix_spawn() copies nothing",
			.risk = "MAP_NORESERVE does not help in mode 2: it is ignored there; "
				"mprotect() may fail later",
			.undo = "the old program" });
}

/* All the ways out of a limit that is reached. */
static void ways_out(const struct mw_commit_case *c, struct mw_finding *f)
{
	const struct mw_overcommit *o = &c->commit->state;
	bool kib = mw_or(o->limit_kib, 0);
	uint64_t percent;
	const char *raise = set_ratio(c, &percent);

	mw_finding_fix(
		f, (struct mw_fix){
			   .command = "fallocate -l 4G /swapfile && chmod 600 /swapfile && mkswap "
				      "/swapfile && swapon /swapfile",
			   .effect = "adds its whole size to CommitLimit; while promises stay "
				     "untouched, nothing is ever written to it",
			   .risk = "if they are touched after all, the machine swaps before it "
				   "refuses",
			   .undo = "swapoff /swapfile && rm /swapfile" });
	mw_finding_fix(
		f,
		(struct mw_fix){
			.command = raise,
			.effect = "counts more of the RAM as promisable, at once",
			.risk = percent > 100 && !kib
					? "more than RAM and swap may be promised: the OOM killer "
					  "is back"
					: "less is left for the kernel and the page cache, should "
					  "all promises be used",
			.undo = kib ? mw_fmt(c->arena, "sysctl vm.overcommit_kbytes=%llu",
					     (unsigned long long)o->limit_kib.v)
				    : mw_fmt(c->arena, "sysctl vm.overcommit_ratio=%llu",
					     (unsigned long long)mw_or(o->ratio_percent, 50)) });
	mw_finding_fix(f, (struct mw_fix){
				  .command = "sysctl vm.overcommit_memory=0",
				  .effect = "refuses only what cannot fit by itself",
				  .risk = "promises may exceed what there is: then the OOM killer "
					  "ends a process instead",
				  .undo = "sysctl vm.overcommit_memory=2" });
	change_program(f);
}

/* Was something said? */
static bool strict(const struct mw_commit_case *c, struct mw_findings *all)
{
	const struct mw_commit *m = c->commit;
	uint64_t limit = mw_or(m->limit_bytes, 0), used;
	struct mw_val left = bytes_of(c, m->user.most_pages);
	bool full;
	struct mw_finding f;

	if (!is_mode(c, MW_OVERCOMMIT_NEVER) || !mw_known(left) || !mw_known(m->limit_bytes))
		return false;
	used = limit > left.v ? limit - left.v : 0;
	full = mw_permille(used, limit) >= c->limit->commit_full_permille;
	if (!full && mw_permille(used, limit) < c->limit->commit_near_permille)
		return false;
	f = full ? start("MW-COMMIT-STRICT-FULL", MW_CRITICAL, m->committed_bytes)
		 : start("MW-COMMIT-NEAR-LIMIT", MW_WARNING, m->committed_bytes);
	f.verdict =
		full ? mw_fmt(c->arena,
			      "malloc and fork fail though %s are available: "
			      "vm.overcommit_memory=2, %s of %s are promised, an ordinary "
			      "process gets %s",
			      size(c, c->snap->meminfo.available_bytes),
			      size(c, m->committed_bytes), size(c, m->limit_bytes), size(c, left))
		     : mw_fmt(c->arena,
			      "vm.overcommit_memory=2 and %s of %s are promised: requests above "
			      "%s are refused, though %s are available",
			      size(c, m->committed_bytes), size(c, m->limit_bytes), size(c, left),
			      size(c, c->snap->meminfo.available_bytes));
	evidence(c, &f);
	ways_out(c, &f);
	mw_findings_add(all, c->arena, &f);
	return true;
}

/* Of those whose fork the rule refuses: the largest.  said: another finding has the ways out. */
static void fork_doubles(const struct mw_commit_case *c, bool said, struct mw_findings *all)
{
	const struct mw_commit *m = c->commit;
	const struct mw_promiser *worst = NULL;
	struct mw_val left = bytes_of(c, m->root.most_pages);
	struct mw_finding f;
	uint64_t n = 0;

	if (!is_mode(c, MW_OVERCOMMIT_NEVER) || !mw_known(left) || !mw_known(m->limit_bytes))
		return;
	for (size_t i = 0; i < m->n_promisers; i++) {
		const struct mw_promiser *p = &m->promiser[i];

		if (!p->proc || !mw_known(p->fork_bytes) || p->fork_bytes.v <= left.v ||
		    mw_permille(p->fork_bytes.v, m->limit_bytes.v) < c->limit->commit_fork_permille)
			continue;
		n++;
		if (!worst || p->fork_bytes.v > worst->fork_bytes.v)
			worst = p;
	}
	if (!worst)
		return;
	f = start("MW-COMMIT-FORK-DOUBLES", MW_WARNING, worst->fork_bytes);
	f.verdict = mw_fmt(c->arena,
			   "%s cannot fork: its child would be promised %s once more, and %s are "
			   "left (vm.overcommit_memory=2)",
			   name_of(c, worst), size(c, worst->fork_bytes), size(c, left));
	if (worst->from_status)
		f.sure = "roughly: VmData and VmStk, with what is not copied or was made with "
			 "MAP_NORESERVE; the flags in proc/PID/smaps would settle it";
	mw_finding_bytes(&f, "a fork of it adds", worst->fork_bytes, source_of(worst));
	mw_finding_bytes(&f, "of that ever touched", worst->touched_bytes, source_of(worst));
	mw_finding_bytes(&f, "left to promise, for root", left, "proc/meminfo");
	mw_finding_count(&f, "processes like it", n, "proc/PID/smaps");
	if (said)
		change_program(&f);
	else
		ways_out(c, &f);
	f.check = mw_fmt(c->arena, "memwhy commit --try 1M --as %llu",
			 (unsigned long long)mw_or(worst->pid, 0));
	mw_findings_add(all, c->arena, &f);
}

static void hugetlb_eats(const struct mw_commit_case *c, struct mw_findings *all)
{
	const struct mw_commit *m = c->commit;
	const struct mw_overcommit *o = &m->state;
	struct mw_val off = mw_mul(bytes_of(c, o->hugetlb_pages), mw_or(o->ratio_percent, 0));
	struct mw_val whole;
	struct mw_finding f;

	if (!is_mode(c, MW_OVERCOMMIT_NEVER) || mw_or(o->limit_kib, 0) || !mw_known(off))
		return;
	off.v /= 100;
	whole = mw_add(m->limit_bytes, off);
	if (!mw_known(whole) || mw_permille(off.v, whole.v) < c->limit->commit_hugetlb_permille)
		return;
	f = start("MW-COMMIT-HUGETLB-EATS-LIMIT", MW_WARNING, off);
	f.verdict = mw_fmt(c->arena,
			   "huge pages take %s off CommitLimit: %s of RAM are reserved for them, "
			   "and only the rest may be promised",
			   size(c, off), size(c, bytes_of(c, o->hugetlb_pages)));
	mw_finding_bytes(&f, "in huge pages", bytes_of(c, o->hugetlb_pages),
			 "sys/kernel/mm/hugepages");
	mw_finding_bytes(&f, "taken off", off, "proc/sys/vm/overcommit_ratio");
	mw_finding_bytes(&f, "CommitLimit", m->limit_bytes, "proc/meminfo");
	mw_finding_fix(&f, (struct mw_fix){
				   .command = "grep -r . /sys/kernel/mm/hugepages/*/*_hugepages",
				   .effect = "shows how many are free and not reserved: those can "
					     "go back",
				   .risk = "none",
				   .undo = "none needed" });
	mw_finding_fix(
		&f, (struct mw_fix){
			    .command = mw_fmt(
				    c->arena, "sysctl vm.overcommit_kbytes=%llu",
				    (unsigned long long)(mw_or(mw_add(m->limit_ram_bytes, off), 0) /
							 1024)),
			    .effect = "a fixed number: huge pages are not taken off it",
			    .risk = "what they hold may be promised twice",
			    .undo = mw_fmt(c->arena, "sysctl vm.overcommit_ratio=%llu",
					   (unsigned long long)mw_or(o->ratio_percent, 50)) });
	mw_findings_add(all, c->arena, &f);
}

static void no_swap(const struct mw_commit_case *c, struct mw_findings *all)
{
	const struct mw_commit *m = c->commit;
	struct mw_val ram = c->snap->meminfo.total_bytes, lost = mw_sub(ram, m->limit_bytes);
	struct mw_finding f;

	if (!is_mode(c, MW_OVERCOMMIT_NEVER) || !mw_known(m->state.swap_pages) ||
	    m->state.swap_pages.v || !mw_known(lost) || !lost.v)
		return;
	f = start("MW-COMMIT-NO-SWAP", MW_INFO, lost);
	f.verdict = mw_fmt(c->arena,
			   "vm.overcommit_memory=2 without swap: %s of %s of RAM can never be "
			   "promised to anybody",
			   size(c, lost), size(c, ram));
	mw_finding_bytes(&f, "RAM", ram, "proc/meminfo");
	mw_finding_bytes(&f, "CommitLimit", m->limit_bytes, "proc/meminfo");
	mw_finding_bytes(&f, "Committed_AS", m->committed_bytes, "proc/meminfo");
	ways_out(c, &f);
	mw_findings_add(all, c->arena, &f);
}

static void always(const struct mw_commit_case *c, struct mw_findings *all)
{
	const struct mw_commit *m = c->commit;
	struct mw_val whole =
		mw_add(c->snap->meminfo.total_bytes, c->snap->meminfo.swap_total_bytes);
	bool over = mw_known(whole) && mw_or(m->committed_bytes, 0) > whole.v;
	struct mw_finding f =
		start("MW-COMMIT-ALWAYS", over ? MW_WARNING : MW_INFO, m->committed_bytes);

	if (!is_mode(c, MW_OVERCOMMIT_ALWAYS))
		return;
	f.verdict = mw_fmt(c->arena,
			   "vm.overcommit_memory=1: no request is refused for lack of memory; when "
			   "it runs out, the OOM killer ends a process (%s are promised, there are "
			   "%s)",
			   size(c, m->committed_bytes), size(c, whole));
	mw_finding_bytes(&f, "Committed_AS", m->committed_bytes, "proc/meminfo");
	mw_finding_bytes(&f, "RAM and swap", whole, "proc/meminfo");
	mw_finding_fix(&f, (struct mw_fix){ .command = "memwhy victims",
					    .effect = "shows whom the OOM killer would take",
					    .risk = "none",
					    .undo = "none needed" });
	mw_finding_fix(
		&f,
		(struct mw_fix){ .command = "sysctl vm.overcommit_memory=0",
				 .effect = "refuses what cannot fit by itself, and nothing else",
				 .risk = "programs that ask for more than RAM and swap at once, as "
					 "some databases at a fork, fail",
				 .undo = "sysctl vm.overcommit_memory=1" });
	mw_findings_add(all, c->arena, &f);
}

/* The process that has used most of vm.max_map_count. */
static void maps(const struct mw_commit_case *c, struct mw_findings *all)
{
	const struct mw_proc *worst = NULL;
	struct mw_val limit = c->snap->commit_sysctl.max_map_count;
	struct mw_finding f;

	for (size_t i = 0; i < c->snap->n_procs; i++)
		if (!worst || mw_or(c->snap->proc[i].map_count, 0) > mw_or(worst->map_count, 0))
			worst = &c->snap->proc[i];
	if (!worst || !mw_known(worst->map_count) || !mw_known(limit) ||
	    mw_permille(worst->map_count.v, limit.v) < c->limit->limit_near_permille)
		return;
	f = start("MW-LIMIT-MAPS", MW_WARNING, worst->status.rss_bytes);
	f.verdict = mw_fmt(c->arena,
			   "%.*s (pid %llu) has %llu of at most %llu mappings: then mmap, mprotect "
			   "and munmap fail with ENOMEM, whatever is free",
			   (int)worst->status.name.n, worst->status.name.p,
			   (unsigned long long)worst->pid, (unsigned long long)worst->map_count.v,
			   (unsigned long long)limit.v);
	mw_finding_count(&f, "mappings", worst->map_count.v, "proc/PID/maps");
	mw_finding_count(&f, "vm.max_map_count", limit.v, "proc/sys/vm/max_map_count");
	mw_finding_fix(
		&f, (struct mw_fix){ .command = mw_fmt(c->arena, "sysctl vm.max_map_count=%llu",
						       (unsigned long long)(limit.v < UINT32_MAX / 8
										    ? limit.v * 4
										    : INT32_MAX)),
				     .effect = "lets each process have more, at once",
				     .risk = "about 200 bytes of kernel memory a mapping",
				     .undo = mw_fmt(c->arena, "sysctl vm.max_map_count=%llu",
						    (unsigned long long)limit.v) });
	f.check = mw_fmt(c->arena, "wc -l /proc/%llu/maps", (unsigned long long)worst->pid);
	mw_findings_add(all, c->arena, &f);
}

static void address_space(const struct mw_commit_case *c, struct mw_findings *all)
{
	struct mw_finding f;

	for (size_t i = 0; c->gauges && i < c->gauges->n; i++) {
		const struct mw_gauge *g = &c->gauges->item[i];

		if (g->rule != MW_LIMIT_AS || g->exempt || !mw_known(g->used) ||
		    !mw_known(g->limit) || g->limit.v == MW_UNLIMITED ||
		    mw_permille(g->used.v, g->limit.v) < c->limit->limit_near_permille)
			continue;
		f = start("MW-LIMIT-AS", MW_WARNING, g->used);
		f.verdict = mw_fmt(c->arena,
				   "%s may map %s more: RLIMIT_AS (ulimit -v) is %s, and counts "
				   "address space, touched or not",
				   c->name, size(c, g->room), size(c, g->limit));
		mw_finding_bytes(&f, "address space", g->used, "proc/PID/status");
		mw_finding_bytes(&f, "RLIMIT_AS", g->limit, "proc/PID/limits");
		mw_finding_fix(&f,
			       (struct mw_fix){
				       .command = "# where it is started: LimitAS=infinity in its "
						  "unit, or ulimit -v unlimited; "
						  "prlimit --as changes one that runs",
				       .effect = "address space is not bounded; a limit of "
						 "memory is a cgroup's",
				       .risk = "one that leaks is not stopped by it any more",
				       .undo = "the old limit" });
		mw_findings_add(all, c->arena, &f);
	}
}

void mw_find_commit(const struct mw_commit_case *c, struct mw_findings *ret)
{
	struct mw_findings all = {};
	bool said = strict(c, &all);

	fork_doubles(c, said, &all);
	hugetlb_eats(c, &all);
	if (!said)
		no_swap(c, &all);
	always(c, &all);
	maps(c, &all);
	address_space(c, &all);
	mw_findings_sort(&all);
	*ret = all;
}
