/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/version.h"

const struct cmd *const cmd_list[] = {
	&cmd_ledger, &cmd_oom,	   &cmd_victims, &cmd_commit, &cmd_zones,      &cmd_cgroups,
	&cmd_guard,  &cmd_capture, &cmd_explain, &cmd_lab,    &cmd_completion,
};

const size_t cmd_count = sizeof(cmd_list) / sizeof(cmd_list[0]);

static void usage(FILE *out)
{
	fputs("usage: memwhy [OPTIONS] [COMMAND] [OPTIONS]\n\n"
	      "Without a command: what is wrong with memory here, worst first.\n\n",
	      out);
	for (size_t i = 0; i < cmd_count; i++)
		fprintf(out, "  %-12s %s\n", cmd_list[i]->name, cmd_list[i]->summary);
}

static int help(const struct cmd *cmd, const struct options *o)
{
	if (cmd == &cmd_summary) {
		usage(stdout);
	} else {
		printf("usage: memwhy %s [OPTIONS]%s%s\n\n%s\n", cmd->name, cmd->args ? " " : "",
		       cmd->args ? cmd->args : "", cmd->summary);
		if (!o->help_short && cmd->n_opts)
			printf("\nOptions of %s:\n", cmd->name);
		if (!o->help_short)
			opt_help(stdout, cmd->opt, cmd->n_opts);
	}
	if (o->help_short) {
		puts("\nMore: memwhy --help, man memwhy");
		return EXIT_DONE;
	}
	puts("\nOptions of all commands:");
	opt_help(stdout, opt_common, opt_common_count);
	puts("\nThresholds (in 1/1000 of MemTotal; --threshold NAME=VALUE, VALUE as 50 or 5%):");
	for (size_t i = 0; i < mw_threshold_count; i++)
		printf("  %-16s %4llu  %s\n", mw_threshold_table[i].name,
		       (unsigned long long)mw_threshold_table[i].normal,
		       mw_threshold_table[i].help);
	puts("\nExit status: 0 done, 1 failed, 2 usage, 3 done but something could not be read.");
	return EXIT_DONE;
}

static int dump(void)
{
	opt_dump(stdout, "memwhy", opt_common, opt_common_count);
	for (size_t i = 0; i < cmd_count; i++)
		opt_dump(stdout, cmd_list[i]->name, cmd_list[i]->opt, cmd_list[i]->n_opts);
	return EXIT_DONE;
}

static const struct cmd *find(const char *name)
{
	for (size_t i = 0; i < cmd_count; i++)
		if (!strcmp(cmd_list[i]->name, name))
			return cmd_list[i];
	return NULL;
}

static int wrong_usage(const char *text, const char *word)
{
	if (text)
		fprintf(stderr, "memwhy: %s: %s\n", word, text);
	fputs("Try: memwhy --help\n", stderr);
	return EXIT_USAGE;
}

static int dispatch(struct options *o, int argc, char *argv[])
{
	static char name[] = "memwhy"; /* what getopt_long says before its messages */
	const struct cmd *cmd = &cmd_summary;
	int at;

	argv[0] = name;
	at = opt_parse(o, NULL, NULL, 0, argc, argv);
	if (at < 0)
		return wrong_usage(NULL, NULL);
	if (at < argc) {
		cmd = find(argv[at]);
		if (!cmd)
			return wrong_usage("no such command", argv[at]);
		argc -= at;
		argv += at;
		argv[0] = name;
		at = opt_parse(o, cmd->name, cmd->opt, cmd->n_opts, argc, argv);
		if (at < 0)
			return wrong_usage(NULL, NULL);
	}
	o->arg = argv + at;
	o->n_args = argc - at;
	if (o->version)
		return printf("memwhy %s\n", MEMWHY_VERSION) < 0;
	if (o->dump)
		return dump();
	if (o->help || o->help_short)
		return help(cmd, o);
	if (strcmp(o->color, "auto") && strcmp(o->color, "always") && strcmp(o->color, "never"))
		return wrong_usage("--color takes auto, always or never", o->color);
	if (o->save_capture && !strcmp(o->save_capture, "-"))
		return wrong_usage("--save-capture takes a file", "-");
	if (o->n_args && !cmd->args)
		return wrong_usage("an argument that is not understood", o->arg[0]);
	return cmd->run(o);
}

/* Only for the widths of names in tables: what is printed does not depend on the user's locale. */
static bool has_utf8(void)
{
	return setlocale(LC_CTYPE, "C.UTF-8") || setlocale(LC_CTYPE, "C.utf8") ||
	       setlocale(LC_CTYPE, "en_US.UTF-8");
}

int cli_main(int argc, char *argv[])
{
	struct options o = opt_defaults();
	int status;

	o.ascii = !has_utf8();
	status = dispatch(&o, argc, argv);
	if (fflush(stdout) || ferror(stdout)) {
		fputs("memwhy: cannot write the output\n", stderr);
		status = EXIT_FAILED;
	}
	if (status >= EXIT_CHECK)
		return status - EXIT_CHECK;
	return o.check ? CHECK_UNKNOWN : status;
}
