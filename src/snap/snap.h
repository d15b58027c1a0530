/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snap - one picture of the machine: plain data, no file descriptors.
 *
 * Invariants:
 *  - Filled once by mw_snap_take(), then read-only; everything it points to lives in the arena
 *    that it was given, or in the root.
 *  - It holds the time it was taken; nothing above may ask the clock.
 *  - A fact that could not be had is a mw_val with its reason, and a line in sources.
 *  - Every list was read once and is in a fixed order (by pid, by name, by device), so that two
 *    snapshots of one capture are the same byte for byte.
 */
#pragma once

#include "base/arena.h"
#include "kernel/allocinfo.h"
#include "kernel/arcstats.h"
#include "kernel/census.h"
#include "kernel/cgroup_memory.h"
#include "kernel/cgroup_stat.h"
#include "kernel/drm_fdinfo.h"
#include "kernel/meminfo.h"
#include "kernel/meta.h"
#include "kernel/pagetypeinfo.h"
#include "kernel/pid_smaps.h"
#include "kernel/pid_stat.h"
#include "kernel/pid_status.h"
#include "kernel/pressure.h"
#include "kernel/release.h"
#include "kernel/root.h"
#include "kernel/slabinfo.h"
#include "kernel/sockets.h"
#include "kernel/sysvipc.h"
#include "kernel/vmstat.h"
#include "kernel/zoneinfo.h"
#include "kernel/zram.h"
#include "snap/source.h"

enum mw_want {
	MW_WANT_PROCS = 1 << 0,	 /* each process: status, cgroup, smaps_rollup */
	MW_WANT_SHMEM = 1 << 1,	 /* tmpfs of all namespaces, unlinked files, segments ... */
	MW_WANT_KERNEL = 1 << 2, /* slab caches, vmalloc callers, hugetlb, zram ... */
	/* The host, and which CPUs each node has: no counters, so nothing can fail but memory. */
	MW_WANT_NODES_ONLY = 1 << 3,
	MW_WANT_OOM = 1 << 4, /* of each process what the OOM killer asks, and the memory cgroups */
	MW_WANT_POLICY = 1 << 5,     /* of each process the NUMA policy: reads all its numa_maps */
	MW_WANT_PROMISES = 1 << 6,   /* of each process what it was promised */
	MW_WANT_OVERCOMMIT = 1 << 8, /* the rules for promises: settings, huge pages */
	MW_WANT_COMMIT = MW_WANT_PROMISES | MW_WANT_OVERCOMMIT,
	MW_WANT_ZONES = 1 << 9, /* of each zone the settings of its marks, and free blocks */
	MW_WANT_MEMS = 1 << 7,	/* of each thread the nodes that its cpuset has */
	/* Of each process the nodes its pages and threads are on: needs MW_WANT_ZONES, and walks
	 * all page tables where there is more than one node. */
	MW_WANT_NUMA = 1 << 10,
	MW_WANT_PAGES = 1 << 11,   /* who owns each page of memory */
	MW_WANT_CGROUPS = 1 << 12, /* all memory cgroups, and what is charged to them */
	MW_WANT_FILES = 1 << 13,   /* of each process the files that it maps, or holds open */
	MW_WANT_LEDGER = MW_WANT_PROCS | MW_WANT_SHMEM | MW_WANT_KERNEL,
	MW_WANT_ALL = MW_WANT_LEDGER | MW_WANT_OOM | MW_WANT_COMMIT | MW_WANT_ZONES,
};

struct mw_snap_options {
	unsigned want;
	/* CPU time that reading smaps_rollup and numa_maps may cost: by rule of thumb, not by the
	 * clock, so that a replay decides alike. */
	uint64_t smaps_budget_us;
	uint64_t tree_min_bytes; /* a tmpfs that holds less is not searched for files */
	/* With MW_WANT_PAGES: the reader that shall be used, NULL: the first that works; largest
	 * files that get a name. */
	const char *pages_reader;
	size_t pages_files_max, pages_paid_max;
	bool pages_all_names;	   /* see pages/census.h */
	uint64_t pages_sample_ppm; /* see src/pages/census.h */
	bool pages_who_points;
	uint64_t pages_who_frame;
};

