/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_victims_doors - who lets people in, and what those inherit who came in.
 */
#include "base/fmt.h"
#include "why/find.h"
#include "why/find_victims_private.h"

static bool is_one_of(struct mw_str name, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (mw_str_eq(name, list[i]))
			return true;
	return false;
}

static const struct mw_proc *parent_of(const struct mw_snap *s, const struct mw_proc *p)
{
	for (size_t i = 0; i < s->n_procs; i++)
		if (s->proc[i].pid == p->oom.stat.parent_pid)
			return &s->proc[i];
	return NULL;
}

static const char *const doors[] = { "sshd", "dropbear", NULL };

static struct mw_str unit_name(const struct mw_proc *p)
{
	return mw_str_from(p->cgroup, mw_str_rfind(p->cgroup, '/') + 1);
}

/* The unit it runs in; as Debian calls it where it is not in one. */
static const char *unit_of(struct mw_arena *a, const struct mw_proc *p)
{
	struct mw_str unit = unit_name(p);

	if (mw_str_ends(unit, ".service"))
		return mw_fmt_shell(a, unit);
	return mw_str_eq(p->status.name, "sshd") ? "ssh.service" : "dropbear.service";
}

static bool is_in_a_session(const struct mw_proc *p)
{
	return mw_str_search(p->cgroup, "/user.slice/") < p->cgroup.n ||
	       mw_str_starts(unit_name(p), "session-");
}

/* Does it serve one connection alone: as a child of the one that listens, in somebody's session, or
 * started for it (sshd -i) by an inetd or a socket of systemd ("ssh@3-....service")? */
static bool serves_one(const struct mw_snap *s, const struct mw_proc *p)
{
	static const char *const starters[] = { "sshd",		 "dropbear", "inetd",	  "xinetd",
						"openbsd-inetd", "tcpsvd",   "tcpserver", NULL };
	const struct mw_proc *parent = parent_of(s, p);
	struct mw_str unit = unit_name(p);

	return (parent && is_one_of(parent->status.name, starters)) || is_in_a_session(p) ||
	       (mw_str_find(unit, '@') < unit.n && mw_str_ends(unit, ".service"));
}

/* Who lets an administrator in must not be among the first.  A tenth of memory and swap off its
 * rating is more than it holds itself: it goes after all that have 0. */
#define PROTECTED_ADJ -100

/* One by that name listens, and is protected: who is not was left by one that listened before. */
static bool has_protected(const struct mw_victims_case *c, struct mw_str name)
{
	const struct mw_victims *v = c->victims;

	for (size_t i = 0; i < v->n; i++) {
		const struct mw_victim *x = &v->victim[i];

		if (x->adj_why == MW_OK && x->oom_score_adj <= PROTECTED_ADJ &&
		    mw_str_same(x->proc->status.name, name) && !serves_one(c->snap, x->proc))
			return true;
	}
	return false;
}

/* OpenSSH saves the number that it is started with, sets itself to -1000 if it may, and gives each
 * session what it saved (oom_adjust_setup(), oom_adjust_restore()): so a unit's number is that of
 * the sessions. */
static void protect(const struct mw_victims_case *c, const struct mw_victim *x,
		    struct mw_finding *f)
{
	bool openssh = mw_str_eq(x->proc->status.name, "sshd");
	const char *unit = unit_of(c->arena, x->proc), *test = openssh ? "sshd -t && " : "";

