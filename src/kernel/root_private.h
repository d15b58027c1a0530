/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root_private - what the files of the door (root*.c) share, and nobody else includes.
 */
#pragma once

#include "kernel/root.h"

#define MW_FILE_MAX_BYTES ((size_t)64 << 20)

/* A buffer that is used again for each file, so that a read costs no allocation. */
struct mw_scratch {
	char *p;
	size_t bytes;
};

/* To the end of file, however many reads that takes: 0, -EFBIG over max_bytes, ... */
int mw_read_fd(int fd, struct mw_scratch *scratch, size_t max_bytes, size_t *ret_n);

/* For root_kept.c: a descriptor of a file or folder of the machine or of a directory; -EINVAL: the
 * root is a capture, see mw_root_text(). */
int mw_root_fd(const struct mw_root *root, const char *path, int flags);

/* Of a capture: the bytes as they lie in it; of any root: the names in a folder, unrecorded. */
int mw_root_text(struct mw_root *root, const char *path, struct mw_str *ret);
int mw_root_names(struct mw_root *root, const char *path, struct mw_names *ret);

/* Names of an open folder; takes fd over. */
int mw_list_fd(int fd, struct mw_arena *arena, struct mw_names *ret);

/* Live: "again/meminfo", "stat/fd/3" ... (what follows "meta/") asked of the folder dirfd. */
int mw_live_meta(int dirfd, const char *question, struct mw_scratch *scratch,
		 struct mw_arena *arena, struct mw_str *ret);

/* To look at: a descriptor that only names the file.  Below "root" no link leads out of it, and
 * unless the way may wait, nothing is asked of a server. */
int mw_live_open_path(int dirfd, const char *name, bool may_wait);

/* "cached/FILE", "disk_speed/FILE". */
int mw_live_cached(int dirfd, const char *name, struct mw_arena *arena, struct mw_str *ret);
int mw_live_disk_speed(int dirfd, const char *name, struct mw_arena *arena, struct mw_str *ret);

/* "meta/tree": fd is an open folder and is taken over. */
int mw_live_tree(int fd, struct mw_arena *arena, struct mw_str *ret);

/* "page/ADDRESS", "smaps/ADDRESS" of a process's folder; "inode/NUMBER" of any: see root.h. */
int mw_live_page(int dirfd, const char *address, struct mw_arena *arena, struct mw_str *ret);
int mw_live_smaps(int dirfd, const char *address, struct mw_arena *arena, struct mw_str *ret);
int mw_live_inode(int dirfd, const char *number, struct mw_arena *arena, struct mw_str *ret);

/* "folders" of any folder. */
int mw_live_folders(int dirfd, struct mw_arena *arena, struct mw_str *ret);

/* Loads an archive into a capture: 0, -EINVAL with a problem, -ENOMEM, -ENOSYS (no libarchive). */
int mw_archive_load(int fd, struct mw_arena *arena, struct mw_capture *ret,
		    struct mw_problem *ret_problem);
