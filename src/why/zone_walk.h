/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_walk - one request against the zones of its zonelist: get_page_from_freelist() done again
 * with figures, whether a report printed them or /proc holds them.
 *
 * Pure; out of memory sticks in the arena.
 *
 * Not modelled: the per-CPU lists, the dirty limit of __GFP_WRITE, zone_reclaim_mode, and
 * ALLOC_NOFRAGMENT, which may take a page of DMA32 rather than split a block of another type in
 * Normal of the same node.
 */
#pragma once

#include "kernel/oomlog.h"
#include "model/gfp.h"
#include "model/watermark.h"

enum mw_zone_verdict {
	MW_ZONE_UNKNOWN,
	MW_ZONE_PASSES,
	MW_ZONE_NO_MEMORY,
	MW_ZONE_RESERVED,
	MW_ZONE_FRAGMENTED,
	MW_ZONE_LIKELY_FRAGMENTED, /* its marks are not shown, but nearly all is in small blocks */
	MW_ZONE_NOT_ALLOWED,	   /* cpuset or mempolicy */
	MW_ZONE_ABOVE,		   /* the mask does not reach it */
};

const char *mw_zone_verdict_name(enum mw_zone_verdict v); /* "fragmentation" */

/* A zone, whoever it was that asks: in pages. */
struct mw_zone_facts {
	struct mw_val node; /* MW_ABSENT: a machine of one node, which is not printed */
	struct mw_str name; /* "Normal" */
	bool has_blocks;    /* free blocks by order are shown */
	struct mw_val free_pages, mark_pages[3]; /* by enum mw_mark, boost included */
	struct mw_val managed_pages, present_pages, free_cma_pages;
	struct mw_val reserved_highatomic_pages, free_highatomic_pages;
	/* Where neither can be read: they are not more than this; MW_UNREAD: no such bound. */
	struct mw_val most_highatomic_pages;
	/* lowmem_reserve[]: an entry a zone type that was built in; it does not say which. */
	struct mw_val reserve_pages[MW_OOM_RESERVES];
	size_t n_reserves;
	struct mw_val blocks[MW_ORDERS];
	uint8_t types[MW_ORDERS]; /* which types have blocks there: MW_BLOCK_* */
	size_t n_orders;
};

enum { MW_WALK_LOW, MW_WALK_MIN, MW_WALK_HIGH, MW_WALK_STEPS };

extern const char *const mw_walk_step_names[MW_WALK_STEPS]; /* "low", "min", "high" */

struct mw_walk_zone {
	const struct mw_oom_zone *zone; /* of a report; NULL: of no report */
	struct mw_zone_facts facts;
	struct mw_zone_state state;		 /* as this request meets it */
	struct mw_zone_step step[MW_WALK_STEPS]; /* low, min (reduced), high */
	size_t n_steps;				 /* 0: it is not asked */
	bool barred[MW_WALK_STEPS]; /* asked, but not at this step: its node is barred */
	enum mw_zone_verdict verdict;
	uint64_t small_pages; /* free in blocks below the order asked; where blocks are shown */
	int64_t index;	      /* fragmentation index in 1/1000 */
	bool index_known;
};

struct mw_walk {
	/* Given. */
	struct mw_arena *arena;
	struct mw_release release;
	uint64_t page_bytes;
	struct mw_gfp gfp;
	bool gfp_known;
	struct mw_val order;
	struct mw_str mems_allowed, nodemask; /* of cpuset and policy; empty: all */
	/* The slow path lets a kernel's own or an atomic request go where the cpuset bars it. */
	bool slow_leaves_cpuset, slow_leaves_policy;
	bool own_node_only; /* __GFP_THISNODE */
	struct mw_val node; /* whose zonelist */
	/* Nodes by distance from it; NULL: only that it comes first is known, then by number. */
	const uint64_t *fallback;
	size_t n_fallback;
	bool highmem;		   /* built in */
	bool last_try;		   /* the try at high was made too, and failed: an OOM kill */
	struct mw_walk_zone *zone; /* set by the walk in the order of the zonelist */
	size_t n_zones;

	/* Found. */
	enum mw_zone_type zone_class;
	struct mw_zone_request request;
};

/* Fills state, steps and verdict of each zone, whose facts are given, and sorts them. */
void mw_walk(struct mw_walk *w);

/* Who serves: the first zone that passes at low, else the first at min. */
struct mw_walk_answer {
	struct mw_val succeeds; /* 1: without reclaim or compaction; not known: MW_UNREAD */
	const struct mw_walk_zone *zone; /* NULL: none, or which one is not known */
	size_t step;			 /* MW_WALK_LOW: in the fast path; where zone is set */
};

struct mw_walk_answer mw_walk_answer(const struct mw_walk *w);

/* The type of a zone by its name; false: of no type that serves requests ("Device"). */
bool mw_zone_type_of(struct mw_str name, enum mw_zone_type *ret);

/* Is node n in a list like "0-3,8"? An empty list or "(null)" holds all. */
bool mw_walk_in_list(struct mw_str list, uint64_t n);

/* Pages in all free blocks; MW_UNREAD where blocks are not shown. */
struct mw_val mw_zone_block_pages(const struct mw_zone_facts *f);

/* zone_step.c: the test of one step in figures: "31156 - 3 = 31153 > 1076 min + 28925
 * lowmem_reserve = 30001; - 22393 (4 KiB) = 8760 > 538; - 8558 (8 KiB) = 202 <= 269". */
const char *mw_walk_step_text(const struct mw_walk *w, const struct mw_walk_zone *z, size_t step);
