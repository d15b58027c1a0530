/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shmem - memory that no process seems to own, and how the ledger names it.
 *
 * One process of the group plants it (shmem_plant.c); the worker, outside, looks at it twice: as
 * ps does, and as the ledger does.
 */
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "lab/shmem_plant.h"
#include "why/ledger.h"

/* One row of the result. */
struct planted {
	const char *what;
	const char *kind; /* of the ledger's owner */
	uint64_t bytes, found_bytes;
	uint64_t times;
	const struct mw_owner *owner;
};

enum { FILE_ROW, UNLINKED_ROW, MEMFD_ROW, SYSV_ROW, ANON_ROW, ROWS };

static bool is_pid(struct mw_val pid, const struct lab_plant *p)
{
	return mw_known(pid) && (pid.v == (uint64_t)p->pid || pid.v == (uint64_t)p->partner_pid);
}

/* Is this owner what was planted?  By kind, and by mount, pid or id. */
static bool is_it(size_t row, const struct mw_owner *o, const struct lab_plant *p)
{
	switch (row) {
	case FILE_ROW:
		return mw_str_eq(o->mount, p->folder) && mw_str_eq(o->name, LAB_PLANT_FILE);
	case UNLINKED_ROW:
		return mw_str_eq(o->mount, p->folder) && mw_str_ends(o->name, LAB_PLANT_UNLINKED);
	case MEMFD_ROW:
		return is_pid(o->pid, p) && mw_str_eq(o->name, LAB_PLANT_MEMFD);
	case SYSV_ROW:
		return mw_known(o->inode) && o->inode.v == (uint64_t)p->segment;
	case ANON_ROW:
		return is_pid(o->pid, p) && mw_or(o->holder_count, 0) == 2;
	default:
		return false;
	}
}

static void look_at(struct planted *rows, const struct mw_owner *o, const struct lab_plant *p)
{
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(o->kind, rows[i].kind) != 0 || !is_it(i, o, p))
			continue;
		rows[i].found_bytes += mw_or(o->bytes, 0);
		rows[i].times++;
		rows[i].owner = o;
	}
	for (size_t i = 0; i < o->n_parts; i++)
		look_at(rows, &o->part[i], p);
}

/* What `ps` adds up: the resident memory of the two processes. */
static uint64_t rss_bytes(const struct lab *lab, const struct mw_snap *s, const struct lab_plant *p)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_procs; i++) {
		const struct mw_proc *proc = &s->proc[i];

		if (!is_pid(mw_ok(proc->pid), p))
			continue;
		lab_talk(lab, "  ps shows pid %" PRIu64 " with an RSS of %s.", proc->pid,
			 mw_fmt_val_bytes(lab->arena, proc->status.rss_bytes));
		sum += mw_or(proc->status.rss_bytes, 0);
	}
	return sum;
}

static const char *name_of(const struct planted *p, struct mw_arena *a)
{
	const struct mw_owner *o = p->owner;

	if (!o)
		return "nobody";
	return mw_fmt(a, "%s %.*s%s%.*s%s%s", o->kind, (int)o->name.n, o->name.p,
		      o->mount.n ? " on " : "", (int)o->mount.n, o->mount.p, o->note ? ", " : "",
		      o->note ? o->note : "");
}

/* Once each, within 1 %. */
static bool is_found(const struct planted *p)
{
	uint64_t off =
		p->found_bytes > p->bytes ? p->found_bytes - p->bytes : p->bytes - p->found_bytes;

	return p->times == 1 && off * 100 <= p->bytes;
}

static void show(struct lab *lab, const struct planted *rows)
{
	static const struct mw_col columns[] = {
		{ "what", "PLANTED", MW_TYPE_STR },
		{ "planted_bytes", "SIZE", MW_TYPE_BYTES },
		{ "found_bytes", "FOUND", MW_TYPE_BYTES },
		{ "times_count", "TIMES", MW_TYPE_COUNT },
		{ "owner", "THE LEDGER CALLS IT", MW_TYPE_STR },
	};
	struct mw_table *t = lab_results(lab, "shmem", columns, 5, "What the ledger found:");

	for (size_t i = 0; i < ROWS; i++) {
		struct mw_row *row = mw_report_row(lab->report, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, mw_str_of(rows[i].what));
		mw_cell_val(row, 1, mw_ok(rows[i].bytes));
		mw_cell_val(row, 2, mw_ok(rows[i].found_bytes));
		mw_cell_val(row, 3, mw_ok(rows[i].times));
		mw_cell_str(row, 4, mw_str_of(name_of(&rows[i], lab->arena)));
	}
}

