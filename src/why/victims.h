/* SPDX-License-Identifier: Apache-2.0 */
/*
 * victims - who would be killed for lack of memory, in which order, and what each death gives back.
 *
 * Mirrors select_bad_process(), oom_evaluate_task(), oom_kill_process() and
 * mem_cgroup_get_oom_group() (mm/oom_kill.c, mm/memcontrol.c), by release.  Nobody grows meanwhile.
 *
 * Pure: a snapshot taken with MW_WANT_OOM in, plain data out.
 *
 * Invariants:
 *  - Each process of the domain is either a victim or spared, once.
 *  - A figure that is not known is never 0: whose points cannot be made is spared as unknown.
 */
#pragma once

#include "base/finding.h"
#include "model/badness.h"
#include "snap/snap.h"
#include "why/thresholds.h"

enum mw_domain_kind { MW_DOMAIN_MACHINE, MW_DOMAIN_CGROUP, MW_DOMAIN_NODES, MW_DOMAIN_CPUSET };

struct mw_victims_ask {
	enum mw_domain_kind kind;
	struct mw_str cgroup;	   /* MW_DOMAIN_CGROUP: a path as in /proc/PID/cgroup */
	struct mw_str nodes;	   /* "0-1,3": of NODES, and of CPUSET its mems */
	struct mw_release release; /* not known: that of the snapshot */
	struct mw_val until_bytes; /* how much must be given back; unknown: not asked */
	const bool *set; /* of each process of the snapshot: has it set_adj instead? NULL */
	int64_t set_adj;
};

enum mw_spared {
	MW_SPARED_NOT, /* it may be killed */
	MW_SPARED_INIT,
	MW_SPARED_ADJ,	   /* oom_score_adj -1000 */
	MW_SPARED_VFORK,   /* runs on its parent's memory until it execs; since 4.8 */
	MW_SPARED_NODES,   /* may use none of the nodes in question */
	MW_SPARED_UNKNOWN, /* a figure that decides could not be read */
	MW_SPARED_OUTSIDE, /* not of the cgroup: in no list, unless it dies with one of it */
};

const char *mw_spared_name(enum mw_spared s);

struct mw_victim {
	const struct mw_proc *proc;
	enum mw_spared spared;
	enum mw_why adj_why; /* of the setting, read or asked for */
	int64_t oom_score_adj;
	int64_t badness; /* pages, or 1/1000 by the rule */
	/* From 1.  Those who die in one kill have one rank; the first of them was chosen. */
	size_t rank;
	size_t chosen; /* index of the one it dies with; its own: chosen itself */
	const struct mw_proc *instead_of; /* the parent that was rated higher, up to 5.0; NULL */
	const struct mw_memcg *whole;	  /* of the chosen one: the group that dies as one; NULL */
	bool certain;
	const char *doubt;	   /* why not; NULL */
	struct mw_val frees_bytes; /* anonymous memory, of shared pages its share; page tables */
	bool frees_at_most;	   /* shared pages are in it */
	struct mw_val sum_bytes;   /* given back by all deaths up to here */
	struct mw_val score_model; /* what /proc/PID/oom_score should be */
	size_t scan;		   /* place in the order in which the kernel looks */
};

struct mw_scores {
	size_t agree, differ, moved, unknown;
	size_t unclear; /* within what this kernel's counters may be off */
};

struct mw_victims {
	struct mw_badness_rules rules;
	struct mw_release release;
	enum mw_domain_kind kind;
	const struct mw_memcg *group; /* whose limit is reached */
	const char *domain;	      /* "the machine", "cgroup /a (limit 1 GiB)" */
	bool part_only;		      /* others are not visible from here: a container, hidepid */
	bool asker_dies;	/* vm.oom_kill_allocating_task: all this is for where it may not */
	const char *moved_from; /* it has no limit: the one above is meant; NULL */
	struct mw_val total_pages, machine_pages;
	struct mw_victim *victim; /* in order of death, then the spared ones, the largest first */
	size_t n_victims, n;	  /* the killed ones; with the spared ones */
	size_t until_rank;	  /* deaths that give back until_bytes; 0: not asked, or never */
	struct mw_scores scores;
};

/* 0, -ENOENT: no such cgroup has processes; -EINVAL: bad list of nodes.  Out of memory sticks in
 * the arena. */
int mw_victims_build(const struct mw_snap *s, const struct mw_victims_ask *ask,
		     struct mw_arena *arena, struct mw_victims *ret);

/* Is g the group, or below it? */
bool mw_memcg_is_below(const struct mw_snap *s, const struct mw_memcg *g,
		       const struct mw_memcg *above);

/* "java (pid 4242)" */
const char *mw_victim_name(struct mw_arena *a, const struct mw_proc *p);

/* What oom_badness() asks of a process, in pages; false: a figure is missing. */
bool mw_victim_task(const struct mw_snap *s, const struct mw_proc *p, const struct mw_victims *v,
		    struct mw_badness_task *ret);

/* A release that is not known counts as the newest. */
static inline bool mw_victims_newer(struct mw_release r, uint64_t major, uint64_t minor)
{
	return !mw_release_is_known(r) || mw_release_at_least(r, major, minor);
}

/* Pages of a domain, as constrained_alloc() counts them: RAM, or the limit, and swap. */
struct mw_val mw_domain_pages(const struct mw_snap *s, const struct mw_victims_ask *ask,
			      const struct mw_memcg *group, struct mw_release release);

/* Marks all who get a number along with those marked: the kernel writes it to each process that has
 * the address space (__set_oom_adj(), fs/proc/base.c, since 4.8). */
void mw_victims_spread_set(const struct mw_snap *s, bool *set, struct mw_arena *arena);

/* In which order the kernel looks at them: fills in .scan of each. */
void mw_victims_scan_order(const struct mw_snap *s, const struct mw_victims *v,
			   struct mw_victim *all, size_t n, struct mw_arena *arena);

/* May the order of two equals be seen from outside?  NULL, or why not. */
const char *mw_victims_order_doubt(const struct mw_snap *s, const struct mw_victims *v,
				   const struct mw_proc *a, const struct mw_proc *b);

/* The findings: find_victims.c */
struct mw_victims_case {
	const struct mw_snap *snap;
	const struct mw_victims *victims;
	const struct mw_thresholds *limit;
	struct mw_arena *arena;
};

/* Does the kernel panic in place of a kill (check_panic_on_oom(), mm/oom_kill.c)? */
bool mw_victims_panics(const struct mw_snap *s, const struct mw_victims *v);

void mw_find_victims(const struct mw_victims_case *c, struct mw_findings *ret);
