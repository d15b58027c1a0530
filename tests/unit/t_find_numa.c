/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of two nodes of 100 GiB and one large process: what is said of it, and when.
 */
#include "helper.h"
#include "why/numa.h"

#define GIB ((uint64_t)1 << 30)
#define PAGES (GIB / 4096)

struct story {
	uint64_t gib[2], threads[2];  /* of the process, by node */
	uint64_t free_gib[2];	      /* above the high marks */
	uint64_t cache_gib[2];	      /* UINT64_MAX: not known */
	const char *mems, *cpus;      /* NULL: all */
	const char *policies;	      /* NULL: none; else of all its memory */
	uint64_t hugetlb_gib;	      /* of what is on node 1 */
	enum mw_why why, threads_why; /* 0: known */
};

struct machine {
	struct mw_arena arena;
	struct mw_snap snap;
	struct mw_zone zone[2];
	struct mw_node_cpus cpus[2];
	struct mw_proc proc;
	struct mw_proc_node node[2];
	struct mw_proc_threads threads[2];
	struct mw_zone_map zones;
	struct mw_numa numa;
	struct mw_findings findings;
};

static struct mw_val gib_pages(uint64_t gib)
{
	return gib == UINT64_MAX ? mw_no(MW_ABSENT) : mw_ok(gib * PAGES);
}

static void make_zones(struct machine *m, const struct story *s)
{
	for (size_t i = 0; i < 2; i++) {
		m->zone[i] = (struct mw_zone){ .node = i,
					       .name = LIT("Normal"),
					       .free_pages = mw_ok(s->free_gib[i] * PAGES + 100),
					       .min_pages = mw_ok(50),
					       .low_pages = mw_ok(70),
					       .high_pages = mw_ok(100),
					       .managed_pages = mw_ok(100 * PAGES),
					       .active_file_pages = gib_pages(s->cache_gib[i]),
					       .inactive_file_pages = gib_pages(0) };
		m->cpus[i] = (struct mw_node_cpus){ i, i ? LIT("4-7") : LIT("0-3") };
	}
}

static void make_process(struct machine *m, const struct story *s)
{
	struct mw_proc_numa *n = &m->proc.numa;

	m->proc.pid = 7;
	m->proc.status.name = LIT("db");
	m->proc.status.rss_bytes = mw_ok((s->gib[0] + s->gib[1]) * GIB);
	*n = (struct mw_proc_numa){ .why = s->why ? s->why : MW_OK,
				    .threads_why = s->threads_why ? s->threads_why : MW_OK,
				    .node = m->node,
				    .threads = m->threads,
				    .mems_allowed = mw_str_of(s->mems ? s->mems : "0-1"),
				    .cpus_allowed = mw_str_of(s->cpus ? s->cpus : "0-7"),
				    .policies = mw_str_of(s->policies ? s->policies : ""),
				    .policy_bytes =
					    s->policies ? (s->gib[0] + s->gib[1]) * GIB : 0 };
	for (size_t i = 0; i < 2; i++) {
		m->node[i] = (struct mw_proc_node){
			.node = i,
			.bytes = s->gib[i] * GIB,
			.hugetlb_bytes = i ? s->hugetlb_gib * GIB : 0,
		};
		m->threads[i] = (struct mw_proc_threads){ i, s->threads[i] };
	}
	n->n_nodes = n->why == MW_OK ? 2 : 0;
	n->n_threads = n->threads_why == MW_OK ? 2 : 0;
}

static void expect(const struct story *s, const char *want, const char *verdict, int line)
{
	const struct mw_thresholds limit = mw_thresholds_normal();
	struct machine m = {};
	const char *got = "";

	make_zones(&m, s);
	make_process(&m, s);
	m.snap = (struct mw_snap){ .host.page_bytes = 4096,
				   .meminfo.total_bytes = mw_ok(200 * GIB),
				   .zoneinfo = { m.zone, 2 },
				   .node = m.cpus,
				   .n_nodes = 2,
				   .proc = &m.proc,
				   .n_procs = 1 };
	mw_zones_build(&m.snap, m.snap.host.release, &m.arena, &m.zones);
	mw_numa_build(&m.zones, &m.arena, &m.numa);
	mw_find_numa(&m.numa, &limit, &m.arena, &m.findings);
	if (m.findings.n)
		got = m.findings.item[0].id;
	if (m.findings.n > 1 || strcmp(got, want))
		fail_msg("line %d: \"%s\" in place of \"%s\"", line, got, want);
	if (verdict && !strstr(m.findings.item[0].verdict, verdict))
		fail_msg("line %d: %s", line, m.findings.item[0].verdict);
	mw_arena_done(&m.arena);
}

