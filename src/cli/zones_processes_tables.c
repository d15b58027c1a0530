/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/zones_processes_tables.h"

#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"

/* Up to so many nodes have a column each, more of them have one together. */
#define NODE_COLUMNS 8

enum column {
	PID,
	COMM,
	GROUP,
	CGROUP,
	VM,
	PROCESSES,
	UNKNOWN,
	BYTES,
	REMOTE,
	SHARE,
	NODE,
	NODE_BYTES,
	NODE_SHARED,
	NODE_HUGETLB,
	NODE_THREADS,
	BY_NODE,
	BY_NODE_LAST = BY_NODE + NODE_COLUMNS - 1,
	THREADS,
	CPUS,
	MEMS,
	POLICIES,
	POLICY_BYTES,
	NOWHERE,
	THREADS_UNREAD,
	N_COLUMNS
};

static const struct mw_col process_columns[N_COLUMNS] = {
	[PID] = { "pid", "PID", MW_TYPE_COUNT },
	[COMM] = { "comm", "COMM", MW_TYPE_STR },
	[GROUP] = { NULL, "GROUP", MW_TYPE_STR },
	[CGROUP] = { "cgroup", NULL, MW_TYPE_STR },
	[VM] = { "vm", NULL, MW_TYPE_STR },
	[BYTES] = { "bytes", "ALL", MW_TYPE_BYTES },
	[REMOTE] = { "remote_bytes", "REMOTE", MW_TYPE_BYTES },
	[SHARE] = { NULL, "%", MW_TYPE_STR },
	[NODE] = { "node", NULL, MW_TYPE_COUNT },
	[NODE_BYTES] = { "bytes", NULL, MW_TYPE_BYTES },
	[NODE_SHARED] = { "shared_bytes", NULL, MW_TYPE_BYTES },
	[NODE_HUGETLB] = { "hugetlb_bytes", NULL, MW_TYPE_BYTES },
	[NODE_THREADS] = { "threads", NULL, MW_TYPE_COUNT },
	[THREADS] = { NULL, "THREADS", MW_TYPE_STR },
	[CPUS] = { "cpus_allowed", "CPUS", MW_TYPE_STR },
	[MEMS] = { "mems_allowed", "MEMS", MW_TYPE_STR },
	[POLICIES] = { "policies", "POLICIES", MW_TYPE_STR },
	[POLICY_BYTES] = { "policy_bytes", NULL, MW_TYPE_BYTES },
	[NOWHERE] = { "threads_nowhere", NULL, MW_TYPE_COUNT },
	[THREADS_UNREAD] = { "threads_unread", NULL, MW_TYPE_COUNT },
};

static const struct mw_col group_columns[N_COLUMNS] = {
	[GROUP] = { NULL, "GROUP", MW_TYPE_STR },
	[CGROUP] = { "cgroup", NULL, MW_TYPE_STR },
	[VM] = { "vm", NULL, MW_TYPE_STR },
	[PROCESSES] = { "processes", "PROCESSES", MW_TYPE_COUNT },
	[UNKNOWN] = { "unknown", "UNKNOWN", MW_TYPE_COUNT },
	[BYTES] = { "bytes", "ALL", MW_TYPE_BYTES },
	[REMOTE] = { "remote_bytes", "REMOTE", MW_TYPE_BYTES },
	[SHARE] = { NULL, "%", MW_TYPE_STR },
	[NODE] = { "node", NULL, MW_TYPE_COUNT },
	[NODE_BYTES] = { "bytes", NULL, MW_TYPE_BYTES },
	[NODE_THREADS] = { "threads", NULL, MW_TYPE_COUNT },
	[THREADS] = { NULL, "THREADS", MW_TYPE_STR },
};

