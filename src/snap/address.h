/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address - what there is to read about one virtual address of one process.
 */
#pragma once

#include "kernel/maps_place.h"
#include "kernel/page_entry.h"
#include "kernel/smaps_block.h"
#include "snap/snap.h"

struct mw_address_facts {
	uint64_t pid, address;
	struct mw_str comm;
	struct mw_host host;

	enum mw_why maps_why;
	struct mw_maps_place place; /* where maps_why == MW_OK */
	bool shmem;	/* the mapped file lies on a tmpfs, or on the kernel's own mount */
	bool shm_mount; /* on that one: it has no path */

	enum mw_why block_why; /* MW_UNREAD: over the budget */
	struct mw_smaps_block block;
	uint64_t smaps_cost_us; /* that reading as far as the mapping costs, at most */

	enum mw_why page_why;
	struct mw_page_entry page;

	struct mw_val overcommit_mode;
	struct mw_str own_cgroup;    /* of the process; empty: not known */
	enum mw_why cgroup_why;	     /* MW_ABSENT: no such folder below the mounted hierarchy */
	struct mw_str page_cgroup;   /* path of the group with page.cgroup_ino */
	struct mw_str cgroup_folder; /* where that is: "sys/fs/cgroup/a" */
};

/* 0; -ESRCH: there is no such process; -ENODATA: it has no memory of its own; -ENOMEM.  All else
 * that cannot be had is a reason, and a line in s->sources. */
int mw_take_address(struct mw_root *root, const struct mw_snap_options *options,
		    struct mw_arena *arena, struct mw_snap *s, uint64_t pid, uint64_t address,
		    struct mw_address_facts *ret);
