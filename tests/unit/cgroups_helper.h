/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_helper - a machine of a few cgroups and processes, as a capture in text.
 */
#pragma once

#include "helper.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "why/cgroups.h"

#define HEAD                                                  \
	"memwhy-capture 1\n-- meta/release nonl --\n6.12.0\n" \
	"-- proc/meminfo --\nMemTotal: 4194304 kB\nMemFree: 900000 kB\n"
#define END "-- end --\n"
#define V1_MOUNT                      \
	"-- proc/self/mountinfo --\n" \
	"30 24 0:26 / /cg rw - cgroup cgroup rw,memory\n"
#define V2_MOUNT "-- proc/self/mountinfo --\n30 24 0:26 / /cg rw - cgroup2 cgroup2 rw\n"

/* Of figures in MiB as text. */
#define M "000000"
#define V1_STAT(path, file, mapped, locked, total_file, total_mapped, total_locked)             \
	"-- cg" path "/memory.stat --\ncache " file M "\nrss 0\nshmem 0\nmapped_file " mapped M \
	"\ninactive_file 0\nactive_file 0\nunevictable " locked M "\ntotal_cache " total_file M \
	"\ntotal_rss 0\ntotal_shmem 0\ntotal_mapped_file " total_mapped M                       \
	"\ntotal_inactive_file 0\ntotal_active_file 0\ntotal_unevictable " total_locked M "\n"
#define V2_STAT(path, file, mapped, locked)                                          \
	"-- cg" path "/memory.stat --\nanon 0\nfile " file M "\nkernel 0\nshmem 0\n" \
	"file_mapped " mapped M "\ninactive_file 0\nactive_file 0\nunevictable " locked M "\n"
#define FILE1(path, name, text) "-- cg" path "/" name " --\n" text "\n"

/* A process in a group that has locked and mapped so many KiB of files. */
#define PROC(pid, hierarchy, path, locked, mapped)                                    \
	"-- proc/" pid "/status --\nName:\ta\nState:\tS (sleeping)\nVmRSS:\t400 kB\n" \
	"-- proc/" pid "/cgroup --\n" hierarchy path "\n-- proc/" pid                 \
	"/smaps_rollup --\nRss: " mapped " kB\nPss: " mapped                          \
	" kB\nPss_Anon: 0 kB\nPss_File: " mapped                                      \
	" kB\nPss_Shmem: 0 kB\nAnonymous: 0 kB\nLocked: " locked " kB\n"

/* What each page is, by the census; files that a process maps: FILES(pid, "DEV INO RSS PSS LOCKED
 * PATH\n"), and holds open. */
#define PAGES(lines) "-- meta/pages --\ncensus bpf exact 1 1 1 1 1\n" lines
#define FILES(pid, lines) "-- proc/" pid "/meta/files --\n" lines
#define FDS(pid, lines) "-- proc/" pid "/meta/open_files --\n" lines

struct machine {
	struct mw_arena arena;
	struct mw_root *root;
	struct mw_snap s;
	struct mw_accounts all;
};

static inline void machine_done(struct machine *m)
{
	mw_root_free(m->root);
	mw_arena_done(&m->arena);
}
#define _machine_ __attribute__((cleanup(machine_done)))

static inline void machine_take_by(struct machine *m, const char *text, unsigned want,
				   unsigned proofs)
{
	const struct mw_snap_options options = { .want = want, .smaps_budget_us = 1000000 };
	int fd = memfd_create("memwhy-unit", MFD_CLOEXEC);
	struct mw_problem problem;
	char path[64];

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(mw_root_open(path, false, &m->root, &problem), 0);
	assert_int_equal(mw_snap_take(m->root, &options, &m->arena, &m->s), 0);
	mw_accounts_build_by(&m->s, proofs, 1 << 20, &m->arena, &m->all);
	assert_false(m->arena.failed);
	close(fd);
}

static inline void machine_take(struct machine *m, const char *text)
{
	machine_take_by(m, text, MW_WANT_PROCS | MW_WANT_CGROUPS, MW_BY_PROCESSES);
}

/* With the census and the files of each process. */
static inline void machine_take_pages(struct machine *m, const char *text)
{
	machine_take_by(m, text, MW_WANT_PROCS | MW_WANT_CGROUPS | MW_WANT_FILES | MW_WANT_PAGES,
			MW_BY_ALL);
}

static inline const struct mw_account *machine_group(const struct machine *m, const char *path)
{
	size_t at = mw_group_find(&m->all, mw_str_of(path));

	if (at == MW_NO_GROUP)
		fail_msg("no group %s", path);
	return &m->all.group[at];
}
