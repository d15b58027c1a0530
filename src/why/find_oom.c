/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_oom - the verdict of one report: why it came to this, and what to change.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "why/find_oom_private.h"

static uint64_t free_bytes(const struct mw_oom_case *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n_zones; i++)
		if (c->zone[i].n_steps)
			sum += mw_or(c->zone[i].state.free_pages, 0) * c->page_bytes;
	return sum;
}

static uint64_t small_bytes(const struct mw_oom_case *c)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < c->n_zones; i++)
		if (c->zone[i].n_steps)
			sum += c->zone[i].small_pages * c->page_bytes;
	/* The blocks are counted a moment later. */
	return sum < free_bytes(c) ? sum : free_bytes(c);
}

/* Is it so on more than one node?  Then it is no matter of where a program runs. */
static bool several_nodes(const struct mw_oom_case *c)
{
	struct mw_val first = mw_no(MW_UNREAD);

	for (size_t i = 0; i < c->n_zones; i++) {
		const struct mw_walk_zone *z = &c->zone[i];

		if (z->verdict != MW_ZONE_FRAGMENTED && z->verdict != MW_ZONE_LIKELY_FRAGMENTED)
			continue;
		if (!mw_known(first))
			first = z->zone->node;
		else if (mw_known(z->zone->node) && z->zone->node.v != first.v)
			return true;
	}
	return false;
}

static void fragmentation(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool oom = c->event->kind <= MW_OOM_SYSRQ, likely = false;
	struct mw_finding f =
		mw_oom_finding("MW-OOM-FRAGMENTATION", oom ? MW_CRITICAL : MW_WARNING);
	uint64_t block = c->page_bytes << c->walk.request.order;

	for (size_t i = 0; i < c->n_zones; i++)
		likely |= c->zone[i].verdict == MW_ZONE_LIKELY_FRAGMENTED;
	f.verdict = mw_fmt(c->arena,
			   "%s, and %s was free in the zones it may use, but %s of that in smaller "
			   "blocks: fragmentation%s",
			   mw_oom_asked(c), mw_fmt_bytes(c->arena, free_bytes(c)),
			   mw_fmt_bytes(c->arena, small_bytes(c)),
			   several_nodes(c) ? ", on more than one node: moving programs to another "
					      "node would help by luck only"
					    : "");
	mw_oom_zone_rows(c, &f);
	mw_finding_fix(&f, mw_fix_compact);
	mw_finding_fix(&f, mw_fix_more_free);
	if (mw_release_at_least(c->release, 5, 9))
		mw_finding_fix(&f,
			       (struct mw_fix){ .command = "sysctl -w "
							   "vm.compaction_proactiveness=40",
						.effect = "the kernel makes larger blocks in the "
							  "background",
						.risk = "some CPU of kcompactd",
						.undo = "sysctl -w "
							"vm.compaction_proactiveness=20" });
	f.check = mw_fmt(c->arena,
			 "cat /proc/buddyinfo (columns from the %u. on: blocks of %s and more)",
			 c->walk.request.order + 1, mw_fmt_bytes(c->arena, block));
	f.sure = likely ? "not all marks are in the log: that those zones failed too follows "
			  "from "
			  "their blocks and from the kernel's having given up"
			: "certain as far as the printed figures go: the kernel's own test, done "
			  "again";
	mw_findings_add(all, c->arena, &f);
}

static const char *swap_words(const struct mw_oom_counters *n)
{
	if (mw_known(n->swap_total_bytes) && !n->swap_total_bytes.v)
		return "; there is no swap";
	if (mw_known(n->swap_free_bytes) && n->swap_free_bytes.v < n->swap_total_bytes.v / 50)
		return "; swap is full";
	return "";
}

/* What was short, in words: a request of more than order 3 does not wait until the caches are
 * given back (PAGE_ALLOC_COSTLY_ORDER, mm/page_alloc.c). */
static const char *shortage_words(const struct mw_oom_case *c)
{
	struct mw_val cache = mw_oom_class_bytes(c, "page_cache");
	bool oom = c->event->kind <= MW_OOM_SYSRQ;

	if (!oom && c->walk.request.order > 3 && mw_or(cache, 0) > mw_or(c->total_bytes, 0) / 10)
		return mw_fmt(c->arena,
			      "memory was short, but %s of page cache could be given back: above "
			      "order 3 the kernel does not try for long",
			      mw_fmt_bytes(c->arena, cache.v));
	return mw_fmt(c->arena, "memory was really used up%s", swap_words(&c->event->count));
}

