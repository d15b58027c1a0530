/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pulse - what pulse (pulse.c) writes and warden (warden.c) reads, in one page that they share.
 * Times are CLOCK_MONOTONIC of the guest; written without a lock, each field by one process.
 */
#pragma once

#include <sys/types.h>

#include "guest.h"

struct pulse {
	pid_t pid;
	unsigned long beats;
	double start_s;	  /* SIGUSR1 came; 0: not yet */
	double last_s;	  /* of the last beat */
	double longest_s; /* between two beats since start_s */
	double longest_at_s;
	double net_s;	 /* the longest, less what warden says that the host took in it */
	double stolen_s; /* warden's: how late it was in all; it is never late but by the host */
};