static const struct mw_col *with_nodes(struct mw_report *r, const struct mw_col *columns,
				       const struct mw_numa *n)
{
	struct mw_col *all = mw_arena_alloc(r->arena, N_COLUMNS * sizeof(*all));

	if (!all)
		return columns;
	memcpy(all, columns, N_COLUMNS * sizeof(*all));
	if (n->n_nodes > NODE_COLUMNS)
		all[BY_NODE] = (struct mw_col){ NULL, "BY NODE", MW_TYPE_STR };
	for (size_t i = 0; n->n_nodes <= NODE_COLUMNS && i < n->n_nodes; i++)
		all[BY_NODE + i] =
			(struct mw_col){ NULL, mw_fmt(r->arena, "NODE %" PRIu64, n->node[i]),
					 MW_TYPE_BYTES };
	return all;
}

static void share_cell(struct mw_report *r, struct mw_row *row, struct mw_val bytes,
		       struct mw_val remote)
{
	uint64_t permille = mw_permille(mw_or(remote, 0), mw_or(bytes, 0));

	if (mw_known(bytes) && mw_known(remote))
		mw_cell_str(row, SHARE,
			    mw_str_of(mw_fmt(r->arena, "%" PRIu64 ".%" PRIu64, permille / 10,
					     permille % 10)));
}

/* What stands on one node, and how many threads. */
struct on_node {
	uint64_t node, bytes, threads;
};

static void node_cells(struct mw_report *r, struct mw_row *row, const struct mw_numa *n,
		       const struct on_node *on, bool bytes_known)
{
	const char *by_node = "", *threads = "";

	for (size_t i = 0; on && i < n->n_nodes; i++) {
		if (on[i].threads)
			threads = mw_fmt(r->arena, "%s%s%" PRIu64 ":%" PRIu64, threads,
					 *threads ? " " : "", on[i].node, on[i].threads);
		if (n->n_nodes <= NODE_COLUMNS && bytes_known)
			mw_cell_val(row, BY_NODE + i, mw_ok(on[i].bytes));
		if (n->n_nodes > NODE_COLUMNS && on[i].bytes)
			by_node = mw_fmt(r->arena, "%s%s%" PRIu64 ": %s", by_node,
					 *by_node ? ", " : "", on[i].node,
					 mw_fmt_bytes(r->arena, on[i].bytes));
	}
	if (n->n_nodes > NODE_COLUMNS)
		mw_cell_str(row, BY_NODE, mw_str_of(by_node));
	mw_cell_str(row, THREADS, mw_str_of(threads));
}

static void put_str(struct mw_row *row, size_t at, struct mw_str s)
{
	if (s.n)
		mw_cell_str(row, at, s);
}

static void process_nodes(struct mw_report *r, struct mw_table *t, const struct mw_numa *n,
			  const struct mw_proc_numa *p)
{
	for (size_t i = 0; i < n->n_nodes; i++) {
		struct mw_proc_node on = mw_numa_on_node(p, n->node[i]);
		uint64_t threads = mw_numa_threads_on(p, n->node[i]);
		struct mw_row *row;

		if (!on.bytes && !threads)
			continue;
		row = mw_report_row(r, t, 1, MW_IN_JSON);
		mw_cell_val(row, NODE, mw_ok(n->node[i]));
		mw_cell_val(row, NODE_BYTES, p->why == MW_OK ? mw_ok(on.bytes) : mw_no(p->why));
		if (p->why == MW_OK && !p->by_rss)
			mw_cell_val(row, NODE_SHARED, mw_ok(on.shared_bytes));
		if (p->why == MW_OK)
			mw_cell_val(row, NODE_HUGETLB, mw_ok(on.hugetlb_bytes));
		mw_cell_val(row, NODE_THREADS,
			    p->threads_why == MW_OK ? mw_ok(threads) : mw_no(p->threads_why));
	}
}

