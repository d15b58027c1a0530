/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_numa - memory that is remote though a node has room for all of it, and processes that are
 * bound to full nodes.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "kernel/number_list.h"
#include "why/find.h"
#include "why/numa.h"

/* Named in a finding; the others are counted. */
#define REMOTE_MAX (MW_EVIDENCE_MAX - 1)
#define BOUND_MAX (MW_EVIDENCE_MAX - 3)

struct search {
	const struct mw_numa *n;
	const struct mw_thresholds *limit;
	struct mw_arena *arena;
};

static uint64_t part_of(uint64_t whole, uint64_t permille)
{
	return (uint64_t)((unsigned __int128)whole * permille / 1000);
}

static const char *name_of(const struct search *s, const struct mw_proc *p)
{
	struct mw_str name = p->numa.vm.n ? p->numa.vm : p->status.name;

	return mw_fmt(s->arena, "%s%.*s (%" PRIu64 ")", p->numa.vm.n ? "VM " : "", (int)name.n,
		      name.p, p->pid);
}

static bool is_large(const struct search *s, struct mw_val bytes)
{
	uint64_t total = mw_or(s->n->zones->snap->meminfo.total_bytes, 0);

	return mw_or(bytes, 0) > part_of(total, s->limit->numa_process_permille) &&
	       mw_or(bytes, 0) >= s->limit->floor_mib << 20;
}

/* Sums over the zones of a node, or of several. */
struct space {
	struct mw_val managed_bytes;
	struct mw_val room_bytes;  /* free above the high marks */
	struct mw_val cache_bytes; /* page cache that reclaim may take */
};

static void add_zone(struct space *sum, const struct mw_zone *z, uint64_t page_bytes)
{
	struct mw_val room = mw_sub(z->free_pages, z->high_pages);

	if (room.why == MW_RACED)
		room = mw_ok(0); /* it is below its mark */
	sum->managed_bytes = mw_add(sum->managed_bytes, mw_mul(z->managed_pages, page_bytes));
	sum->room_bytes = mw_add(sum->room_bytes, mw_mul(room, page_bytes));
}

/* Since 4.8 one zone of a node tells for all of it. */
static void add_cache(struct mw_val *sum, const struct mw_zone *z, uint64_t page_bytes)
{
	struct mw_val pages = mw_add(z->active_file_pages, z->inactive_file_pages);

	if (pages.why == MW_ABSENT)
		return;
	pages = mw_mul(pages, page_bytes);
	*sum = sum->why == MW_ABSENT ? pages : mw_add(*sum, pages);
}

static struct space space_of(const struct search *s, const struct mw_zones_node *z)
{
	uint64_t page_bytes = s->n->zones->snap->host.page_bytes;
	struct space sum = { mw_ok(0), mw_ok(0), mw_no(MW_ABSENT) };

	for (size_t i = 0; i < z->n_zones; i++) {
		add_cache(&sum.cache_bytes, z->zone[i].zone, page_bytes);
		if (z->zone[i].level != MW_LEVEL_EMPTY)
			add_zone(&sum, z->zone[i].zone, page_bytes);
	}
	return sum;
}

/* Of the nodes with memory that the list has, or of those it has not. */
static struct space space_of_list(const struct search *s, struct mw_str list, bool has)
{
	struct space sum = { mw_ok(0), mw_ok(0), mw_ok(0) };

	for (size_t i = 0; i < s->n->zones->n_nodes; i++) {
		const struct mw_zones_node *z = &s->n->zones->node[i];
		struct space one = space_of(s, z);

		if (!z->has_memory || mw_list_has(list, z->node) != has)
			continue;
		sum.managed_bytes = mw_add(sum.managed_bytes, one.managed_bytes);
		sum.room_bytes = mw_add(sum.room_bytes, one.room_bytes);
		sum.cache_bytes = mw_add(sum.cache_bytes, one.cache_bytes);
	}
	return sum;
}

/* One of which too much is remote. */
struct remote {
	const struct mw_proc *proc;
	const struct mw_zones_node *node; /* that has room for all of it */
	uint64_t bytes, off_bytes;	  /* that are not there */
	uint64_t thread_count, there_count;
};

