/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhyd - the guard as a service.
 */
#include <getopt.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "daemon/control.h"
#include "daemon/daemon.h"

static const char usage[] =
	"usage: memwhyd [--config FILE] [--socket PATH] [--dry-run]\n\n"
	"Steps in before the machine hangs for want of memory: man memwhyd.\n\n"
	"  --config FILE   instead of /etc/memwhy/guard.conf\n"
	"  --socket PATH   where memwhy guard --status asks; instead of " MW_CONTROL_PATH "\n"
	"  --dry-run       only say what it would do\n"
	"  --version\n";

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct mw_daemon_options o = { .socket = MW_CONTROL_PATH };
	int c;

	while ((c = getopt_long(argc, argv, "c:hnV", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			o.config = optarg;
			break;
		case 's':
			o.socket = optarg;
			break;
		case 'n':
			o.dry_run = true;
			break;
		case 'V':
			return puts("memwhyd " MEMWHY_VERSION) < 0;
		case 'h':
			return fputs(usage, stdout) < 0;
		default:
			return fputs("Try: memwhyd --help\n", stderr), 2;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "memwhyd: an argument that is not understood: %s\n", argv[optind]);
		return 2;
	}
	syscall(SYS_close_range, 3, ~0u, 0); /* what was left open by whoever started it */
	return mw_daemon_run(&o) < 0;
}
