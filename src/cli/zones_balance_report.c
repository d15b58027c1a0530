/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_balance_report - the plan, or what it gave, in words and tables.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "cli/zones_balance.h"

#define MW_BALANCE_NODES_SHOWN 64

uint64_t cli_balance_permyriad(uint64_t part, uint64_t whole)
{
	return whole ? part * 10000 / whole : 0;
}

static const char *share(struct mw_arena *a, uint64_t part, uint64_t whole)
{
	uint64_t p = cli_balance_permyriad(part, whole);

	return mw_fmt(a, "%" PRIu64 ".%" PRIu64 " %%", p / 100, p / 10 % 10);
}

static const char *large(struct mw_arena *a, const struct mw_balance *b)
{
	return mw_fmt(a, "%s in %zu large process%s", mw_fmt_bytes(a, b->bytes),
		      b->n_procs - b->unknown_count,
		      b->n_procs - b->unknown_count == 1 ? "" : "es");
}

static const char *plan_verdict(struct mw_arena *a, const struct mw_balance *b)
{
	if (b->n_nodes < 2)
		return "This machine has one node: nothing is remote";
	if (b->n_nodes > MW_BALANCE_NODES_MAX)
		return "This machine has more nodes than can be planned for";
	if (!b->n_procs)
		return mw_fmt(a, "No process is large (%s or more): nothing to balance",
			      mw_fmt_bytes(a, b->large_bytes));
	if (!b->bytes)
		return "On which nodes the large processes are could not be read";
	if (!b->placed_count)
		return mw_fmt(a, "%s of %s is remote: %s", share(a, b->remote_bytes, b->bytes),
			      large(a, b),
			      !b->remote_bytes ? "nothing to do"
			      : b->least       ? "no plan makes it less"
					       : "no plan that was tried makes it less");
	return mw_fmt(a, "%s of %s is remote; with %s moved it is %s%s",
		      share(a, b->remote_bytes, b->bytes), large(a, b),
		      mw_fmt_bytes(a, b->move_bytes), share(a, b->after_bytes, b->bytes),
		      b->least ? ", and no plan moves less" : "");
}

static const char *done_verdict(struct mw_arena *a, const struct balance_view *v)
{
	const struct mw_balance *was = v->plan, *is = v->after;

	if (!was->placed_count)
		return mw_fmt(a, "Nothing was moved. %s", plan_verdict(a, was));
	return mw_fmt(a, "%s of %s was remote, %s of %s is: %s moved%s%s",
		      share(a, was->remote_bytes, was->bytes), mw_fmt_bytes(a, was->bytes),
		      share(a, is->remote_bytes, is->bytes), mw_fmt_bytes(a, is->bytes),
		      mw_fmt_bytes(a, v->done->moved_bytes),
		      v->done->stopped ? ", then stopped: " : "",
		      v->done->stopped ? v->done->stopped : "");
}

static const char *why(struct mw_arena *a, const struct mw_balance_proc *p)
{
	const struct mw_proc_numa *n = &p->proc->numa;

	switch (p->verdict) {
	case MW_BALANCE_UNKNOWN:
		if (n->why != MW_OK || n->threads_why != MW_OK)
			return mw_fmt(
				a, "%s: %s", n->why != MW_OK ? "its pages" : "its threads",
				n->why == MW_UNREAD
					? "over the budget, see --smaps-budget"
					: mw_why_name(n->why != MW_OK ? n->why : n->threads_why));
		return "which CPUs or nodes it may have is not known";
	case MW_BALANCE_PLACED:
		return p->cpus.n ? mw_fmt(a, "its threads on CPUs %.*s", (int)p->cpus.n, p->cpus.p)
				 : "its threads may run nowhere else";
	case MW_BALANCE_THERE:
		return "it is where its threads are";
	case MW_BALANCE_SPREAD:
		return mw_fmt(a, "spread by policy: %.*s", (int)n->policies.n, n->policies.p);
	case MW_BALANCE_BOUND:
		return mw_fmt(a, "no node for both: CPUs %.*s, memory %.*s%s%.*s",
			      (int)n->cpus_allowed.n, n->cpus_allowed.p, (int)n->mems_allowed.n,
			      n->mems_allowed.p, n->policies.n ? ", policy " : "",
			      (int)n->policies.n, n->policies.p);
	case MW_BALANCE_WIDE:
		return "more of its threads run than a node has CPUs for it";
	case MW_BALANCE_STUCK:
		return "what is remote does not move: shared, or huge pages";
	case MW_BALANCE_NO_ROOM:
		return "no node that it may have has room and CPUs for it";
	case MW_BALANCE_RESTS:
		return "it was moved a short while ago";
	}
	return "";
}

