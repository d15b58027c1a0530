/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stop - a service that waits, and ends when it is asked to (SIGTERM, SIGINT, SIGHUP).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* From here on these signals are only seen by mw_act_stop_wait(). */
void mw_act_stop_block(void);

/* Waits so long, or until asked to end: true.  0: only asks. */
bool mw_act_stop_wait(uint64_t ms);
