/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cost - what the census itself takes: time of this process and of the clock on the wall.
 */
#pragma once

#include <stdint.h>

struct mw_cost {
	uint64_t cpu_us, wall_us;
};

struct mw_cost mw_cost_now(void);
struct mw_cost mw_cost_since(struct mw_cost start);
