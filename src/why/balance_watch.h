/* SPDX-License-Identifier: Apache-2.0 */
/*
 * balance_watch - when a service may act on a plan: not at the first look, not for little, not
 * under pressure, and not on a process that it moved a short while ago.
 *
 * Pure: time comes in, and what it remembers is in struct mw_watch.  Out of memory sticks in the
 * arena that is given.
 */
#pragma once

#include "why/balance.h"

struct mw_watch_rule {
	unsigned looks;	 /* in a row in which the plan places a process, before it is moved */
	uint64_t rest_s; /* for so long a process that was moved is left alone */
	const struct mw_thresholds *threshold;
};

struct mw_watch_seen {
	struct mw_balance_rest id;
	unsigned looks;	  /* in a row */
	bool moved;	  /* once */
	uint64_t moved_s; /* when */
};

/* Zeroed: nothing seen yet. */
struct mw_watch {
	struct mw_watch_seen *seen;
	size_t n;
};

enum mw_watch_verdict {
	MW_WATCH_BALANCED, /* nothing is to be done */
	MW_WATCH_WAITS,	   /* not seen often enough */
	MW_WATCH_LITTLE,   /* the gain is too small */
	MW_WATCH_PRESSURE, /* tasks wait for memory */
	MW_WATCH_ACTS,
};

const char *mw_watch_verdict_name(enum mw_watch_verdict v); /* "waits" */

struct mw_watch_decision {
	enum mw_watch_verdict verdict;
	unsigned looks;	       /* of the process that was seen most often */
	uint64_t ripe_bytes;   /* remote no more, of those seen often enough */
	uint64_t needed_bytes; /* so much it must be */
};

/* One look: remembers it in next, made in the arena; old may die then. */
struct mw_watch_decision mw_watch_look(const struct mw_watch *old, const struct mw_balance *b,
				       struct mw_val some_permyriad,
				       const struct mw_watch_rule *rule, struct mw_arena *arena,
				       struct mw_watch *next);

/* The plan was carried out. */
void mw_watch_acted(struct mw_watch *w, const struct mw_balance *b, uint64_t now_s);

/* Who is left alone now: .rest and .n_rests. */
void mw_watch_rests(const struct mw_watch *w, uint64_t now_s, const struct mw_watch_rule *rule,
		    struct mw_arena *arena, struct mw_balance_ask *ask);

/* May a batch of a plan move now, and how much?  Asked before each. */
enum mw_balance_gate { MW_GATE_OPEN, MW_GATE_NO_ROOM, MW_GATE_PRESSURE, MW_GATE_UNKNOWN };

/* some_permyriad: MW_ABSENT where the kernel does not say: then it is not asked. */
enum mw_balance_gate mw_balance_gate(struct mw_val free_bytes, struct mw_val keep_bytes,
				     struct mw_val some_permyriad,
				     const struct mw_thresholds *limit, uint64_t *ret_room_bytes);