static void shortage(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool oom = c->event->kind <= MW_OOM_SYSRQ;
	struct mw_finding f =
		mw_oom_finding("MW-OOM-TRUE-SHORTAGE", oom ? MW_CRITICAL : MW_WARNING);

	f.verdict = mw_fmt(c->arena, "%s, and no zone it may use had that above its mark: %s%s",
			   mw_oom_asked(c), shortage_words(c), mw_oom_cma_words(c));
	mw_oom_memory_rows(c, &f);
	if (f.n_evidence < 3)
		mw_oom_zone_rows(c, &f);
	mw_oom_name_row(c, &f);
	mw_finding_fix(&f, mw_fix_look);
	/* A large block that nobody died for: reclaim that starts earlier is all it needs. */
	mw_finding_fix(&f,
		       !oom && c->walk.request.order > 3 ? mw_fix_more_free : mw_oom_fix_limit(c));
	f.sure = "certain that it was short; which of the holders is one too many, their history "
		 "says";
	mw_findings_add(all, c->arena, &f);
}

/* ", mostly page tables (300 MiB)" */
static const char *mostly(const struct mw_oom_case *c)
{
	for (size_t i = 0; i < c->n_classes; i++)
		if (mw_known(c->class[i].bytes) && mw_known(c->total_bytes) &&
		    c->class[i].bytes.v > c->total_bytes.v / 2)
			return mw_fmt(c->arena, ", mostly %s (%s)", c->class[i].label,
				      mw_fmt_bytes(c->arena, c->class[i].bytes.v));
	return "";
}

/* The limit that was reached: on v1 that of memory and swap may be the one. */
static const struct mw_oom_limit *limit_reached(const struct mw_oom_event *e, const char **ret_name)
{
	bool memsw = mw_known(e->memory.limit_bytes) && mw_known(e->memsw.limit_bytes) &&
		     mw_or(e->memory.usage_bytes, UINT64_MAX) < e->memory.limit_bytes.v &&
		     mw_or(e->memsw.usage_bytes, 0) >= e->memsw.limit_bytes.v;

	*ret_name = memsw ? "limit of memory and swap together" : "memory limit";
	return memsw ? &e->memsw : &e->memory;
}

/* The counter of kills stands in memory.oom_control of v1 from 4.14 on. */
static const char *memcg_check(const struct mw_oom_case *c, struct mw_str group)
{
	if (mw_oom_is_v1(c) && !mw_release_at_least(c->release, 4, 14))
		return "dmesg | grep -i 'cgroup out of memory' (nothing new)";
	return mw_fmt(c->arena, "cat %s (oom_kill does not rise)",
		      mw_oom_group_file(c, group, "memory.oom_control", "memory.events"));
}

/* "reached its memory limit of 512 MiB" */
static const char *limit_words(const struct mw_oom_case *c, const struct mw_oom_limit *limit,
			       const char *name)
{
	if (mw_known(limit->limit_bytes))
		return mw_fmt(c->arena, "reached its %s of %s", name,
			      mw_fmt_bytes(c->arena, limit->limit_bytes.v));
	return mw_fmt(c->arena, "reached its %s%s", name,
		      limit->limit_bytes.why == MW_ABSENT ? " (though the log shows it without one)"
							  : "");
}

static void memcg(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	struct mw_str group = mw_oom_group(e);
	struct mw_finding f = mw_oom_finding("MW-OOM-MEMCG-LIMIT", MW_CRITICAL);
	const char *name;
	const struct mw_oom_limit *limit = limit_reached(e, &name);

	f.verdict = mw_fmt(c->arena, "%s%.*s %s%s; the machine may have had memory free",
			   group.n ? "the cgroup " : "a cgroup (the log does not say which)",
			   (int)group.n, group.n ? group.p : "", limit_words(c, limit, name),
			   mostly(c));
	if (limit->limit_bytes.why == MW_UNREAD)
		mw_finding_text(&f, "limit and charge", "not in the log", mw_oom_source(c));
	if (limit == &e->memsw)
		mw_finding_bytes(&f, "charged, swap with it", limit->usage_bytes, mw_oom_source(c));
	mw_oom_memory_rows(c, &f);
	if (e->group_killed.n)
		mw_finding_text(&f, "memory.oom.group: all of it was killed",
				mw_arena_cstr(c->arena, e->group_killed), mw_oom_source(c));
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = mw_fmt(c->arena, "cat %s",
							  mw_oom_group_file(c, group, "memory.stat",
									    "memory.stat")),
					.effect = "says what it holds now",
					.risk = "none",
					.undo = "none needed" });
	mw_finding_fix(&f, mw_oom_fix_raise(c, group, limit == &e->memsw));
	f.check = memcg_check(c, group);
	f.sure = e->seen & MW_SEEN_MEMCG && mw_known(limit->limit_bytes)
			 ? "certain: the kernel printed the limit and the charge"
			 : "certain that it was a cgroup's limit; its figures are not in "
			   "the log";
	mw_findings_add(all, c->arena, &f);
}

