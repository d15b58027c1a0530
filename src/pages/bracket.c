/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/bracket.h"

#include "kernel/meminfo.h"

/* Pages that were taken or given back, of /proc/vmstat; 0 where it is not readable. */
static uint64_t moved_frames(struct mw_bracket *b)
{
	struct mw_str text, line, word;
	uint64_t sum = 0, v;

	if (mw_root_read(b->root, "proc/vmstat", b->arena, &text) < 0)
		return 0;
	while (mw_str_cut(&text, '\n', &line))
		if (mw_str_word(&line, &word) &&
		    (mw_str_starts(word, "pgalloc_") || mw_str_eq(word, "pgfree") ||
		     mw_str_eq(word, "pgmigrate_success")) &&
		    !mw_str_u64(mw_str_trim(line), &v))
			sum += v;
	return sum;
}

/* The lines of meminfo that a class, or some together, must equal. */
static const char *const counters[] = { "MemFree",     "AnonPages", "Shmem",	  "Cached",
					"Buffers",     "Slab",	    "PageTables", "KernelStack",
					"VmallocUsed", "Percpu",    "Hugetlb" };

#define N_COUNTERS (sizeof(counters) / sizeof(counters[0]))

static void read_counters(struct mw_bracket *b, struct mw_census *c, bool after)
{
	struct mw_str text;
	bool kib;

	/* Folds those of CPUs. */
	mw_root_read(b->root, "proc/sys/vm/stat_refresh", b->arena, &text);
	if (mw_root_read(b->root, "proc/meminfo", b->arena, &text) < 0 || !c->counter)
		return;
	for (size_t i = 0; i < N_COUNTERS; i++) {
		struct mw_val v = mw_meminfo_line(text, mw_str_of(counters[i]), &kib);
		uint64_t bytes = mw_or(v, 0) * 1024;

		if (after)
			c->counter[i].after_bytes = bytes;
		else
			c->counter[c->n_counters++] =
				(struct mw_census_counter){ .name = mw_str_of(counters[i]),
							    .before_bytes = bytes };
	}
}

void mw_bracket_before(struct mw_bracket *b, struct mw_census *c)
{
	c->counter = mw_arena_alloc(b->arena, N_COUNTERS * sizeof(*c->counter));
	c->n_counters = 0;
	read_counters(b, c, false);
	b->moved_frames = moved_frames(b);
}

void mw_bracket_after(struct mw_bracket *b, struct mw_census *c)
{
	c->moved_bytes = (moved_frames(b) - b->moved_frames) * b->frame_bytes;
	read_counters(b, c, true);
}