#define EXPECT(want, verdict, ...) expect(&(struct story){ __VA_ARGS__ }, want, verdict, __LINE__)
#define IMBALANCE "MW-NUMA-IMBALANCE"
#define BOUND_FULL "MW-NUMA-BOUND-FULL"

static void remote_with_room(void **state)
{
	(void)state;
	EXPECT(IMBALANCE, "6.00 GiB of its 8.00 GiB", .gib = { 2, 6 }, .threads = { 4, 0 },
	       .free_gib = { 10, 10 });
	/* Its own node is full, but the other one has all that is missing there. */
	EXPECT(IMBALANCE, "node 1 has room", .gib = { 2, 6 }, .threads = { 4, 0 },
	       .free_gib = { 1, 3 });
	EXPECT(IMBALANCE, "node 1 has room", .gib = { 0, 8 }, .threads = { 4, 0 },
	       .free_gib = { 1, 0 }, .cache_gib = { 50, 50 });
}

static void remote_without(void **state)
{
	(void)state;
	EXPECT("", NULL, .gib = { 2, 6 }, .threads = { 4, 0 }, .free_gib = { 1, 1 });
	EXPECT("", NULL, .gib = { 6, 2 }, .threads = { 4, 0 }, .free_gib = { 9, 9 }); /* 25 % */
	EXPECT("", NULL, .gib = { 1, 2 }, .threads = { 4, 0 }, .free_gib = { 9, 9 }); /* small */
	EXPECT("", NULL, .gib = { 4, 4 }, .threads = { 2, 2 }, .free_gib = { 9, 9 });
	EXPECT("", NULL, .gib = { 2, 6 }, .threads = { 4, 0 }, .free_gib = { 9, 9 },
	       .policies = "interleave:0-1");
	EXPECT("", NULL, .gib = { 2, 6 }, .threads = { 4, 0 }, .free_gib = { 9, 9 },
	       .hugetlb_gib = 6);
	EXPECT("", NULL, .gib = { 2, 6 }, .threads = { 4, 0 }, .free_gib = { 9, 9 },
	       .threads_why = MW_GONE);
	/* It may have memory of the other node alone, and no CPU of it. */
	EXPECT("", NULL, .gib = { 2, 6 }, .threads = { 4, 0 }, .free_gib = { 9, 9 }, .mems = "1",
	       .cpus = "0-3");
}

static void bound_to_full(void **state)
{
	(void)state;
	EXPECT(BOUND_FULL, "node 1 alone", .gib = { 0, 9 }, .threads = { 0, 4 },
	       .free_gib = { 20, 1 }, .cache_gib = { 0, 1 }, .mems = "1");
	EXPECT(BOUND_FULL, "node 0 alone", .gib = { 9, 0 }, .threads = { 4, 0 },
	       .free_gib = { 0, 10 }, .policies = "prefer:1 bind=static:0");
	/* What is in its maps is not known: its cpuset is. */
	EXPECT(BOUND_FULL, "20.0 GiB is free", .gib = { 0, 9 }, .free_gib = { 20, 1 }, .mems = "1",
	       .why = MW_DENIED);
}

static void bound_and_well(void **state)
{
	(void)state;
	EXPECT("", NULL, .gib = { 0, 9 }, .threads = { 0, 4 }, .free_gib = { 20, 1 },
	       .cache_gib = { 0, 2 }, .mems = "1");
	EXPECT("", NULL, .gib = { 0, 9 }, .threads = { 0, 4 }, .free_gib = { 20, 1 },
	       .cache_gib = { 0, UINT64_MAX }, .mems = "1");
	EXPECT("", NULL, .gib = { 0, 9 }, .threads = { 0, 4 }, .free_gib = { 9, 1 }, .mems = "1");
	EXPECT("", NULL, .gib = { 0, 9 }, .threads = { 0, 4 }, .free_gib = { 20, 1 });
	EXPECT("", NULL, .gib = { 0, 3 }, .threads = { 0, 4 }, .free_gib = { 20, 1 }, .mems = "1");
	EXPECT("", NULL, .gib = { 0, 9 }, .threads = { 0, 4 }, .free_gib = { 20, 1 },
	       .mems = "1-x");
	EXPECT("", NULL, .gib = { 0, 9 }, .threads = { 0, 4 }, .free_gib = { 20, 1 },
	       .policies = "prefer:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(remote_with_room),
		cmocka_unit_test(remote_without),
		cmocka_unit_test(bound_to_full),
		cmocka_unit_test(bound_and_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
