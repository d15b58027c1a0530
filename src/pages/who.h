/* SPDX-License-Identifier: Apache-2.0 */
/*
 * who - the search for holders as a step of a census: what it needs of this machine, its rows, and
 * what it took.
 *
 * Facts that it adds: who_sought_bytes, who_held_bytes, who_left_bytes (too many to be sought),
 * who_searched_bytes (of the kernel's memory, read), who_cpu_us, who_wall_us; who_frame, where one
 * frame was asked for; who_refused, an errno, where nothing could be searched.
 */
#pragma once

#include "kernel/root.h"
#include "pages/rows.h"

struct mw_who {
	struct mw_root *root;
	const struct mw_walked *walked; /* .moved is there */
	const struct mw_areas *areas;
	const struct mw_rows *rows;
	uint64_t frame; /* UINT64_MAX: all of which nobody is known */
};

/* What variables of the kernel hold becomes MW_PAGE_STATIC: a part of each census, for it reads
 * their few MiB alone.  0, -EIO, -ENOMEM. */
int mw_who_statics(struct mw_root *root, const struct mw_walked *walked);

/* 0, -EIO, -ENOMEM. */
int mw_who_take(const struct mw_who *who);
