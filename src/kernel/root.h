/* SPDX-License-Identifier: Apache-2.0 */
/*
 * root - the only door through which kernel text enters this program.
 *
 * A root is the live machine, a directory that looks like one (a sosreport, a container's
 * rootfs), an archive of such a directory, or a capture file.  Nothing above this file can tell
 * them apart, except by mw_root_is_live(), which guards everything in act/.
 *
 * Paths are relative ("proc/meminfo").  Facts that are no files are pseudo files: the part
 * "meta" in a path turns what follows into a question about the folder before it:
 *
 *	meta/release machine page_bytes time user shm_dev	one fact each, see root_live.c
 *	DIR/meta/again/FILE	FILE, read a second time (how far did it move meanwhile?)
 *	DIR/meta/stat/FILE	stat(2) as text, see kernel/meta_stat.h
 *	DIR/meta/statfs/FILE	statfs(2) as text
 *	DIR/meta/tree/FOLDER	the largest files below FOLDER on its file system
 *	DIR/meta/statfs_wait/..., tree_wait/...	the same, where the way to it may be waited for
 *	DIR/meta/cached/FILE	how much of a plain file is in the page cache (may be waited for)
 *	DIR/meta/disk_speed/FILE	a sample of it is read past the cache: bytes, time
 *	proc/PID/meta/ns	namespaces and root of a process
 *	proc/PID/meta/fds	its open files, a line each: those that may be shared memory
 *	proc/PID/meta/open_files	the same of all its open plain files
 *	proc/meta/mm/PID/OTHER	"same" or "other": have the two processes one address space?
 *	proc/PID/meta/promises	of smaps the mappings that count in Committed_AS, see pid_promises.h
 *	proc/PID/meta/files	the sums of smaps by file, see pid_files.h
 *	proc/PID/meta/numa	the sums of numa_maps, see numa_maps.h
 *	proc/PID/meta/vm	the name of a virtual machine, see qemu_name.h
 *	proc/PID/meta/page/ADDRESS	what stands behind a page, see kernel/page_entry.h
 *	proc/PID/meta/smaps/ADDRESS	the part of smaps about the mapping of that address
 *	meta/pages	who owns each page, see kernel/census.h: only of a capture, see snap/pages.c
 *	DIR/meta/folders	all folders below DIR, see mw_meta_folders_next()
 *	DIR/meta/inode/NUMBER	the folder below DIR with that inode number, as "/a/b"
 *	proc/PID/meta/sysvipc_shm	proc/sysvipc/shm as its IPC namespace shows it
 *
 * Invariants:
 *  - A directory or archive root never gives a byte of a file outside it: no link leads out.
 *  - Below proc/PID/root of the live machine no link leads out of that process's root, and
 *    nothing waits for a network or user-space file system unless the question says so.
 *  - While recording, each answer is kept, the last one for each path: what
 *    mw_root_recorded() gives is a capture from which the same program run gives the same answer.
 */
#pragma once

#include "base/arena.h"
#include "kernel/capture.h"

struct mw_root;

/* A folder of a root, opened once: files below it belong to one process, even when its pid is
 * used again meanwhile. */
struct mw_at {
	struct mw_root *root;
	int fd; /* -1 where the root has no folders */
	char path[64];
};

/* path == NULL opens the live machine.  0 or negative errno; where the input itself is at fault
 * -EINVAL, and ret_problem says what and in which line. */
int mw_root_open(const char *path, bool record, struct mw_root **ret,
		 struct mw_problem *ret_problem);
struct mw_root *mw_root_free(struct mw_root *root); /* returns NULL; NULL is fine */

bool mw_root_is_live(const struct mw_root *root);

/* Whole file: 0, or -ENOENT, -EACCES, -ESRCH, -EFBIG (over 64 MiB), -ENOMEM, ...
 * The bytes live in the arena or in the root, so keep both. */
int mw_root_read(struct mw_root *root, const char *path, struct mw_arena *arena,
		 struct mw_str *ret);

/* Names in a folder.  Use them to find what to read, not to count: a capture knows only of
 * those names below which something was read. */
int mw_root_list(struct mw_root *root, const char *path, struct mw_arena *arena,
		 struct mw_names *ret);

/* Opens a folder (path at most 63 bytes); mw_at_close() is fine after failure too. */
int mw_root_at(struct mw_root *root, const char *path, struct mw_at *ret);
int mw_at_read(struct mw_at *at, const char *name, struct mw_arena *arena, struct mw_str *ret);
void mw_at_close(struct mw_at *at);

/* Lets the live machine run on for so long, before something is read again; of other roots
 * nothing would change. */
void mw_root_pause(const struct mw_root *root, unsigned ms);

/* Keeps an answer that was not read but made here ("meta/pages"), as if it had been; nothing where
 * the root does not record.  0 or -ENOMEM. */
int mw_root_note(struct mw_root *root, const char *path, struct mw_str text);

/* What was read so far, sorted; -EINVAL when the root was not opened for recording, -ENOMEM when
 * an answer could not be kept. */
int mw_root_recorded(struct mw_root *root, struct mw_capture *ret);

static inline void mw_root_freep(struct mw_root **p)
{
	*p = mw_root_free(*p);
}
#define _mw_root_ __attribute__((cleanup(mw_root_freep)))