/* Huge pages of hugetlbfs have pools of their own. */
static uint64_t bytes_off(const struct mw_proc_numa *p, uint64_t node)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < p->n_nodes; i++)
		if (p->node[i].node != node)
			sum = mw_add(sum, mw_sub(mw_ok(p->node[i].bytes),
						 mw_ok(p->node[i].hugetlb_bytes)));
	return mw_or(sum, UINT64_MAX);
}

/* Where more than half of its threads are. */
static bool has_own_node(const struct mw_proc_numa *p, uint64_t *ret)
{
	uint64_t all = 0, most = 0;

	*ret = UINT64_MAX;
	for (size_t i = 0; i < p->n_threads; i++) {
		all += p->threads[i].count;
		if (p->threads[i].count <= most)
			continue;
		most = p->threads[i].count;
		*ret = p->threads[i].node;
	}
	return most > all / 2;
}

static bool may_be_on(const struct mw_proc_numa *p, const struct mw_zones_node *z)
{
	return z->has_memory && z->has_cpus &&
	       (!p->mems_allowed.n || mw_list_has(p->mems_allowed, z->node)) &&
	       (!p->cpus_allowed.n || mw_lists_overlap(p->cpus_allowed, z->cpus));
}

/* A node that has room for what is not there: its own, else the one where the most is. */
static const struct mw_zones_node *node_with_room(const struct search *s,
						  const struct mw_proc_numa *p, uint64_t own)
{
	const struct mw_zones_node *best = NULL;

	for (size_t i = 0; i < s->n->zones->n_nodes; i++) {
		const struct mw_zones_node *z = &s->n->zones->node[i];

		if (!may_be_on(p, z) || mw_or(space_of(s, z).room_bytes, 0) < bytes_off(p, z->node))
			continue;
		if (z->node == own)
			return z;
		if (!best || bytes_off(p, z->node) < bytes_off(p, best->node))
			best = z;
	}
	return best;
}

/* A policy that spreads or binds is a wish: it is left alone. */
static bool is_remote(const struct search *s, const struct mw_numa_row *row, struct remote *ret)
{
	const struct mw_proc_numa *p = &row->proc->numa;
	uint64_t own, bytes = mw_or(row->bytes, 0), off;

	if (!mw_known(row->remote_bytes) || !is_large(s, row->bytes) ||
	    p->policy_bytes > bytes / 2 || !has_own_node(p, &own))
		return false;
	off = bytes_off(p, own);
	if (off <= part_of(bytes, s->limit->numa_remote_permille))
		return false;
	*ret = (struct remote){ .proc = row->proc,
				.node = node_with_room(s, p, own),
				.bytes = bytes };
	if (!ret->node)
		return false;
	ret->off_bytes = bytes_off(p, ret->node->node);
	ret->there_count = mw_numa_threads_on(p, ret->node->node);
	for (size_t i = 0; i < p->n_threads; i++)
		ret->thread_count += p->threads[i].count;
	return true;
}

static const char *remote_words(const struct search *s, const struct remote *x)
{
	uint64_t away = x->thread_count - x->there_count;
	const char *pages, *threads = "";

	if (!x->off_bytes)
		pages = mw_fmt(s->arena, "all of its %s is on node %" PRIu64,
			       mw_fmt_bytes(s->arena, x->bytes), x->node->node);
	else
		pages = mw_fmt(s->arena, "%s of its %s is not on node %" PRIu64,
			       mw_fmt_bytes(s->arena, x->off_bytes),
			       mw_fmt_bytes(s->arena, x->bytes), x->node->node);
	if (away)
		threads = mw_fmt(s->arena, ", %" PRIu64 " of its %" PRIu64 " threads are elsewhere",
				 away, x->thread_count);
	return mw_fmt(s->arena, "%s%s", pages, threads);
}

/* "1,3": where it has pages, but for that node. */
static const char *other_nodes(const struct search *s, const struct remote *x)
{
	const struct mw_proc_numa *p = &x->proc->numa;
	const char *text = "";

	for (size_t i = 0; i < p->n_nodes; i++)
		if (p->node[i].node != x->node->node)
			text = mw_fmt(s->arena, "%s%s%" PRIu64, text, *text ? "," : "",
				      p->node[i].node);
	return text;
}