struct mw_host {
	struct mw_str kernel; /* "6.18.44-amd64", empty: not known */
	struct mw_release release;
	struct mw_str machine; /* "x86_64", empty: not known */
	uint64_t page_bytes;
	bool page_bytes_assumed;
	struct mw_val time_ns; /* CLOCK_REALTIME */
	struct mw_val euid;    /* who asked */
};

/* What the OOM killer asks of a process, with MW_WANT_OOM. */
struct mw_proc_oom {
	enum mw_why why; /* of stat: without it nothing below is known */
	struct mw_pid_stat stat;
	/* "task/123/" where the first thread ended before the others: this one is asked. */
	struct mw_str thread;
	enum mw_why adj_why;
	int64_t oom_score_adj;
	struct mw_val score; /* /proc/PID/oom_score */
	bool still;	     /* nothing moved in stat while score was read */
	size_t same_mm; /* index of the first process with this address space: its own, mostly */
	/* Place among the members of its cgroup, in the order in which the kernel looks at them;
	 * MW_NO_PLACE: not known (v1 does not show it). */
	size_t place;
	uint64_t like_pid; /* it looks as if it shared that one's; who may tell did not; 0: none */
	enum mw_why policy_why;
	struct mw_str policy; /* "default", "bind:0-1": of the first mapping; empty: not asked */
	/* What other threads are bound to, where the first is: policies, or lists of nodes, one a
	 * line. */
	struct mw_str thread_bounds;
};

/* What counts in Committed_AS for a process, with MW_WANT_PROMISES. */
struct mw_proc_promises {
	enum mw_why why;	/* MW_UNREAD: over the budget; else of meta/promises */
	uint64_t bytes;		/* of all mappings that count */
	uint64_t fork_bytes;	/* of these, what a child of fork() would be promised too */
	uint64_t largest_bytes; /* the largest of those */
	struct mw_val touched_bytes, shared_bytes; /* see kernel/pid_promises.h */
};

/* Pages of a process that are present on one node. */
struct mw_proc_node {
	uint64_t node;
	uint64_t bytes; /* huge pages included */
	/* Of these, in mappings of which a page is mapped more than once.  0: by_rss. */
	uint64_t shared_bytes;
	uint64_t hugetlb_bytes;
};

/* Threads that are on one node: by the CPU they ran on last, or, where they may not run there any
 * more, by the first they may run on. */
struct mw_proc_threads {
	uint64_t node, count;
	uint64_t running_count; /* of these, on a CPU or waiting for one; 0: by_rss */
};

/* On which nodes a process is, with MW_WANT_NUMA. */
struct mw_proc_numa {
	enum mw_why why; /* of numa_maps; MW_UNREAD: over the budget */
	/* The machine has one node: by definition all is there, and numa_maps was not asked: of
	 * policies nothing is known. */
	bool by_rss;
	struct mw_proc_node *node; /* by number; where it has pages */
	size_t n_nodes;
	/* Policies of its mappings but "default", each once, with a blank between: "bind:0-1";
	 * after MW_POLICIES_MAX of them "...".  Two are of two words: kernel/numa_maps.h. */
	struct mw_str policies;
	uint64_t policy_bytes; /* of its pages, in mappings that have one */
	enum mw_why threads_why;
	struct mw_proc_threads *threads; /* by number of the node */
	size_t n_threads;
	uint64_t thread_nowhere_count;		  /* whose CPU is on no node that is known */
	uint64_t thread_unread_count;		  /* over MW_NUMA_THREADS_MAX, or ended meanwhile */
	uint64_t start_ticks;			  /* of its first thread; 0: not known */
	struct mw_str cpus_allowed, mems_allowed; /* of its first thread; empty: not known */
	struct mw_str vm; /* the name that qemu was given; empty: it is none, or has none */
};

