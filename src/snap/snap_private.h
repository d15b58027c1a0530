/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snap_private - what the files of snap/ share while a snapshot is taken.
 */
#pragma once

#include "base/index.h"
#include "snap/snap.h"

/* Reads and notes a failure; the text is empty then. */
enum mw_why mw_take_text(struct mw_root *root, const char *path, struct mw_arena *arena,
			 struct mw_snap *s, struct mw_str *ret);
enum mw_why mw_take_at(struct mw_at *at, const char *name, struct mw_arena *arena,
		       struct mw_snap *s, struct mw_str *ret);

/* A file of one number. */
struct mw_val mw_take_number(struct mw_root *root, const char *path, struct mw_arena *arena,
			     struct mw_snap *s);

/* "0:25" in the given base -> MW_DEV; UINT64_MAX when malformed. */
uint64_t mw_dev_parse(struct mw_str text, bool hex);

/* meminfo, zoneinfo and vmstat of one instant, as near as can be; -errno without a meminfo. */
int mw_take_counters(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* Settings of watermarks and reserves, free blocks. */
void mw_take_zones(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* The nodes and their distances; what is tried for a request. */
void mw_take_zone_rules(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* Which CPUs each node has. */
void mw_take_nodes(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* A device without a major number: does it hold shared memory, does a mount table show it? */
struct mw_known_dev {
	uint64_t dev;
	bool shmem, mounted;
};

struct mw_shm_candidate;

/* Texts, each once. */
struct mw_set {
	struct mw_str *item;
	size_t n;
	struct mw_index index;
};

bool mw_set_has(const struct mw_set *set, struct mw_str text);

/* False when it was in it, or out of memory. */
bool mw_set_add(struct mw_set *set, struct mw_arena *arena, struct mw_str text);

/* What the search for shared memory knows while it goes from process to process. */
struct mw_shm_search {
	struct mw_root *root;
	const struct mw_snap_options *options;
	struct mw_arena *arena;
	struct mw_snap *s;
	uint64_t shm_dev;	  /* the kernel's own mount; UINT64_MAX: not known */
	struct mw_known_dev *dev; /* sorted */
	size_t n_devs;
	struct mw_set mnt_seen; /* "mnt:[123] /": namespace and root */
	struct mw_set ipc_seen;
	struct mw_index fs_by_dev; /* index in snap.tmpfs */
	struct mw_shm_candidate *candidate;
	size_t n_candidates;
	struct mw_index by_inode[2]; /* index of a candidate: others, SysV segments */
};

void mw_shm_search_start(struct mw_shm_search *search, struct mw_arena *temp);
/* Looks at one process: its namespaces, open files and mappings; how many mappings it has. */
struct mw_val mw_shm_search_visit(struct mw_shm_search *search, struct mw_at *at,
				  struct mw_arena *temp, uint64_t pid, struct mw_str comm);
void mw_shm_search_finish(struct mw_shm_search *search);

/* tmpfs.c: the mounts of the namespace of one process, if it is a new one. */
void mw_tmpfs_visit(struct mw_shm_search *search, struct mw_at *at, struct mw_arena *temp,
		    const struct mw_ns *ns, uint64_t pid, struct mw_str comm);
const struct mw_known_dev *mw_known_dev_find(const struct mw_shm_search *search, uint64_t dev);
void mw_known_dev_add(struct mw_shm_search *search, struct mw_known_dev known);

/* A file of the process, or of the thread that is asked in its place. */
const char *mw_proc_file(struct mw_arena *temp, const struct mw_proc *p, const char *name);

/* What the OOM killer asks of one process, before and after its status is read. */
void mw_take_oom(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp, struct mw_snap *s,
		 struct mw_proc *p);
void mw_take_oom_again(struct mw_at *at, struct mw_arena *temp, struct mw_snap *s,
		       struct mw_proc *p);

/* Who shares an address space with whom; policies; settings. */
void mw_take_sharers(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);
void mw_take_policy(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		    struct mw_snap *s, struct mw_proc *p);
void mw_take_mems(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		  struct mw_snap *s, struct mw_proc *p);
void mw_take_oom_sysctl(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* What one process was promised; the settings that decide on promises. */
void mw_take_promises(struct mw_at *at, struct mw_arena *temp, struct mw_snap *s,
		      struct mw_proc *p);
void mw_take_commit_sysctl(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);
void mw_take_committed(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* Where the memory cgroups are; false: nowhere. */
bool mw_take_cgroup_mount(struct mw_root *root, struct mw_arena *arena, struct mw_arena *temp,
			  struct mw_cgroup_mount *ret);

/* All memory cgroups; then, when all processes had been read, in which each is, and what moved. */
void mw_take_cgroups(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);
void mw_take_cgroups_again(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* The memory cgroups of all processes, and those above them. */
void mw_take_memcgs(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);

/* What a process may use, and the name of a virtual machine; then the nodes that it is on, with
 * what that costs by rule of thumb. */
void mw_take_bounds(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		    struct mw_snap *s, struct mw_proc *p);
void mw_take_numa(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		  struct mw_snap *s, struct mw_proc *p);
uint64_t mw_numa_cost_us(const struct mw_snap *s, const struct mw_proc *p);
/* All memory is on one node: nothing is walked. */
bool mw_has_one_node(const struct mw_snap *s);

/* The files that a process maps or holds open; `named`: those of which the path is known. */
void mw_take_files(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		   struct mw_index *named, struct mw_snap *s, size_t proc);
void mw_sort_files(struct mw_snap *s);

void mw_take_procs(struct mw_root *root, const struct mw_snap_options *options,
		   struct mw_arena *arena, struct mw_snap *s);
/* Of the live machine by src/pages, else of the capture. */
void mw_take_pages(struct mw_root *root, const struct mw_snap_options *options,
		   struct mw_arena *arena, struct mw_snap *s);

void mw_take_kernel(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);
void mw_take_hugetlb(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);
