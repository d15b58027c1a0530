/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy victims - who will be killed, in which order?
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "act/oom_score_adj.h"
#include "base/fmt.h"
#include "cli/victims_report.h"
#include "kernel/oom_score_adj.h"
#include "report/escape.h"

static const struct opt opts[] = {
	{ "cgroup", 0, "PATH", "if this memory cgroup reached its limit; a path, or a unit's name",
	  OPT_TEXT, offsetof(struct options, cgroup) },
	{ "nodes", 0, "LIST", "if a request bound to these NUMA nodes failed", OPT_TEXT,
	  offsetof(struct options, nodes) },
	{ "cpuset", 0, "PATH", "if the nodes of this cpuset were full", OPT_TEXT,
	  offsetof(struct options, cpuset) },
	{ "kernel", 0, "VERSION", "by the rules of another kernel", OPT_TEXT,
	  offsetof(struct options, kernel) },
	{ "until", 0, "SIZE", "how many must die to give back so much", OPT_SIZE,
	  offsetof(struct options, until_bytes) },
	{ "set", 0, "PID|UNIT ADJ", "set oom_score_adj, and show the order after it", OPT_PAIR,
	  offsetof(struct options, set) },
	{ "dry-run", 0, NULL, "with --set: only show what the order would be", OPT_FLAG,
	  offsetof(struct options, dry_run) },
	{ "top", 'n', "N", "show at most N victims; 0 shows all", OPT_NUMBER,
	  offsetof(struct options, top) },
};

/* The mems of a cpuset, of v2 or v1, by its path below the hierarchy. */
static bool cpuset_mems(struct cli_job *job, const char *path, struct mw_str *ret)
{
	static const struct {
		const char *folder, *file;
	} places[] = {
		{ "sys/fs/cgroup", "cpuset.mems.effective" },
		{ "sys/fs/cgroup/cpuset", "cpuset.effective_mems" },
		{ "sys/fs/cgroup/cpuset", "cpuset.mems" },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *file = mw_fmt(&job->arena, "%s%s%s/%s", places[i].folder,
					  path[0] == '/' ? "" : "/", path, places[i].file);

		if (!mw_root_read(job->root, file, &job->arena, ret))
			return true;
	}
	return false;
}

/* --cgroup, --nodes, --cpuset, --kernel, --until */
static int make_ask(struct cli_job *job, const struct options *o, struct mw_victims_ask *ask)
{
	struct mw_str mems;

	*ask = (struct mw_victims_ask){ .until_bytes = o->until_bytes ? mw_ok(o->until_bytes)
								      : mw_no(MW_UNREAD) };
	if ((o->cgroup != NULL) + (o->nodes != NULL) + (o->cpuset != NULL) > 1) {
		fputs("memwhy: one of --cgroup, --nodes and --cpuset\n", stderr);
		return EXIT_USAGE;
	}
	if (o->cgroup) {
		ask->kind = MW_DOMAIN_CGROUP;
		ask->cgroup = mw_str_of(o->cgroup);
	}
	if (o->nodes) {
		ask->kind = MW_DOMAIN_NODES;
		ask->nodes = mw_str_of(o->nodes);
	}
	if (o->cpuset) {
		if (!cpuset_mems(job, o->cpuset, &mems))
			return cli_fail(mw_escape(&job->arena, mw_str_of(o->cpuset)), -ENOENT);
		ask->kind = MW_DOMAIN_CPUSET;
		ask->nodes = mw_str_trim(mems);
	}
	if (o->kernel) {
		ask->release = mw_release_parse(mw_str_of(o->kernel));
		if (!mw_release_is_known(ask->release))
			return cli_wrong("kernel", o->kernel);
	}
	return EXIT_DONE;
}

/* Which processes a pid or the name of a unit means: those of a cgroup that ends in it. */
static size_t mark(const struct mw_snap *s, struct mw_str target, bool *set)
{
	uint64_t pid = 0;
	bool is_pid = !mw_str_u64(target, &pid);
	size_t n = 0;

	for (size_t i = 0; i < s->n_procs; i++) {
		struct mw_str rest = s->proc[i].cgroup, part;
		bool in = mw_str_same(rest, target);

		while (!is_pid && !in && mw_str_cut(&rest, '/', &part))
			in = part.n && mw_str_same(part, target);
		set[i] = is_pid ? s->proc[i].pid == pid : in;
		n += set[i];
	}
	return n;
}