enum proc_column {
	P_PID,
	P_COMM,
	P_BYTES,
	P_REMOTE_BYTES,
	P_REMOTE,
	P_VERDICT,
	P_NODE,
	P_MOVE,
	P_AFTER_BYTES,
	P_AFTER,
	P_CPUS,
	P_NODES,
	P_WHY,
	N_PROC_COLUMNS
};

static const struct mw_col proc_columns[N_PROC_COLUMNS] = {
	[P_PID] = { "pid", "PID", MW_TYPE_COUNT },
	[P_COMM] = { "comm", "COMM", MW_TYPE_STR },
	[P_BYTES] = { "bytes", "SIZE", MW_TYPE_BYTES },
	[P_REMOTE_BYTES] = { "remote_bytes", NULL, MW_TYPE_BYTES },
	[P_REMOTE] = { NULL, "REMOTE %", MW_TYPE_PERCENT },
	[P_VERDICT] = { "verdict", "PLAN", MW_TYPE_STR },
	[P_NODE] = { "node", "NODE", MW_TYPE_COUNT },
	[P_MOVE] = { "move_bytes", "MOVE", MW_TYPE_BYTES },
	[P_AFTER_BYTES] = { "after_bytes", NULL, MW_TYPE_BYTES },
	[P_AFTER] = { NULL, "AFTER %", MW_TYPE_PERCENT },
	[P_CPUS] = { "cpus", NULL, MW_TYPE_STR },
	[P_NODES] = { "on_nodes", NULL, MW_TYPE_STR },
	[P_WHY] = { "why", "WHY", MW_TYPE_STR },
};

static const struct mw_balance_proc *same_in(const struct mw_balance *b,
					     const struct mw_balance_proc *p)
{
	for (size_t i = 0; b && i < b->n_procs; i++)
		if (b->proc[i].proc->pid == p->proc->pid &&
		    b->proc[i].proc->numa.start_ticks == p->proc->numa.start_ticks)
			return &b->proc[i];
	return NULL;
}

/* Remote when all is done: as planned, or as measured. */
static void after_cells(struct mw_row *row, const struct balance_view *v,
			const struct mw_balance_proc *p)
{
	const struct mw_balance_proc *m = same_in(v->after, p);
	bool known = m ? m->verdict != MW_BALANCE_UNKNOWN : !v->after;

	if (!known) {
		mw_cell_val(row, P_AFTER_BYTES, mw_no(m ? MW_UNREAD : MW_GONE));
		mw_cell_val(row, P_AFTER, mw_no(m ? MW_UNREAD : MW_GONE));
		return;
	}
	mw_cell_val(row, P_AFTER_BYTES, mw_ok(m ? m->remote_bytes : p->after_bytes));
	mw_cell_val(row, P_AFTER,
		    mw_ok(m ? cli_balance_permyriad(m->remote_bytes, m->bytes)
			    : cli_balance_permyriad(p->after_bytes, p->bytes)));
}

static const char *on_nodes(struct mw_arena *a, const struct mw_proc_numa *n)
{
	const char *text = "";

	for (size_t i = 0; i < n->n_nodes && i < MW_BALANCE_NODES_SHOWN; i++)
		text = mw_fmt(a, "%s%s%" PRIu64 ":%s", text, i ? " " : "", n->node[i].node,
			      mw_fmt_bytes(a, n->node[i].bytes));
	return text;
}

static void proc_row(struct mw_report *r, struct mw_table *t, const struct balance_view *v,
		     const struct mw_balance_proc *p)
{
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

	mw_cell_val(row, P_PID, mw_ok(p->proc->pid));
	mw_cell_str(row, P_COMM, p->proc->status.name);
	mw_cell_val(row, P_BYTES, mw_ok(p->bytes));
	mw_cell_str(row, P_VERDICT, mw_str_of(mw_balance_verdict_name(p->verdict)));
	mw_cell_str(row, P_WHY, mw_str_of(why(r->arena, p)));
	if (p->verdict == MW_BALANCE_UNKNOWN) {
		mw_cell_val(row, P_REMOTE_BYTES, mw_no(MW_UNREAD));
		mw_cell_val(row, P_REMOTE, mw_no(MW_UNREAD));
		return;
	}
	mw_cell_val(row, P_REMOTE_BYTES, mw_ok(p->remote_bytes));
	mw_cell_val(row, P_REMOTE, mw_ok(cli_balance_permyriad(p->remote_bytes, p->bytes)));
	mw_cell_str(row, P_NODES, mw_str_of(on_nodes(r->arena, &p->proc->numa)));
	after_cells(row, v, p);
	if (p->verdict != MW_BALANCE_PLACED)
		return;
	mw_cell_val(row, P_NODE, mw_ok(p->target));
	mw_cell_val(row, P_MOVE, mw_ok(p->move_bytes));
	if (p->cpus.n)
		mw_cell_str(row, P_CPUS, p->cpus);
}

