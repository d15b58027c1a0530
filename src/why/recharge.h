/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recharge - how a cgroup comes to pay for the files that it uses, and what that costs.
 *
 * A charge moves only when the page is freed and read again by who shall pay.  So each file is
 * dropped from the page cache, which spares what is mapped, locked or dirty
 * (mapping_evict_folio(), mm/truncate.c; dirty pages are written first): who maps it is stopped
 * before.  A tmpfs file has no disk to come back from: only a copy made inside the group is
 * charged there.  What has no name ends with its users.
 *
 * Beside that, evicting what is charged where others pay reaches pages of files that nobody
 * names, and mapped ones; it also evicts the cache of the living groups there: its price.
 *
 * Pure: accounts and files in, a plan out.
 */
#pragma once

#include "snap/used_files.h"
#include "why/cgroups.h"

enum mw_recharge_way {
	MW_RECHARGE_NONE,    /* nothing of it is in memory */
	MW_RECHARGE_LEAVE,   /* a program or a library: shared by design */
	MW_RECHARGE_DROP,    /* can be dropped now */
	MW_RECHARGE_STOP,    /* mapped: who maps it must be stopped first */
	MW_RECHARGE_COPY,    /* of a tmpfs: only a copy moves the charge */
	MW_RECHARGE_FIXED,   /* shared memory without a name, huge pages: ends with its users */
	MW_RECHARGE_UNKNOWN, /* how much of it is in memory could not be read */
	MW_RECHARGE_WAYS
};

struct mw_recharge_file {
	const struct mw_used_file *file;
	enum mw_recharge_way way;
	bool sync;		    /* dirty, or not told: to be written first */
	bool locked;		    /* by one of the processes asked about */
	struct mw_val mapped_bytes; /* by the one of those that maps most */
	size_t holder_count;	    /* processes that map it, all of the machine that are seen */
};

/* Who is to be stopped, and started again: a unit, a container, or one process. */
struct mw_recharge_stop {
	size_t proc; /* index in snap.proc: the first of it */
	size_t n_procs;
	struct mw_group_name name; /* kind PLAIN: the process alone */
};

struct mw_recharge {
	size_t at;		       /* the group; MW_NO_GROUP: it is not there now */
	size_t above;		       /* itself, or the nearest above it that is there */
	struct mw_recharge_file *file; /* the largest in memory first */
	size_t n_files;
	uint64_t bytes[MW_RECHARGE_WAYS]; /* in memory, by way */
	size_t count[MW_RECHARGE_WAYS];
	uint64_t again_bytes; /* of DROP and STOP: to be dropped, and read again */
	struct mw_recharge_stop *stop;
	size_t n_stops;
	/* Where what it uses is paid, by removed groups or one above; MW_NO_GROUP: not known, or a
	 * group beside it, whose own cache that is. */
	size_t reclaim_at;
	bool reclaim_refused; /* the kernel cannot: the top of v1, v2 before 5.19 */
	/* Evictable and charged there without the groups that are alive below it, less the files
	 * that can be dropped; and of those groups. */
	struct mw_val gain_bytes, price_bytes;
	bool reclaim_worth; /* it gains more than it costs, and more than the floor */
	/* That alone does not reach what is mapped: it is locked, or paid elsewhere. */
	bool stop_needed;
};

struct mw_recharge_ask {
	const struct mw_snap *snap;
	const struct mw_accounts *groups;
	const struct mw_used_files *files;
	size_t at, above;
	uint64_t floor_bytes;
};

/* Out of memory sticks in the arena. */
void mw_recharge_build(const struct mw_recharge_ask *ask, struct mw_arena *arena,
		       struct mw_recharge *ret);

/* Milliseconds to read so much at so many bytes a second. */
struct mw_val mw_recharge_read_ms(uint64_t bytes, struct mw_val speed);

const char *mw_recharge_way_name(enum mw_recharge_way way);
