/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom-order - in which order does the kernel kill?
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "lab/actor.h"
#include "lab/kmsg.h"
#include "lab/lab.h"

#define LIMIT_BYTES (192 * LAB_MIB)
#define ROOM_BYTES (32 * LAB_MIB) /* that the grower has at least, before the first kill */
#define SECONDS 60		  /* where the CPU is busy; else two */

static const struct lab_actor cast[] = {
	{ .name = "small", .bytes = 8 * LAB_MIB, .adj = 500 },
	{ .name = "big", .bytes = 80 * LAB_MIB, .adj = 0 },
	{ .name = "middle", .bytes = 32 * LAB_MIB, .adj = -500 },
	{ .name = "protected", .bytes = 16 * LAB_MIB, .adj = -1000 },
	{ .name = "grower", .adj = 0 },
};

/* The same relations for who may not go below 0: then nobody can be protected for certain. */
static const struct lab_actor humble_cast[] = {
	{ .name = "small", .bytes = 8 * LAB_MIB, .adj = 1000 },
	{ .name = "big", .bytes = 80 * LAB_MIB, .adj = 500 },
	{ .name = "middle", .bytes = 32 * LAB_MIB, .adj = 0 },
	{ .name = "little", .bytes = 16 * LAB_MIB, .adj = 0 },
	{ .name = "grower", .adj = 500 },
};

#define CAST_N (sizeof(cast) / sizeof(cast[0]))

/* The line about this one?  A pid in the log is one of the initial pid namespace, and may be
 * somebody else's here: so the name is asked too. */
static bool is_about(struct mw_str line, uint64_t pid, const struct lab_actor *a)
{
	char name[sizeof(a->name) + 3];
	int n = snprintf(name, sizeof(name), "(%s)", a->name);

	return a->pid == pid && memmem(line.p, line.n, name, (size_t)n);
}

/* The kernel's own words, where they may be read, and its order: who was killed first may die
 * last. */
static void read_log(struct lab *lab, struct lab_actors *all, int fd)
{
	struct mw_str line;
	size_t place = 0;
	uint64_t pid;

	if (fd < 0) {
		lab_talk(lab, "The kernel log cannot be read here: %s.", strerror(-fd));
		return;
	}
	while (lab_kmsg_next_kill(fd, lab->arena, &pid, &line))
		for (size_t i = 0; i < all->n; i++)
			if (is_about(line, pid, &all->item[i])) {
				all->item[i].log = line;
				all->item[i].logged = ++place;
			}
	close(fd);
	if (!place)
		lab_talk(lab, "The kernel log names none of them: perhaps they are in another pid "
			      "namespace.");
	for (size_t i = 0; place == all->deaths && i < all->n; i++)
		all->item[i].died = all->item[i].logged;
}

static void show_log(struct lab *lab, const struct lab_actors *all)
{
	static const struct mw_col columns[] = { { "line", "LINE", MW_TYPE_STR } };
	struct mw_table *t = lab_results(lab, "kernel_log", columns, 1, "The kernel's log says:");

	for (size_t place = 1; place <= all->n; place++)
		for (size_t i = 0; i < all->n; i++)
			if (all->item[i].logged == place)
				mw_cell_str(mw_report_row(lab->report, t, 0, MW_IN_BOTH), 0,
					    all->item[i].log);
}

enum column {
	PROCESS,
	PID,
	RSS,
	ADJ,
	SCORE,
	BADNESS,
	EXPECTED,
	KILLED,
	END,
	CERTAIN,
	DOUBT,
	LOG_LINE,
	N_COLUMNS
};

static void show_one(struct lab *lab, struct mw_row *row, const struct lab_actor *a)
{
	mw_cell_str(row, PROCESS, mw_arena_copy(lab->arena, mw_str_of(a->name)));
	mw_cell_val(row, PID, mw_ok(a->pid));
	mw_cell_val(row, RSS, a->rss_bytes);
	mw_cell_signed(row, ADJ, MW_OK, a->adj);
	mw_cell_val(row, SCORE, a->oom_score_count);
	if (a->fate.rated)
		mw_cell_signed(row, BADNESS, MW_OK, a->fate.badness_pages);
	if (a->fate.place) {
		mw_cell_val(row, EXPECTED, mw_ok(a->fate.place));
		mw_cell_val(row, CERTAIN, mw_ok(!a->fate.doubt));
	}
	if (a->fate.doubt)
		mw_cell_str(row, DOUBT, mw_str_of(a->fate.doubt));
	if (a->died)
		mw_cell_val(row, KILLED, mw_ok(a->died));
	mw_cell_str(row, END, mw_str_of(a->died ? "killed" : "lives"));
	if (a->logged)
		mw_cell_str(row, LOG_LINE, a->log);
}