static void proc_table(struct mw_report *r, const struct balance_view *v)
{
	struct mw_table *t = mw_report_table(
		r,
		(struct mw_table){ .id = "processes",
				   .col = proc_columns,
				   .n_cols = N_PROC_COLUMNS,
				   .title = v->after ? "Large processes, remote before and after:"
						     : "Large processes, remote now and after:" });

	for (size_t i = 0; i < v->plan->n_procs; i++)
		proc_row(r, t, v, &v->plan->proc[i]);
}

enum node_column {
	N_NODE,
	N_CPUS,
	N_RUNNING,
	N_RUNNING_AFTER,
	N_FREE,
	N_KEEP,
	N_IN,
	N_OUT,
	N_AFTER,
	N_TAKES,
	N_NODE_COLUMNS
};

static const struct mw_col node_columns[N_NODE_COLUMNS] = {
	[N_NODE] = { "node", "NODE", MW_TYPE_COUNT },
	[N_CPUS] = { "cpu_count", "CPUS", MW_TYPE_COUNT },
	[N_RUNNING] = { "running_count", "RUN", MW_TYPE_COUNT },
	[N_RUNNING_AFTER] = { "running_after_count", "RUN AFTER", MW_TYPE_COUNT },
	[N_FREE] = { "free_bytes", "FREE", MW_TYPE_BYTES },
	[N_KEEP] = { "keep_free_bytes", "KEEP FREE", MW_TYPE_BYTES },
	[N_IN] = { "in_bytes", "IN", MW_TYPE_BYTES },
	[N_OUT] = { "out_bytes", "OUT", MW_TYPE_BYTES },
	[N_AFTER] = { "after_free_bytes", "FREE AFTER", MW_TYPE_BYTES },
	[N_TAKES] = { "takes", "TAKES", MW_TYPE_BOOL },
};

static void node_row(struct mw_report *r, struct mw_table *t, const struct mw_balance_node *n,
		     const struct mw_balance_node *after)
{
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

	mw_cell_val(row, N_NODE, mw_ok(n->node->node));
	mw_cell_val(row, N_CPUS, n->cpu_count);
	mw_cell_val(row, N_RUNNING, mw_ok(n->running_count));
	mw_cell_val(row, N_RUNNING_AFTER,
		    mw_ok(after ? after->running_count : n->running_after_count));
	mw_cell_val(row, N_FREE, n->free_bytes);
	mw_cell_val(row, N_KEEP, n->keep_bytes);
	mw_cell_val(row, N_IN, mw_ok(n->in_bytes));
	mw_cell_val(row, N_OUT, mw_ok(n->out_bytes));
	mw_cell_val(row, N_AFTER, after ? after->free_bytes : n->after_bytes);
	mw_cell_val(row, N_TAKES, mw_ok(n->takes));
}

static void node_table(struct mw_report *r, const struct balance_view *v)
{
	struct mw_table *t = mw_report_table(r, (struct mw_table){ .id = "nodes",
								   .col = node_columns,
								   .n_cols = N_NODE_COLUMNS,
								   .title = "Nodes:" });

	for (size_t i = 0; i < v->plan->n_nodes; i++) {
		bool same = v->after && i < v->after->n_nodes &&
			    v->after->node[i].node->node == v->plan->node[i].node->node;

		node_row(r, t, &v->plan->node[i], same ? &v->after->node[i] : NULL);
	}
}

/* In order, in pieces where a node has little room; for programs. */
static void move_table(struct mw_report *r, const struct mw_balance *b)
{
	static const struct mw_col columns[] = {
		{ "pid", "PID", MW_TYPE_COUNT },
		{ "from", "FROM", MW_TYPE_COUNT },
		{ "to", "TO", MW_TYPE_COUNT },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
	};
	struct mw_table *t =
		mw_report_table(r, (struct mw_table){ .id = "moves", .col = columns, .n_cols = 4 });

	for (size_t i = 0; i < b->n_moves; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);

		mw_cell_val(row, 0, mw_ok(b->proc[b->move[i].item].proc->pid));
		mw_cell_val(row, 1, mw_ok(b->node[b->move[i].from].node->node));
		mw_cell_val(row, 2, mw_ok(b->node[b->move[i].to].node->node));
		mw_cell_val(row, 3, mw_ok(b->move[i].bytes));
	}
}

