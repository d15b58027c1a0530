/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache_file - the file of stale-cache, and what is done to it by processes of a group.
 *
 * Invariants: the worker opens it and never reads or writes it, so its pages are charged to the
 * group whose process touched them first.
 */
#pragma once

#include "lab/lab.h"

#define LAB_CACHE_BYTES (64 * LAB_MIB)

/* NULL, or why there is no place for it: no disk file system, or no room. */
const char *lab_cache_obstacle(void);

/* Makes the file, empty: a descriptor or negative errno. */
int lab_cache_make(struct lab *lab, const char **ret_path);

/* A process of the group writes it, and syncs; nothing of it stays in the cache. */
int lab_cache_fill(const struct lab *lab, const struct lab_group *g, int file);

/* A process of the group reads all of it, and ends. */
int lab_cache_read(const struct lab *lab, const struct lab_group *g, int file);

/* A process of the group maps and locks it, and stays. */
int lab_cache_lock(const struct lab *lab, const struct lab_group *g, int file,
		   struct lab_child *ret);

/* Its pages leave the cache, as far as nobody holds them: posix_fadvise(2). */
int lab_cache_drop(int file);
