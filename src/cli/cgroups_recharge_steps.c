/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_recharge_steps - what to type, in order, what each step costs, and how to prevent it all.
 */
#include <inttypes.h>

#include "base/fmt.h"
#include "base/glob.h"
#include "cli/cgroups_recharge.h"

#define NAMED_MAX 8 /* files in one command; more are named by folder */

struct steps {
	struct mw_report *r;
	struct mw_arena *a;
	const struct recharge_view *v;
	const struct mw_recharge *plan;
	struct mw_table *table;
	size_t n;
};

/* A line for people, a row for programs. */
static void step(struct steps *s, const char *what, const char *command, const char *price)
{
	static const char *const no = "";
	struct mw_row *row = mw_report_row(s->r, s->table, 0, MW_IN_JSON);

	mw_report_note(s->r, mw_fmt(s->a, "step %zu: %s%s%s%s%s", ++s->n, what, command ? ": " : no,
				    command ? command : no, price ? "; " : no, price ? price : no));
	mw_cell_str(row, 0, mw_str_of(what));
	if (command)
		mw_cell_str(row, 1, mw_str_of(command));
	if (price)
		mw_cell_str(row, 2, mw_str_of(price));
}

const char *cli_recharge_stop_name(struct mw_arena *a, const struct recharge_view *v,
				   const struct mw_recharge_stop *s)
{
	const struct mw_proc *p = &v->look->job.snap.proc[s->proc];

	if (s->name.kind == MW_GROUP_PLAIN)
		return mw_fmt(a, "%.*s (pid %" PRIu64 ")", (int)p->status.name.n, p->status.name.p,
			      p->pid);
	if (s->name.kind == MW_GROUP_UNIT)
		return mw_arena_cstr(a, s->name.unit);
	return mw_group_name_words(&s->name, a);
}

/* NULL: how it is stopped is not known. */
static const char *stop_command(struct steps *s, const struct mw_recharge_stop *stop,
				const char *verb)
{
	const char *runtime = stop->name.runtime ? stop->name.runtime : "";
	const char *id = mw_fmt_shell(s->a, stop->name.container);

	if (stop->name.kind == MW_GROUP_UNIT)
		return mw_fmt(s->a, "systemctl %s %s", verb, mw_fmt_shell(s->a, stop->name.unit));
	if (stop->name.kind == MW_GROUP_PLAIN)
		return NULL;
	if (mw_str_eq(mw_str_of(runtime), "lxc"))
		return mw_fmt(s->a, "lxc-%s -n %s", verb, id);
	if (mw_str_eq(mw_str_of(runtime), "docker") || mw_str_eq(mw_str_of(runtime), "podman"))
		return mw_fmt(s->a, "%s %s %s", runtime, verb, id);
	return mw_fmt(s->a, "crictl %s %s", verb, id);
}

static void stop_or_start(struct steps *s, const char *verb)
{
	for (size_t i = 0; i < s->plan->n_stops; i++) {
		const struct mw_recharge_stop *stop = &s->plan->stop[i];
		const char *command = stop_command(s, stop, verb);

		step(s,
		     mw_fmt(s->a, "%s %s%s", verb, cli_recharge_stop_name(s->a, s->v, stop),
			    command ? "" : ", the way it is done there"),
		     command, NULL);
	}
}

/* ---- the files */

static bool is_dropped(const struct mw_recharge_file *f)
{
	return f->way == MW_RECHARGE_DROP || f->way == MW_RECHARGE_STOP;
}

static struct mw_str folder_of(struct mw_str path)
{
	return (struct mw_str){ path.p, mw_str_rfind(path, '/') };
}

/* Each folder once. */
static bool is_first_of_folder(const struct mw_recharge *plan, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (is_dropped(&plan->file[k]) && plan->file[k].file->named &&
		    mw_str_same(folder_of(plan->file[k].file->path),
				folder_of(plan->file[i].file->path)))
			return false;
	return true;
}

static const char *files_option(struct steps *s)
{
	bool by_name =
		s->plan->count[MW_RECHARGE_DROP] + s->plan->count[MW_RECHARGE_STOP] <= NAMED_MAX;
	const char *text = "";

	for (size_t i = 0; i < s->plan->n_files; i++) {
		const struct mw_used_file *f = s->plan->file[i].file;
		struct mw_str p;

		if (!is_dropped(&s->plan->file[i]) || !f->named ||
		    (!by_name && !is_first_of_folder(s->plan, i)))
			continue;
		p = mw_glob_quote(s->a, by_name ? f->path : folder_of(f->path));
		p = mw_str_of(mw_fmt(s->a, "%.*s%s", (int)p.n, p.p, by_name ? "" : "/*"));
		text = mw_fmt(s->a, "%s --files %s", text, mw_fmt_shell(s->a, p));
	}
	return text;
}

