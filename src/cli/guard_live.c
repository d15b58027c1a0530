/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_live - the guard in the foreground, and what one that runs has to say.
 */
#include <errno.h>

#include "cli/guard.h"
#include "daemon/control.h"
#include "daemon/daemon.h"

int cli_guard_run(const struct options *o)
{
	const struct mw_daemon_options options = {
		.config = o->config,
		.socket = o->socket,
		.dry_run = o->dry_run,
		.by_person = true,
	};

	if (o->root)
		return cli_wrong("--root", "the guard watches this machine only");
	return mw_daemon_run(&options) < 0 ? EXIT_FAILED : EXIT_DONE;
}

int cli_guard_ask(const struct options *o, const char *question)
{
	const char *path = o->socket ? o->socket : MW_CONTROL_PATH;
	char answer[MW_CONTROL_ANSWER_BYTES];
	struct mw_str text;
	int r = mw_control_ask(path, question, answer, sizeof(answer), &text);

	if (r == -ENOENT || r == -ECONNREFUSED) {
		fprintf(stderr, "memwhy: no guard runs (nobody listens at %s)\n", path);
		return EXIT_FAILED;
	}
	if (r < 0)
		return cli_fail(path, r);
	fwrite(text.p, 1, text.n, stdout);
	return EXIT_DONE;
}
