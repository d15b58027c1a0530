/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy guard - what steps in before the machine hangs.
 */
#include "cli/guard.h"

static const struct opt opts[] = {
	{ "status", 0, NULL, "ask a guard that runs how it goes", OPT_FLAG,
	  offsetof(struct options, status) },
	{ "last", 0, NULL, "ask it whom it killed last, and what went before", OPT_FLAG,
	  offsetof(struct options, last) },
	{ "apply", 0, NULL, "watch, and act: without it it only says what it would do", OPT_FLAG,
	  offsetof(struct options, apply) },
	{ "dry-run", 0, NULL, "watch, and only say what it would do, as without --apply", OPT_FLAG,
	  offsetof(struct options, dry_run) },
	{ "explain", 0, "PID", "why this process would be chosen, or would not", OPT_TEXT,
	  offsetof(struct options, explain) },
	{ "socket", 0, "PATH", "where a guard listens, or is to listen", OPT_TEXT,
	  offsetof(struct options, socket) },
	{ "replay", 0, "FILE", "say what would have been done in a recorded night", OPT_TEXT,
	  offsetof(struct options, replay) },
	{ "config", 0, "FILE", "with this configuration", OPT_TEXT,
	  offsetof(struct options, config) },
	{ "check-config", 0, NULL, "say what is wrong with the configuration, or what holds",
	  OPT_FLAG, offsetof(struct options, check_config) },
};

static int refuse(const char *why)
{
	fprintf(stderr, "memwhy: guard: %s\nTry: memwhy guard --help\n", why);
	return EXIT_USAGE;
}

static int run(const struct options *o)
{
	if (o->check_config + (o->replay != NULL) + (o->explain != NULL) + o->status + o->last +
		    o->dry_run + o->apply >
	    1)
		return refuse("one of --apply, --dry-run, --status, --last, --explain, "
			      "--check-config and --replay");
	if (o->n_args > 1 || (o->n_args && !o->check_config))
		return refuse("a file belongs to --check-config, and only one");
	if (o->check_config)
		return cli_guard_check(o->n_args ? o->arg[0] : o->config);
	if (o->replay)
		return cli_guard_replay(o);
	if (o->explain)
		return cli_guard_explain(o);
	if (o->status || o->last)
		return cli_guard_ask(o, o->status ? "status" : "last");
	return cli_guard_run(o);
}

const struct cmd cmd_guard = {
	.name = "guard",
	.args = "[FILE]",
	.summary = "step in before the machine hangs; check and replay that",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
