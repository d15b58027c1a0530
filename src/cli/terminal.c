/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal - what standard output is, and whether it takes colours.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/cmd.h"

bool cli_wants_color(const struct options *o)
{
	if (!strcmp(o->color, "always"))
		return true;
	return !strcmp(o->color, "auto") && isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
}

size_t cli_terminal_width(void)
{
	struct winsize w;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0)
		return 0;
	return w.ws_col;
}