static void command(struct mw_report *r, struct mw_table *t, const char *text)
{
	mw_cell_str(mw_report_row(r, t, 0, MW_IN_BOTH), 0, mw_str_of(text));
}

static bool is_first(const struct mw_balance *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (b->move[k].item == b->move[i].item && b->move[k].from == b->move[i].from)
			return false;
	return true;
}

static bool in_pieces(const struct mw_balance *b)
{
	for (size_t i = 0; i < b->n_moves; i++)
		if (!is_first(b, i))
			return true;
	return false;
}

/* Threads first: what they touch from then on is in its place. */
static void command_table(struct mw_report *r, const struct balance_view *v)
{
	static const struct mw_col columns[] = { { "command", "COMMAND", MW_TYPE_STR } };
	const struct mw_balance *b = v->plan;
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = v->done ? "undo" : "commands",
				      .col = columns,
				      .n_cols = 1,
				      .title = v->done ? "To undo it:" : "By hand, as root:" });

	for (size_t i = 0; v->done && i < v->done->n_undo; i++)
		command(r, t, v->done->undo[i]);
	for (size_t i = 0; !v->done && i < b->n_procs; i++)
		if (b->proc[i].verdict == MW_BALANCE_PLACED && b->proc[i].cpus.n)
			command(r, t,
				mw_fmt(r->arena, "taskset -a -c -p %.*s %" PRIu64,
				       (int)b->proc[i].cpus.n, b->proc[i].cpus.p,
				       b->proc[i].proc->pid));
	for (size_t i = 0; !v->done && i < b->n_moves; i++)
		if (is_first(b, i))
			command(r, t,
				mw_fmt(r->arena, "migratepages %" PRIu64 " %" PRIu64 " %" PRIu64,
				       b->proc[b->move[i].item].proc->pid,
				       b->node[b->move[i].from].node->node,
				       b->node[b->move[i].to].node->node));
}

static void figures(struct mw_report *r, const struct balance_view *v)
{
	const struct mw_balance *b = v->plan;

	mw_report_figure(r, "large_bytes", mw_ok(b->large_bytes));
	mw_report_figure(r, "process_count", mw_ok(b->n_procs));
	mw_report_figure(r, "unknown_count", mw_ok(b->unknown_count));
	mw_report_figure(r, "bytes", mw_ok(b->bytes));
	mw_report_figure(r, "remote_bytes", mw_ok(b->remote_bytes));
	mw_report_figure(r, "plan.process_count", mw_ok(b->placed_count));
	mw_report_figure(r, "plan.move_bytes", mw_ok(b->move_bytes));
	mw_report_figure(r, "plan.remote_bytes", mw_ok(b->after_bytes));
	mw_report_bool(r, "plan.least", mw_ok(b->least));
	if (!v->done)
		return;
	mw_report_figure(r, "applied.moved_bytes", mw_ok(v->done->moved_bytes));
	mw_report_figure(r, "applied.left_bytes", mw_ok(v->done->left_bytes));
	mw_report_figure(r, "applied.failed_count", mw_ok(v->done->failed_count));
	mw_report_string(r, "applied.stopped", v->done->stopped);
	mw_report_figure(r, "applied.bytes", mw_ok(v->after->bytes));
	mw_report_figure(r, "applied.remote_bytes", mw_ok(v->after->remote_bytes));
}

static void notes(struct mw_report *r, const struct balance_view *v)
{
	const struct mw_balance *b = v->plan;
	struct mw_arena *a = r->arena;

	if (b->unknown_count)
		mw_report_note(
			r, mw_fmt(a, "%" PRIu64 " large process%s left out: too little is known",
				  b->unknown_count, b->unknown_count == 1 ? " is" : "es are"));
	if (b->placed_count && !b->least)
		mw_report_note(r,
			       "the plan is a good one, not surely the least: there are too many "
			       "to try them all");
	if (!v->done && in_pieces(b))
		mw_report_note(r,
			       "the nodes have too little room for one move after another: --apply "
			       "moves in pieces, by hand a node may run full");
	if (v->done && v->done->left_bytes)
		mw_report_note(r,
			       mw_fmt(a, "%s could not be moved: pinned, or in use by the kernel",
				      mw_fmt_bytes(a, v->done->left_bytes)));
	if (!v->done && b->placed_count)
		mw_report_note(r, "nothing was changed: memwhy zones --balance --apply does it");
}

void cli_balance_report(struct mw_report *r, const struct balance_view *v)
{
	r->verdict = v->done ? done_verdict(r->arena, v) : plan_verdict(r->arena, v->plan);
	notes(r, v);
	figures(r, v);
	if (v->plan->n_procs)
		proc_table(r, v);
	node_table(r, v);
	move_table(r, v->plan);
	command_table(r, v);
}
