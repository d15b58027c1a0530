/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oom_helper - a report put together from short pieces, read and explained as the program does.
 */
#pragma once

#include "helper.h"

#include "base/fmt.h"
#include "kernel/oomfeed.h"
#include "why/oom.h"

/* Pieces that are NULL have the usual text, empty ones are left out. */
struct oom_pieces {
	const char *mask;    /* "gfp_mask=0xd0, order=2, " */
	const char *release; /* "6.1.0" */
	const char *header;  /* the first lines, in place of mask and release */
	const char *counters;
	const char *nodes;
	const char *zones;
	const char *tail;
	const char *tasks;
	const char *summary;
	const char *kill;
};

#define OOM_COUNTERS                                            \
	"Mem-Info:\n"                                           \
	"active_anon:1000 inactive_anon:3000 isolated_anon:0\n" \
	" active_file:100 inactive_file:200 isolated_file:0\n"  \
	" unevictable:50 dirty:0 writeback:0\n"                 \
	" slab_reclaimable:300 slab_unreclaimable:400\n"        \
	" mapped:10 shmem:150 pagetables:60\n"                  \
	" sec_pagetables:7 bounce:0\n"                          \
	" kernel_misc_reclaimable:9\n"                          \
	" free:500 free_pcp:20 free_cma:0\n"

#define OOM_ZONES                                                                         \
	"Node 0 Normal free:2000kB boost:0kB min:4000kB low:5000kB high:6000kB "          \
	"reserved_highatomic:0KB present:40000kB managed:36000kB free_cma:0kB\n"          \
	"lowmem_reserve[]: 0 0 0 0\n"                                                     \
	"Node 0 Normal: 500*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB " \
	"0*1024kB 0*2048kB 0*4096kB = 2000kB\n"

#define OOM_TAIL                        \
	"450 total pagecache pages\n"   \
	"0 pages in swap cache\n"       \
	"Free swap  = 0kB\n"            \
	"Total swap = 4000kB\n"         \
	"10000 pages RAM\n"             \
	"0 pages HighMem/MovableOnly\n" \
	"1000 pages reserved\n"

#define OOM_TABLE                                 \
	"Tasks state (memory values in pages):\n" \
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"

#define OOM_TASKS                                                                         \
	OOM_TABLE                                                                         \
	"[     50]     0    50     5000      100    40960        0             0 small\n" \
	"[     60]     0    60     9000     4000    81920       30             0 large\n"

#define OOM_SUMMARY(constraint, more, pid)                                                 \
	"oom-kill:constraint=" constraint ",nodemask=(null),cpuset=/,mems_allowed=0," more \
	"task_memcg=/,task=large,pid=" pid ",uid=0\n"

#define OOM_KILL(pid)                                                                        \
	"Out of memory: Killed process " pid " (large) total-vm:36000kB, anon-rss:16000kB, " \
	"file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:80kB oom_score_adj:0\n"

static inline const char *oom_piece(const char *given, const char *usual)
{
	return given ? given : usual;
}

static inline const char *oom_text(struct mw_arena *a, const struct oom_pieces *p)
{
	const char *header = mw_fmt(a,
				    "hog invoked oom-killer: %soom_score_adj=0\n"
				    "CPU: 1 PID: 77 Comm: hog Not tainted %s #1\n",
				    oom_piece(p->mask, "gfp_mask=0xcc0(GFP_KERNEL), order=0, "),
				    oom_piece(p->release, "6.1.0"));

	return mw_fmt(a, "%s%s%s%s%s%s%s%s", oom_piece(p->header, header),
		      oom_piece(p->counters, OOM_COUNTERS), oom_piece(p->nodes, ""),
		      oom_piece(p->zones, OOM_ZONES), oom_piece(p->tail, OOM_TAIL),
		      oom_piece(p->tasks, OOM_TASKS),
		      oom_piece(p->summary, OOM_SUMMARY("CONSTRAINT_NONE", "global_oom,", "60")),
		      oom_piece(p->kill, OOM_KILL("60")));
}

typedef void (*oom_check)(const struct mw_oom_case *c, const struct mw_findings *found);

struct oom_sink {
	oom_check check;
	mw_cpu_node node_of;
	size_t n;
};

/* What explain promises of every report. */
static inline void oom_invariants(const struct mw_oom_case *c)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < c->n_classes; i++)
		sum = mw_add(sum, c->class[i].bytes);
	if (mw_known(mw_oom_class_bytes(c, "unaccounted")))
		expect_val(sum, c->total_bytes.v);
	assert_true(c->n_ranks == c->event->n_tasks);
	assert_true(c->chosen_rank <= c->n_ranks);
	assert_false(c->arena->failed);
}

static inline void oom_seen(void *to, struct mw_oom_event *e)
{
	struct oom_sink *sink = to;
	struct mw_thresholds limit = mw_thresholds_normal();
	struct mw_arena arena = {};
	struct mw_findings found;
	struct mw_oom_case c;

	mw_oom_explain(e, sink->node_of, NULL, &arena, &c);
	mw_find_oom(&c, &limit, &found);
	oom_invariants(&c);
	assert_true(found.n);
	sink->n++;
	sink->check(&c, &found);
	mw_arena_done(&arena);
}

/* Feeds the text and gives each of its reports to the check: exactly `want` of them. */
static inline void oom_feed(const char *text, mw_cpu_node node_of, size_t want, oom_check check)
{
	struct oom_sink sink = { .check = check, .node_of = node_of };
	size_t n = strlen(text), room;
	struct mw_oomfeed f;

	assert_int_equal(mw_oomfeed_init(&f, oom_seen, &sink), 0);
	while (n) {
		char *p = mw_oomfeed_room(&f, &room);

		room = room < n ? room : n;
		memcpy(p, text, room);
		mw_oomfeed_filled(&f, room);
		text += room;
		n -= room;
	}
	mw_oomfeed_done(&f);
	assert_int_equal(sink.n, want);
}

static inline void oom_with(const struct oom_pieces *p, oom_check check)
{
	struct mw_arena a = {};

	oom_feed(oom_text(&a, p), NULL, 1, check);
	mw_arena_done(&a);
}

static inline const struct mw_finding *oom_found(const struct mw_findings *all, const char *id)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->item[i].id, id))
			return &all->item[i];
	return NULL;
}

static inline bool oom_says(const char *text, const char *what)
{
	return text && strstr(text, what);
}

#define expect_text(text, want) assert_true(oom_says(text, want))

/* The zone of that name, as mw_oom_zone_name() gives it. */
static inline const struct mw_walk_zone *oom_zone(const struct mw_oom_case *c, const char *name)
{
	for (size_t i = 0; i < c->n_zones; i++)
		if (!strcmp(mw_oom_zone_name(c, c->zone[i].zone), name))
			return &c->zone[i];
	return NULL;
}
