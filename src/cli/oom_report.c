/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/oom_report.h"

#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"

static const char *cstr(struct mw_arena *a, struct mw_str s)
{
	return s.n ? mw_arena_cstr(a, s) : NULL;
}

const char *cli_oom_time(const struct mw_oom_event *e, struct mw_arena *arena)
{
	const struct mw_stamp *s = &e->stamp;
	unsigned second = (unsigned)mw_or(s->second, 0);

	if (mw_known(s->year) && mw_known(s->month) && mw_known(s->day) && mw_known(s->second))
		return mw_fmt(arena, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)s->year.v,
			      (unsigned)s->month.v, (unsigned)s->day.v, second / 3600,
			      second / 60 % 60, second % 60);
	if (mw_known(s->uptime_us) && !mw_known(s->second))
		return mw_fmt(arena, "%" PRIu64 ".%06" PRIu64 " s after boot",
			      s->uptime_us.v / 1000000, s->uptime_us.v % 1000000);
	return mw_arena_cstr(arena, mw_str_trim(s->text));
}

struct mw_str cli_oom_unit(struct mw_str path)
{
	struct mw_str part, unit = {};

	while (mw_str_cut(&path, '/', &part))
		if (mw_str_ends(part, ".service") || mw_str_ends(part, ".scope") ||
		    mw_str_starts(part, "pod") || mw_str_search(part, "-pod") < part.n)
			unit = part;
	return unit;
}

static const char *kind_words(const struct mw_oom_case *c)
{
	switch (c->event->kind) {
	case MW_OOM_GLOBAL:
		return "the machine ran out of memory";
	case MW_OOM_CPUSET:
		return "the nodes of a cpuset ran out of memory";
	case MW_OOM_MEMPOLICY:
		return "the nodes of a memory policy ran out of memory";
	case MW_OOM_MEMCG:
		return c->cause == MW_CAUSE_REQUESTED ? "a kill was asked for in a cgroup"
						      : "a cgroup reached its memory limit";
	case MW_OOM_SYSRQ:
		return "a kill was asked for by SysRq";
	case MW_OOM_ALLOC_FAILURE:
		return "an allocation failed";
	case MW_OOM_STALL:
		return mw_known(c->event->stalled_ms)
			       ? mw_fmt(c->arena, "an allocation stalled for %" PRIu64 ".%03u s",
					c->event->stalled_ms.v / 1000,
					(unsigned)(c->event->stalled_ms.v % 1000))
			       : "an allocation stalled";
	case MW_OOM_SLUB:
		return "the slab allocator got no page";
	case MW_OOM_VMALLOC:
		return "vmalloc failed";
	case MW_OOM_USERSPACE:
		return "killed by a guard, not by the kernel";
	}
	return "";
}

/* How many died, and what anonymous memory they had. */
static size_t count_died(const struct mw_oom_event *e, struct mw_val *ret_anon_bytes)
{
	struct mw_val sum = mw_ok(0);
	size_t n = 0;

	for (size_t i = 0; i < e->n_victims; i++) {
		if (e->victim[i].chosen_only || e->victim[i].already_exiting)
			continue;
		sum = mw_add(sum, e->victim[i].anon_bytes);
		n++;
	}
	*ret_anon_bytes = sum;
	return n;
}

static const char *nobody_words(const struct mw_oom_event *e)
{
	if (mw_str_search(e->panic, "panic_on_oom") < e->panic.n)
		return "; nobody was killed: the machine panicked";
	if (e->panic.n)
		return "; nobody could be killed: the machine panicked";
	return e->no_killable ? "; nobody could be killed" : "; the kill is not in the log";
}

static const char *victim_words(const struct mw_oom_case *c)
{
	const struct mw_oom_victim *v = c->killed ? c->killed : c->chosen;
	struct mw_arena *a = c->arena;
	struct mw_val anon;
	size_t n = count_died(c->event, &anon);

	if (c->event->kind == MW_OOM_USERSPACE)
		return mw_fmt(a, "; %.*s killed %s", (int)c->event->guard.n, c->event->guard.p,
			      mw_oom_guard_victim(c));
	if (c->event->kind > MW_OOM_SYSRQ)
		return "";
	if (!v)
		return nobody_words(c->event);
	if (n < 2)
		anon = v->anon_bytes;
	return mw_fmt(a, "; %s %.*s (pid %" PRIu64 ")%s%s",
		      c->killed ? "killed" : "chosen:", (int)v->comm.n, v->comm.p, v->pid.v,
		      n > 1 ? mw_fmt(a, " and %zu more", n - 1) : "",
		      mw_known(anon) ? mw_fmt(a, ", %s of %s anonymous", mw_fmt_bytes(a, anon.v),
					      n > 1 ? "them" : "it")
				     : "");
}