static void process_cells(struct mw_row *row, const struct mw_numa_row *x)
{
	const struct mw_proc_numa *p = &x->proc->numa;

	mw_cell_val(row, PID, mw_ok(x->proc->pid));
	mw_cell_str(row, COMM, x->proc->status.name);
	put_str(row, GROUP, p->vm.n ? p->vm : x->proc->cgroup);
	put_str(row, CGROUP, x->proc->cgroup);
	put_str(row, VM, p->vm);
	mw_cell_val(row, BYTES, x->bytes);
	mw_cell_val(row, REMOTE, x->remote_bytes);
	put_str(row, CPUS, p->cpus_allowed);
	put_str(row, MEMS, p->mems_allowed);
	if (p->threads_why == MW_OK && !p->by_rss) {
		mw_cell_val(row, NOWHERE, mw_ok(p->thread_nowhere_count));
		mw_cell_val(row, THREADS_UNREAD, mw_ok(p->thread_unread_count));
	}
	if (p->why == MW_OK && !p->by_rss) {
		mw_cell_str(row, POLICIES, p->policies);
		mw_cell_val(row, POLICY_BYTES, mw_ok(p->policy_bytes));
	}
}

static void process_row(struct mw_report *r, struct mw_table *t, const struct mw_numa *n,
			const struct mw_numa_row *x, enum mw_row_in in)
{
	struct mw_row *row = mw_report_row(r, t, 0, in);
	struct on_node *on = NULL;

	process_cells(row, x);
	share_cell(r, row, x->bytes, x->remote_bytes);
	if (in == MW_IN_BOTH)
		on = mw_arena_alloc(r->arena, (n->n_nodes + 1) * sizeof(*on));
	for (size_t i = 0; on && i < n->n_nodes; i++)
		on[i] = (struct on_node){ n->node[i],
					  mw_numa_on_node(&x->proc->numa, n->node[i]).bytes,
					  mw_numa_threads_on(&x->proc->numa, n->node[i]) };
	if (on)
		node_cells(r, row, n, on, mw_known(x->bytes));
	process_nodes(r, t, n, &x->proc->numa);
}

static void processes(struct mw_report *r, const struct mw_numa *n, size_t shown)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "processes",
				      .child_id = { "nodes" },
				      .col = with_nodes(r, process_columns, n),
				      .n_cols = N_COLUMNS,
				      .title = n->one_node
						       ? NULL
						       : "Processes, the most remote memory first; "
							 "THREADS are NODE:COUNT:" });

	for (size_t i = 0; i < n->n_rows; i++)
		process_row(r, t, n, &n->row[i], i < shown ? MW_IN_BOTH : MW_IN_JSON);
}

static void group_nodes(struct mw_report *r, struct mw_table *t, const struct mw_numa *n,
			const struct on_node *on)
{
	for (size_t i = 0; i < n->n_nodes; i++) {
		struct mw_row *row;

		if (!on[i].bytes && !on[i].threads)
			continue;
		row = mw_report_row(r, t, 1, MW_IN_JSON);
		mw_cell_val(row, NODE, mw_ok(on[i].node));
		mw_cell_val(row, NODE_BYTES, mw_ok(on[i].bytes));
		mw_cell_val(row, NODE_THREADS, mw_ok(on[i].threads));
	}
}

static const char *group_name(struct mw_report *r, const struct mw_numa_group *g)
{
	if (!g->name.n)
		return "(cgroup not known)";
	return mw_fmt(r->arena, "%s%.*s", g->is_vm ? "VM " : "", (int)g->name.n, g->name.p);
}

static void group_row(struct mw_report *r, struct mw_table *t, const struct mw_numa *n,
		      const struct mw_numa_group *g, enum mw_row_in in)
{
	struct on_node *on = mw_arena_alloc(r->arena, (n->n_nodes + 1) * sizeof(*on));
	struct mw_row *row = mw_report_row(r, t, 0, in);

	for (size_t i = 0; on && i < n->n_nodes; i++)
		on[i] = (struct on_node){ n->node[i], mw_numa_group_bytes_on(g, n->node[i]),
					  mw_numa_group_threads_on(g, n->node[i]) };
	mw_cell_str(row, GROUP, mw_str_of(group_name(r, g)));
	put_str(row, g->is_vm ? VM : CGROUP, g->name);
	mw_cell_val(row, PROCESSES, mw_ok(g->n));
	mw_cell_val(row, UNKNOWN, mw_ok(g->unknown_count));
	mw_cell_val(row, BYTES, g->bytes);
	mw_cell_val(row, REMOTE, g->remote_bytes);
	share_cell(r, row, g->judged_bytes, g->remote_bytes);
	if (!on)
		return;
	node_cells(r, row, n, on, mw_known(g->bytes));
	group_nodes(r, t, n, on);
}