static void node_bound(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	bool policy = c->cause == MW_CAUSE_MEMPOLICY;
	struct mw_str nodes = policy ? e->nodemask : e->mems_allowed;
	struct mw_finding f = mw_oom_finding("MW-OOM-NODE-BOUND", MW_CRITICAL);

	if (!nodes.n)
		nodes = mw_str_of("(which, the log does not say)");
	f.verdict = mw_fmt(c->arena, "%s and may use only node %.*s (%s), which was full%s",
			   mw_oom_asked(c), (int)nodes.n, nodes.p,
			   policy ? "its memory policy" : "its cpuset",
			   mw_or(c->free_elsewhere_bytes, 0) > UINT64_C(1) << 26
				   ? mw_fmt(c->arena, "; %s was free elsewhere",
					    mw_fmt_bytes(c->arena, c->free_elsewhere_bytes.v))
				   : "");
	if (mw_known(c->free_elsewhere_bytes))
		mw_finding_bytes(&f, "free on the machine, but not on these nodes",
				 c->free_elsewhere_bytes, mw_oom_source(c));
	else
		mw_finding_text(&f, "nodes it may use", mw_arena_cstr(c->arena, nodes),
				mw_oom_source(c));
	mw_oom_zone_rows(c, &f);
	mw_finding_fix(
		&f, policy ? (struct mw_fix){ .command = "numactl --preferred=<node> <command>",
					      .effect = "takes memory of other nodes when its own "
							"is full",
					      .risk = "remote memory is slower",
					      .undo = "start it as before" }
			   : (struct mw_fix){ .command = "systemctl set-property <unit> "
							 "AllowedMemoryNodes=<nodes>",
					      .effect = "more nodes to take memory from",
					      .risk = "remote memory is slower",
					      .undo = "systemctl revert <unit>" });
	f.check = "numastat -m (free memory of each node)";
	f.sure = "certain: the kernel named the constraint";
	mw_findings_add(all, c->arena, &f);
}

/* A reserve or a mark above all RAM: then the kernel's own count of a zone's pages is wrong. */
static bool marks_are_absurd(const struct mw_oom_case *c)
{
	uint64_t ram = mw_or(c->event->count.ram_pages, UINT64_MAX);

	for (size_t i = 0; i < c->n_zones; i++)
		if (mw_or(c->zone[i].state.reserve_pages, 0) > ram ||
		    mw_or(c->zone[i].state.mark_pages[MW_MARK_MIN], 0) > ram)
			return true;
	return false;
}

static void reserve(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool oom = c->event->kind <= MW_OOM_SYSRQ;
	struct mw_finding f = mw_oom_finding("MW-OOM-LOWMEM", oom ? MW_CRITICAL : MW_WARNING);

	f.verdict = mw_fmt(c->arena, "%s; %s", mw_oom_asked(c),
			   marks_are_absurd(c)
				   ? "the marks or reserves that the kernel keeps are larger than "
				     "all RAM, so no zone can pass: its count of the pages of a "
				     "zone is wrong (a balloon or hotplug driver)"
				   : "what was free is a lower zone's reserve, kept for requests "
				     "that can use nothing else");
	mw_oom_zone_rows(c, &f);
	mw_finding_fix(&f,
		       (struct mw_fix){ .command = "sysctl vm.lowmem_reserve_ratio",
					.effect = "shows how much is kept: a higher number keeps "
						  "less",
					.risk = "none; lowering the reserve can starve devices "
						"with DMA limits",
					.undo = "none needed" });
	mw_finding_fix(&f, mw_fix_look);
	f.sure = "certain as far as the printed figures go";
	mw_findings_add(all, c->arena, &f);
}

