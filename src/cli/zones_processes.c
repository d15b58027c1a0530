/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/zones_processes.h"

#include <inttypes.h>

#include "base/fmt.h"
#include "cli/zones_processes_tables.h"

static const char *share(struct mw_arena *a, uint64_t part, uint64_t whole)
{
	uint64_t permille = mw_permille(part, whole);

	return mw_fmt(a, "%" PRIu64 ".%" PRIu64 " %%", permille / 10, permille % 10);
}

static const char *who(struct mw_arena *a, const struct mw_proc *p)
{
	struct mw_str name = p->numa.vm.n ? p->numa.vm : p->status.name;

	return mw_fmt(a, "%s%.*s (%" PRIu64 ")", p->numa.vm.n ? "VM " : "", (int)name.n, name.p,
		      p->pid);
}

/* What the sums in the verdict do not hold. */
static const char *but_unknown(struct mw_arena *a, const struct mw_numa *n)
{
	return n->all.unknown_count ? mw_fmt(a, "; not known of %zu of %zu processes",
					     n->all.unknown_count, n->n_rows)
				    : "";
}

static const char *verdict(struct mw_arena *a, const struct mw_numa *n)
{
	const struct mw_numa_row *first = n->row;
	uint64_t bytes = mw_or(n->all.judged_bytes, 0), remote = mw_or(n->all.remote_bytes, 0);

	if (n->one_node)
		return mw_fmt(a,
			      "This machine has one node: all memory of its processes is on node "
			      "%" PRIu64 ", none is remote",
			      n->node[0]);
	if (!n->n_rows)
		return "No process could be read: where their memory is cannot be told";
	if (n->all.unknown_count == n->n_rows)
		return mw_fmt(a,
			      "How much memory is remote cannot be told: of no process pages and "
			      "threads are known (%s)",
			      mw_why_name(n->all.remote_bytes.why));
	if (!remote)
		return mw_fmt(a, "No memory of the processes is remote: %s on %zu nodes%s",
			      mw_fmt_bytes(a, bytes), n->n_nodes, but_unknown(a, n));
	return mw_fmt(a, "%s of %s of the processes' memory is remote (%s); most has %s: %s, %s%s",
		      mw_fmt_bytes(a, remote), mw_fmt_bytes(a, bytes), share(a, remote, bytes),
		      who(a, first->proc), mw_fmt_bytes(a, first->remote_bytes.v),
		      share(a, first->remote_bytes.v, mw_or(first->bytes, 0)), but_unknown(a, n));
}

struct unknown {
	size_t budget, denied, other, threads;
};

static struct unknown count_unknown(const struct mw_numa *n)
{
	struct unknown u = {};

	for (size_t i = 0; i < n->n_rows; i++) {
		const struct mw_proc_numa *p = &n->row[i].proc->numa;

		if (p->why == MW_UNREAD)
			u.budget++;
		else if (p->why == MW_DENIED)
			u.denied++;
		else if (!mw_known(n->row[i].remote_bytes))
			u.other++;
		u.threads += mw_or(n->row[i].proc->status.thread_count, 0) > MW_NUMA_THREADS_MAX &&
			     p->why == MW_OK;
	}
	return u;
}

static void note(struct mw_report *r, size_t n, const char *what)
{
	if (n)
		mw_report_note(r, mw_fmt(r->arena, "%zu %s %s", n, n == 1 ? "process" : "processes",
					 what));
}

/* What was not read is said, and is in no sum. */
static void notes(struct mw_report *r, const struct mw_numa *n)
{
	struct unknown u = count_unknown(n);

	if (n->one_node)
		return;
	if (mw_or(n->all.remote_bytes, 0))
		mw_report_note(r, "remote: pages that are not on a thread's node, as the average "
				  "over the threads; shared pages count in each process");
	note(r, u.budget,
	     "over the budget, not read and in no sum: a larger --smaps-budget "
	     "reads more");
	note(r, u.denied, "not readable and in no sum: root may read them");
	note(r, u.other, "of which pages or threads are not known, in no sum of remote memory");
	if (n->n_rows && n->all.bytes.why == MW_ABSENT)
		mw_report_note(r, "no numa_maps here: on the machine itself memwhy zones "
				  "--processes --save-capture FILE keeps what this needs");
	note(r, u.threads,
	     "of which 4096 threads were asked: the others as if they were where these are");
}

static void note_rest(struct mw_report *r, const struct mw_numa *n, size_t shown)
{
	struct mw_val bytes = mw_ok(0), remote = mw_ok(0);

	if (n->one_node || shown >= n->n_rows)
		return;
	for (size_t i = shown; i < n->n_rows; i++) {
		bytes = mw_add(bytes, mw_ok(mw_or(n->row[i].bytes, 0)));
		remote = mw_add(remote, mw_ok(mw_or(n->row[i].remote_bytes, 0)));
	}
	mw_report_note(
		r, mw_fmt(r->arena, "%zu more %s, %s, %s of it remote: --top 0 shows all",
			  n->n_rows - shown, n->n_rows - shown == 1 ? "process" : "processes",
			  mw_fmt_val_bytes(r->arena, bytes), mw_fmt_val_bytes(r->arena, remote)));
}

static void figures(struct mw_report *r, const struct mw_numa *n)
{
	mw_report_bool(r, "one_node", mw_ok(n->one_node));
	mw_report_figure(r, "processes_count", mw_ok(n->n_rows));
	mw_report_figure(r, "unknown_count", mw_ok(n->all.unknown_count));
	mw_report_figure(r, "bytes", n->all.bytes);
	mw_report_figure(r, "judged_bytes", n->all.judged_bytes);
	mw_report_figure(r, "remote_bytes", n->all.remote_bytes);
}

int cli_zones_processes(struct cli_job *job, const struct options *o)
{
	struct mw_findings findings = {};
	struct mw_zone_map zones;
	struct mw_numa numa;
	struct mw_report r;
	size_t shown;

	mw_zones_build(&job->snap, job->snap.host.release, &job->arena, &zones);
	mw_numa_build(&zones, &job->arena, &numa);
	shown = o->top && o->top < numa.n_rows ? o->top : numa.n_rows;
	mw_report_init(&r, &job->arena, "memwhy.zones-processes/1");
	r.verdict = verdict(&job->arena, &numa);
	notes(&r, &numa);
	note_rest(&r, &numa, shown);
	figures(&r, &numa);
	mw_find_numa(&numa, &o->threshold, &job->arena, &findings);
	r.findings = &findings;
	cli_numa_tables(&r, &numa, shown);
	if (mw_or(numa.all.remote_bytes, 0))
		r.closing = "Which process belongs on which node:  memwhy zones --balance";
	return cli_job_emit(job, o, &r);
}