static void show(struct lab *lab, const struct lab_actors *all)
{
	static const struct mw_col columns[N_COLUMNS] = {
		[PROCESS] = { "process", "PROCESS", MW_TYPE_STR },
		[PID] = { "pid", "PID", MW_TYPE_COUNT },
		[RSS] = { "rss_bytes", "RSS BEFORE", MW_TYPE_BYTES },
		[ADJ] = { "oom_score_adj", "ADJ", MW_TYPE_SIGNED },
		[SCORE] = { "oom_score", "OOM_SCORE", MW_TYPE_COUNT },
		[BADNESS] = { "badness_pages", "BADNESS", MW_TYPE_SIGNED },
		[EXPECTED] = { "expected_place", "FORETOLD", MW_TYPE_COUNT },
		[KILLED] = { "killed_place", "KILLED", MW_TYPE_COUNT },
		[END] = { "end", "END", MW_TYPE_STR },
		[CERTAIN] = { "certain", NULL, MW_TYPE_BOOL },
		[DOUBT] = { "doubt", NULL, MW_TYPE_STR },
		[LOG_LINE] = { "log_line", NULL, MW_TYPE_STR },
	};
	struct mw_table *t = lab_results(lab, "processes", columns, N_COLUMNS,
					 "Who was foretold to be killed as number ..., and was:");

	for (size_t i = 0; i < all->n; i++)
		show_one(lab, mw_report_row(lab->report, t, 0, MW_IN_BOTH), &all->item[i]);
}

static size_t place_foretold(const struct lab_actor *a)
{
	return a->fate.place;
}

static size_t place_killed(const struct lab_actor *a)
{
	return a->died;
}

typedef size_t place_of(const struct lab_actor *a);

/* NULL: nobody has that place. */
static const struct lab_actor *at(const struct lab_actors *all, place_of *of, size_t place)
{
	for (size_t i = 0; i < all->n; i++)
		if (of(&all->item[i]) == place)
			return &all->item[i];
	return NULL;
}

/* "small, big, grower" */
static const char *names(const struct lab *lab, const struct lab_actors *all, place_of *of)
{
	const struct lab_actor *a;
	const char *list = "";

	for (size_t place = 1; (a = at(all, of, place)); place++)
		list = mw_fmt(lab->arena, "%s%s%s", list, *list ? ", " : "", a->name);
	return *list ? list : "nobody";
}

static const char *survivors(const struct lab *lab, const struct lab_actors *all)
{
	const char *list = "";

	for (size_t i = 0; i < all->n; i++)
		if (!all->item[i].died)
			list = mw_fmt(lab->arena, "%s%s%s", list, *list ? ", " : "",
				      all->item[i].name);
	return *list ? list : "nobody";
}

static void note_doubts(struct lab *lab, const struct lab_actors *all)
{
	const struct lab_actor *a;

	for (size_t place = 1; (a = at(all, place_foretold, place)); place++)
		if (a->fate.doubt)
			mw_report_note(lab->report,
				       mw_fmt(lab->arena,
					      "That %s would be number %zu was not certain: %s.",
					      a->name, place, a->fate.doubt));
}

/* The first place that another took than was foretold; 0: none. */
static size_t first_wrong(const struct lab_actors *all)
{
	for (size_t place = 1; place <= all->n; place++)
		if (at(all, place_foretold, place) != at(all, place_killed, place))
			return place;
	return 0;
}

static enum lab_status judge(struct lab *lab, const struct lab_actors *all)
{
	const char *killed = names(lab, all, place_killed), *alive = survivors(lab, all);
	size_t wrong = first_wrong(all);
	const struct lab_actor *other = at(all, place_foretold, wrong);