static void groups(struct mw_report *r, const struct mw_numa *n, size_t shown)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){
			   .id = "groups",
			   .child_id = { "nodes" },
			   .col = with_nodes(r, group_columns, n),
			   .n_cols = N_COLUMNS,
			   .title = n->one_node ? NULL : "Their virtual machines and cgroups:" });

	for (size_t i = 0; i < n->n_groups; i++)
		group_row(r, t, n, &n->group[i], i < shown ? MW_IN_BOTH : MW_IN_JSON);
}

enum node_column { N_NAME, N_NODE, N_FREE, N_MANAGED, N_BYTES, N_THREADS, N_CPUS };

static const struct mw_col node_columns[] = {
	[N_NAME] = { NULL, "NODE", MW_TYPE_COUNT },
	[N_NODE] = { "node", NULL, MW_TYPE_COUNT },
	[N_FREE] = { "free_bytes", "FREE", MW_TYPE_BYTES },
	[N_MANAGED] = { "managed_bytes", "OF", MW_TYPE_BYTES },
	[N_BYTES] = { "processes_bytes", "PROCESSES", MW_TYPE_BYTES },
	[N_THREADS] = { "threads", "THREADS", MW_TYPE_COUNT },
	[N_CPUS] = { "cpus", "CPUS", MW_TYPE_STR },
};

static void zone_cells(struct mw_row *row, const struct mw_numa *n, uint64_t node)
{
	uint64_t page_bytes = n->zones->snap->host.page_bytes;

	for (size_t i = 0; i < n->zones->n_nodes; i++) {
		const struct mw_zones_node *z = &n->zones->node[i];
		struct mw_val free = mw_ok(0), managed = mw_ok(0);

		if (z->node != node)
			continue;
		for (size_t k = 0; k < z->n_zones; k++) {
			free = mw_add(free, z->zone[k].facts.free_pages);
			managed = mw_add(managed, z->zone[k].facts.managed_pages);
		}
		mw_cell_val(row, N_FREE, mw_mul(free, page_bytes));
		mw_cell_val(row, N_MANAGED, mw_mul(managed, page_bytes));
		if (z->cpus_known)
			mw_cell_str(row, N_CPUS, z->cpus);
	}
}

static void nodes(struct mw_report *r, const struct mw_numa *n)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "nodes",
				      .col = node_columns,
				      .n_cols = sizeof(node_columns) / sizeof(node_columns[0]),
				      .title = n->one_node ? NULL : "Nodes:" });

	for (size_t i = 0; i < n->n_nodes; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_val(row, N_NAME, mw_ok(n->node[i]));
		mw_cell_val(row, N_NODE, mw_ok(n->node[i]));
		mw_cell_val(row, N_BYTES,
			    mw_known(n->all.bytes)
				    ? mw_ok(mw_numa_group_bytes_on(&n->all, n->node[i]))
				    : n->all.bytes);
		mw_cell_val(row, N_THREADS,
			    n->all.threads_why == MW_OK
				    ? mw_ok(mw_numa_group_threads_on(&n->all, n->node[i]))
				    : mw_no(n->all.threads_why));
		zone_cells(row, n, n->node[i]);
	}
}

void cli_numa_tables(struct mw_report *r, const struct mw_numa *n, size_t shown)
{
	processes(r, n, shown);
	groups(r, n, shown);
	nodes(r, n);
}