	mw_finding_fix(f, openssh ? mw_victims_choom(c->arena, x, -1000,
						     "it is never killed, from now on",
						     "small: its sessions keep what it was started "
						     "with")
				  : mw_victims_choom(c->arena, x, PROTECTED_ADJ,
						     "it goes after all that have 0, from now on",
						     "its sessions inherit it, and what is started "
						     "in them"));
	if (openssh)
		mw_finding_fix(
			f,
			(struct mw_fix){ .command = mw_fmt(c->arena,
							   "sshd -t && systemctl restart %s", unit),
					 .effect = "OpenSSH sets itself to -1000 at each start, if "
						   "it may; sessions keep 0",
					 .risk = "none for sessions that are open, where the unit "
						 "has KillMode=process",
					 .undo = "none needed" });
	mw_finding_fix(
		f,
		(struct mw_fix){
			.command = mw_fmt(c->arena,
					  "mkdir -p /etc/systemd/system/%s.d && printf '%%s\\n' "
					  "'[Service]' OOMScoreAdjust=%d "
					  ">/etc/systemd/system/%s.d/oom.conf && systemctl "
					  "daemon-reload && %ssystemctl restart %s",
					  unit, PROTECTED_ADJ, unit, test, unit),
			.effect = "the drop-in for its unit, where it may not protect itself: it "
				  "goes after all that have 0, at each start",
			.risk = "all sessions start with that number too: what leaks in one is "
				"spared a tenth of memory; never -1000, which makes them all "
				"unkillable",
			.undo = mw_fmt(c->arena,
				       "rm /etc/systemd/system/%s.d/oom.conf && systemctl "
				       "daemon-reload && %ssystemctl restart %s",
				       unit, test, unit) });
}

void mw_find_unprotected(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;

	for (size_t i = 0; i < v->n_victims; i++) {
		const struct mw_victim *x = &v->victim[i];
		struct mw_finding f = mw_victims_finding("MW-OOMADJ-UNPROTECTED-SHELL", MW_INFO, 0);

		if (!is_one_of(x->proc->status.name, doors) || x->oom_score_adj <= PROTECTED_ADJ ||
		    serves_one(c->snap, x->proc) || has_protected(c, x->proc->status.name))
			continue;
		f.verdict = mw_fmt(c->arena,
				   "%s is the way in, and may be killed as any other "
				   "(oom_score_adj %s, rank %zu)",
				   mw_victim_name(c->arena, x->proc),
				   mw_victims_adj_text(c->arena, x), x->rank);
		mw_finding_text(&f, "oom_score_adj", mw_victims_adj_text(c->arena, x),
				"proc/PID/oom_score_adj");
		mw_finding_count(&f, "its rank among the victims", x->rank, "the kernel's rule");
		protect(c, x, &f);
		f.check = mw_victims_ask_again(c);
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

/* All of a Guaranteed pod have a number of the kubelet's, also a shell that is its entry point. */
static bool is_of_a_guaranteed_pod(const struct mw_victim *x)
{
	return (x->oom_score_adj == -997 || x->oom_score_adj == -998) &&
	       mw_str_search(x->proc->cgroup, "kubepods") < x->proc->cgroup.n;
}

static bool has_inherited(const struct mw_victims_case *c, const struct mw_victim *x)
{
	const struct mw_proc *parent;

	if (x->proc->oom.adj_why != MW_OK || x->oom_score_adj > -900 || x->proc->pid == 1 ||
	    !is_of_a_session(x->proc) || is_of_a_guaranteed_pod(x))
		return false;
	parent = parent_of(c->snap, x->proc);
	return parent && parent->oom.adj_why == MW_OK &&
	       parent->oom.oom_score_adj == x->oom_score_adj;
}

void mw_find_inherited(const struct mw_victims_case *c, struct mw_findings *all)
{
	const struct mw_victims *v = c->victims;
	const struct mw_victim *largest = NULL;
	struct mw_finding f = mw_victims_finding("MW-OOMADJ-INHERITED", MW_WARNING, 0);
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
		(unsigned long long)n, n == 1 ? "" : "es", mw_victims_adj_text(c->arena, largest),
		mw_victim_name(c->arena, largest->proc));
	mw_finding_count(&f, "processes", n, "proc/PID/oom_score_adj");
	mw_finding_bytes(&f, "memory of the largest", largest->frees_bytes,
			 "proc/PID/smaps_rollup");
	mw_finding_text(&f, "its parent",
			mw_victim_name(c->arena, parent_of(c->snap, largest->proc)),
			"proc/PID/stat");
	mw_finding_fix(&f,
		       mw_victims_choom(
			       c->arena, largest, 0, "it is rated as all others",
			       "it can be killed, as it should; its children keep what they have"));
	f.check = mw_fmt(c->arena, "cat /proc/%llu/oom_score_adj",
			 (unsigned long long)largest->proc->pid);
	mw_findings_add(all, c->arena, &f);
}