static void page_fault(const struct mw_oom_case *c, struct mw_findings *all)
{
	struct mw_finding f = mw_oom_finding("MW-OOM-PAGE-FAULT", MW_CRITICAL);
	const char *free_text =
		mw_fmt_val_bytes(c->arena, mw_mul(c->event->count.free_pages, c->page_bytes));

	f.verdict = mw_fmt(c->arena,
			   "a page fault of %.*s was refused memory by somebody who did not say "
			   "so, often a cgroup's kernel memory limit; the machine had %s free, "
			   "and the one killed may have nothing to do with it",
			   (int)c->event->asker_comm.n, c->event->asker_comm.p, free_text);
	mw_oom_memory_rows(c, &f);
	mw_finding_fix(
		&f, (struct mw_fix){ .command = "find /sys/fs/cgroup/memory -name "
						"memory.kmem.failcnt -exec grep -H -v '^0$' {} +",
				     .effect = "shows which group ran into its kernel memory limit",
				     .risk = "none",
				     .undo = "none needed" });
	mw_finding_fix(&f, (struct mw_fix){
				   .command = "uname -r  # then: a kernel from 5.16 on, or a late "
					      "update of 5.4 or 5.15",
				   .effect = "such kernels do not kill for this",
				   .risk = "a reboot",
				   .undo = "boot the kernel before" });
	f.sure = "certain that the mask is 0, which pagefault_out_of_memory() alone uses; the "
		 "lines before "
		 "(SLUB, cgroup) say more";
	mw_findings_add(all, c->arena, &f);
}

static void requested(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	bool sysrq = e->kind == MW_OOM_SYSRQ;
	struct mw_finding f = mw_oom_finding("MW-OOM-REQUESTED", MW_INFO);

	f.verdict = sysrq ? "somebody asked for this kill by SysRq-f: it says nothing of a shortage"
			  : mw_fmt(c->arena,
				   "no limit was reached: the cgroup %.*s has none, and the kernel "
				   "names the rule %.*s, by which a program loaded into it may ask "
				   "for a kill",
				   (int)e->oom_memcg.n, e->oom_memcg.p, (int)e->constraint.n,
				   e->constraint.p);
	mw_oom_memory_rows(c, &f);
	mw_finding_fix(&f, (struct mw_fix){ .command = sysrq ? "sysctl kernel.sysrq"
							     : "bpftool struct_ops list",
					    .effect = sysrq ? "shows whether the keyboard may do "
							      "that"
							    : "shows which programs may",
					    .risk = "none",
					    .undo = "none needed" });
	f.sure = sysrq ? "certain: no allocation asked for it"
		       : "certain that the log shows no limit; who asked is not in it";
	mw_findings_add(all, c->arena, &f);
}

static void passes_now(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool oom = c->event->kind <= MW_OOM_SYSRQ;
	struct mw_finding f = mw_oom_finding("MW-OOM-PASSED", oom ? MW_WARNING : MW_INFO);

	f.verdict = mw_fmt(c->arena,
			   "%s and was refused, but with the figures printed a moment later a "
			   "zone would serve it: memory most likely came back in between",
			   mw_oom_asked(c));
	mw_oom_zone_rows(c, &f);
	mw_finding_fix(&f, mw_fix_more_free);
	f.sure =
		"the figures are printed after the failure, so they cannot say what was short then";
	mw_findings_add(all, c->arena, &f);
}

const char *mw_oom_guard_victim(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_str who = e->n_victims && e->victim[0].comm.n ? e->victim[0].comm : e->unit;

	if (!who.n)
		return "somebody";
	if (e->n_victims && mw_known(e->victim[0].pid))
		return mw_fmt(c->arena, "%.*s (pid %" PRIu64 ")", (int)who.n, who.p,
			      e->victim[0].pid.v);
	return mw_arena_cstr(c->arena, who);
}

static void guard(const struct mw_oom_case *c, struct mw_findings *all)
{
	const struct mw_oom_event *e = c->event;
	struct mw_finding f = mw_oom_finding("MW-OOM-GUARD", MW_INFO);

	f.verdict =
		mw_fmt(c->arena, "%.*s killed %s before the kernel had to%s%.*s", (int)e->guard.n,
		       e->guard.p, mw_oom_guard_victim(c), e->reason.n ? ": " : "",
		       (int)e->reason.n, e->reason.p ? e->reason.p : "");
	mw_finding_text(&f, "killed by", mw_arena_cstr(c->arena, e->guard), mw_oom_source(c));
	if (mw_known(e->guard_freed_bytes))
		mw_finding_bytes(&f, "held by it", e->guard_freed_bytes, mw_oom_source(c));
	mw_finding_fix(&f, mw_fix_look);
	f.check = mw_fmt(c->arena, "journalctl -b -t %s (nothing new)",
			 mw_fmt_shell(c->arena, e->guard));
	f.sure = "as the guard's own line says";
	mw_findings_add(all, c->arena, &f);
}

