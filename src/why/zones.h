/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones - the zones of a machine as a request meets them: where each stands between its marks, and
 * the walk of one request along them.
 *
 * Pure; out of memory sticks in the arena.
 */
#pragma once

#include "base/finding.h"
#include "snap/snap.h"
#include "why/thresholds.h"
#include "why/zone_ask.h"
#include "why/zone_parts.h"
#include "why/zone_walk.h"

enum mw_zone_level {
	MW_LEVEL_UNKNOWN,
	MW_LEVEL_EMPTY, /* no pages given to the allocator */
	MW_LEVEL_BELOW_MIN,
	MW_LEVEL_BELOW_LOW,  /* the next request wakes kswapd */
	MW_LEVEL_BELOW_HIGH, /* kswapd, once woken, runs until high */
	MW_LEVEL_OK,
};

const char *mw_zone_level_name(enum mw_zone_level level); /* "below low" */

struct mw_zones_zone {
	const struct mw_zone *zone;
	struct mw_zone_facts facts;
	enum mw_zone_level level; /* without any lowmem_reserve: that is the walk's */
	/* Free blocks by migrate type, one a letter, of which the zone has any: "UME"; NULL: not
	 * known. */
	const char *types;
	const struct mw_zone_compared *parts; /* NULL: a report does not have the settings */
};

struct mw_zones_node {
	uint64_t node;
	bool has_memory, has_cpus, cpus_known;
	struct mw_str cpus;	    /* "0-7" */
	struct mw_val *distance;    /* to each node, in the order of the array */
	struct mw_zones_zone *zone; /* as the kernel lists them */
	size_t n_zones;
};

struct mw_zone_map {
	const struct mw_snap *snap;
	struct mw_release release;
	struct mw_zones_node *node; /* by number */
	size_t n_nodes;
	bool types_known; /* migrate types of free blocks were readable */
	bool highmem;	  /* is built in, though no such zone is seen: as a report tells */
	struct mw_val min_free_at_boot_kib; /* as mw_zone_parts has it */
};

void mw_zones_build(const struct mw_snap *s, struct mw_release release, struct mw_arena *arena,
		    struct mw_zone_map *ret);

struct mw_oom_case;

/* The zones of a report; what it does not say (settings, distances) is MW_UNREAD, and which CPUs a
 * node has where `of` does not know.  ret->snap is made in the arena; names are copied: the event
 * may go. */
void mw_zones_of_report(const struct mw_oom_case *c, const struct mw_snap *of,
			struct mw_release release, struct mw_arena *arena, struct mw_zone_map *ret);

/* What was asked for when it was written; false: it does not say. */
bool mw_zone_ask_of_report(const struct mw_oom_case *c, struct mw_arena *arena,
			   struct mw_zone_ask *ret);

/* The node of a CPU; MW_UNREAD: not known, MW_ABSENT: no node has it. */
struct mw_val mw_zones_node_of(const struct mw_zone_map *z, uint64_t cpu);

struct mw_zones_walk {
	struct mw_zone_ask ask;
	struct mw_walk walk;
	struct mw_walk_answer answer;
	bool node_assumed;     /* nobody said where: the first node with CPUs */
	bool fallback_by_hand; /* distances are not known: the own node first, then by number */
};

/* -ENOENT: there is no such node, or no node has that CPU; -ENODATA: which node it is on is not
 * known; -ENOMEM, also where the map was built without enough of it. */
int mw_zones_walk(const struct mw_zone_map *z, const struct mw_zone_ask *ask,
		  struct mw_arena *arena, struct mw_zones_walk *ret);

/* The largest order that a zone gives at the min mark to a request like this one; -1: none;
 * MW_ORDERS: not known. */
int mw_zones_largest(const struct mw_walk *w, const struct mw_walk_zone *z, bool movable);

/* What would make a request pass that no zone serves now. */
enum mw_remedy_kind {
	MW_REMEDY_RECLAIM,
	MW_REMEDY_COMPACT,
	MW_REMEDY_MOVE,
	MW_REMEDY_MIN_FREE,
	MW_REMEDY_PROACTIVE,
	MW_REMEDY_SCALE,
};

struct mw_remedy {
	enum mw_remedy_kind kind;
	const char *id;	     /* "reclaim" */
	const char *where;   /* "Node 0 Normal" */
	struct mw_val pages; /* to be freed or moved */
	const char *effect, *command, *cost;
};

#define MW_REMEDIES 8

/* How many there are.  Each with what it costs. */
size_t mw_zones_remedies(const struct mw_zone_map *z, const struct mw_zones_walk *w,
			 struct mw_arena *arena, struct mw_remedy ret[MW_REMEDIES]);

/* Findings on the zones as they are, worst first. */
void mw_find_zones(const struct mw_zone_map *z, const struct mw_thresholds *limit,
		   struct mw_arena *arena, struct mw_findings *ret);

/* "Node 1 DMA32" */
const char *mw_zones_name(const struct mw_zone_facts *f, struct mw_arena *arena);
