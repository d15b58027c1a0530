/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request in words, its zonelist, and its walk: the same as the one with a report's figures.
 */
#include "oom_helper.h"

#include "model/zonelist.h"
#include "why/zones.h"

#define EL7_RELEASE "3.10.0-1160.2.2.el7.x86_64"
#define EL7_STORY                                                                               \
	"python invoked oom-killer: gfp_mask=0x3000d0, order=2, oom_score_adj=0\n"              \
	"python cpuset=/ mems_allowed=0-1\n"                                                    \
	"CPU: 9 PID: 24121 Comm: python Kdump: loaded Not tainted " EL7_RELEASE " #1\n"         \
	"Mem-Info:\n"                                                                           \
	"Node 1 DMA free:15888kB min:20kB low:24kB high:28kB active_anon:0kB present:15972kB "  \
	"managed:15888kB all_unreclaimable? yes\n"                                              \
	"lowmem_reserve[]: 0 3072 31997 31997\n"                                                \
	"Node 1 DMA32 free:124624kB min:4304kB low:5380kB high:6456kB active_anon:0kB "         \
	"present:3400000kB managed:3145728kB all_unreclaimable? no\n"                           \
	"lowmem_reserve[]: 0 0 28925 28925\n"                                                   \
	"Node 0 Normal: 622118*4kB (UEM) 287275*8kB (UEM) 161*16kB (UE) 36*32kB (U) 30*64kB "   \
	"(U) 1*128kB (U) 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 4792448kB\n"              \
	"Node 1 DMA: 0*4kB 0*8kB 1*16kB (U) 0*32kB 2*64kB (U) 1*128kB (U) 1*256kB (U) 0*512kB " \
	"1*1024kB (U) 1*2048kB (R) 3*4096kB (M) = 15888kB\n"                                    \
	"Node 1 DMA32: 22393*4kB (UEM) 4279*8kB (UEM) 44*16kB (UE) 4*32kB (U) 0*64kB 0*128kB "  \
	"0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 124636kB\n"                               \
	"Node 1 Normal: 12930*4kB (UE) 0*8kB 0*16kB 0*32kB 0*64kB 0*128kB 0*256kB 0*512kB "     \
	"0*1024kB 0*2048kB 0*4096kB = 51720kB\n"                                                \
	"Out of memory: Kill process 300 (java) score 5 or sacrifice child\n"                   \
	"Killed process 300 (java) total-vm:100kB, anon-rss:10kB, file-rss:0kB\n"

static struct mw_arena arena;

static int start(void **state)
{
	(void)state;
	arena = (struct mw_arena){};
	return 0;
}

static int end(void **state)
{
	(void)state;
	mw_arena_done(&arena);
	return 0;
}

/* A line of zoneinfo from one of a report, in pages; what is not known is left out. */
static const char *line(const char *text, const char *key, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_fmt(&arena, "%s %s %llu\n", text, key,
					(unsigned long long)bytes.v / 4096)
			       : text;
}

/* What /proc would have shown of the zones of a report. */
static void as_snapshot(const struct mw_oom_event *e, struct mw_snap *s)
{
	const char *zones = "", *blocks = "";

	for (size_t i = 0; i < e->n_zones; i++) {
		const struct mw_oom_zone *z = &e->zone[i];
		const char *head = mw_fmt(&arena, "Node %u, zone %s", (unsigned)z->node.v,
					  mw_arena_cstr(&arena, z->name));

		zones = mw_fmt(&arena, "%s%s\n", zones, head);
		zones = line(zones, "pages free", z->free_bytes);
		zones = line(zones, "min", z->min_bytes);
		zones = line(zones, "low", z->low_bytes);
		zones = line(zones, "high", z->high_bytes);
		zones = line(zones, "present", z->present_bytes);
		zones = line(zones, "managed", z->managed_bytes);
		for (size_t k = 0; k < z->n_reserves; k++)
			zones = mw_fmt(&arena, "%s%s%llu%s", zones, k ? ", " : " protection: (",
				       (unsigned long long)z->reserve_pages[k].v,
				       k + 1 == z->n_reserves ? ")\n" : "");
		blocks = mw_fmt(&arena, "%s%s", blocks, head);
		for (size_t k = 0; k < z->n_orders; k++)
			blocks = mw_fmt(&arena, "%s %llu", blocks,
					(unsigned long long)z->blocks[k].v);
		blocks = mw_fmt(&arena, "%s\n", blocks);
	}
	*s = (struct mw_snap){ .host = { .page_bytes = 4096 } };
	s->zones.buddyinfo_text = mw_str_of(blocks);
	assert_int_equal(mw_zoneinfo_parse(mw_str_of(zones), &arena, &s->zoneinfo), 0);
}

