/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetcher - a thread that reads what may not come in time.
 *
 * The command line of a process lies in its own memory, and is read under the lock of its address
 * space (proc_pid_cmdline_read(), fs/proc/base.c), which a fork or a fault of that process holds
 * for as long as it waits for memory: seconds, when memory is short.  Who decides must not wait
 * there.
 *
 * Invariants: nothing allocates after the start; who asks waits at most MW_FETCHER_PATIENCE_MS; a
 * question that has not come back is not asked again, and no other one meanwhile.
 */
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/kept.h"

#define MW_FETCHER_PATIENCE_MS 5
#define MW_FETCHER_TEXT_BYTES 512

struct mw_fetcher {
	const struct mw_kept *folder;
	pthread_t thread;
	sem_t work;
	int answered; /* eventfd */
	bool runs, is_busy;
	char name[48];
	char text[MW_FETCHER_TEXT_BYTES];
	size_t n;
	int error;
};

/* folder outlives it.  0 or negative errno: then, as before the start with .folder alone set,
 * mw_fetcher_head() reads by itself, and may wait. */
int mw_fetcher_start(struct mw_fetcher *a, const struct mw_kept *folder);

/* Does not wait for a thread that is held up: the process ends soon. */
void mw_fetcher_stop(struct mw_fetcher *a);

/* As mw_kept_head_below().  -EBUSY: it does not come in time. */
int mw_fetcher_head(struct mw_fetcher *a, const char *name, struct mw_room room,
		    struct mw_str *ret);