static const char *read_again(struct steps *s)
{
	uint64_t bytes = s->plan->again_bytes;
	struct mw_val ms = mw_recharge_read_ms(bytes, s->v->look->speed);

	if (!mw_known(ms))
		return mw_fmt(s->a,
			      "reading %s again takes a time that is not known (--disk-speed)",
			      mw_fmt_bytes(s->a, bytes));
	return mw_fmt(s->a, "reading %s again takes about %" PRIu64 ".%" PRIu64 " s at %s/s%s",
		      mw_fmt_bytes(s->a, bytes), ms.v / 1000, ms.v % 1000 / 100,
		      mw_fmt_bytes(s->a, s->v->look->speed.v),
		      s->v->look->speed_given ? ", as given" : ", measured");
}

static void drop(struct steps *s)
{
	const struct mw_recharge *plan = s->plan;
	size_t n = plan->count[MW_RECHARGE_DROP] + plan->count[MW_RECHARGE_STOP];
	const char *given =
		s->v->o->files.n || plan->count[MW_RECHARGE_STOP] ? files_option(s) : "";

	if (!n)
		return;
	step(s,
	     mw_fmt(s->a, "write what is dirty of %zu file%s, and drop %s from the cache", n,
		    n == 1 ? "" : "s", n == 1 ? "it" : "them"),
	     mw_fmt(s->a, "memwhy cgroups --recharge %s%s --apply",
		    mw_fmt_shell(s->a, s->v->look->path), given),
	     mw_fmt(s->a, "%s; there is no undo", read_again(s)));
}

static void evict(struct steps *s)
{
	const struct mw_recharge *plan = s->plan;
	const struct recharge_look *look = s->v->look;
	bool v2 = look->groups.v2;
	struct mw_str folder;
	const char *file, *price;

	if (plan->reclaim_at == MW_NO_GROUP || plan->reclaim_refused ||
	    mw_or(plan->gain_bytes, 0) <= s->v->o->threshold.cg_floor_mib << 20)
		return;
	folder = mw_cgroup_folder(&look->job.snap.cgroups.mount,
				  look->groups.group[plan->reclaim_at].cgroup->path, s->a);
	file = mw_fmt_shell(s->a, mw_str_of(mw_fmt(s->a, "/%.*s/memory.%s", (int)folder.n, folder.p,
						   v2 ? "reclaim" : "force_empty")));
	price = mw_fmt(s->a,
		       "who uses it reads it again; it may also evict %s of the groups that are "
		       "alive below it%s",
		       mw_fmt_val_bytes(s->a, plan->price_bytes),
		       plan->reclaim_worth ? "" : ": so --apply leaves it to you");
	step(s,
	     mw_fmt(s->a, "evict %s more that is charged there, mapped pages too",
		    mw_fmt_val_bytes(s->a, plan->gain_bytes)),
	     mw_fmt(s->a, "echo %" PRIu64 " >%s", v2 ? plan->gain_bytes.v : 0, file), price);
}

static void copy(struct steps *s)
{
	const struct recharge_look *look = s->v->look;
	struct mw_str folder = mw_cgroup_folder(&look->job.snap.cgroups.mount, look->path, s->a);
	const char *procs = mw_fmt_shell(
		s->a, mw_str_of(mw_fmt(s->a, "/%.*s/cgroup.procs", (int)folder.n, folder.p)));

	for (size_t i = 0; i < s->plan->n_files; i++) {
		const struct mw_used_file *f = s->plan->file[i].file;
		const char *name, *new;

		if (s->plan->file[i].way != MW_RECHARGE_COPY)
			continue;
		name = mw_fmt_shell(s->a, f->path);
		new = mw_fmt_shell(s->a, mw_str_of(mw_fmt(s->a, "%.*s.memwhy-new", (int)f->path.n,
							  f->path.p)));
		step(s,
		     mw_fmt(s->a, "copy a file of a tmpfs inside the group (%s)",
			    mw_fmt_val_bytes(s->a, f->cached_bytes)),
		     mw_fmt(s->a,
			    "sh -c 'echo 0 >\"$0\" && cp -a \"$1\" \"$2\" && mv \"$2\" \"$1\"' "
			    "%s %s %s",
			    procs, name, new),
		     "needs as much memory once more meanwhile; who has the old one open or mapped "
		     "keeps it until restarted");
	}
}

