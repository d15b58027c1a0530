/* SPDX-License-Identifier: Apache-2.0 */
/*
 * foretell - in which order the members of a group will be killed, while one of them grows.
 *
 * The prediction is that of why/victims, which holds while nobody grows.  Here one does: so it is
 * asked anew before each kill, for the picture as it will be then.  The grower has taken what the
 * group had left; what a death gives back it takes too; and the next is chosen, until it is the
 * grower itself.
 *
 * Pure: a snapshot taken with MW_WANT_OOM in, plain data out; the snapshot stays as it is.
 */
#pragma once

#include "snap/snap.h"

struct lab_fate {
	bool rated;	       /* else it is never chosen, and has no points */
	int64_t badness_pages; /* when it is chosen; of who is not: at the first kill */
	size_t place;	       /* 1: killed first; 0: outlives the grower */
	const char *doubt;     /* why that place is not certain; NULL: it is */
};

/* A fate for each process of the snapshot, in its order.  The group that runs out is the grower's.
 * 0; -ENODATA: the group's limit or use, or what a death gives back, are not known; -ENOMEM. */
int lab_foretell(const struct mw_snap *s, size_t grower, struct mw_arena *arena,
		 struct lab_fate **ret);
