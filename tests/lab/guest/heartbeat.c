/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heartbeat - beats every 100 ms until killed with SIGTERM, and says the longest gap between two
 * beats: {"longest_gap_ms":N}.  Locked in memory: it shows whether the machine answers, not whether
 * a program was swapped out.
 */
#include <signal.h>

#include "guest.h"

static volatile sig_atomic_t ended;

static void end(int sig)
{
	(void)sig;
	ended = 1;
}

int main(void)
{
	double last, longest = 0;

	mlockall(MCL_CURRENT | MCL_FUTURE);
	signal(SIGTERM, end);
	for (last = seconds(); !ended;) {
		double now;

		sleep_ms(100);
		now = seconds();
		if (now - last > longest)
			longest = now - last;
		last = now;
	}
	printf("{\"longest_gap_ms\":%.0f}\n", longest * 1000);
	return 0;
}
