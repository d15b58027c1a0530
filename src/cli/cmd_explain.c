/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy explain - the story behind a finding.
 */
#include "cli/cmd.h"

const char *cli_page_find(struct mw_str name)
{
	for (size_t i = 0; i < cli_page_count; i++)
		if (mw_str_eq(name, cli_pages[i].name))
			return cli_pages[i].text;
	return "";
}

static int list(FILE *out)
{
	for (size_t i = 0; i < cli_page_count; i++)
		if (mw_str_starts(mw_str_of(cli_pages[i].name), "MW-"))
			fprintf(out, "%s\n", cli_pages[i].name);
	return EXIT_DONE;
}

static int run(const struct options *o)
{
	const char *text;

	if (!o->n_args)
		return list(stdout);
	for (int i = 0; i < o->n_args; i++) {
		text = cli_page_find(mw_str_of(o->arg[i]));
		if (!*text) {
			fprintf(stderr, "memwhy: %s: no such finding; these are known:\n",
				o->arg[i]);
			list(stderr);
			return EXIT_USAGE;
		}
		fputs(text, stdout);
	}
	return EXIT_DONE;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.args = "[ID...]",
	.summary = "what a finding means, how to see it and how to cure it",
	.run = run,
};