struct mw_proc {
	uint64_t pid;
	struct mw_pid_status status;
	struct mw_proc_oom oom;
	struct mw_str cgroup; /* that is charged for its memory; empty: not known */
	size_t memcg;	      /* index of it, with MW_WANT_OOM; MW_NO_MEMCG: not known */
	size_t charged;	      /* index in cgroups, with MW_WANT_CGROUPS; MW_NO_MEMCG likewise */
	struct mw_proc_promises promises;
	struct mw_proc_numa numa;
	struct mw_val map_count;   /* with MW_WANT_SHMEM */
	enum mw_why smaps_why;	   /* MW_UNREAD: over the budget */
	enum mw_why files_why;	   /* of the files it maps, likewise */
	struct mw_pid_smaps smaps; /* where smaps_why == MW_OK */
};

#define MW_POLICIES_MAX 16
#define MW_NUMA_THREADS_MAX 4096 /* of one process: the rest is not asked */

#define MW_NO_MEMCG SIZE_MAX
#define MW_NO_PLACE SIZE_MAX

/* A memory cgroup that has processes, or one below it has. */
struct mw_memcg {
	struct mw_str path; /* as /proc/PID/cgroup has it */
	size_t parent;	    /* index; MW_NO_MEMCG: none */
	uint64_t ino;	    /* of its folder: made later, larger; 0: not known */
	/* Does it have the memory controller?  Else its processes belong to the next above. */
	bool charged;
	struct mw_val limit_bytes;	/* MW_ABSENT: none */
	struct mw_val swap_limit_bytes; /* v2: of swap alone; v1: of memory and swap together */
	struct mw_val used_bytes, shmem_bytes; /* with the groups below */
	struct mw_val swappiness;	       /* v1 */
	struct mw_val oom_group;	       /* v2, since 4.19: 1: all die together */
	struct mw_val kill_off;		       /* v1: 1: tasks wait, nobody is killed */
	struct mw_val hierarchy;	       /* v1: 0 (up to 5.10): groups below are not of it */
};

struct mw_memcgs {
	enum mw_why why; /* MW_ABSENT: none is mounted */
	bool v2;
	struct mw_memcg *item; /* a parent stands before its children */
	size_t n;
};

/* A memory cgroup, with processes or without, with MW_WANT_CGROUPS.  A file that this kernel does
 * not have, or of this version not for this group, gives MW_ABSENT. */
struct mw_cgroup {
	struct mw_str path; /* as /proc/PID/cgroup has it */
	size_t parent;	    /* index; MW_NO_MEMCG: none */
	uint64_t ino;	    /* of its folder; 0: not known */
	/* Does it have the memory controller?  Else what is in it is charged to the next above. */
	bool charged;
	struct mw_cgroup_stat own;   /* v1 alone: without the groups below */
	struct mw_cgroup_stat total; /* with them, removed ones included */
	/* Of a group with processes, when all of these had been read: own of v1, total of v2. */
	struct mw_cgroup_stat again;
	struct mw_val usage_bytes; /* all that is charged, with the groups below */
	/* Limits; MW_ABSENT: none.  high, low and min: v2; soft: v1. */
	struct mw_val max_bytes, high_bytes, low_bytes, min_bytes, soft_bytes;
	struct mw_val max_count;	   /* how often the limit was reached */
	struct mw_val high_count;	   /* v2: how often it was throttled */
	struct mw_val oom_kill_count;	   /* processes that were killed */
	struct mw_pressure pressure;	   /* v2 */
	struct mw_val dying_count;	   /* v2: removed groups below it that still exist */
	struct mw_val dying_charged_count; /* of these, since 6.12: with memory */
	struct mw_val hierarchy; /* v1: 0 (up to 5.10): groups below are not charged to it */
};

struct mw_cgroups {
	enum mw_why why; /* MW_UNREAD: not asked; MW_ABSENT: none is mounted */
	bool v2;
	struct mw_cgroup_mount mount;
	struct mw_cgroup *item; /* each before those below it, these by name */
	size_t n;
};

/* Settings of the machine's OOM killer. */
struct mw_oom_sysctl {
	struct mw_val panic_on_oom, kill_allocating_task, swappiness;
	struct mw_val cpu_count; /* not a setting: how far counters kept by CPU may be off */
};