static void fix_threads(const struct search *s, const struct remote *x, struct mw_finding *f)
{
	struct mw_str before = x->proc->numa.cpus_allowed;
	struct mw_arena *a = s->arena;

	mw_finding_fix(
		f, (struct mw_fix){ mw_fmt(a, "taskset -acp %s %" PRIu64,
					   mw_fmt_shell(a, x->node->cpus), x->proc->pid),
				    mw_fmt(a, "its threads run on node %" PRIu64, x->node->node),
				    "no other CPUs for it, also when these are busy",
				    mw_list_is_valid(before)
					    ? mw_fmt(a, "taskset -acp %s %" PRIu64,
						     mw_fmt_shell(a, before), x->proc->pid)
					    : "what was allowed before is not known" });
}

static void fix_pages(const struct search *s, const struct remote *x, struct mw_finding *f)
{
	const char *from = other_nodes(s, x);
	uint64_t pid = x->proc->pid, to = x->node->node;
	struct mw_arena *a = s->arena;

	mw_finding_fix(
		f,
		(struct mw_fix){
			mw_fmt(a, "migratepages %" PRIu64 " %s %" PRIu64, pid, from, to),
			mw_fmt(a, "moves %s to node %" PRIu64, mw_fmt_bytes(a, x->off_bytes), to),
			"CPU time, and the process waits for pages that move; so much less is "
			"free there",
			mw_fmt(a, "migratepages %" PRIu64 " %" PRIu64 " %s", pid, to, from) });
}

static void fix_remote(const struct search *s, const struct remote *x, struct mw_finding *f)
{
	mw_finding_fix(f,
		       (struct mw_fix){ "memwhy zones --balance", "shows a plan for all processes",
					"none", "none needed" });
	if (x->there_count < x->thread_count && mw_list_is_valid(x->node->cpus))
		fix_threads(s, x, f);
	if (x->off_bytes)
		fix_pages(s, x, f);
}

static void imbalance(const struct search *s, struct mw_findings *all)
{
	struct mw_finding f = { .id = "MW-NUMA-IMBALANCE",
				.severity = MW_WARNING,
				.check = "memwhy zones --processes",
				.sure = "where pages and threads are is certain; which pages the "
					"threads use most is not known" };
	struct remote first = {}, x;
	size_t n = 0;

	for (size_t i = 0; i < s->n->n_rows; i++) {
		if (!is_remote(s, &s->n->row[i], &x))
			continue;
		if (!n++)
			first = x;
		f.weight_bytes += x.off_bytes;
		if (n <= REMOTE_MAX)
			mw_finding_text(&f, name_of(s, x.proc), remote_words(s, &x),
					"proc/PID/numa_maps");
	}
	if (!n)
		return;
	f.verdict = mw_fmt(
		s->arena,
		"%s%s: %s of its %s is away from its threads, though node %" PRIu64
		" has room for all of it",
		name_of(s, first.proc), n > 1 ? mw_fmt(s->arena, " and %zu more", n - 1) : "",
		mw_fmt_bytes(s->arena, mw_or(mw_numa_remote_bytes(&first.proc->numa), 0)),
		mw_fmt_bytes(s->arena, first.bytes), first.node->node);
	mw_finding_bytes(
		&f,
		mw_fmt(s->arena, "free above the high marks on node %" PRIu64, first.node->node),
		space_of(s, first.node).room_bytes, "proc/zoneinfo");
	fix_remote(s, &first, &f);
	mw_findings_add(all, s->arena, &f);
}

/* One that may have memory of some nodes alone, and these are full. */
struct bound {
	const struct mw_proc *proc;
	struct mw_str nodes;
	bool by_policy;
	uint64_t bytes;
	struct space own, others;
};

/* "bind:0-1", "bind=static:0": the first of a process that has most of its memory under one. */
static struct mw_str bound_by_policy(const struct mw_proc_numa *p, uint64_t bytes)
{
	struct mw_str rest = p->policies, word;

	if (p->why != MW_OK || p->policy_bytes <= bytes / 2)
		return (struct mw_str){};
	while (mw_str_word(&rest, &word))
		if (mw_str_starts(word, "bind"))
			return mw_str_from(word, mw_str_find(word, ':') + 1);
	return (struct mw_str){};
}

static bool is_full(const struct search *s, const struct bound *x)
{
	uint64_t own = mw_or(x->own.managed_bytes, 0), others = mw_or(x->others.managed_bytes, 0);
	struct mw_val left = mw_add(x->own.room_bytes, x->own.cache_bytes);

	return own && others && mw_known(left) &&
	       left.v <= part_of(own, s->limit->numa_full_permille) &&
	       mw_or(x->others.room_bytes, 0) >= part_of(others, s->limit->numa_free_permille);
}

