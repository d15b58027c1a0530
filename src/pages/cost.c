/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/cost.h"

#include <time.h>

static uint64_t us(clockid_t clock)
{
	struct timespec t = {};

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

struct mw_cost mw_cost_now(void)
{
	return (struct mw_cost){ us(CLOCK_PROCESS_CPUTIME_ID), us(CLOCK_MONOTONIC) };
}

struct mw_cost mw_cost_since(struct mw_cost start)
{
	struct mw_cost now = mw_cost_now();

	return (struct mw_cost){ now.cpu_us - start.cpu_us, now.wall_us - start.wall_us };
}