void cli_recharge_steps(struct mw_report *r, const struct recharge_view *v)
{
	static const struct mw_col columns[] = {
		{ "what", "STEP", MW_TYPE_STR },
		{ "command", "COMMAND", MW_TYPE_STR },
		{ "price", "PRICE", MW_TYPE_STR },
	};
	struct steps s = { .r = r, .a = r->arena, .v = v, .plan = &v->look->plan };
	bool left = !v->done || v->done->after_bytes >= MW_USED_FILE_LEAST_BYTES;

	s.table = mw_report_table(
		r, (struct mw_table){ .id = "steps",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]) });
	if (left && s.plan->stop_needed)
		stop_or_start(&s, "stop");
	if (left)
		drop(&s);
	if (!v->done || !v->done->reclaimed)
		evict(&s);
	copy(&s);
	if (left && s.plan->stop_needed)
		stop_or_start(&s, "start");
	if (s.n || v->done)
		step(&s, "see that it pays",
		     mw_fmt(s.a, "memwhy cgroups %s", mw_fmt_shell(s.a, v->look->path)), NULL);
}

/* ---- prevention */

/* Whom a limit on that group may kill, but for those that are meant. */
static const char *others_below(const struct recharge_view *v, struct mw_arena *a, size_t up)
{
	const struct recharge_look *look = v->look;
	const struct mw_proc *largest = NULL;
	size_t n = 0;

	for (size_t i = 0; i < look->job.snap.n_procs; i++) {
		const struct mw_proc *p = &look->job.snap.proc[i];

		if (p->charged >= look->groups.n ||
		    !mw_group_is_in(&look->groups, p->charged, up) ||
		    (look->plan.at != MW_NO_GROUP &&
		     mw_group_is_in(&look->groups, p->charged, look->plan.at)))
			continue;
		n++;
		if (!largest || mw_or(p->status.rss_bytes, 0) > mw_or(largest->status.rss_bytes, 0))
			largest = p;
	}
	if (!largest)
		return "nobody else is below it";
	return mw_fmt(a,
		      "when it is reached, %zu other process%s below it may be killed too, the "
		      "largest %.*s (pid %" PRIu64 ", %s)",
		      n, n == 1 ? "" : "es", (int)largest->status.name.n, largest->status.name.p,
		      largest->pid, mw_fmt_val_bytes(a, largest->status.rss_bytes));
}

static const char *limit_above(const struct recharge_view *v, struct mw_arena *a)
{
	const struct recharge_look *look = v->look;
	size_t up = look->plan.at == MW_NO_GROUP ? look->plan.above
						 : look->groups.group[look->plan.at].parent;
	const struct mw_cgroup *g = up == MW_NO_GROUP ? NULL : look->groups.group[up].cgroup;
	struct mw_str folder;
	uint64_t need;

	if (!g || look->groups.group[up].parent == MW_NO_GROUP)
		return "prevent: nothing bounds what outlives a cgroup directly below the top: put "
		       "it "
		       "below a cgroup of its own that stays (Slice=), and the limit on that";
	need = mw_or(g->usage_bytes, 0);
	folder = mw_cgroup_folder(&look->job.snap.cgroups.mount, g->path, a);
	return mw_fmt(
		a,
		"prevent: a limit on the cgroup above bounds what outlives one below it: echo "
		"%" PRIu64 " >%s; %s",
		need + need / 4,
		mw_fmt_shell(a, mw_str_of(mw_fmt(a, "/%.*s/%s", (int)folder.n, folder.p,
						 look->groups.v2 ? "memory.max"
								 : "memory.limit_in_bytes"))),
		others_below(v, a, up));
}

static bool moves_charges(const struct recharge_look *look)
{
	return !look->groups.v2 && !mw_release_at_least(look->job.snap.host.release, 6, 13);
}

void cli_recharge_prevention(struct mw_report *r, const struct recharge_view *v)
{
	mw_report_note(r, limit_above(v, r->arena));
	mw_report_note(r,
		       "prevent: read the files in the right cgroup before the program starts, and "
		       "drop them when it ends; in a unit: ExecStartPre=/bin/sh -c 'cat FILES "
		       ">/dev/null', ExecStopPost=/bin/sh -c 'for f in FILES; do dd of=\"$$f\" "
		       "oflag=nocache conv=notrunc,fdatasync count=0 status=none; done'");
	if (moves_charges(v->look))
		mw_report_note(
			r, "prevent: up to 6.12 a process that moves takes along what the cgroup "
			   "it leaves pays for, while that still is there: echo 3 into "
			   "memory.move_charge_at_immigrate of the new one, then move it");
}
