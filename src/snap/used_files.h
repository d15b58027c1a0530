/* SPDX-License-Identifier: Apache-2.0 */
/*
 * used_files - which files some processes map or hold open, how much of each is in memory, and who
 * else maps them.
 *
 * Found by the mappings (smaps) and descriptors of the processes that are asked about; or given by
 * pattern.  Of all other processes the mappings are read (maps), to know who holds a file.
 *
 * Invariants:
 *  - A file stands in it once, known by device and inode, however many names or users it has.
 *  - A file is what its mapping or descriptor leads to: where its name leads elsewhere by now,
 *    it has none.
 *  - Files of which less than MW_USED_FILE_LEAST_BYTES is mapped in one piece are left out.
 */
#pragma once

#include "snap/snap.h"

#define MW_USED_FILE_LEAST_BYTES ((uint64_t)1 << 20)
#define MW_USED_FILES_MAX ((size_t)100000)

struct mw_file_user {
	size_t proc;		    /* index in snap.proc */
	bool asked;		    /* one of those asked about */
	bool mapped, locked;	    /* not mapped: only open */
	struct mw_val mapped_bytes; /* present in its page tables; MW_UNREAD: not asked about */
};

struct mw_used_file {
	struct mw_str path; /* as its user names it, raw, without " (deleted)" */
	bool named;	    /* the path leads to it */
	uint64_t pid;	    /* the name below is of its folder in /proc; 0: of the root of files */
	const char *name;   /* "root/srv/index", "map_files/7f00-7f10"; "srv/index" */
	uint64_t dev, ino;
	uint64_t size_bytes;
	struct mw_val cached_bytes;
	struct mw_val dirty_bytes; /* with those being written; MW_ABSENT: not told before 6.5 */
	bool shmem, hugetlb;	   /* of tmpfs, of the kernel's own mount; of hugetlbfs */
	bool program;		   /* somebody may execute what is mapped: a program, a library */
	struct mw_file_user *user;
	size_t n_users;
};

struct mw_used_files {
	struct mw_used_file *item;
	size_t n;
	uint64_t unread_count; /* files of which nothing but the name is known */
	bool cut;	       /* there are more than MW_USED_FILES_MAX */
};

struct mw_used_ask {
	const bool *proc; /* by index in snap.proc: one of those asked about */
	const char *const *pattern;
	size_t n_patterns; /* 0: the files of the processes; else those that match, and no other */
};

/* Out of memory sticks in the arena; what could not be read is noted in s. */
void mw_take_used_files(struct mw_root *root, const struct mw_used_ask *ask, struct mw_arena *arena,
			struct mw_snap *s, struct mw_used_files *ret);

/* How much of each file is in memory now, by its index. */
struct mw_val *mw_take_cached_again(struct mw_root *root, const struct mw_used_files *files,
				    struct mw_arena *arena, struct mw_snap *s);

/* How fast a file comes from its disk, bytes a second: a sample of it is read past the cache. */
struct mw_val mw_take_disk_speed(struct mw_root *root, const struct mw_used_file *f,
				 struct mw_arena *arena, struct mw_snap *s);