/* The request as the report has it. */
static void walk_again(const struct mw_oom_case *c, struct mw_zones_walk *ret)
{
	static struct mw_node_cpus nodes[] = { { 0, { "0-7", 3 } }, { 1, { "8-15", 4 } } };
	static struct mw_snap s;
	static struct mw_zone_map map;
	struct mw_zone_ask ask;

	as_snapshot(c->event, &s);
	s.node = nodes;
	s.n_nodes = 2;
	assert_null(mw_zone_ask_parse(mw_str_of("order=2 gfp=0x3000d0 cpu=9 mems=0-1"), c->release,
				      4096, &arena, &ask));
	mw_zones_build(&s, c->release, &arena, &map);
	assert_int_equal(mw_zones_walk(&map, &ask, &arena, ret), 0);
}

/* The zones and the request of the report itself. */
static void walk_report(const struct mw_oom_case *c, struct mw_zones_walk *ret)
{
	static struct mw_node_cpus nodes[] = { { 0, { "0-7", 3 } }, { 1, { "8-15", 4 } } };
	static const struct mw_snap s = { .node = nodes, .n_nodes = 2 };
	static struct mw_zone_map map;
	struct mw_zone_ask ask;

	mw_zones_of_report(c, &s, c->release, &arena, &map);
	assert_true(mw_zone_ask_of_report(c, &arena, &ask));
	assert_int_equal(ask.order, 2);
	expect_val(ask.cpu, 9);
	assert_int_equal(mw_zones_walk(&map, &ask, &arena, ret), 0);
	assert_true(map.types_known);
	assert_string_equal(map.node[1].zone[1].types, "UME");
	assert_true(mw_str_eq(map.node[1].zone[2].facts.name, "Normal"));
	assert_int_equal(map.node[1].zone[2].level, MW_LEVEL_UNKNOWN);
	expect_why(map.snap->zones.min_free_kib, MW_UNREAD);
	assert_null(map.node[1].zone[1].parts);
}

static void expect_same_walk(const struct mw_oom_case *c, const struct mw_zones_walk *w)
{
	assert_int_equal(w->walk.n_zones, c->n_zones);
	for (size_t i = 0; i < c->n_zones; i++) {
		const struct mw_walk_zone *a = &c->zone[i], *b = &w->walk.zone[i];

		assert_string_equal(mw_zones_name(&a->facts, &arena),
				    mw_zones_name(&b->facts, &arena));
		assert_int_equal(a->verdict, b->verdict);
		assert_int_equal(a->n_steps, b->n_steps);
		for (size_t k = 0; k < a->n_steps; k++) {
			assert_string_equal(mw_walk_step_text(&c->walk, a, k),
					    mw_walk_step_text(&w->walk, b, k));
			assert_int_equal(a->step[k].test, b->step[k].test);
			assert_int_equal(a->step[k].margin_pages, b->step[k].margin_pages);
		}
	}
}

static void expect_one_walk(const struct mw_oom_case *c, const struct mw_findings *found)
{
	struct mw_zones_walk w;

	(void)found;
	walk_report(c, &w);
	expect_same_walk(c, &w);
	walk_again(c, &w);
	expect_same_walk(c, &w);
	assert_string_equal(mw_walk_step_text(&w.walk, &w.walk.zone[1], MW_WALK_MIN),
			    "31156 - 3 = 31153 > 1076 min + 28925 lowmem_reserve = 30001; - 22393 "
			    "(4 KiB) = 8760 > 538; - 8558 (8 KiB) = 202 <= 269");
}

static struct mw_val node_of(const void *of, uint64_t cpu)
{
	(void)of;
	return mw_ok(cpu == 9);
}

static void el7_by_report_and_by_request(void **state)
{
	(void)state;
	oom_feed(EL7_STORY, node_of, 1, expect_one_walk);
}

static const char *parse(const char *text, struct mw_zone_ask *ask)
{
	struct mw_release r = { 6, 12, 0, MW_UPSTREAM };

	return mw_zone_ask_parse(mw_str_of(text), r, 4096, &arena, ask);
}

