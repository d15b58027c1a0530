/* SPDX-License-Identifier: Apache-2.0 */
#include "act/stop.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

static sigset_t asked(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	return set;
}

void mw_act_stop_block(void)
{
	const sigset_t set = asked();

	sigprocmask(SIG_BLOCK, &set, NULL);
}

bool mw_act_stop_wait(uint64_t ms)
{
	const struct timespec wait = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };
	const sigset_t set = asked();
	int r;

	do
		r = sigtimedwait(&set, NULL, &wait);
	while (r < 0 && errno == EINTR);
	return r > 0;
}
