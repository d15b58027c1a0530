/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_private - what the parts of the guard's policy share: one turn, and the questions about it.
 */
#pragma once

#include "why/guard.h"

/* The shortest waits: while memory falls, and while it stands still. */
#define MW_GUARD_WAIT_FAST_MS 10
#define MW_GUARD_WAIT_CALM_MS 100
#define MW_GUARD_NS_PER_MS 1000000ULL

/* The meters as they are believed. */
struct mw_guard_sums {
	bool own;		     /* of the container's limit, not of the machine */
	struct mw_val total_bytes;   /* of the machine or of the limit */
	struct mw_val counted_bytes; /* available */
	struct mw_val swap_bytes;    /* free swap, as much as it can take; MW_ABSENT: none */
	struct mw_val swap_used_bytes;
	struct mw_val owned_bytes;   /* anonymous, zram, shmem, slab and huge pages */
	struct mw_val unowned_bytes; /* of these, what no process owns */
	const char *mistrusted;
	uint64_t limit_bytes, warn_bytes, pressure_bytes, until_bytes, term_bytes;
	uint64_t swap_limit_bytes;
	bool swap_is_short, swap_is_near; /* at its limit; at twice its limit */
	struct mw_val stall_permille;	  /* of the stall that is above its limit, or of `full` */
	bool is_stalled;
};

struct mw_guard_turn {
	const struct mw_guard_config *config;
	struct mw_guard_state *state;
	const struct mw_guard_view *view;
	struct mw_guard_decision *ret;
	struct mw_guard_sums sums;
	enum mw_guard_cause cause;
	uint64_t now_ns;
};

static inline uint64_t mw_guard_plus(uint64_t a, uint64_t b)
{
	return __builtin_add_overflow(a, b, &a) ? UINT64_MAX : a;
}

/* --- guard_meters.c --- */

struct mw_guard_sums mw_guard_sum(const struct mw_guard_config *config,
				  const struct mw_guard_state *state,
				  const struct mw_guard_view *view);

/* What 1000 points of oom_score_adj weigh. */
uint64_t mw_guard_points_total(const struct mw_guard_config *config,
			       const struct mw_guard_meters *m);

/* --- guard_pace.c --- */

/* Takes the view's meters in, thinned so that the ring spans the longest window. */
void mw_guard_remember(const struct mw_guard_config *config, struct mw_guard_state *state,
		       const struct mw_guard_meters *m, const struct mw_guard_sums *s);

/* Of the time since the reading that lies one window back; MW_UNREAD: none does yet. */
struct mw_val mw_guard_stall_permille(const struct mw_guard_state *state,
				      const struct mw_guard_meters *m, bool full,
				      uint64_t window_us);

/* A count of the meters, per second of the last second or more; MW_UNREAD: too early to say. */
struct mw_val mw_guard_refaults_per_s(const struct mw_guard_state *state,
				      const struct mw_guard_meters *m);
struct mw_val mw_guard_swap_outs_per_s(const struct mw_guard_state *state,
				       const struct mw_guard_meters *m);

/* How fast what is available falls, the worse of the last step and the last second; 0: it does
 * not. */
struct mw_val mw_guard_fall_bytes_per_s(const struct mw_guard_state *state);

/* Whether it falls because memory grows that no process owns. */
bool mw_guard_falls_unowned(const struct mw_guard_state *state);

uint64_t mw_guard_wait_ms(const struct mw_guard_turn *t);

/* --- guard_match.c --- */

bool mw_guard_glob(struct mw_str glob, struct mw_str text);

/* The first of them that fits, NULL: none; MW_OK of *ret_why: all could be asked. */
const struct mw_guard_pattern *mw_guard_match(const struct mw_guard_patterns *list,
					      const struct mw_guard_view *view,
					      const struct mw_guard_task *task,
					      enum mw_why *ret_why);

/* As a process of that user; not known: as root's. */
bool mw_guard_is_builtin(const struct mw_guard_task *task, struct mw_val uid);

/* --- guard_rate.c --- */

/* The others with its address space, itself included: their number; the first `max` into ret. */
size_t mw_guard_space(const struct mw_guard_view *view, size_t task, size_t *ret, size_t max);

/* --- guard_choose.c, guard_group.c --- */

/* Decides between DETAIL, LOOK, TERM, KILL ... and WARN. */
void mw_guard_choose(struct mw_guard_turn *t);

bool mw_guard_is_given_up(const struct mw_guard_state *state, const struct mw_guard_task *task);

/* Fills in KILL_GROUP, or what must be known first; false: not as a group.  One that comes back,
 * killed as it was, does so from a group of many of its name: then it dies as a group too. */
bool mw_guard_kill_group(struct mw_guard_turn *t, size_t task, bool comes_back);

/* Where no process gives back enough to be worth it, or the one that would has no part in the fall
 * of memory: the group that gives back more, and grows where that is asked. */
bool mw_guard_kill_crowd(struct mw_guard_turn *t, uint64_t more_than_bytes, bool growing);

/* Is its unit a service of the system's own systemd?  Below it a user may give groups any name. */
bool mw_guard_is_system_service(const struct mw_guard_view *view, size_t task);

/* While memory falls, has this growth no part in that?  Not known: it may have. */
bool mw_guard_is_quiet(const struct mw_guard_turn *t, struct mw_val grows_bytes_per_s);

/* guard_peers.c: .target[0] is chosen; adds others to it, or (true) asks who they are. */
bool mw_guard_add_peers(struct mw_guard_turn *t, size_t first);

/* Adds to the tasks asked about; false: the list is full. */
bool mw_guard_ask(struct mw_guard_decision *d, const struct mw_guard_view *view, size_t task);

/* May there be one more DETAIL in this turn?  Then the decision is one. */
bool mw_guard_detail(struct mw_guard_turn *t);

/* The decision becomes a kill of what is in .target, and the first of it the victim. */
void mw_guard_strike(struct mw_guard_turn *t, enum mw_guard_verb verb);

/* --- guard_victim.c --- */

/* Takes the outcome in; true: it decided, false: go on. */
bool mw_guard_await(struct mw_guard_turn *t);

/* --- guard_near.c --- */

void mw_guard_near(struct mw_guard_turn *t);
void mw_guard_calm(struct mw_guard_turn *t);

/* WARN, but not again and again; else WAIT. */
void mw_guard_warn(struct mw_guard_turn *t, enum mw_guard_cause cause);
