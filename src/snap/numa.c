/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numa - on which nodes the pages and the threads of a process are.
 */
#include <errno.h>

#include "base/fmt.h"
#include "kernel/numa_maps.h"
#include "kernel/number_list.h"
#include "kernel/qemu_name.h"
#include "snap/snap_private.h"

/* Measured on 6.18: numa_maps of 40 mappings; a page of 4 KiB; stat and status of a thread. */
#define NUMA_COST_US 110
#define NUMA_PAGES_PER_US 16
#define THREAD_COST_US 30

bool mw_has_one_node(const struct mw_snap *s)
{
	const struct mw_zoneinfo *z = &s->zoneinfo;

	for (size_t i = 1; i < z->n_zones; i++)
		if (z->zone[i].node != z->zone[0].node)
			return false;
	return s->n_nodes ? s->n_nodes == 1 : z->n_zones;
}

static uint64_t only_node(const struct mw_snap *s)
{
	return s->n_nodes ? s->node[0].node : s->zoneinfo.zone[0].node;
}

uint64_t mw_numa_cost_us(const struct mw_snap *s, const struct mw_proc *p)
{
	uint64_t threads = mw_or(p->status.thread_count, 1);

	if (mw_has_one_node(s))
		return 0;
	if (threads > MW_NUMA_THREADS_MAX)
		threads = MW_NUMA_THREADS_MAX;
	return NUMA_COST_US + threads * THREAD_COST_US +
	       mw_or(p->status.rss_bytes, 0) / 4096 / NUMA_PAGES_PER_US;
}

/* What stands in the maps so far, a node each. */
struct sums {
	struct mw_proc_node *node;
	uint64_t policy_bytes;
	struct mw_set policies;
	bool any, overflow;
};

static uint64_t add(struct sums *s, uint64_t a, uint64_t b)
{
	uint64_t sum;

	s->overflow |= __builtin_add_overflow(a, b, &sum);
	return sum;
}

static void add_mapping(struct sums *s, const struct mw_numa_map *m, struct mw_arena *temp)
{
	bool is_default = mw_str_eq(m->policy, "default");
	struct mw_str counts = m->counts;
	uint64_t node, pages, bytes;

	s->any = true;
	if (!is_default && s->policies.n <= MW_POLICIES_MAX)
		mw_set_add(&s->policies, temp, m->policy);
	while (mw_numa_count_next(&counts, &node, &pages)) {
		struct mw_proc_node *n = &s->node[node];

		s->overflow |= __builtin_mul_overflow(pages, m->page_bytes, &bytes);
		n->bytes = add(s, n->bytes, bytes);
		n->shared_bytes = add(s, n->shared_bytes, m->shared ? bytes : 0);
		n->hugetlb_bytes = add(s, n->hugetlb_bytes, m->huge ? bytes : 0);
		s->policy_bytes = add(s, s->policy_bytes, is_default ? 0 : bytes);
	}
}

static struct mw_str join(const struct mw_set *set, struct mw_arena *arena, struct mw_arena *temp)
{
	const char *text = "";

	for (size_t i = 0; i < set->n && i < MW_POLICIES_MAX; i++)
		text = mw_fmt(temp, "%s%s%.*s", text, i ? " " : "", (int)set->item[i].n,
			      set->item[i].p);
	if (set->n > MW_POLICIES_MAX)
		text = mw_fmt(temp, "%s ...", text);
	return mw_arena_copy(arena, mw_str_of(text));
}

/* Those that have any, in order. */
static void keep_nodes(const struct sums *s, struct mw_arena *arena, struct mw_proc_numa *n)
{
	for (size_t i = 0; i < MW_NODES_MAX; i++)
		n->n_nodes += s->node[i].bytes > 0;
	n->node = mw_arena_alloc(arena, (n->n_nodes + 1) * sizeof(*n->node));
	if (!n->node) {
		n->n_nodes = 0;
		return;
	}
	for (size_t i = 0, k = 0; i < MW_NODES_MAX; i++)
		if (s->node[i].bytes) {
			n->node[k] = s->node[i];
			n->node[k++].node = i;
		}
}

/* A folder that is no live machine may hold numa_maps itself. */
static void take_maps(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		      struct mw_snap *s, struct mw_proc_numa *n)
{
	struct sums sums = { .node = mw_arena_alloc(temp, MW_NODES_MAX * sizeof(*sums.node)) };
	struct mw_numa_map map;
	struct mw_str text;

	n->why = mw_take_at(at, "meta/numa", temp, s, &text);
	if (n->why == MW_ABSENT)
		n->why = mw_take_at(at, "numa_maps", temp, s, &text);
	if (!sums.node)
		return;
	while (mw_numa_map_next(&text, &map))
		add_mapping(&sums, &map, temp);
	keep_nodes(&sums, arena, n);
	n->policies = join(&sums.policies, arena, temp);
	n->policy_bytes = sums.policy_bytes;
	if (n->why == MW_OK && sums.overflow)
		n->why = MW_BAD;
	/* It left its memory behind meanwhile. */
	if (n->why == MW_OK && !sums.any)
		n->why = MW_GONE;
}

static uint64_t node_of_cpu(const struct mw_snap *s, uint64_t cpu)
{
	for (size_t i = 0; i < s->n_nodes; i++)
		if (s->node[i].node < MW_NODES_MAX && mw_list_has(s->node[i].cpus, cpu))
			return s->node[i].node;
	return MW_NODES_MAX;
}