static bool is_bound(const struct search *s, const struct mw_numa_row *row, struct bound *ret)
{
	const struct mw_proc_numa *p = &row->proc->numa;
	struct mw_val bytes = mw_known(row->bytes) ? row->bytes : row->proc->status.rss_bytes;
	struct mw_str policy = bound_by_policy(p, mw_or(bytes, 0));

	if (!is_large(s, bytes))
		return false;
	*ret = (struct bound){ .proc = row->proc, .bytes = bytes.v };
	ret->by_policy = mw_list_is_valid(policy);
	ret->nodes = ret->by_policy ? policy : p->mems_allowed;
	if (!mw_list_is_valid(ret->nodes))
		return false;
	ret->own = space_of_list(s, ret->nodes, true);
	ret->others = space_of_list(s, ret->nodes, false);
	return is_full(s, ret);
}

static const char *bound_words(const struct search *s, const struct bound *x)
{
	return mw_fmt(s->arena, "%s, bound to node %.*s by its %s",
		      mw_fmt_bytes(s->arena, x->bytes), (int)x->nodes.n, x->nodes.p,
		      x->by_policy ? "policy" : "cpuset");
}

static void fix_bound(const struct search *s, const struct bound *x, struct mw_finding *f)
{
	if (x->by_policy)
		mw_finding_fix(f, (struct mw_fix){ "# start it again with numactl --preferred in "
						   "place of --membind",
						   "it takes memory of other nodes when its own "
						   "are full",
						   "a restart; what comes from there is remote",
						   "the old start" });
	else
		mw_finding_fix(f, (struct mw_fix){
					  mw_fmt(s->arena, "# widen cpuset.mems of its cgroup: %s",
						 mw_fmt_shell(s->arena, x->proc->cgroup)),
					  "it takes memory of other nodes when its own are full",
					  "what comes from there is remote",
					  mw_fmt(s->arena, "cpuset.mems was %.*s", (int)x->nodes.n,
						 x->nodes.p) });
	mw_finding_fix(f, (struct mw_fix){ "memwhy zones --balance",
					   "shows who else could leave these nodes", "none",
					   "none needed" });
}

static void add_space_rows(struct mw_finding *f, const struct bound *x)
{
	mw_finding_bytes(f, "free there above the high marks", x->own.room_bytes, "proc/zoneinfo");
	mw_finding_bytes(f, "page cache there", x->own.cache_bytes, "proc/zoneinfo");
	mw_finding_bytes(f, "free on the other nodes", x->others.room_bytes, "proc/zoneinfo");
}

static void bound_full(const struct search *s, struct mw_findings *all)
{
	struct mw_finding f = { .id = "MW-NUMA-BOUND-FULL",
				.severity = MW_WARNING,
				.check = "memwhy zones --processes",
				.sure = "certain of this moment, if it takes more memory" };
	struct bound first = {}, x;
	size_t n = 0;

	for (size_t i = 0; i < s->n->n_rows; i++) {
		if (!is_bound(s, &s->n->row[i], &x))
			continue;
		if (!n++ || x.bytes > first.bytes)
			first = x;
		f.weight_bytes += x.bytes;
		if (n <= BOUND_MAX)
			mw_finding_text(&f, name_of(s, x.proc), bound_words(s, &x),
					"proc/PID/status");
	}
	if (!n)
		return;
	f.verdict =
		mw_fmt(s->arena,
		       "%s%s may have memory of node %.*s alone, and that is full: its next "
		       "page is reclaimed or swapped for, or it is killed, while %s is free "
		       "elsewhere",
		       name_of(s, first.proc),
		       n > 1 ? mw_fmt(s->arena, " and %zu more", n - 1) : "", (int)first.nodes.n,
		       first.nodes.p, mw_fmt_val_bytes(s->arena, first.others.room_bytes));
	add_space_rows(&f, &first);
	fix_bound(s, &first, &f);
	mw_findings_add(all, s->arena, &f);
}

void mw_find_numa(const struct mw_numa *n, const struct mw_thresholds *limit,
		  struct mw_arena *arena, struct mw_findings *ret)
{
	struct search s = { n, limit, arena };

	if (n->one_node)
		return;
	imbalance(&s, ret);
	bound_full(&s, ret);
	mw_findings_sort(ret);
}