static void requests_in_words(void **state)
{
	struct mw_zone_ask ask;

	(void)state;
	assert_null(parse("", &ask));
	assert_int_equal(ask.gfp_mask, 0xcc0);
	assert_int_equal(ask.order, 0);
	assert_null(parse("size=16385 gfp=GFP_ATOMIC|__GFP_COMP|0x100 cpu=9 pid=7", &ask));
	assert_int_equal(ask.order, 3);
	assert_int_equal(ask.gfp_mask & 0x100, 0x100);
	expect_val(ask.cpu, 9);
	expect_val(ask.pid, 7);
	assert_null(parse("policy=bind:1-2 mems=0-3 order=2", &ask));
	assert_int_equal(ask.bind.n, 3);
	assert_null(parse("policy=prefer:1", &ask));
	expect_val(ask.node, 1);
	assert_null(parse("gfp=__GFP_DMA32", &ask));
	assert_int_equal(ask.gfp_mask, 4);
}

static void wrong_words(void **state)
{
	static const char *const wrong[][2] = {
		{ "order=16", "16" },
		{ "order=", "order=" },
		{ "size=0", "0" },
		{ "size=99G", "99G" },
		{ "gfp=GFP_KERNEL|X", "X" },
		{ "gfp=", "gfp=" },
		{ "mems=1-", "1-" },
		{ "policy=bind:", "bind:" },
		{ "cpu=x", "x" },
		{ "node=-1", "-1" },
		{ "order", "order" },
		{ "size=4K order=1", "size=" },
		{ "gfp=0xzz", "0xzz" },
		{ "policy=interleave:0", "interl" },
	};
	struct mw_zone_ask ask;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const char *said = parse(wrong[i][0], &ask);

		assert_non_null(said);
		assert_non_null(strstr(said, wrong[i][1]));
	}
}

static void expect_order(const struct mw_zonelist_node *n, size_t count, struct mw_release r,
			 uint64_t from, const char *want)
{
	uint64_t list[MW_ZONELIST_NODES];
	size_t found = mw_zonelist_nodes(n, count, r, from, list);
	const char *text = "";

	for (size_t i = 0; i < found; i++)
		text = mw_fmt(&arena, "%s%u", text, (unsigned)list[i]);
	assert_string_equal(text, want);
}

#define D(v)               \
	{                  \
		(v), MW_OK \
	}

/* Four nodes at one distance: from 5.16 on they take turns, before the load is forgotten. */
static void turns_at_one_distance(void **state)
{
	static const struct mw_val d[4][4] = { { D(10), D(20), D(20), D(20) },
					       { D(20), D(10), D(20), D(20) },
					       { D(20), D(20), D(10), D(20) },
					       { D(20), D(20), D(20), D(10) } };
	struct mw_zonelist_node n[4] = { { 0, true, true, d[0] },
					 { 1, true, true, d[1] },
					 { 2, true, true, d[2] },
					 { 3, true, true, d[3] } };
	struct mw_release now = { 6, 12, 0, MW_UPSTREAM };

	(void)state;
	expect_order(n, 4, now, 0, "0123");
	expect_order(n, 4, now, 1, "1230");
	expect_order(n, 4, now, 3, "3012");
	expect_order(n, 4, now, 9, "");
	n[2].has_memory = false;
	expect_order(n, 4, now, 2, "301");
	n[3].has_cpus = false;
	expect_order(n, 4, now, 0, "031");
}

static void distance_decides(void **state)
{
	static const struct mw_val d[3][3] = { { D(10), D(31), D(21) },
					       { D(31), D(10), D(21) },
					       { D(21), D(21), D(10) } };
	static const struct mw_val unknown[3] = { D(10), { 0, MW_UNREAD }, D(21) };
	struct mw_zonelist_node n[3] = { { 0, true, true, d[0] },
					 { 1, true, true, d[1] },
					 { 4, true, false, d[2] } };
	struct mw_release old = { 4, 19, 0, MW_UPSTREAM };

	(void)state;
	expect_order(n, 3, old, 0, "041");
	expect_order(n, 3, old, 1, "140");
	n[0].distance = unknown;
	expect_order(n, 3, old, 1, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(el7_by_report_and_by_request, start, end),
		cmocka_unit_test_setup_teardown(requests_in_words, start, end),
		cmocka_unit_test_setup_teardown(wrong_words, start, end),
		cmocka_unit_test_setup_teardown(turns_at_one_distance, start, end),
		cmocka_unit_test_setup_teardown(distance_decides, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
