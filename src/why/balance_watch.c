/* SPDX-License-Identifier: Apache-2.0 */
#include "why/balance_watch.h"

const char *mw_watch_verdict_name(enum mw_watch_verdict v)
{
	static const char *const names[] = {
		[MW_WATCH_BALANCED] = "balanced", [MW_WATCH_WAITS] = "waits",
		[MW_WATCH_LITTLE] = "little",	  [MW_WATCH_PRESSURE] = "pressure",
		[MW_WATCH_ACTS] = "acts",
	};

	return names[v];
}

static bool is_same(const struct mw_watch_seen *s, const struct mw_balance_proc *p)
{
	return s->id.pid == p->proc->pid && s->id.start_ticks == p->proc->numa.start_ticks;
}

static const struct mw_watch_seen *find(const struct mw_watch *w, const struct mw_balance_proc *p)
{
	for (size_t i = 0; i < w->n; i++)
		if (is_same(&w->seen[i], p))
			return &w->seen[i];
	return NULL;
}

static bool is_pressed(struct mw_val some_permyriad, const struct mw_thresholds *limit)
{
	return mw_or(some_permyriad, 0) > limit->balance_pressure_permille * 10;
}

/* Those that are gone are forgotten. */
static void remember(const struct mw_watch *old, const struct mw_balance *b, struct mw_arena *arena,
		     struct mw_watch *next)
{
	next->n = 0;
	next->seen = mw_arena_alloc(arena, (b->n_procs + 1) * sizeof(*next->seen));
	for (size_t i = 0; next->seen && i < b->n_procs; i++) {
		const struct mw_balance_proc *p = &b->proc[i];
		const struct mw_watch_seen *was = find(old, p);
		struct mw_watch_seen *is = &next->seen[next->n++];

		*is = was ? *was
			  : (struct mw_watch_seen){ { p->proc->pid, p->proc->numa.start_ticks } };
		is->looks = p->verdict == MW_BALANCE_PLACED ? is->looks + 1 : 0;
	}
}

struct mw_watch_decision mw_watch_look(const struct mw_watch *old, const struct mw_balance *b,
				       struct mw_val some_permyriad,
				       const struct mw_watch_rule *rule, struct mw_arena *arena,
				       struct mw_watch *next)
{
	struct mw_watch_decision d = { .verdict = MW_WATCH_BALANCED };

	remember(old, b, arena, next);
	d.needed_bytes = b->bytes / 1000 * rule->threshold->balance_gain_permille;
	for (size_t i = 0; i < next->n; i++) {
		const struct mw_balance_proc *p = &b->proc[i];

		d.looks = next->seen[i].looks > d.looks ? next->seen[i].looks : d.looks;
		if (next->seen[i].looks >= rule->looks && p->remote_bytes > p->after_bytes)
			d.ripe_bytes += p->remote_bytes - p->after_bytes;
	}
	if (!b->placed_count)
		return d;
	d.verdict = d.looks < rule->looks			  ? MW_WATCH_WAITS
		    : d.ripe_bytes < d.needed_bytes		  ? MW_WATCH_LITTLE
		    : is_pressed(some_permyriad, rule->threshold) ? MW_WATCH_PRESSURE
								  : MW_WATCH_ACTS;
	return d;
}

void mw_watch_acted(struct mw_watch *w, const struct mw_balance *b, uint64_t now_s)
{
	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < b->n_procs; k++) {
			if (b->proc[k].verdict != MW_BALANCE_PLACED ||
			    !is_same(&w->seen[i], &b->proc[k]))
				continue;
			w->seen[i].looks = 0;
			w->seen[i].moved = true;
			w->seen[i].moved_s = now_s;
		}
}

void mw_watch_rests(const struct mw_watch *w, uint64_t now_s, const struct mw_watch_rule *rule,
		    struct mw_arena *arena, struct mw_balance_ask *ask)
{
	struct mw_balance_rest *list = mw_arena_alloc(arena, (w->n + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list && i < w->n; i++)
		if (w->seen[i].moved && now_s - w->seen[i].moved_s < rule->rest_s)
			list[n++] = w->seen[i].id;
	ask->rest = list;
	ask->n_rests = n;
}

enum mw_balance_gate mw_balance_gate(struct mw_val free_bytes, struct mw_val keep_bytes,
				     struct mw_val some_permyriad,
				     const struct mw_thresholds *limit, uint64_t *ret_room_bytes)
{
	*ret_room_bytes = 0;
	if (is_pressed(some_permyriad, limit))
		return MW_GATE_PRESSURE;
	if (!mw_known(free_bytes) || !mw_known(keep_bytes) ||
	    (!mw_known(some_permyriad) && some_permyriad.why != MW_ABSENT))
		return MW_GATE_UNKNOWN;
	if (free_bytes.v <= keep_bytes.v)
		return MW_GATE_NO_ROOM;
	*ret_room_bytes = free_bytes.v - keep_bytes.v;
	return MW_GATE_OPEN;
}
