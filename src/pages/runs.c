/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/runs.h"

#define CHUNK 8192 /* runs */

void mw_runs_add(struct mw_runs *runs, struct mw_run run)
{
	struct mw_run **list = runs->chunk;

	if (runs->n % CHUNK == 0) {
		list = mw_arena_grow(&runs->arena, list, runs->n / CHUNK, sizeof(struct mw_run *));
		if (!list)
			return;
		runs->chunk = list;
		list[runs->n / CHUNK] = mw_arena_alloc(&runs->arena, CHUNK * sizeof(run));
	}
	if (!list[runs->n / CHUNK])
		return;
	list[runs->n / CHUNK][runs->n % CHUNK] = run;
	runs->n++;
}

struct mw_run mw_runs_get(const struct mw_runs *runs, size_t i)
{
	return runs->chunk[i / CHUNK][i % CHUNK];
}

bool mw_runs_next(const struct mw_runs *runs, const struct mw_frames *frames, struct mw_runs_at *at)
{
	uint64_t next = at->frame + at->frames;
	struct mw_run run;

	if (at->range >= frames->n || at->run >= runs->n)
		return false;
	if (at->run && next >= frames->range[at->range].to && ++at->range >= frames->n)
		return false;
	run = mw_runs_get(runs, at->run++);
	at->frame = next > frames->range[at->range].from ? next : frames->range[at->range].from;
	at->frames = run.frames;
	at->owner = run.owner;
	at->class = run.class;
	return true;
}

bool mw_runs_find(const struct mw_runs *runs, const struct mw_frames *frames,
		  struct mw_run_place *place, uint64_t frame, uint32_t *ret_owner)
{
	if (place->range < frames->n && !place->run && !place->frame)
		place->frame = frames->range[0].from;
	while (place->range < frames->n && place->run < runs->n) {
		struct mw_run run = mw_runs_get(runs, place->run);
		uint64_t end = place->frame + run.frames;

		if (frame < end) {
			*ret_owner = run.owner;
			return frame >= place->frame;
		}
		place->run++;
		place->frame = end;
		if (end < frames->range[place->range].to)
			continue;
		if (++place->range < frames->n)
			place->frame = frames->range[place->range].from;
	}
	return false;
}

void mw_runs_done(struct mw_runs *runs)
{
	mw_arena_done(&runs->arena);
	*runs = (struct mw_runs){};
}
