/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/zones_log.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/cmd.h"
#include "kernel/oomfeed.h"
#include "kernel/root_log.h"
#include "report/escape.h"
#include "why/oom.h"

static bool is_wanted(const struct zones_log *log, const struct mw_oom_event *e)
{
	return !log->at_line || (log->at_line >= e->line && log->at_line <= e->last_line);
}

/* Where its CPU is on no node that is known, the walk starts at the first. */
static void keep_ask(struct zones_log *log, const struct mw_oom_case *c)
{
	log->ask_cpu = mw_no(MW_UNREAD);
	log->ask_known = mw_zone_ask_of_report(c, &log->arena, &log->ask);
	if (!mw_known(log->ask.cpu) || mw_known(mw_zones_node_of(&log->map, log->ask.cpu.v)))
		return;
	log->ask_cpu = log->ask.cpu;
	log->ask.cpu = mw_no(MW_UNREAD);
}

static void keep(struct zones_log *log, const struct mw_oom_event *e)
{
	struct mw_release release;
	struct mw_oom_case c;

	log->no_memory |= log->arena.failed;
	mw_arena_done(&log->arena);
	log->arena = (struct mw_arena){};
	mw_oom_explain(e, NULL, NULL, &log->arena, &c);
	release = log->kernel_wanted ? mw_release_parse(mw_str_of(log->kernel_wanted)) : c.release;
	mw_zones_of_report(&c, log->nodes, release, &log->arena, &log->map);
	log->found = log->map.snap;
	keep_ask(log, &c);
	log->kind = e->kind;
	log->line = e->line;
	log->kernel = log->kernel_wanted ? log->kernel_wanted
					 : mw_fmt(&log->arena, "%s", mw_oom_kernel(&c));
	log->kernel_inferred = !log->kernel_wanted && c.release_inferred;
	log->without = 0;
}

static void on_event(void *to, struct mw_oom_event *e)
{
	struct zones_log *log = to;

	log->no_memory |= e->arena.failed;
	if (!is_wanted(log, e))
		return;
	log->seen++;
	log->last_kind = e->kind;
	log->last_line = e->line;
	if (e->n_zones)
		keep(log, e);
	else
		log->without++;
}

static int feed(struct mw_log *in, struct zones_log *log)
{
	struct mw_oomfeed f;
	ssize_t n;

	if (mw_oomfeed_init(&f, on_event, log) < 0)
		return -ENOMEM;
	do {
		size_t room;
		char *buffer = mw_oomfeed_room(&f, &room);

		n = mw_log_read(in, buffer, room);
		if (n > 0)
			mw_oomfeed_filled(&f, (size_t)n);
	} while (n > 0);
	log->no_memory |= f.arena.failed;
	mw_oomfeed_done(&f);
	return log->no_memory || log->arena.failed ? -ENOMEM : (int)n;
}

static int say(struct zones_log *log, const char *path, int status, const char *what)
{
	fprintf(stderr, "memwhy: %s: %s\n", mw_escape(&log->arena, mw_str_of(path)), what);
	return status;
}

static int say_none(struct zones_log *log, const char *path)
{
	const char *where =
		log->at_line ? mw_fmt(&log->arena, " that has line %" PRIu64, log->at_line) : "";

	if (!log->seen)
		return say(log, path, EXIT_FAILED,
			   mw_fmt(&log->arena,
				  "there is no report of an OOM kill or of a failed "
				  "allocation%s",
				  where));
	return say(log, path, EXIT_PARTIAL,
		   mw_fmt(&log->arena,
			  "no report%s shows zones; the last, in line %" PRIu64 ", is of kind %s: "
			  "`memwhy oom` explains it",
			  where, log->last_line, mw_oom_kind_name(log->last_kind)));
}

int cli_zones_log(const char *path, struct zones_log *log)
{
	_mw_log_ struct mw_log *in = NULL;
	struct mw_problem problem = {};
	int r = mw_log_open(path, &in, &problem);

	if (r < 0)
		return say(log, path, EXIT_FAILED, problem.what ? problem.what : strerror(-r));
	r = feed(in, log);
	if (r < 0)
		return say(log, path, EXIT_FAILED,
			   r != -ENOMEM && mw_log_problem(in) ? mw_log_problem(in) : strerror(-r));
	return log->found ? EXIT_DONE : say_none(log, path);
}