/* Who, when, where, how much, what came of it: one line. */
static const char *headline(const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;
	const char *time = cli_oom_time(e, a), *who = "";

	if (e->asker_comm.n)
		who = mw_fmt(a, ": %.*s%s asked for %s", (int)e->asker_comm.n, e->asker_comm.p,
			     mw_known(e->asker_pid)
				     ? mw_fmt(a, " (pid %" PRIu64 ")", e->asker_pid.v)
				     : "",
			     c->asks_for ? c->asks_for : "memory");
	return mw_fmt(a, "%s%s%.*s%s%s%s%s%s%s", *time ? time : "", *time ? " " : "",
		      (int)e->host.n, e->host.p ? e->host.p : "", e->host.n ? ": " : "",
		      *time && !e->host.n ? "- " : "", kind_words(c), who,
		      c->cause != MW_CAUSE_UNKNOWN && c->cause != MW_CAUSE_GUARD
			      ? mw_fmt(a, "; %s", mw_oom_cause_name(c->cause))
			      : "",
		      victim_words(c));
}

static const char *join(struct mw_arena *a, const char *const *s, size_t n)
{
	const char *text = "";

	for (size_t i = 0; i < n; i++)
		text = mw_fmt(a, "%s%s%s", text, i ? ", " : "", s[i]);
	return text;
}

static void note_request(struct mw_report *r, const struct mw_oom_case *c)
{
	struct mw_arena *a = c->arena;

	if (!c->gfp_known)
		return;
	if (!c->gfp.mask) {
		mw_report_note(r, "mask 0x0: the log does not name the request that failed");
		return;
	}
	mw_report_note(r, mw_fmt(a, "mask 0x%" PRIx64 " is %s: %s", c->gfp.mask, c->gfp.names,
				 mw_gfp_words(&c->gfp, a)));
	if (c->gfp_guess)
		mw_report_note(r,
			       mw_fmt(a, "probably: %s (%s)", c->gfp_guess,
				      c->guess_of_stack ? "as its stack says"
							: "a guess from the mask and the order"));
	if (c->event->slub_cache.n && c->event->kind != MW_OOM_SLUB)
		mw_report_note(r, mw_fmt(a, "for the slab cache %.*s", (int)c->event->slub_cache.n,
					 c->event->slub_cache.p));
	/* PF_MEMALLOC: gfp_to_alloc_flags(), mm/page_alloc.c. */
	if (mw_str_starts(c->event->asker_comm, "kswapd") &&
	    mw_str_search(mw_str_of(c->gfp.names), "NOMEMALLOC") == strlen(c->gfp.names))
		mw_report_note(r, "kswapd may pass all marks, unless an interrupt asked while it "
				  "ran: then less was free than is shown");
}

/* Who asked, beyond the name: how it could be chosen, and where it runs. */
static void note_asker(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	bool adj = mw_known(e->asker_adj) && e->asker_adj.v;
	bool cpuset = e->cpuset.n && !mw_str_eq(e->cpuset, "/");
	const char *set =
		cpuset ? mw_fmt(c->arena, "in the cpuset %.*s", (int)e->cpuset.n, e->cpuset.p) : "";

	if (adj)
		mw_report_note(r, mw_fmt(c->arena, "who asked has oom_score_adj %" PRId64 "%s%s%s",
					 mw_oom_adj(e->asker_adj),
					 mw_oom_adj(e->asker_adj) == -1000 ? " (never chosen)" : "",
					 cpuset ? ", and is " : "", set));
	else if (cpuset)
		mw_report_note(r, mw_fmt(c->arena, "who asked is %s", set));
}

/* Is there a choice of nodes at all? */
static bool shows_nodes(const struct mw_oom_case *c)
{
	for (size_t i = 1; i < c->n_zones; i++)
		if (mw_or(c->zone[i].zone->node, 0) != mw_or(c->zone[0].zone->node, 0))
			return true;
	return c->nodes_not_shown;
}

