/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stale-cache - a group's memory that another, dead one pays for.
 *
 * Page cache is charged to the group that reads first, and stays with it beyond its end (up to
 * kernel 6.19; since 7.1 it then passes to the parent).  A group of the same name does not
 * inherit it.
 */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/pid_smaps.h"
#include "lab/cache_file.h"
#include "lab/knob.h"
#include "lab/lab.h"

#define PARENT_BYTES (192 * LAB_MIB)
#define TIGHT_BYTES (16 * LAB_MIB) /* a quarter of what the process of A holds */

/* The figures after a step. */
struct figures {
	struct mw_val parent, parent_file; /* with the groups below */
	struct mw_val own_file;		   /* the parent's without them; v1 only */
	struct mw_val a, a_file;	   /* MW_ABSENT while there is no A */
	struct mw_val other_file;	   /* parent_file less a_file: not charged to A */
	struct mw_val locked;		   /* by the process in A */
};

struct scene {
	struct lab *lab;
	struct lab_group a;
	struct lab_child locker;
	int file;
	struct mw_table *table;
	const char *wrong; /* the first step that was not as told */
};

static struct mw_val locked_bytes(const struct scene *s)
{
	char path[64], buf[4096];
	struct mw_pid_smaps smaps;
	struct mw_str text;
	int r;

	if (!s->locker.pid ||
	    lab_path(path, sizeof(path), "/proc/%d/smaps_rollup", s->locker.pid) < 0)
		return mw_no(MW_ABSENT);
	text = lab_knob_read(path, buf, sizeof(buf), &r);
	if (r < 0)
		return mw_no(mw_why_of_errno(r));
	return mw_pid_smaps_parse(text, &smaps) < 0 ? mw_no(MW_BAD) : smaps.locked_bytes;
}

static struct figures measure(const struct scene *s)
{
	const struct lab_group *p = &s->lab->group;
	struct figures f = {
		.parent = lab_group_usage_bytes(p),
		.parent_file = lab_group_file_bytes(p),
		.own_file = lab_group_own_file_bytes(p),
		.a = lab_group_usage_bytes(&s->a),
		.a_file = lab_group_file_bytes(&s->a),
		.locked = locked_bytes(s),
	};

	f.other_file = mw_sub(f.parent_file, mw_ok(mw_or(f.a_file, 0)));
	return f;
}

static bool is_all(struct mw_val v)
{
	return mw_or(v, 0) >= LAB_CACHE_BYTES / 4 * 3;
}

static bool is_little(struct mw_val v)
{
	return mw_or(v, UINT64_MAX) < TIGHT_BYTES;
}

/* What each step is expected to show. */
static bool nothing_cached(const struct figures *f)
{
	return is_little(f->parent_file);
}

static bool charged_to_a(const struct figures *f)
{
	return is_all(f->a_file) && is_little(f->other_file);
}

static bool charged_elsewhere(const struct figures *f)
{
	return is_all(f->other_file) && (is_little(f->a) || f->a.why == MW_ABSENT);
}

static bool locked_but_elsewhere(const struct figures *f)
{
	return charged_elsewhere(f) && is_all(f->locked);
}

static void cell(struct mw_row *row, size_t i, struct mw_val v)
{
	if (v.why != MW_ABSENT)
		mw_cell_val(row, i, v);
}

/* Counters lag behind by up to 2 s: waits that long for what is expected, and notes what is. */
static void note(struct scene *s, const char *step, bool (*expected)(const struct figures *))
{
	struct figures f = measure(s);
	struct mw_row *row;

	for (int i = 0; i < 30 && !expected(&f); i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 100000000L }, NULL);
		f = measure(s);
	}
	if (!expected(&f) && !s->wrong)
		s->wrong = step;
	lab_talk(s->lab, "  %s", step);
	row = mw_report_row(s->lab->report, s->table, 0, MW_IN_BOTH);
	mw_cell_str(row, 0, mw_str_of(step));
	cell(row, 1, f.parent);
	cell(row, 2, f.own_file);
	cell(row, 3, f.a);
	cell(row, 4, f.a_file);
	cell(row, 5, f.other_file);
	cell(row, 6, f.locked);
}

/* Makes a group below ours, and one more that only writes the file. */
static int prepare(struct scene *s)
{
	const struct lab_group *p = &s->lab->group;
	struct lab_group writer;
	const char *path = "";
	int r = lab_group_share(p);

	if (!r)
		r = lab_group_below(p, "a", &s->a);
	if (!r)
		r = lab_group_below(p, "writer", &writer);
	if (!r)
		r = lab_group_make(&writer);
	if (r < 0)
		return r;
	s->file = lab_cache_make(s->lab, &path);
	if (s->file < 0)
		return s->file;
	lab_talk(s->lab, "Its file: %s, %s.", path, mw_fmt_bytes(s->lab->arena, LAB_CACHE_BYTES));
	r = lab_cache_fill(s->lab, &writer, s->file);
	return r < 0 ? r : lab_group_remove(&writer);
}