/* What the write changed, of those asked for and of who shares memory with them. */
static void tell_change(const struct mw_proc *p, bool asked, int64_t adj)
{
	unsigned long long pid = p->pid;
	long long was = p->oom.oom_score_adj, is = adj;

	if (p->oom.adj_why != MW_OK)
		fprintf(stderr,
			"memwhy: oom_score_adj of pid %llu is %lld; what it was could not be "
			"read\n",
			pid, is);
	else if (asked)
		fprintf(stderr,
			"memwhy: oom_score_adj of pid %llu was %lld, is %lld; undo: "
			"echo %lld >/proc/%llu/oom_score_adj\n",
			pid, was, is, was, pid);
	else
		fprintf(stderr,
			"memwhy: oom_score_adj of pid %llu was %lld, is %lld: it shares the memory "
			"of one that was set, and changes with it\n",
			pid, was, is);
}

/* asked: who is written to; set: who has the number after it. */
static int write_all(struct cli_job *job, const bool *asked, const bool *set, int64_t adj)
{
	int status = EXIT_DONE;

	for (size_t i = 0; i < job->snap.n_procs; i++) {
		const struct mw_proc *p = &job->snap.proc[i];
		int r = asked[i] ? mw_act_oom_score_adj(job->root, p->pid, p->oom.stat.start_ticks,
							adj)
				 : 0;

		if (r < 0)
			status = cli_fail(mw_fmt(&job->arena, "oom_score_adj of pid %llu",
						 (unsigned long long)p->pid),
					  r);
		else if (set[i] && (asked[i] || status == EXIT_DONE))
			tell_change(p, asked[i], adj);
	}
	return status;
}

/* --set: the order with it; and done, unless only asked about. */
static int change(struct cli_job *job, const struct options *o, struct mw_victims_ask *ask)
{
	const struct mw_snap *s = &job->snap;
	bool *asked = mw_arena_alloc(&job->arena, s->n_procs + 1);
	bool *set = mw_arena_alloc(&job->arena, s->n_procs + 1);

	if (!asked || !set)
		return cli_fail("victims", -ENOMEM);
	if (mw_oom_score_adj_parse(mw_str_of(o->set[1]), &ask->set_adj) < 0)
		return cli_wrong("set", o->set[1]);
	if (!mark(s, mw_str_of(o->set[0]), asked)) {
		fprintf(stderr, "memwhy: --set: no such process or unit: %s\n",
			mw_escape(&job->arena, mw_str_of(o->set[0])));
		return EXIT_FAILED;
	}
	memcpy(set, asked, s->n_procs * sizeof(*set));
	mw_victims_spread_set(s, set, &job->arena);
	ask->set = set;
	return o->dry_run ? EXIT_DONE : write_all(job, asked, set, ask->set_adj);
}

static int predict(struct cli_job *job, const struct mw_victims_ask *ask, struct mw_victims *ret)
{
	int r = mw_victims_build(&job->snap, ask, &job->arena, ret);

	if (r == -ENOENT) {
		fprintf(stderr, "memwhy: --cgroup: %s: no such memory cgroup has processes\n",
			mw_escape(&job->arena, ask->cgroup));
		return EXIT_FAILED;
	}
	if (r == -EINVAL)
		return cli_wrong(ask->kind == MW_DOMAIN_CPUSET ? "cpuset" : "nodes",
				 mw_escape(&job->arena, ask->nodes));
	if (job->arena.failed)
		return cli_fail("victims", -ENOMEM);
	return EXIT_DONE;
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_findings findings = {};
	struct mw_victims_ask ask;
	struct mw_victims now, after, *v = &now;
	struct mw_report r;
	int status = cli_job_start(&job, o,
				   MW_WANT_PROCS | MW_WANT_OOM | (o->nodes ? MW_WANT_POLICY : 0) |
					   (o->cpuset ? MW_WANT_MEMS : 0));

	if (!status)
		status = make_ask(&job, o, &ask);
	if (!status)
		status = predict(&job, &ask, &now);
	if (!status && o->set[0])
		status = change(&job, o, &ask);
	if (!status && o->set[0]) {
		status = predict(&job, &ask, &after);
		v = &after;
	}
	if (status)
		return status;
	mw_find_victims(&(struct mw_victims_case){ &job.snap, v, &o->threshold, &job.arena },
			&findings);
	mw_report_init(&r, &job.arena, "memwhy.victims/1");
	cli_victims_report(&r, &(struct victims_view){ .snap = &job.snap,
						       .v = v,
						       .now = o->set[0] ? &now : NULL,
						       .top = o->top,
						       .until_bytes = ask.until_bytes });
	r.findings = &findings;
	return cli_job_emit(&job, o, &r);
}

const struct cmd cmd_victims = {
	.name = "victims",
	.summary = "who will be killed, in which order?",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