/* What the kernel did, as far as the log shows it. */
static const char *unknown_words(const struct mw_oom_case *c)
{
	if (c->event->kind == MW_OOM_STALL)
		return "an allocation waited very long";
	if (c->event->kind > MW_OOM_SYSRQ)
		return "an allocation failed";
	if (c->killed)
		return "the kernel killed for memory";
	return c->event->no_killable || c->event->panic.n
		       ? "the kernel found memory short and nobody to kill"
		       : "the kernel called its OOM killer";
}

/* The largest that is counted tells something even where the size of RAM is lost. */
static void largest_row(const struct mw_oom_case *c, struct mw_finding *f)
{
	const struct mw_oom_class *largest = NULL;

	for (size_t i = 0; i < c->n_classes; i++)
		if (mw_known(c->class[i].bytes) &&
		    (!largest || c->class[i].bytes.v > largest->bytes.v))
			largest = &c->class[i];
	if (largest)
		mw_finding_bytes(f, mw_fmt(c->arena, "the most that it counts: %s", largest->label),
				 largest->bytes, mw_oom_source(c));
}

static void unknown(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool oom = c->event->kind <= MW_OOM_SYSRQ;
	struct mw_finding f = mw_oom_finding("MW-OOM-UNKNOWN", oom ? MW_WARNING : MW_INFO);

	f.verdict = mw_fmt(c->arena, "%s, but the log does not show enough to say why",
			   unknown_words(c));
	mw_finding_text(&f, "missing", c->n_missing ? c->missing[0] : "lines that decide",
			mw_oom_source(c));
	largest_row(c, &f);
	mw_finding_fix(
		&f, (struct mw_fix){ .command = "journalctl -k -o short-precise | memwhy oom -",
				     .effect = "reads the whole log, where this was a part of it",
				     .risk = "none",
				     .undo = "none needed" });
	f.sure = "the cause is not in the log; the rest below is";
	mw_findings_add(all, c->arena, &f);
}

static void by_zones(const struct mw_oom_case *c, struct mw_findings *all)
{
	bool failure = c->event->kind > MW_OOM_SYSRQ;

	if (failure && c->gfp_known && !c->gfp.may_sleep)
		mw_find_atomic(c, all);
	else if (c->cause == MW_CAUSE_FRAGMENTATION)
		fragmentation(c, all);
	else if (c->cause == MW_CAUSE_RESERVE)
		reserve(c, all);
	else if (c->cause == MW_CAUSE_SHOULD_PASS)
		passes_now(c, all);
	else if (c->event->kind == MW_OOM_SLUB)
		mw_find_slub(c, all);
	else if (c->cause != MW_CAUSE_NO_MEMORY)
		unknown(c, all);
	else if (!mw_find_lowmem(c, all))
		shortage(c, all);
}

void mw_find_oom(const struct mw_oom_case *c, const struct mw_thresholds *limit,
		 struct mw_findings *ret)
{
	struct mw_findings all = {};

	switch (c->cause) {
	case MW_CAUSE_UNKNOWN:
	case MW_CAUSE_NO_MEMORY:
	case MW_CAUSE_RESERVE:
	case MW_CAUSE_FRAGMENTATION:
	case MW_CAUSE_SHOULD_PASS:
		by_zones(c, &all);
		break;
	case MW_CAUSE_CPUSET:
	case MW_CAUSE_MEMPOLICY:
		node_bound(c, &all);
		break;
	case MW_CAUSE_MEMCG_LIMIT:
		memcg(c, &all);
		break;
	case MW_CAUSE_REQUESTED:
		requested(c, &all);
		break;
	case MW_CAUSE_PAGE_FAULT:
		page_fault(c, &all);
		break;
	case MW_CAUSE_ADDRESS_SPACE:
		mw_find_vmalloc(c, &all);
		break;
	case MW_CAUSE_GUARD:
		guard(c, &all);
		break;
	}
	mw_find_oom_behind(c, limit, &all);
	*ret = all;
}
