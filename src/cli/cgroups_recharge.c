/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_recharge - looks, plans, and with --apply does what needs nobody to be stopped.
 */
#include "cli/cgroups_recharge.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "act/recharge.h"
#include "act/stop.h"
#include "base/fmt.h"
#include "report/escape.h"
#include "snap/cgroups_top.h"

static int refuse(const char *why)
{
	fprintf(stderr, "memwhy: cgroups --recharge: %s\nTry: memwhy cgroups --help\n", why);
	return EXIT_USAGE;
}

static int check_options(const struct options *o)
{
	if (o->n_args || o->expect.n || o->dying || o->pages || o->proof)
		return refuse(
			"takes its own path alone, and no --expect, --dying, --pages, --proof");
	if (o->check)
		return refuse("not with --check: see --expect");
	if (o->apply && (o->root || o->save_capture))
		return refuse("--apply: only on this machine, not with --root or --save-capture");
	return EXIT_DONE;
}

/* ---- the look */

static bool is_above(struct mw_str above, struct mw_str path)
{
	return above.n == 1 ||
	       (path.n > above.n && path.p[above.n] == '/' && !memcmp(above.p, path.p, above.n));
}

/* The group; or, where its files are named, the nearest above it that is there. */
static int find_group(struct recharge_look *look, const struct options *o)
{
	struct mw_str name = mw_str_of(o->recharge);
	size_t at = mw_group_find(&look->groups, name), above = MW_NO_GROUP;

	for (size_t i = 0; at == MW_NO_GROUP && mw_str_starts(name, "/") && i < look->groups.n; i++)
		if (is_above(look->groups.group[i].cgroup->path, name))
			above = i;
	look->found.within = at;
	look->path = at == MW_NO_GROUP ? name : look->groups.group[at].cgroup->path;
	look->plan.at = at;
	look->plan.above = at == MW_NO_GROUP ? above : at;
	if (look->plan.above != MW_NO_GROUP && (at != MW_NO_GROUP || o->files.n))
		return EXIT_DONE;
	fprintf(stderr, "memwhy: no such memory cgroup: %s%s\n", mw_escape(&look->job.arena, name),
		above == MW_NO_GROUP ? "" : " (with --files it need not be there)");
	return EXIT_FAILED;
}

static bool uses_unpaid(const struct recharge_look *look)
{
	for (size_t i = look->plan.at; i < look->groups.n; i++)
		if (mw_group_is_in(&look->groups, i, look->plan.at) &&
		    mw_group_is_unpaid(&look->found, &look->groups.group[i]))
			return true;
	return false;
}

static void take_files(struct recharge_look *look, const struct options *o)
{
	struct cli_job *job = &look->job;
	bool *asked = mw_arena_alloc(&job->arena, job->snap.n_procs + 1);
	struct mw_used_ask ask = { asked, o->files.item, o->files.n };

	for (size_t i = 0; asked && i < job->snap.n_procs; i++)
		asked[i] = look->plan.at != MW_NO_GROUP &&
			   job->snap.proc[i].charged < look->groups.n &&
			   mw_group_is_in(&look->groups, job->snap.proc[i].charged, look->plan.at);
	mw_take_used_files(job->root, &ask, &job->arena, &job->snap, &look->files);
}

/* Of the largest file that will be read again. */
static struct mw_val disk_speed(struct recharge_look *look, const struct options *o)
{
	look->speed_given = o->disk_speed;
	if (o->disk_speed)
		return mw_ok(o->disk_speed);
	for (size_t i = 0; i < look->plan.n_files; i++)
		if (look->plan.file[i].way == MW_RECHARGE_DROP ||
		    look->plan.file[i].way == MW_RECHARGE_STOP)
			return mw_take_disk_speed(look->job.root, look->plan.file[i].file,
						  &look->job.arena, &look->job.snap);
	return mw_no(MW_ABSENT);
}

static int look_at(const struct options *o, bool speed, struct recharge_look *ret)
{
	struct cli_job *job = &ret->job;
	struct mw_recharge_ask ask = { .snap = &job->snap, .groups = &ret->groups };
	int status = cli_job_start(job, o, MW_WANT_PROCS | MW_WANT_CGROUPS);

	if (status)
		return status;
	ask.floor_bytes = o->threshold.cg_floor_mib << 20;
	mw_accounts_build(&job->snap, ask.floor_bytes, &job->arena, &ret->groups);
	ret->found = (struct mw_cgroups_case){ .snap = &job->snap,
					       .groups = &ret->groups,
					       .limit = &o->threshold,
					       .arena = &job->arena };
	if (!ret->groups.n)
		return cli_unread("sys/fs/cgroup", -ENODATA);
	mw_cgroups_top_is_seen(job->root, &job->arena, &job->snap);
	status = find_group(ret, o);
	if (status)
		return status;
	ret->needed = o->files.n || uses_unpaid(ret);
	if (ret->needed)
		take_files(ret, o);
	ask.files = &ret->files;
	ask.at = ret->plan.at;
	ask.above = ret->plan.above;
	mw_recharge_build(&ask, &job->arena, &ret->plan);
	ret->speed = speed ? disk_speed(ret, o) : mw_no(MW_UNREAD);
	return job->arena.failed ? cli_fail("cgroups --recharge", -ENOMEM) : EXIT_DONE;
}

