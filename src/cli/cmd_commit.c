/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy commit - why does malloc fail while RAM is free?
 */
#include "cli/commit.h"

static const struct opt opts[] = {
	{ "try", 0, "SIZE", "would a request of so much succeed now?", OPT_SIZE,
	  offsetof(struct options, try_bytes) },
	{ "as", 0, "PID|root|user", "with --try: who asks", OPT_TEXT,
	  offsetof(struct options, as) },
	{ "run", 0, NULL, "run what stands behind --, and say which rule refuses its calls",
	  OPT_FLAG, offsetof(struct options, run) },
	{ "output", 'o', "FILE", "with --run: the closing report goes here", OPT_TEXT,
	  offsetof(struct options, output) },
	{ "address", 0, "PID ADDR", "what stands behind one virtual address", OPT_PAIR,
	  offsetof(struct options, address) },
	{ "top", 'n', "N", "show at most N owners; 0 shows all", OPT_NUMBER,
	  offsetof(struct options, top) },
};

static int run(const struct options *o)
{
	if (o->run)
		return cli_commit_run(o);
	if (o->address[0])
		return cli_commit_address(o);
	return EXIT_DONE;
}

const struct cmd cmd_commit = {
	.name = "commit",
	.args = "[--run -- COMMAND [ARGUMENT...]]",
	.summary = "why does malloc fail while RAM is free?",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