/* A thread that sleeps keeps the CPU it ran on, also when it may not run there any more. */
static struct mw_val cpu_of(const struct mw_pid_stat *stat, struct mw_str allowed)
{
	struct mw_range first;

	if (mw_known(stat->last_cpu) && (!allowed.n || mw_list_has(allowed, stat->last_cpu.v)))
		return stat->last_cpu;
	if (!mw_list_next(&allowed, &first) || !first.ok)
		return mw_no(MW_BAD);
	return mw_ok(first.from);
}

struct thread {
	struct mw_val cpu;
	bool runs;
	uint64_t start_ticks;
};

/* False: it ended. */
static bool take_thread(struct mw_at *at, struct mw_str tid, struct mw_arena *temp,
			struct mw_snap *s, struct thread *ret)
{
	const char *folder = mw_fmt(temp, "task/%.*s", (int)tid.n, tid.p);
	struct mw_pid_status status = {};
	struct mw_pid_stat stat;
	struct mw_str text;

	if (mw_take_at(at, mw_fmt(temp, "%s/stat", folder), temp, s, &text) != MW_OK ||
	    mw_pid_stat_parse(text, &stat) < 0 || stat.state == 'Z' || stat.state == 'X')
		return false;
	if (mw_take_at(at, mw_fmt(temp, "%s/status", folder), temp, s, &text) == MW_OK &&
	    mw_pid_status_parse(text, temp, &status) < 0)
		status.cpus_allowed = (struct mw_str){};
	*ret = (struct thread){ .cpu = cpu_of(&stat, status.cpus_allowed),
				.runs = stat.state == 'R',
				.start_ticks = stat.start_ticks };
	return true;
}

static void keep_threads(const struct mw_proc_threads *all, struct mw_arena *arena,
			 struct mw_proc_numa *n)
{
	for (size_t i = 0; i < MW_NODES_MAX; i++)
		n->n_threads += all[i].count > 0;
	n->threads = mw_arena_alloc(arena, (n->n_threads + 1) * sizeof(*n->threads));
	if (!n->threads) {
		n->n_threads = 0;
		return;
	}
	for (size_t i = 0, k = 0; i < MW_NODES_MAX; i++)
		if (all[i].count) {
			n->threads[k] = all[i];
			n->threads[k++].node = i;
		}
}

static bool is_number(struct mw_str name, uint64_t n)
{
	uint64_t v;

	return !mw_str_u64(name, &v) && v == n;
}

static void take_threads(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
			 struct mw_snap *s, const struct mw_proc *p, struct mw_proc_numa *n)
{
	struct mw_proc_threads *all = mw_arena_alloc(temp, (MW_NODES_MAX + 1) * sizeof(*all));
	uint64_t seen = 0;
	struct mw_names names = {};
	int r = mw_root_list(at->root, mw_fmt(temp, "%s/task", at->path), temp, &names);

	for (size_t i = 0; all && i < names.n && i < MW_NUMA_THREADS_MAX; i++) {
		struct mw_arena_mark mark = mw_arena_mark(temp);
		struct mw_proc_threads *at_node;
		struct thread thread;

		if (take_thread(at, names.item[i], temp, s, &thread)) {
			at_node = &all[mw_known(thread.cpu) ? node_of_cpu(s, thread.cpu.v)
							    : MW_NODES_MAX];
			at_node->count++;
			at_node->running_count += thread.runs;
			if (is_number(names.item[i], p->pid))
				n->start_ticks = thread.start_ticks;
			seen++;
		}
		mw_arena_reset(temp, mark);
	}
	n->threads_why = r < 0 ? mw_why_of_errno(r) : seen ? MW_OK : MW_ABSENT;
	if (!all || !seen)
		return;
	keep_threads(all, arena, n);
	n->thread_nowhere_count = all[MW_NODES_MAX].count;
	n->thread_unread_count = mw_or(mw_sub(p->status.thread_count, mw_ok(seen)), 0);
}

static void take_by_rss(const struct mw_snap *s, struct mw_arena *arena, const struct mw_proc *p,
			struct mw_proc_numa *n)
{
	uint64_t huge = mw_or(p->status.hugetlb_bytes, 0);
	struct mw_val bytes = mw_add(p->status.rss_bytes, mw_ok(huge));

	n->by_rss = true;
	n->why = bytes.why;
	n->threads_why = p->status.thread_count.why;
	n->node = mw_arena_alloc(arena, sizeof(*n->node));
	n->threads = mw_arena_alloc(arena, sizeof(*n->threads));
	if (!n->node || !n->threads)
		return;
	n->node[0] = (struct mw_proc_node){ .node = only_node(s),
					    .bytes = bytes.v,
					    .hugetlb_bytes = huge };
	n->threads[0] =
		(struct mw_proc_threads){ .node = only_node(s), .count = p->status.thread_count.v };
	n->n_nodes = mw_known(bytes);
	n->n_threads = mw_known(p->status.thread_count);
}

void mw_take_bounds(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		    struct mw_snap *s, struct mw_proc *p)
{
	struct mw_str text;

	mw_take_at(at, "meta/vm", temp, s, &text);
	p->numa.vm = mw_qemu_name_of_text(text, arena);
	p->numa.cpus_allowed = p->status.cpus_allowed;
	p->numa.mems_allowed = p->status.mems_allowed;
}

void mw_take_numa(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		  struct mw_snap *s, struct mw_proc *p)
{
	if (mw_has_one_node(s)) {
		take_by_rss(s, arena, p, &p->numa);
		return;
	}
	take_maps(at, arena, temp, s, &p->numa);
	take_threads(at, arena, temp, s, p, &p->numa);
}