void cli_recharge_look_done(struct recharge_look *look)
{
	cli_job_done(&look->job);
}

/* ---- what is done */

static void fail(struct recharge_look *look, struct recharge_done *done, const char *what, int r)
{
	fprintf(stderr, "memwhy: %s: %s\n", mw_escape(&look->job.arena, mw_str_of(what)),
		strerror(-r));
	done->failed_count++;
}

/* Of a mapped file the pages that nobody maps go too. */
static void drop_files(struct recharge_look *look, struct recharge_done *done)
{
	struct mw_arena *a = &look->job.arena;

	for (size_t i = 0; i < look->plan.n_files && !mw_act_stop_wait(0); i++) {
		const struct mw_recharge_file *f = &look->plan.file[i];
		const char *path;
		int r;

		if (f->way != MW_RECHARGE_DROP && f->way != MW_RECHARGE_STOP)
			continue;
		path = f->file->pid ? mw_fmt(a, "/proc/%" PRIu64 "/%s", f->file->pid, f->file->name)
				    : mw_fmt(a, "/%s", f->file->name);
		r = mw_act_drop_file(look->job.root,
				     &(struct mw_act_file){ path, f->file->dev, f->file->ino },
				     f->sync);
		done->before_bytes += f->file->cached_bytes.v;
		done->dropped_count += r == 0;
		if (r < 0)
			fail(look, done, path, r);
	}
}

static void reclaim(struct recharge_look *look, struct recharge_done *done)
{
	const struct mw_recharge *plan = &look->plan;
	struct mw_arena *a = &look->job.arena;
	const struct mw_cgroup *g;
	const char *folder;
	int r;

	if (!plan->reclaim_worth)
		return;
	g = look->groups.group[plan->reclaim_at].cgroup;
	folder = mw_arena_cstr(a, mw_cgroup_folder(&look->job.snap.cgroups.mount, g->path, a));
	folder = mw_fmt(a, "/%s", folder);
	r = mw_act_reclaim(look->job.root, folder, g->ino,
			   look->groups.v2 ? plan->gain_bytes.v : 0);
	done->reclaimed = r == 0 || r == -EAGAIN;
	if (r < 0 && r != -EAGAIN)
		fail(look, done, folder, r);
}

static void measure(struct recharge_look *look, struct recharge_done *done)
{
	done->cached_bytes = mw_take_cached_again(look->job.root, &look->files, &look->job.arena,
						  &look->job.snap);
	for (size_t i = 0; done->cached_bytes && i < look->plan.n_files; i++) {
		const struct mw_recharge_file *f = &look->plan.file[i];
		size_t at = (size_t)(f->file - look->files.item);

		if (f->way == MW_RECHARGE_DROP || f->way == MW_RECHARGE_STOP)
			done->after_bytes += mw_or(done->cached_bytes[at], f->file->cached_bytes.v);
	}
}

static int emit(const struct options *o, struct recharge_look *look, const struct recharge_view *v)
{
	struct mw_report r;

	mw_report_init(&r, &look->job.arena, "memwhy.cgroups-recharge/1");
	cli_recharge_report(&r, v);
	return cli_job_emit(&look->job, o, &r);
}

static int apply(const struct options *o, struct recharge_look *look)
{
	_recharge_look_ struct recharge_look after = {};
	struct recharge_done done = {};
	int status;

	mw_act_stop_block();
	if (look->needed) {
		drop_files(look, &done);
		reclaim(look, &done);
	}
	measure(look, &done);
	status = look_at(o, false, &after);
	if (!status)
		status = emit(o, look, &(struct recharge_view){ o, look, &done, &after });
	/* Somebody must be stopped first, and then it goes on. */
	if (!status && (done.failed_count || done.after_bytes >= MW_USED_FILE_LEAST_BYTES))
		status = EXIT_PARTIAL;
	return status;
}

int cli_cgroups_recharge(const struct options *o)
{
	_recharge_look_ struct recharge_look look = {};
	int status = check_options(o);

	if (status)
		return status;
	status = look_at(o, true, &look);
	if (status)
		return status;
	return o->apply ? apply(o, &look)
			: emit(o, &look, &(struct recharge_view){ .o = o, .look = &look });
}
