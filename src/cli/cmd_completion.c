/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy completion - a completion script for bash, made from the option tables.
 */
#include "cli/cmd.h"

static void words(const struct opt *table, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (table[i].help)
			printf(" --%s", table[i].name);
}

static int run(const struct options *o)
{
	(void)o;
	printf("_memwhy() {\n\tlocal words='");
	words(opt_common, opt_common_count);
	for (size_t i = 0; i < cmd_count; i++)
		printf(" %s", cmd_list[i]->name);
	printf("' w\n\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do case $w in\n");
	for (size_t i = 0; i < cmd_count; i++) {
		printf("\t%s) words='", cmd_list[i]->name);
		words(opt_common, opt_common_count);
		words(cmd_list[i]->opt, cmd_list[i]->n_opts);
		printf("' ;;\n");
	}
	printf("\tesac; done\n\tCOMPREPLY=($(compgen -W \"$words\" -- "
	       "\"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
	       "complete -o default -F _memwhy memwhy\n");
	return EXIT_DONE;
}

const struct cmd cmd_completion = {
	.name = "completion",
	.summary = "print a completion script for bash",
	.run = run,
};
