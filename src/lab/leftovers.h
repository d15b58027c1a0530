/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leftovers - what an accident makes that would outlive its processes, in memory that it shares
 * with the supervisor.
 *
 * Invariants:
 *  - Announced before it is made, so that there is no instant in which something exists that
 *    nobody knows of; `made` is set once it is ours for certain.
 *  - Only what was announced is removed, and only where it still is what was made: the group by
 *    its name, a segment by key and creator, a file by type and owner under a name with random
 *    digits.
 *  - Mounts are not here: they are made in a mount namespace that dies with its processes.
 */
#pragma once

#include <stdatomic.h>
#include <sys/ipc.h>

#include "lab/group.h"

enum lab_thing_kind { LAB_THING_GROUP, LAB_THING_FILE, LAB_THING_FOLDER, LAB_THING_SEGMENT };

struct lab_thing {
	enum lab_thing_kind kind;
	atomic_bool made;
	struct lab_group group;
	char path[256];
	key_t key;
	_Atomic pid_t creator; /* of the segment; 0: not tried yet */
};

#define LAB_THINGS_MAX 8

struct lab_leftovers {
	atomic_size_t n;
	struct lab_thing thing[LAB_THINGS_MAX];
};

/* Shared with all children; NULL when out of memory. */
struct lab_leftovers *lab_leftovers_new(void);

/* Announce.  NULL when there are too many, or the name is too long. */
struct lab_thing *lab_announce_group(struct lab_leftovers *l, const struct lab_group *g);

/* In $TMPDIR, or else in `otherwise`, under a name with random digits. */
struct lab_thing *lab_announce_path(struct lab_leftovers *l, enum lab_thing_kind kind,
				    const char *otherwise);
struct lab_thing *lab_announce_segment(struct lab_leftovers *l);

/* Makes the announced segment: its id or negative errno. */
int lab_make_segment(struct lab_thing *t, size_t bytes);

/* Kills who is left in the groups, and removes everything, last first.  What could not be removed
 * is said on stderr, and makes it negative. */
int lab_leftovers_remove(struct lab_leftovers *l);