	if (!wrong)
		lab->report->verdict =
			mw_fmt(lab->arena,
			       "The kernel killed in the order that memwhy foretold: %s. Alive: %s",
			       killed, alive);
	else
		lab->report->verdict = mw_fmt(
			lab->arena,
			"The kernel killed in another order than memwhy foretold%s: %s; foretold: "
			"%s. Alive: %s",
			other && other->fate.doubt ? ", which was not certain there" : "", killed,
			names(lab, all, place_foretold), alive);
	lab->report->closing =
		"BADNESS is what the kernel compares, in pages, when one is chosen (of who is not: "
		"before the first kill): its pages, and oom_score_adj thousandths of the group's "
		"limit, so that 500 is as good as 96 MiB more. The grower's is with all that the "
		"group had left and the dead gave back. OOM_SCORE is reckoned with the machine's "
		"memory in place of the limit: it need not give the same order.";
	return wrong ? LAB_FAILED : LAB_AS_TOLD;
}

/* The words behind the name as processes, and the grower last. */
static const char *choose(struct lab_actors *all, char *const arg[], int n_args)
{
	uint64_t sum = 0;
	const char *wrong;

	if (n_args > LAB_ACTORS_MAX - 1)
		return "eight processes at most";
	for (int i = 0; i < n_args; i++) {
		wrong = lab_actor_parse(mw_str_of(arg[i]), &all->item[all->n]);
		if (wrong)
			return wrong;
		sum += all->item[all->n++].bytes;
	}
	if (sum > LIMIT_BYTES - ROOM_BYTES)
		return "they may have 160 MiB together";
	all->item[all->n++] = (struct lab_actor){ .name = "grower" };
	return NULL;
}

static const char *misuse(char *const arg[], int n_args)
{
	struct lab_actors all = {};

	return choose(&all, arg, n_args);
}

static enum lab_status perform(struct lab *lab, struct lab_actors *all)
{
	int log, r = lab_actors_start(lab, all);

	if (r < 0)
		return lab_fail("starting the processes", r);
	r = lab_actors_foretell(lab, all);
	if (r < 0)
		return lab_fail("foretelling the order", r);
	lab_talk(lab, "%zu processes are in it. memwhy foretells that they are killed so: %s.",
		 all->n, names(lab, all, place_foretold));
	lab_talk(lab, "Now one of them, grower, takes what is left, and goes on at the limit.");
	log = lab_kmsg_open();
	r = lab_actors_drive(lab, all, SECONDS);
	read_log(lab, all, log);
	show(lab, all);
	show_log(lab, all);
	note_doubts(lab, all);
	if (r < 0) {
		lab->report->verdict = "The grower was not killed in time";
		return lab_fail("grower", r);
	}
	return judge(lab, all);
}

/* Who plays: what was asked for, or the default as far as it is permitted. */
static enum lab_status engage(struct lab *lab, struct lab_actors *all)
{
	bool free_choice = lab_actors_may_protect(lab);

	if (lab->n_args && choose(all, lab->arg, lab->n_args))
		return LAB_USAGE;
	for (size_t i = 0; lab->n_args && i < all->n; i++)
		if (all->item[i].adj < 0 && !free_choice)
			return lab_fail("oom_score_adj below 0, without CAP_SYS_RESOURCE", -EPERM);
	for (size_t i = 0; !lab->n_args && i < CAST_N; i++)
		all->item[all->n++] = free_choice ? cast[i] : humble_cast[i];
	if (!free_choice)
		lab_talk(lab, "Nobody can be set below 0 here, for lack of CAP_SYS_RESOURCE%s.",
			 lab->n_args ? "" : ": all are set 500 higher, and none is unkillable");
	return LAB_AS_TOLD;
}

static enum lab_status run(struct lab *lab)
{
	struct lab_actors all = { .limit_bytes = LIMIT_BYTES };
	enum lab_status status = engage(lab, &all);

	if (!status)
		status = perform(lab, &all);
	lab_actors_stop(&all);
	return status;
}

const struct lab_accident lab_oom_order = {
	.name = "oom-order",
	.summary = "in which order the kernel kills",
	.story = "Five processes share a group: small (8 MiB, oom_score_adj 500), big (80 MiB, 0), "
		 "middle\n(32 MiB, -500), protected (16 MiB, -1000), and grower (0), which takes "
		 "what is left\nuntil the limit is hit, and goes on.  The kernel then "
		 "kills the one with the most\npoints, which are its pages and oom_score_adj "
		 "thousandths of the limit, and so on, until the\ngrower itself is dead.  You see "
		 "who died in which order, beside the order reckoned before.\nNAME:MIB:ADJ... "
		 "behind the name chooses other processes than these four.\n",
	.needs = LAB_NEEDS_ROOT | LAB_NEEDS_GROUP,
	.limit_bytes = LIMIT_BYTES,
	.seconds = SECONDS,
	.misuse = misuse,
	.run = run,
};
