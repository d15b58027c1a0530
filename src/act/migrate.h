/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migrate - moves pages of a process from one node to another (move_pages(2), mm/migrate.c).
 *
 * Not migrate_pages(2): that goes through a whole process at once, so that nobody can say how far
 * it is or stop it, and as root it takes along what other processes have mapped too.
 *
 * What moved is measured: where the pages are is asked before and after.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MW_MIGRATE_PAGES_MAX 4096

struct mw_migrate {
	uint64_t pid;
	uint64_t page_bytes;
	uint64_t address, end; /* from here; it goes on with what was looked at */
	uint64_t from, to;     /* nodes */
	uint64_t most_bytes;   /* not more than this, but for the rest of a huge page */
	uint64_t moved_bytes;  /* of this call */
	uint64_t left_bytes;   /* were to move, and did not */
	int error;	       /* of what did not: -EBUSY, -ENOMEM, -EACCES ...; 0: not said */
};

/* Looks at MW_MIGRATE_PAGES_MAX pages at most.  0, or -ESRCH, -EPERM, -ENODEV, -EACCES (the node
 * is not in its cpuset) ... */
int mw_act_migrate(struct mw_migrate *m);