/* Settings that decide what may be promised, with MW_WANT_OVERCOMMIT: of vm, but for the last. */
struct mw_commit_sysctl {
	struct mw_val overcommit_memory, overcommit_ratio, overcommit_kib; /* MW_ABSENT: no such */
	struct mw_val admin_reserve_kib, user_reserve_kib;
	struct mw_val max_map_count;
	struct mw_val cpu_count; /* present ones: how far Committed_AS may be off */
	struct mw_val shmmax_bytes, shmall_pages; /* kernel.*, of this IPC namespace */
};

/* A device number as mountinfo, stat and maps print it, as one number. */
#define MW_DEV(major, minor) ((uint64_t)(major) << 32 | (minor))

struct mw_tmpfs {
	uint64_t dev;
	struct mw_str point; /* where it is mounted, in the namespace of .pid */
	struct mw_str type, source;
	bool own;		   /* visible where memwhy itself runs */
	uint64_t pid;		   /* through whose root it was seen; 0: our own */
	struct mw_str comm;	   /* of that process */
	struct mw_val used_bytes;  /* swapped pages included */
	struct mw_val limit_bytes; /* MW_ABSENT: none */
	enum mw_why tree_why;	   /* MW_UNREAD: too small to be searched */
	struct mw_tree_item *item; /* largest files, then largest folders */
	size_t n_items;
	bool tree_cut;
};

enum mw_shm_kind {
	MW_SHM_MEMFD,
	MW_SHM_SYSV,	 /* of an IPC namespace whose table could not be read */
	MW_SHM_ANON,	 /* MAP_SHARED | MAP_ANONYMOUS: "/dev/zero (deleted)" */
	MW_SHM_UNLINKED, /* a tmpfs file without a name */
	MW_SHM_DETACHED, /* a file on a tmpfs that no mount table shows */
	MW_SHM_KERNEL,	 /* another user of the kernel's own mount, as graphics */
};

/* Shared memory that has no path: found by who holds it. */
struct mw_shm_object {
	enum mw_shm_kind kind;
	uint64_t dev, ino;
	struct mw_str name;
	struct mw_val used_bytes; /* swapped pages included */
	struct mw_val size_bytes; /* with the pages that nobody touched; known of mapped ones */
	uint64_t pid;		  /* the first holder */
	struct mw_str comm;
	struct mw_str fd; /* its descriptor there; empty: only mapped */
	bool mapped;
	uint64_t holder_count; /* processes */
};

struct mw_ipc_segment {
	struct mw_shm_segment segment;
	bool own;     /* of our own IPC namespace */
	uint64_t pid; /* through which process it was seen; 0: our own */
	struct mw_str comm;
};

struct mw_drm {
	struct mw_drm_client client;
	uint64_t pid;
	struct mw_str comm;
};

struct mw_slab {
	struct mw_slab_cache cache;
	uint64_t bytes;
	bool reclaimable;
};

struct mw_vmalloc_caller {
	struct mw_str name, module; /* "os_alloc_mem", "[nvidia]" */
	uint64_t pages, areas;
};

struct mw_hugetlb_pool {
	struct mw_str node; /* "0"; empty: all nodes together */
	uint64_t page_bytes;
	struct mw_val total_count, free_count, reserved_count, surplus_count;
};

struct mw_zram_device {
	struct mw_str name;
	struct mw_zram zram;
};

/* CPUs of a NUMA node, as the kernel lists them: "0-7,16-23". */
struct mw_node_cpus {
	uint64_t node;
	struct mw_str cpus;
};

/* With MW_WANT_ZONES. */
struct mw_zones {
	struct mw_val min_free_kib;
	struct mw_val watermark_scale_factor;	      /* in 1/10000; MW_ABSENT up to 4.5 */
	struct mw_val reserve_ratio[MW_ZONE_CLASSES]; /* lowmem_reserve_ratio */
	size_t n_reserve_ratios;		      /* 0: not readable */
	enum mw_why buddyinfo_why, pagetypeinfo_why;
	struct mw_str buddyinfo_text;	 /* for mw_buddyinfo_next() */
	struct mw_str pagetypeinfo_text; /* for mw_pagetypeinfo_next() */
	bool has_thp;			 /* transparent huge pages are built in, and not off */
};