static void note_place(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;
	const char *cpu = mw_known(e->asker_cpu) ? mw_fmt(a, "CPU %" PRIu64, e->asker_cpu.v)
						 : "CPU not in the log";
	bool asks_node = mw_known(e->asker_cpu) && shows_nodes(c);
	const char *node = mw_known(c->node) ? mw_fmt(a, " on node %" PRIu64, c->node.v)
			   : asks_node	     ? ", its node not in the log (--root tells)"
					     : "";
	bool many = mw_str_find(e->mems_allowed, '-') < e->mems_allowed.n ||
		    mw_str_find(e->mems_allowed, ',') < e->mems_allowed.n;
	const char *nodes = e->mems_allowed.n ? mw_fmt(a, "%s %.*s", many ? "nodes" : "node",
						       (int)e->mems_allowed.n, e->mems_allowed.p)
					      : "all nodes";
	const char *order = mw_known(c->node) ? "its zonelist, as far as that is known"
			    : shows_nodes(c)  ? "node numbers"
					      : "the zonelist";

	if (!c->n_zones)
		return;
	if (e->nodemask.n && !mw_str_starts(e->nodemask, "(null)"))
		nodes = mw_fmt(a, "%s, of them by its policy %.*s", nodes, (int)e->nodemask.n,
			       e->nodemask.p);
	mw_report_note(
		r, mw_fmt(a, "%s%s; may use %s; zones in order of %s", cpu, node, nodes, order));
	if (c->nodes_not_shown)
		mw_report_note(r,
			       mw_fmt(a, "the log shows no zone of node %s, which it may use too",
				      c->nodes_not_shown));
}

/* A child may die in its parent's place up to 5.0; later the line names a thread of the chosen one
 * that still has its memory (find_lock_task_mm(), mm/oom_kill.c). */
static const char *died_instead(const struct mw_oom_case *c)
{
	if (c->rules.child_sacrifice)
		return "a child in its parent's place";
	return c->event->group_killed.n ? "another of its group"
					: "another thread of the same process";
}

static void note_ranking(struct mw_report *r, const struct mw_oom_case *c)
{
	static const char *const words[] = { [MW_AGREES_UNKNOWN] = "cannot be compared",
					     [MW_AGREES] = "agrees",
					     [MW_DIFFERS] = "differs" };
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;

	if (e->kind > MW_OOM_SYSRQ)
		return;
	mw_report_note(r, mw_fmt(a, "victim against the rule of this kernel: %s: %s",
				 words[c->agrees], c->agrees_why));
	if (c->killed && c->chosen && c->killed != c->chosen)
		mw_report_note(r, mw_fmt(a,
					 "chosen was %.*s (pid %" PRIu64 "); %.*s (pid %" PRIu64
					 ") died: %s",
					 (int)c->chosen->comm.n, c->chosen->comm.p,
					 c->chosen->pid.v, (int)c->killed->comm.n,
					 c->killed->comm.p, c->killed->pid.v, died_instead(c)));
}

static void note_victim_group(struct mw_report *r, const struct mw_oom_case *c)
{
	struct mw_str path = c->event->task_memcg, unit = cli_oom_unit(path);

	if (path.n < 2 || c->event->kind > MW_OOM_SYSRQ)
		return;
	mw_report_note(r, mw_fmt(c->arena, "the victim ran in %.*s%s%.*s", (int)path.n, path.p,
				 unit.n ? ": " : "", (int)unit.n, unit.n ? unit.p : ""));
}

static void notes(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;

	if (e->kind == MW_OOM_USERSPACE)
		mw_report_note(r, mw_fmt(a, "line %" PRIu64, e->line));
	else
		mw_report_note(r,
			       mw_fmt(a, "kernel: %s; line %" PRIu64, mw_oom_kernel(c), e->line));
	note_asker(r, c);
	note_victim_group(r, c);
	note_request(r, c);
	note_place(r, c);
	note_ranking(r, c);
	if (c->n_missing)
		mw_report_note(r,
			       mw_fmt(a, "not in the log: %s", join(a, c->missing, c->n_missing)));
	if (e->kind_inferred)
		mw_report_note(r,
			       "which kind it was, the log does not say: the usual one is taken");
	if (e->suppressed_count)
		mw_report_note(r, mw_fmt(a, "printk left out %" PRIu64 " like it before this one",
					 e->suppressed_count));
}

static void figure_signed(struct mw_report *r, const char *id, struct mw_val v)
{
	mw_report_signed(r, id, v.why, mw_oom_adj(v));
}

static void asker_figures(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;
	bool asker_died = c->chosen && mw_known(e->asker_pid) && mw_known(c->chosen->pid) &&
			  c->chosen->pid.v == e->asker_pid.v;

	mw_report_string(r, "asker.comm", cstr(a, e->asker_comm));
	mw_report_figure(r, "asker.pid", e->asker_pid);
	mw_report_figure(r, "asker.cpu", e->asker_cpu);
	mw_report_figure(r, "asker.node", c->node);
	figure_signed(r, "asker.oom_score_adj", e->asker_adj);
	mw_report_string(r, "asker.cgroup", asker_died ? cstr(a, e->task_memcg) : NULL);
	mw_report_string(r, "asker.cpuset", cstr(a, e->cpuset));
	mw_report_string(r, "asker.mems_allowed", cstr(a, e->mems_allowed));
	mw_report_string(r, "asker.nodemask", cstr(a, e->nodemask));
}