static enum lab_status judge(struct lab *lab, const struct planted *rows, uint64_t rss)
{
	uint64_t planted = 0, found = 0;
	size_t good = 0;

	for (size_t i = 0; i < ROWS; i++) {
		planted += rows[i].bytes;
		found += rows[i].found_bytes;
		good += is_found(&rows[i]);
	}
	mw_report_figure(lab->report, "planted_bytes", mw_ok(planted));
	mw_report_figure(lab->report, "rss_bytes", mw_ok(rss));
	mw_report_figure(lab->report, "found_bytes", mw_ok(found));
	lab->report->verdict =
		mw_fmt(lab->arena, "%s of shared memory: the RSS of its processes says %s, %s%s",
		       mw_fmt_bytes(lab->arena, planted), mw_fmt_bytes(lab->arena, rss),
		       good == ROWS ? "the ledger names all of it, each piece once"
				    : "and not as told: the ledger names ",
		       good == ROWS ? "" : mw_fmt_bytes(lab->arena, found));
	lab->report->closing = "RSS counts what is mapped, and counts it in each process again: "
			       "it misses files, and sees shared memory twice.";
	return good == ROWS ? LAB_AS_TOLD : LAB_FAILED;
}

static enum lab_status inspect(struct lab *lab, const struct lab_plant *p)
{
	struct planted rows[ROWS] = {
		[FILE_ROW] = { "a file on a tmpfs in a mount namespace", "file", LAB_PLANT_BIG },
		[UNLINKED_ROW] = { "a file there, unlinked but open", "unlinked", LAB_PLANT_SMALL },
		[MEMFD_ROW] = { "a memfd, open, not mapped", "memfd", LAB_PLANT_SMALL },
		[SYSV_ROW] = { "a SysV segment nobody attaches", "sysv", LAB_PLANT_SMALL },
		[ANON_ROW] = { "shared anonymous memory of two", "shared_anon", LAB_PLANT_SMALL },
	};
	struct mw_snap_options options = { .want = MW_WANT_PROCS | MW_WANT_SHMEM,
					   .tree_min_bytes = LAB_MIB };
	struct mw_ledger ledger;
	struct mw_snap snap;
	uint64_t rss;
	int r;

	r = mw_snap_take(lab->root, &options, lab->arena, &snap);
	if (r < 0)
		return lab_fail("snapshot", r);
	mw_ledger_build(&snap, lab->arena, &ledger);
	lab_talk(lab, "The group %s holds %s.", lab->group.path + lab->group.root_n,
		 mw_fmt_val_bytes(lab->arena, lab_group_usage_bytes(&lab->group)));
	rss = rss_bytes(lab, &snap, p);
	for (size_t i = 0; i < ledger.class[MW_SHMEM].n_owners; i++)
		look_at(rows, &ledger.class[MW_SHMEM].owner[i], p);
	show(lab, rows);
	return judge(lab, rows, rss);
}

static enum lab_status run(struct lab *lab)
{
	struct lab_plant plant;
	struct lab_child child = {};
	enum lab_status status;
	int r = lab_plant_start(lab, &plant, &child);

	if (r < 0)
		status = lab_fail("planting shared memory", r);
	else
		status = inspect(lab, &plant);
	lab_child_stop(&child);
	return status;
}

const struct lab_accident lab_shmem = {
	.name = "shmem",
	.summary = "memory that no process seems to own",
	.story =
		"It plants 112 MiB of shared memory in the five ways in which it gets lost: a file "
		"of 48 MiB on\na tmpfs that only one mount namespace sees, and 16 MiB each in a "
		"file there that is unlinked\nbut open, in a memfd, in a SysV segment that nobody "
		"attaches, and in memory that two processes\nshare.  Then it looks twice: as ps "
		"does, by the RSS of the processes, and as memwhy ledger does.\n",
	.needs = LAB_NEEDS_ROOT | LAB_NEEDS_GROUP,
	.limit_bytes = 192 * LAB_MIB,
	.seconds = 20,
	.run = run,
};
