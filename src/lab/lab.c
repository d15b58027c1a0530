/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/lab.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/fmt.h"
#include "lab/knob.h"

static const struct lab_accident *const accidents[] = {
	&lab_shmem,
	&lab_oom_order,
	&lab_enomem,
	&lab_stale_cache,
};

#define N_ACCIDENTS (sizeof(accidents) / sizeof(accidents[0]))

const struct lab_accident *lab_find(const char *name)
{
	for (size_t i = 0; i < N_ACCIDENTS; i++)
		if (!strcmp(accidents[i]->name, name))
			return accidents[i];
	return NULL;
}

void lab_names(FILE *out)
{
	for (size_t i = 0; i < N_ACCIDENTS; i++)
		fprintf(out, "%s\n", accidents[i]->name);
}

static const char *needs_of(const struct lab_accident *a)
{
	if (a->needs & LAB_NEEDS_GROUP)
		return "root, memory cgroups";
	return a->needs & LAB_NEEDS_ROOT ? "root" : "nothing";
}

void lab_list(struct mw_report *r)
{
	static const struct mw_col columns[] = {
		{ "name", "NAME", MW_TYPE_STR },
		{ "summary", "WHAT HAPPENS", MW_TYPE_STR },
		{ "limit_bytes", "LIMIT", MW_TYPE_BYTES },
		{ "seconds", "SECONDS", MW_TYPE_COUNT },
		{ "needs", "NEEDS", MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "accidents",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "Accidents:" });

	r->verdict = "Small accidents with memory, to watch on this machine, each within a limit.";
	r->closing = "memwhy lab NAME says more, and asks before it does anything.";
	for (size_t i = 0; i < N_ACCIDENTS; i++) {
		const struct lab_accident *a = accidents[i];
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, mw_str_of(a->name));
		mw_cell_str(row, 1, mw_str_of(a->summary));
		if (a->limit_bytes)
			mw_cell_val(row, 2, mw_ok(a->limit_bytes));
		mw_cell_val(row, 3, mw_ok(a->seconds));
		mw_cell_str(row, 4, mw_str_of(needs_of(a)));
	}
}

const char *lab_obstacle(const struct lab_accident *a)
{
	struct lab_group root;
	const char *why = NULL;

	if ((a->needs & LAB_NEEDS_ROOT) && geteuid())
		return "needs root";
	if (a->needs & LAB_NEEDS_GROUP)
		why = lab_group_find(&root);
	return why || !a->check ? why : a->check();
}

const char *lab_misuse(const struct lab_accident *a, char *const arg[], int n_args)
{
	if (a->misuse)
		return a->misuse(arg, n_args);
	return n_args ? "it takes no more words" : NULL;
}

void lab_tell(FILE *out, const struct lab_accident *a)
{
	const char *why = lab_obstacle(a);

	fprintf(out, "%s: %s\n\n%s\n", a->name, a->summary, a->story);
	if (a->limit_bytes)
		fprintf(out,
			"It uses at most %llu MiB of RAM, held to that by a memory cgroup of its "
			"own, and at most %u seconds.\n",
			(unsigned long long)(a->limit_bytes / LAB_MIB), a->seconds);
	else
		fprintf(out, "It uses no RAM to speak of, and at most %u seconds.\n", a->seconds);
	fputs("Nothing is left of it afterwards, also when it is killed.\n", out);
	if (why)
		fprintf(out, "It is not possible here: %s.\n", why);
	fflush(out);
}

bool lab_ask(void)
{
	char answer[16];

	fputs("\nDo it? [y/N] ", stderr);
	fflush(stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	return answer[0] == 'y' || answer[0] == 'Y';
}

void lab_talk(const struct lab *lab, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(lab->talk, format, args);
	va_end(args);
	fputc('\n', lab->talk);
	fflush(lab->talk);
}

enum lab_status lab_fail(const char *what, int r)
{
	fprintf(stderr, "memwhy: lab: %s: %s\n", what, strerror(-r));
	return r == -EPERM || r == -EACCES || r == -EROFS ? LAB_NOT_PERMITTED : LAB_FAILED;
}

struct mw_table *lab_results(struct lab *lab, const char *id, const struct mw_col *col,
			     size_t n_cols, const char *title)
{
	return mw_report_table(
		lab->report,
		(struct mw_table){ .id = id, .col = col, .n_cols = n_cols, .title = title });
}

/* Announced, made, limited, in this order. */
static enum lab_status make_group(struct lab *lab, uint64_t limit_bytes)
{
	struct lab_group root;
	struct lab_thing *thing;
	const char *why = lab_group_find(&root);
	char name[32];
	int r;

	if (why) {
		fprintf(stderr, "memwhy: lab: %s\n", why);
		return LAB_NOT_PERMITTED;
	}
	r = lab_path(name, sizeof(name), LAB_GROUP_PREFIX "%d", getpid());
	if (!r)
		r = lab_group_below(&root, name, &lab->group);
	if (r < 0)
		return lab_fail("group", r);
	/* One that is there is not ours, though its name says so: a supervisor was killed. */
	if (!access(lab->group.path, F_OK))
		return lab_fail(lab->group.path, -EEXIST);
	thing = lab_announce_group(lab->supervisor.left, &lab->group);
	r = thing ? lab_group_make(&lab->group) : -ENOMEM;
	if (r < 0)
		return lab_fail(lab->group.path, r);
	atomic_store(&thing->made, true);
	r = lab_group_limit(&lab->group, limit_bytes);
	if (r < 0)
		return lab_fail("limit of the group", r);
	lab_talk(lab, "Made the group %s with a limit of %s.", lab->group.path,
		 mw_fmt_bytes(lab->arena, limit_bytes));
	return LAB_AS_TOLD;
}

enum lab_status lab_perform(struct lab *lab, const struct lab_accident *a)
{
	enum lab_status status = LAB_AS_TOLD;
	int r = lab_supervisor_start(&lab->supervisor);

	if (r < 0)
		return lab_fail("supervisor", r);
	fputc('\n', lab->talk);
	if (a->limit_bytes)
		status = make_group(lab, a->limit_bytes);
	if (!status)
		status = a->run(lab);
	r = lab_supervisor_finish(&lab->supervisor);
	if (r < 0 && !status)
		status = LAB_FAILED;
	else if (!r && lab->report->verdict)
		lab_talk(lab, "Removed what was made for it.\n");
	return status;
}
