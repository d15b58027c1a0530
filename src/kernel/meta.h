/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meta - the texts of the pseudo files (see kernel/root.h) as data.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

/* DIR/meta/stat/FILE */
struct mw_file_stat {
	struct mw_str dev; /* "0:28" */
	uint64_t ino, nlink, size_bytes;
	uint64_t used_bytes; /* allocated blocks; of a tmpfs file swapped ones too */
};

/* DIR/meta/statfs/FILE */
struct mw_fs_stat {
	struct mw_str dev;
	uint64_t block_bytes, blocks, free_blocks; /* blocks 0: no limit */
	uint64_t inodes, free_inodes;
};

/* proc/PID/meta/ns */
struct mw_ns {
	struct mw_str mnt, ipc; /* "mnt:[4026531832]"; empty when not readable */
	struct mw_str root;	/* "/", or where the process is chrooted to */
};

/* DIR/meta/cached/FILE */
struct mw_cached {
	uint64_t bytes;
	struct mw_val dirty_bytes; /* with those being written; before 6.5 not told: MW_ABSENT */
};

/* A line of proc/PID/meta/fds: an open regular file. */
struct mw_open_file {
	struct mw_str fd, dev;
	uint64_t ino, nlink, used_bytes;
	struct mw_str path; /* escaped as \ooo; ends in " (deleted)" when it is */
};

/* A line of DIR/meta/tree/FOLDER. */
struct mw_tree_item {
	bool is_dir;
	uint64_t bytes, ino, nlink; /* folders: bytes only, with all that is below */
	struct mw_str path;	    /* below FOLDER, escaped as \ooo */
};

/* A line of DIR/meta/folders: a folder below DIR, first DIR itself, each after the one above it. */
struct mw_folder {
	uint64_t ino;
	struct mw_str path; /* "/a/b"; of DIR "/"; escaped as \ooo */
};

/* Pure; -EINVAL when malformed.  Slices of text. */
int mw_meta_stat_parse(struct mw_str text, struct mw_file_stat *ret);
int mw_meta_statfs_parse(struct mw_str text, struct mw_fs_stat *ret);
int mw_meta_cached_parse(struct mw_str text, struct mw_cached *ret);
int mw_meta_ns_parse(struct mw_str text, struct mw_ns *ret);

/* The next item; malformed lines are skipped.  False at the end. */
bool mw_meta_fds_next(struct mw_str *rest, struct mw_open_file *ret);
bool mw_meta_tree_next(struct mw_str *rest, struct mw_tree_item *ret);
bool mw_meta_folders_next(struct mw_str *rest, struct mw_folder *ret);

/* DIR/meta/disk_speed/FILE: bytes a second; MW_BAD when malformed, or nothing was read. */
struct mw_val mw_meta_disk_speed(struct mw_str text);

/* Allocated blocks of all that was met. */
struct mw_val mw_meta_tree_bytes(struct mw_str text);

/* Did the walk stop before its end (too many entries, a folder that was denied)? */
bool mw_meta_tree_was_cut(struct mw_str text);

/* "realtime_ns 123\n..." */
struct mw_val mw_meta_time(struct mw_str text, const char *clock);
