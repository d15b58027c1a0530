/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom - what a report means: why no zone gave the pages, where the memory was, who should have been
 * killed by the kernel's own rule, and whether that is who was.
 *
 * Pure: one event of the log in, plain data out.
 *
 * Invariants:
 *  - Every figure comes from the report; what was taken to be so (the release, the zone class) is
 *    marked as inferred.
 *  - The classes of the ledger and "unaccounted" sum to total_bytes wherever unaccounted is known.
 */
#pragma once

#include "base/finding.h"
#include "kernel/oomlog.h"
#include "model/badness.h"
#include "model/gfp.h"
#include "why/thresholds.h"
#include "why/zone_walk.h"

enum mw_oom_cause {
	MW_CAUSE_UNKNOWN,	/* the report does not show enough */
	MW_CAUSE_NO_MEMORY,	/* the zones that may serve it are empty */
	MW_CAUSE_RESERVE,	/* what is free is kept for requests that can use only that zone */
	MW_CAUSE_FRAGMENTATION, /* enough is free, but in smaller blocks */
	MW_CAUSE_CPUSET,
	MW_CAUSE_MEMPOLICY,
	MW_CAUSE_MEMCG_LIMIT,
	MW_CAUSE_SHOULD_PASS,	/* as printed, a zone would serve it: it came back meanwhile */
	MW_CAUSE_REQUESTED,	/* SysRq */
	MW_CAUSE_PAGE_FAULT,	/* the allocation that failed is not named */
	MW_CAUSE_ADDRESS_SPACE, /* vmalloc: no room in the area, or more than all memory */
	MW_CAUSE_GUARD,
};

#define MW_OOM_CAUSES 12

const char *mw_oom_cause_name(enum mw_oom_cause cause); /* "memcg-limit" */

struct mw_oom_class {
	const char *id, *label;
	struct mw_val bytes;
};

#define MW_OOM_CLASSES 24

struct mw_oom_rank {
	const struct mw_oom_task *task;
	int64_t points;
	bool killable;
};

enum mw_oom_agrees { MW_AGREES_UNKNOWN, MW_AGREES, MW_DIFFERS };

struct mw_oom_case {
	const struct mw_oom_event *event;
	struct mw_arena *arena;

	struct mw_release release; /* by which rules are chosen */
	bool release_inferred;
	const char *release_range; /* "4.9 to 4.20"; where inferred */
	uint64_t page_bytes;
	bool page_inferred;
	bool complete;
	const char *missing[16];
	size_t n_missing;

	struct mw_gfp gfp;
	bool gfp_known;
	const char *gfp_guess; /* NULL: none */
	bool guess_of_stack;   /* its frames name it; else from mask and order */
	struct mw_val node;    /* of the CPU that asked */
	struct mw_walk walk;
	struct mw_walk_zone *zone; /* in the order of the zonelist, as far as it is known */
	size_t n_zones;
	const char
		*nodes_not_shown; /* allowed, but no zone of theirs is in the report; NULL: none */
	struct mw_val free_elsewhere_bytes; /* free on the machine, but not on allowed nodes */
	enum mw_oom_cause cause;

	struct mw_val total_bytes; /* RAM, or what the cgroup is charged */
	struct mw_oom_class class[MW_OOM_CLASSES];
	size_t n_classes;
	struct mw_val unwritten_bytes; /* dirty, or under writeback: a part of the page cache */

	struct mw_badness_rules rules;
	struct mw_val total_pages; /* of the domain, as badness counts it */
	/* At least so much, where it is not known: a cgroup's limit, to which the swap it may use
	 * would be added. */
	struct mw_val total_min_pages;
	struct mw_oom_rank *rank; /* as the kernel would choose */
	size_t n_ranks;
	bool rank_exact; /* all that the rule needs is in the table */
	enum mw_oom_agrees agrees;
	const char *agrees_why;			     /* in words */
	const struct mw_oom_victim *chosen, *killed; /* NULL: none */
	size_t chosen_rank;			     /* from 1; 0: not in the table */
	bool all_tied;				     /* the floor of 1 made all equal */
	const char *asks_for;			     /* "order 2, 16 KiB" */
};

/* Which CPU is on which node, as a root tells; MW_UNREAD: not. */
typedef struct mw_val (*mw_cpu_node)(const void *of, uint64_t cpu);

/* Out of memory sticks in the arena. */
void mw_oom_explain(const struct mw_oom_event *event, mw_cpu_node node_of, const void *of,
		    struct mw_arena *arena, struct mw_oom_case *ret);

/* "3.10.0-1160 (el7)", or the range it was inferred to. */
const char *mw_oom_kernel(const struct mw_oom_case *c);

/* Whom a guard killed: "browser (pid 2210)", a unit, "somebody". */
const char *mw_oom_guard_victim(const struct mw_oom_case *c);

/* The findings of one report: the first is its verdict, the others what stands behind it. */
void mw_find_oom(const struct mw_oom_case *c, const struct mw_thresholds *limit,
		 struct mw_findings *ret);

/* What stands behind: who held the memory, and what the kill was worth.  find_oom_behind.c */
void mw_find_oom_behind(const struct mw_oom_case *c, const struct mw_thresholds *limit,
			struct mw_findings *all);

/* Steps of mw_oom_explain(). */
void mw_oom_release(struct mw_oom_case *c);
void mw_oom_zones(struct mw_oom_case *c);
void mw_oom_ledger(struct mw_oom_case *c);
void mw_oom_ranking(struct mw_oom_case *c);
void mw_oom_missing(struct mw_oom_case *c);

/* The figures of a zone, as a walk needs them.  Names are slices of the event. */
struct mw_zone_facts mw_oom_zone_facts(const struct mw_oom_case *c, const struct mw_oom_zone *zone);

/* Are the counters there that every kernel prints, and not all 0? */
bool mw_oom_counters_whole(const struct mw_oom_counters *n);

/* A class by its id; MW_UNREAD where there is none. */
struct mw_val mw_oom_class_bytes(const struct mw_oom_case *c, const char *id);

/* "Node 1 DMA32" */
const char *mw_oom_zone_name(const struct mw_oom_case *c, const struct mw_oom_zone *z);