/* Read in A, A removed, A made again. */
static int die_and_return(struct scene *s)
{
	int r = lab_group_make(&s->a);

	if (r < 0)
		return r;
	note(s, "the file is on disk, A is new", nothing_cached);
	r = lab_cache_read(s->lab, &s->a, s->file);
	if (r < 0)
		return r;
	note(s, "a process in A reads it, and ends", charged_to_a);
	r = lab_group_remove(&s->a);
	if (r < 0)
		return r;
	note(s, "A is removed", charged_elsewhere);
	r = lab_group_make(&s->a);
	if (r < 0)
		return r;
	note(s, "A is made again", charged_elsewhere);
	return 0;
}

/* Has the cache passed to the parent?  v1 has a figure for it; in v2 the parent's own shows
 * nowhere, but lru_reparent_memcg() is known to be there since 7.1. */
static bool parent_pays(const struct scene *s)
{
	if (!s->lab->group.v2)
		return is_all(lab_group_own_file_bytes(&s->lab->group));
	return mw_release_at_least(s->lab->snap->host.release, 7, 1);
}

static int lock_for_free(struct scene *s, const char **ret_payer)
{
	int r = lab_cache_lock(s->lab, &s->a, s->file, &s->locker);

	if (r < 0)
		return r;
	note(s, "a process in A maps and locks it", locked_but_elsewhere);
	*ret_payer = parent_pays(s) ? "the parent, to which it passed" : "the A that is gone";
	r = lab_group_limit(&s->a, TIGHT_BYTES);
	if (r < 0)
		return r;
	note(s, "A gets a limit of 16 MiB", locked_but_elsewhere);
	if (mw_or(lab_group_hit_count(&s->a), 1) && !s->wrong)
		s->wrong = "A gets a limit of 16 MiB, and hits it";
	return 0;
}

static int cure(struct scene *s)
{
	int r;

	lab_child_stop(&s->locker);
	r = lab_cache_drop(s->file);
	if (!r)
		r = lab_group_lift(&s->a);
	if (r < 0)
		return r;
	note(s, "that process ends, the file is dropped", nothing_cached);
	r = lab_cache_lock(s->lab, &s->a, s->file, &s->locker);
	if (r < 0)
		return r;
	note(s, "a process in A maps and locks it again", charged_to_a);
	return 0;
}

static enum lab_status perform(struct scene *s)
{
	struct mw_arena *a = s->lab->arena;
	const char *who = "";
	int r = prepare(s);

	if (!r)
		r = die_and_return(s);
	if (!r)
		r = lock_for_free(s, &who);
	if (!r)
		r = cure(s);
	if (r < 0)
		return lab_fail("stale-cache", r);
	if (s->wrong) {
		s->lab->report->verdict = mw_fmt(a, "Not as told at this step: %s", s->wrong);
		return LAB_FAILED;
	}
	s->lab->report->verdict =
		mw_fmt(a,
		       "A process in A held %s that A did not pay for: it was charged to %s. "
		       "Dropped and read again, A pays",
		       mw_fmt_bytes(a, LAB_CACHE_BYTES), who);
	s->lab->report->closing = "The first to read pays, not the user; a limit on A means "
				  "nothing until the cache is dropped and read again in A.";
	return LAB_AS_TOLD;
}

static enum lab_status run(struct lab *lab)
{
	static const struct mw_col columns[] = {
		{ "step", "STEP", MW_TYPE_STR },
		{ "parent_bytes", "PARENT", MW_TYPE_BYTES },
		{ "parent_own_file_bytes", "ITS OWN CACHE", MW_TYPE_BYTES },
		{ "a_bytes", "A", MW_TYPE_BYTES },
		{ "a_file_bytes", "CACHE OF A", MW_TYPE_BYTES },
		{ "other_file_bytes", "CACHE NOT OF A", MW_TYPE_BYTES },
		{ "locked_bytes", "LOCKED IN A", MW_TYPE_BYTES },
	};
	struct scene s = { .lab = lab, .file = -1 };
	enum lab_status status;

	s.table = lab_results(lab, "steps", columns, 7, "What the groups say:");
	status = perform(&s);
	lab_child_stop(&s.locker);
	if (s.file >= 0)
		close(s.file);
	return status;
}

const struct lab_accident lab_stale_cache = {
	.name = "stale-cache",
	.summary = "a group uses memory that a dead one pays for",
	.story = "A process in the group A reads a file of 64 MiB, and ends; A is removed and made "
		 "again, as a\nrestarted service is.  A process in the new A then locks the file "
		 "in memory: A says that it\nuses next to nothing, and even accepts a limit of "
		 "16 MiB, for the pages are still charged to\nthe old A.  Dropped and read again, "
		 "A pays.  The file lies in $TMPDIR or /var/tmp.\n",
	.needs = LAB_NEEDS_ROOT | LAB_NEEDS_GROUP,
	.limit_bytes = PARENT_BYTES,
	.seconds = 30,
	.check = lab_cache_obstacle,
	.run = run,
};
