/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy guard - what steps in before the machine hangs.
 */
#include "cli/guard.h"

static const struct opt opts[] = {
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
	if (o->check_config && o->replay)
		return refuse("--check-config or --replay, not both");
	if (o->n_args > 1 || (o->n_args && !o->check_config))
		return refuse("a file belongs to --check-config, and only one");
	if (o->check_config)
		return cli_guard_check(o->n_args   ? o->arg[0]
				       : o->config ? o->config
						   : GUARD_CONFIG_PATH);
	if (o->replay)
		return cli_guard_replay(o);
	return refuse("say --check-config or --replay FILE");
}

const struct cmd cmd_guard = {
	.name = "guard",
	.args = "[FILE]",
	.summary = "step in before the machine hangs; check and replay that",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