/* Distances of a NUMA node, to each online node: "10 21". */
struct mw_node_distance {
	uint64_t node;
	struct mw_str text;
};

/* Where a request goes, and what is tried for it, with MW_WANT_ZONES.  Of vm. but the first. */
struct mw_zone_rules {
	struct mw_node_distance *distance;
	size_t n_distances;
	struct mw_val extfrag_threshold, compaction_proactiveness, zone_reclaim_mode;
};

/* A file that a process maps or holds open, with MW_WANT_FILES.  A process may have several of one
 * file. */
struct mw_file_use {
	size_t proc; /* index */
	uint64_t dev, ino;
	bool open; /* by a descriptor; else it is mapped: see kernel/pid_files.h */
	uint64_t rss_bytes, pss_bytes, locked_bytes;
	struct mw_str path; /* as that process sees it; empty: another one said it before */
};

struct mw_snap {
	struct mw_host host;
	struct mw_sources sources;
	struct mw_str meminfo_text;
	struct mw_meminfo meminfo;
	struct mw_val moved_bytes;   /* by how much they moved while they were read */
	struct mw_zoneinfo zoneinfo; /* no zones: not readable */
	struct mw_vmstat vmstat;
	struct mw_zones zones;

	struct mw_proc *proc; /* those with memory of their own, by pid */
	size_t n_procs;
	struct mw_file_use *use; /* by process */
	size_t n_uses;
	bool procs_hidden; /* hidepid: others' processes are not listed */
	bool global_init;  /* pid 1 is the machine's, not a container's */
	struct mw_memcgs memcgs;
	struct mw_cgroups cgroups;
	struct mw_oom_sysctl oom_sysctl;
	struct mw_commit_sysctl commit_sysctl;
	struct mw_val committed_bytes; /* Committed_AS again, when all processes had been read */

	struct mw_tmpfs *tmpfs;
	size_t n_tmpfs;
	struct mw_shm_object *object;
	size_t n_objects;
	struct mw_ipc_segment *segment;
	size_t n_segments;
	struct mw_drm *drm;
	size_t n_drm;

	enum mw_why slab_why, vmalloc_why;
	struct mw_slab *slab;
	size_t n_slabs;
	struct mw_vmalloc_caller *vmalloc;
	size_t n_vmalloc;
	struct mw_hugetlb_pool *hugetlb;
	size_t n_hugetlb;
	struct mw_zram_device *zram;
	size_t n_zram;
	struct mw_str zswap_pool; /* "zsmalloc"; empty: not known */
	struct mw_arcstats arc;
	struct mw_val ksm_sharing_pages;
	struct mw_protocol *protocol;
	size_t n_protocols;
	struct mw_alloc_site *alloc_site; /* the largest */
	size_t n_alloc_sites;
	struct mw_node_cpus *node; /* with MW_WANT_NODES_ONLY and MW_WANT_ZONES */
	size_t n_nodes;
	struct mw_zone_rules zone_rules;
	enum mw_why census_why; /* MW_OK: it was taken; then it may still have no reader */
	struct mw_census census;
};

/* From where a process asks for pages. */
struct mw_zone_asker {
	struct mw_val cpu;    /* it ran on last */
	struct mw_str mems;   /* of its cpuset; empty: not known */
	struct mw_str policy; /* of its first mapping, "default"; empty: not known */
};

/* -ESRCH: there is no such process. */
int mw_take_zone_asker(struct mw_root *root, uint64_t pid, struct mw_arena *arena,
		       struct mw_snap *s, struct mw_zone_asker *ret);

/* Missing facts are recorded in the snapshot, they are not errors.  Negative errno only when
 * there is nothing to analyse: no readable proc/meminfo, or no memory. */
int mw_snap_take(struct mw_root *root, const struct mw_snap_options *options,
		 struct mw_arena *arena, struct mw_snap *ret);