static void gfp_figures(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;

	if (e->sysrq_order)
		mw_report_signed(r, "order", MW_OK, -1);
	else
		mw_report_figure(r, "order", e->order);
	mw_report_figure(r, "gfp.mask", e->gfp_mask);
	mw_report_string(r, "gfp.hex",
			 c->gfp_known ? mw_fmt(a, "0x%" PRIx64, e->gfp_mask.v) : NULL);
	mw_report_strings(r, "gfp.names", c->gfp_known ? c->gfp.name : NULL, c->gfp.n_names);
	mw_report_string(r, "gfp.guess", c->gfp_guess);
	mw_report_string(r, "gfp.words", c->gfp_known ? mw_gfp_words(&c->gfp, a) : NULL);
}

static void memcg_figures(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;

	if (e->kind != MW_OOM_MEMCG)
		return;
	mw_report_string(r, "memcg.limited", cstr(a, e->oom_memcg.n ? e->oom_memcg : e->stats_of));
	mw_report_string(r, "memcg.victim", cstr(a, e->task_memcg));
	mw_report_string(r, "memcg.group_killed", cstr(a, e->group_killed));
	mw_report_figure(r, "memcg.usage_bytes", e->memory.usage_bytes);
	mw_report_figure(r, "memcg.limit_bytes", e->memory.limit_bytes);
	mw_report_figure(r, "memcg.swap_usage_bytes", e->swap.usage_bytes);
	mw_report_figure(r, "memcg.swap_limit_bytes", e->swap.limit_bytes);
	mw_report_figure(r, "memcg.version",
			 e->swap.usage_bytes.why != MW_UNREAD	 ? mw_ok(2)
			 : e->memsw.usage_bytes.why != MW_UNREAD ? mw_ok(1)
								 : mw_no(MW_UNREAD));
}

static void figures(struct mw_report *r, const struct mw_oom_case *c)
{
	const struct mw_oom_event *e = c->event;
	struct mw_arena *a = c->arena;

	mw_report_string(r, "kind", mw_oom_kind_name(e->kind));
	mw_report_bool(r, "kind_inferred", mw_ok(e->kind_inferred));
	mw_report_bool(r, "complete", mw_ok(c->complete));
	mw_report_strings(r, "missing", c->missing, c->n_missing);
	mw_report_figure(r, "line", mw_ok(e->line));
	mw_report_figure(r, "offset", mw_ok(e->offset));
	mw_report_string(r, "time", e->stamp.text.n ? cli_oom_time(e, a) : NULL);
	mw_report_figure(r, "uptime_us", e->stamp.uptime_us);
	mw_report_string(r, "host", cstr(a, e->host));
	mw_report_string(r, "kernel", c->release_inferred ? c->release_range : mw_oom_kernel(c));
	mw_report_bool(r, "kernel_inferred", mw_ok(c->release_inferred));
	mw_report_figure(r, "page_bytes", mw_ok(c->page_bytes));
	asker_figures(r, c);
	gfp_figures(r, c);
	memcg_figures(r, c);
	mw_report_string(r, "cause", mw_oom_cause_name(c->cause));
	mw_report_figure(r, "stalled_ms", e->stalled_ms);
	mw_report_string(r, "slab_cache", cstr(a, e->slub_cache));
	mw_report_figure(r, "unwritten_bytes", c->unwritten_bytes);
	mw_report_string(r, "guard", cstr(a, e->guard));
	mw_report_string(r, "unit", cstr(a, e->unit.n ? e->unit : cli_oom_unit(e->task_memcg)));
	mw_report_string(r, "panic", cstr(a, e->panic));
	mw_report_bool(r, "no_killable", mw_ok(e->no_killable));
	mw_report_figure(r, "suppressed_count", mw_ok(e->suppressed_count));
	mw_report_figure(r, "total_bytes", c->total_bytes);
	mw_report_bool(r, "ranking_agrees",
		       c->agrees == MW_AGREES_UNKNOWN ? mw_no(MW_UNREAD)
						      : mw_ok(c->agrees == MW_AGREES));
	mw_report_string(r, "ranking_why", c->agrees_why);
}

void cli_oom_report(struct mw_report *r, const struct mw_oom_case *c,
		    const struct mw_findings *findings, uint64_t top)
{
	mw_report_init(r, c->arena, "memwhy.oom/1");
	r->item = true;
	r->verdict = headline(c);
	r->findings = findings;
	notes(r, c);
	figures(r, c);
	cli_oom_tables(r, c, top);
}
