/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* A request of order 2 on el7, refused though 4.7 GiB are free; some lines were lost: no marks of
 * the Normal zones, no blocks of what is not here. */
#define EL7_STORY                                                                               \
	"python invoked oom-killer: gfp_mask=0x3000d0, order=2, oom_score_adj=0\n"              \
	"python cpuset=/ mems_allowed=0-1\n"                                                    \
	"CPU: 9 PID: 24121 Comm: python Kdump: loaded Not tainted 3.10.0-1160.2.2.el7.x86_64 "  \
	"#1\n"                                                                                  \
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

static void expect_story(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_walk_zone *z = oom_zone(c, "Node 1 DMA32");

	assert_int_equal(c->walk.zone_class, MW_ZONE_NORMAL);
	assert_non_null(z);
	expect_val(z->state.reserve_pages, 28925);
	assert_int_equal(z->verdict, MW_ZONE_FRAGMENTED);
	assert_int_equal(z->step[1].fail_order, 1);
	assert_int_equal(z->step[1].left_pages, 202);
	assert_int_equal(z->step[1].needed_pages, 269);
	assert_string_equal(mw_walk_step_text(&c->walk, z, 1),
			    "31156 - 3 = 31153 > 1076 min + 28925 lowmem_reserve = 30001; - 22393 "
			    "(4 KiB) = 8760 > 538; - 8558 (8 KiB) = 202 <= 269");
	assert_int_equal(oom_zone(c, "Node 1 DMA")->verdict, MW_ZONE_RESERVED);
	assert_int_equal(oom_zone(c, "Node 0 Normal")->verdict, MW_ZONE_LIKELY_FRAGMENTED);
	assert_int_equal(oom_zone(c, "Node 1 Normal")->verdict, MW_ZONE_FRAGMENTED);
	expect_text(mw_walk_step_text(&c->walk, oom_zone(c, "Node 1 Normal"), 1), "leaves nothing");
	assert_int_equal(c->cause, MW_CAUSE_FRAGMENTATION);
	assert_string_equal(found->item[0].id, "MW-OOM-FRAGMENTATION");
	assert_false(c->complete);
}

static void story_of_el7(void **state)
{
	(void)state;
	oom_feed(EL7_STORY, NULL, 1, expect_story);
}

static struct mw_val node_of_nine(const void *of, uint64_t cpu)
{
	(void)of;
	return cpu == 9 ? mw_ok(1) : mw_no(MW_UNREAD);
}

static void own_node_first(const struct mw_oom_case *c, const struct mw_findings *found)
{
	static const char *const want[] = { "Node 1 Normal", "Node 1 DMA32", "Node 1 DMA",
					    "Node 0 Normal" };

	(void)found;
	expect_val(c->node, 1);
	for (size_t i = 0; i < COUNT(want); i++)
		assert_string_equal(mw_oom_zone_name(c, c->zone[i].zone), want[i]);
}

static void node_zero_first(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(c->node, MW_UNREAD);
	assert_string_equal(mw_oom_zone_name(c, c->zone[0].zone), "Node 0 Normal");
}

static void order_of_the_zonelist(void **state)
{
	(void)state;
	oom_feed(EL7_STORY, node_of_nine, 1, own_node_first);
	oom_feed(EL7_STORY, NULL, 1, node_zero_first);
}

/* A zone line of a newer kernel that says no more than it must. */
#define ZONE(name, free, reserve)                                                            \
	name " free:" free "kB min:40kB low:48kB high:56kB present:40000kB managed:36000kB " \
	     "free_cma:0kB\nlowmem_reserve[]: " reserve "\n"

static const char *want_zone;
static enum mw_zone_type want_class;
static struct mw_val want_reserve;

static void expect_reserve(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_walk_zone *z = oom_zone(c, want_zone);

	(void)found;
	assert_non_null(z);
	assert_int_equal(c->walk.zone_class, want_class);
	expect_why(z->state.reserve_pages, want_reserve.why);
	assert_int_equal(z->state.reserve_pages.v, want_reserve.v);
}

#define KERNEL "gfp_mask=0xcc0(GFP_KERNEL), order=0, "
#define MOVABLE "gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, "
#define HIGHUSER "gfp_mask=0x100cc2(GFP_HIGHUSER), order=0, "

static void reserve_is(const char *release, const char *mask, const char *zones, const char *tail,
		       enum mw_zone_type class, struct mw_val reserve)
{
	want_class = class;
	want_reserve = reserve;
	oom_with(
		&(struct oom_pieces){
			.release = release, .mask = mask, .zones = zones, .tail = tail },
		expect_reserve);
}

static void index_of_lowmem_reserve(void **state)
{
	static const char three[] =
		ZONE("Node 0 DMA", "100", "0 70 90") ZONE("Node 0 Normal", "200", "0 0 640");
	static const char four[] = ZONE("Node 0 DMA", "100", "0 70 90 95")
		ZONE("Node 0 DMA32", "100", "0 0 20 25") ZONE("Node 0 Normal", "200", "0 0 0 5");
	static const char five[] = ZONE("Node 0 DMA", "100", "0 70 90 95 97")
		ZONE("Node 0 DMA32", "100", "0 0 20 25 27")
			ZONE("Node 0 Normal", "200", "0 0 0 5 7");

	(void)state;
	want_zone = "Node 0 DMA";
	reserve_is("5.10.0", KERNEL, three, NULL, MW_ZONE_NORMAL, mw_ok(70));
	reserve_is("5.10.0", MOVABLE, three, NULL, MW_ZONE_MOVABLE, mw_ok(90));
	reserve_is("5.10.0", KERNEL, four, NULL, MW_ZONE_NORMAL, mw_ok(90));
	reserve_is("5.10.0", KERNEL, five, NULL, MW_ZONE_NORMAL, mw_ok(90));
	reserve_is("5.10.0", MOVABLE, five, NULL, MW_ZONE_MOVABLE, mw_ok(95));
}

/* Up to 5.7 the class is the first zone with memory, from 5.8 on what the mask says. */
static void class_by_release(void **state)
{
	static const char zones[] = ZONE("Node 0 DMA", "100", "0 70 90 95")
		ZONE("Node 0 DMA32", "100", "0 0 20 25") ZONE("Node 0 Normal", "200", "0 0 0 5");
	static const char low[] =
		ZONE("Node 0 DMA", "100", "0 70 90 95") ZONE("Node 0 DMA32", "100", "0 0 20 25");

	(void)state;
	want_zone = "Node 0 DMA";
	reserve_is("5.7.0", MOVABLE, zones, NULL, MW_ZONE_NORMAL, mw_ok(90));
	reserve_is("5.8.0", MOVABLE, zones, NULL, MW_ZONE_MOVABLE, mw_ok(95));
	reserve_is("5.7.0", KERNEL, low, NULL, MW_ZONE_DMA32, mw_ok(70));
	reserve_is("5.8.0", KERNEL, low, NULL, MW_ZONE_NORMAL, mw_ok(90));
	reserve_is("5.8.0", HIGHUSER, zones, NULL, MW_ZONE_NORMAL, mw_ok(90));
}

#define HIGHMEM_TAIL "10000 pages RAM\n5000 pages HighMem/MovableOnly\n1000 pages reserved\n"

static void highmem_is_one_more(void **state)
{
	static const char shown[] = ZONE("DMA", "100", "0 70 90 95")
		ZONE("Normal", "100", "0 0 20 25") ZONE("HighMem", "9000", "0 0 0 5");
	static const char not_shown[] = ZONE("DMA", "100", "0 70 1184 1190");

	(void)state;
	want_zone = "DMA";
	reserve_is("5.10.0", KERNEL, shown, HIGHMEM_TAIL, MW_ZONE_NORMAL, mw_ok(70));
	reserve_is("5.7.0", MOVABLE, shown, HIGHMEM_TAIL, MW_ZONE_HIGHMEM, mw_ok(90));
	reserve_is("5.10.0", HIGHUSER, shown, HIGHMEM_TAIL, MW_ZONE_HIGHMEM, mw_ok(90));
	reserve_is("5.10.0", MOVABLE, shown, HIGHMEM_TAIL, MW_ZONE_MOVABLE, mw_ok(95));
	reserve_is("6.9.0", KERNEL, not_shown, HIGHMEM_TAIL, MW_ZONE_NORMAL, mw_ok(70));
}

/* DMA, DMA32, Normal, Movable or DMA, Normal, Movable, Device? */
static void two_ways_to_read_it(void **state)
{
	static const char differ[] =
		ZONE("Node 0 DMA", "100", "0 70 90 95") ZONE("Node 0 Normal", "200", "0 0 0 5");
	static const char same[] =
		ZONE("Node 0 DMA", "100", "0 90 90 90") ZONE("Node 0 Normal", "200", "0 0 0 5");

	(void)state;
	want_zone = "Node 0 DMA";
	reserve_is("5.10.0", KERNEL, differ, NULL, MW_ZONE_NORMAL, mw_no(MW_UNREAD));
	reserve_is("5.10.0", KERNEL, same, NULL, MW_ZONE_NORMAL, mw_ok(90));
	reserve_is("5.10.0", KERNEL, ZONE("Node 0 DMA", "100", "0 1 2 3 4 5 6 7"), NULL,
		   MW_ZONE_NORMAL, mw_no(MW_UNREAD));
}

/* One zone, Normal, and what the test at the min mark says. */
static enum mw_zone_verdict want_verdict;
static const char *want_step;
static enum mw_oom_cause want_cause;

static void expect_step(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_walk_zone *z = oom_zone(c, "Normal");

	(void)found;
	assert_non_null(z);
	assert_int_equal(z->verdict, want_verdict);
	assert_string_equal(mw_walk_step_text(&c->walk, z, 1), want_step);
	assert_int_equal(c->cause, want_cause);
}

static void step_is(const struct oom_pieces *p, enum mw_zone_verdict verdict, const char *step,
		    enum mw_oom_cause cause)
{
	want_verdict = verdict;
	want_step = step;
	want_cause = cause;
	oom_with(p, expect_step);
}

#define NO_BLOCKS "0*128kB 0*256kB 0*512kB 0*1024kB 0*2048kB 0*4096kB = 0kB\n"
#define NORMAL(free, fields, blocks)                                       \
	"Normal free:" free "kB min:4000kB low:5000kB high:6000kB " fields \
	" present:40000kB managed:36000kB\nlowmem_reserve[]: 0 0 0\nNormal: " blocks NO_BLOCKS

static void cma_is_for_movable_pages(void **state)
{
	struct oom_pieces p = { .release = "5.10.0" };

	(void)state;
	p.zones = NORMAL("8000", "free_cma:6000kB", "500*4kB (UC) 0*8kB 0*16kB 0*32kB 0*64kB ");
	p.mask = KERNEL;
	step_is(&p, MW_ZONE_NO_MEMORY, "2000 - 1500 CMA = 500 <= 1000 min", MW_CAUSE_NO_MEMORY);
	p.mask = MOVABLE;
	step_is(&p, MW_ZONE_PASSES, "2000 > 1000 min", MW_CAUSE_SHOULD_PASS);
	p.mask = KERNEL;
	p.zones = NORMAL("8000", "free_cma:8040kB", "500*4kB (UC) 0*8kB 0*16kB 0*32kB 0*64kB ");
	step_is(&p, MW_ZONE_NO_MEMORY, "2000 - 2010 CMA = -10 <= 1000 min", MW_CAUSE_NO_MEMORY);
	/* Up to 4.3 the blocks of CMA count in the test by order. */
	p.release = "3.10.0";
	p.mask = "gfp_mask=0xd0, order=1, ";
	p.zones = NORMAL("16000", "free_cma:4000kB", "3600*4kB (UC) 0*8kB 0*16kB 0*32kB 0*64kB ");
	step_is(&p, MW_ZONE_FRAGMENTED,
		"4000 - 1 - 1000 CMA = 2999 > 1000 min; - 3600 (4 KiB) = 399 <= 500",
		MW_CAUSE_FRAGMENTATION);
}

static void highatomic_by_release(void **state)
{
	static const char blocks[] = "300*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB ";
	struct oom_pieces p = { .release = "5.10.0", .mask = KERNEL };
	struct mw_arena a = {};

	(void)state;
	p.zones = NORMAL("6400", "reserved_highatomic:2400KB",
			 "300*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB ");
	step_is(&p, MW_ZONE_NO_MEMORY, "1600 - 600 highatomic = 1000 <= 1000 min",
		MW_CAUSE_NO_MEMORY);
	/* From 6.11 on only what is free of it: no list has any, or it is printed. */
	p.release = "6.12.0";
	step_is(&p, MW_ZONE_PASSES, "1600 > 1000 min", MW_CAUSE_SHOULD_PASS);
	p.release = "6.17.0";
	p.zones = mw_fmt(&a,
			 NORMAL("6400", "reserved_highatomic:2400KB free_highatomic:2600KB", "%s"),
			 blocks);
	step_is(&p, MW_ZONE_NO_MEMORY, "1600 - 650 highatomic = 950 <= 1000 min",
		MW_CAUSE_NO_MEMORY);
	mw_arena_done(&a);
}

static void atomic_may_use_reserves(void **state)
{
	struct oom_pieces p = { .header = "nic: page allocation failure: order:0, "
					  "mode:0xa20(GFP_ATOMIC), nodemask=(null),cpuset=/,"
					  "mems_allowed=0\nCPU: 1 PID: 7 Comm: nic Not tainted "
					  "5.10.0 #1\n",
				.tasks = "",
				.summary = "",
				.kill = "" };

	(void)state;
	p.zones = NORMAL("1400", "reserved_highatomic:0KB",
			 "350*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB ");
	step_is(&p, MW_ZONE_NO_MEMORY, "350 <= 375 min (reduced from 1000)", MW_CAUSE_NO_MEMORY);
	p.zones = NORMAL("1600", "reserved_highatomic:0KB",
			 "400*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB ");
	step_is(&p, MW_ZONE_PASSES, "400 > 375 min (reduced from 1000)", MW_CAUSE_SHOULD_PASS);
}

static void large_orders(void **state)
{
	struct oom_pieces p = { .release = "5.10.0",
				.mask = "gfp_mask=0xcc0(GFP_KERNEL), order=4, " };

	(void)state;
	p.zones = NORMAL("40000", "free_cma:0kB", "9000*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB ");
	step_is(&p, MW_ZONE_FRAGMENTED,
		"10000 - 15 = 9985 > 1000 min; no free block of 64 KiB or more",
		MW_CAUSE_FRAGMENTATION);
	p.zones = NORMAL("40000", "reserved_highatomic:0KB",
			 "9000*4kB (UM) 0*8kB 0*16kB 0*32kB 9*64kB (H) ");
	step_is(&p, MW_ZONE_FRAGMENTED,
		"10000 - 15 = 9985 > 1000 min; blocks of 64 KiB are free, but of types it may not "
		"use",
		MW_CAUSE_FRAGMENTATION);
	p.zones = NORMAL("40000", "free_cma:0kB", "9000*4kB (UM) 0*8kB 0*16kB 0*32kB 9*64kB (U) ");
	step_is(&p, MW_ZONE_PASSES, "10000 - 15 = 9985 > 1000 min; a block of 64 KiB is free",
		MW_CAUSE_SHOULD_PASS);
}

/* 6.3 on: who cannot sleep may take blocks of the list for atomic requests. */
static void list_of_highatomic(void **state)
{
	struct oom_pieces p = { .release = "6.6.0",
				.mask = "gfp_mask=0x820(GFP_ATOMIC), order=1, " };

	(void)state;
	p.zones = NORMAL("8000", "reserved_highatomic:0KB",
			 "1980*4kB (UM) 4*8kB (H) 0*16kB 0*32kB 0*64kB ");
	want_verdict = MW_ZONE_PASSES;
	want_cause = MW_CAUSE_SHOULD_PASS;
	want_step = "2000 - 1 = 1999 > 375 min (reduced from 1000); a block of 8 KiB is free";
	oom_with(&p, expect_step);
}

static void expect_64k(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->page_bytes, 65536);
	assert_false(c->page_inferred);
	assert_string_equal(c->asks_for, "order 2, 256 KiB");
	expect_val(oom_zone(c, "Node 0 Normal")->state.free_pages, 100);
	assert_string_equal(mw_walk_step_text(&c->walk, oom_zone(c, "Node 0 Normal"), 1),
			    "100 - 3 = 97 > 50 min; no free block of 256 KiB or more");
}

static void expect_16k(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->page_bytes, 16384);
	assert_string_equal(c->asks_for, "order 2, 64.0 KiB");
}

static void pages_of_64_and_16_kib(void **state)
{
	struct oom_pieces p = { .mask = "gfp_mask=0xcc0(GFP_KERNEL), order=2, " };

	(void)state;
	p.zones = "Node 0 Normal free:6400kB min:3200kB low:3264kB high:3328kB "
		  "reserved_highatomic:0KB present:40000kB managed:36000kB\n"
		  "lowmem_reserve[]: 0 0\n"
		  "Node 0 Normal: 98*64kB (UM) 1*128kB (U) 0*256kB 0*512kB 0*1024kB 0*2048kB "
		  "0*4096kB 0*8192kB 0*16384kB = 6400kB\n";
	oom_with(&p, expect_64k);
	p.zones = "Node 0 Normal free:1600kB min:800kB low:960kB high:1120kB present:40000kB "
		  "managed:36000kB\nlowmem_reserve[]: 0 0\n"
		  "Node 0 Normal: 98*16kB (UM) 1*32kB (U) 0*64kB 0*128kB 0*256kB = 1600kB\n";
	oom_with(&p, expect_16k);
}

/* A report of a cgroup has no buddy line; the table has in pages what the kill line has in kB. */
static void expect_page_of_victim(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->page_bytes, 65536);
	assert_false(c->page_inferred);
}

static void expect_page_guess(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->page_bytes, 4096);
	assert_true(c->page_inferred);
	expect_text(c->asks_for, "if pages are 4 KiB");
}

static void page_size_without_buddy_line(void **state)
{
	struct oom_pieces p = { .zones = "" };

	(void)state;
	p.kill = "Out of memory: Killed process 60 (large) total-vm:576000kB, anon-rss:256000kB, "
		 "file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:80kB oom_score_adj:0\n";
	oom_with(&p, expect_page_of_victim);
	p.kill = "Out of memory: Killed process 60 (large) total-vm:576004kB, anon-rss:256000kB, "
		 "file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:80kB oom_score_adj:0\n";
	oom_with(&p, expect_page_guess);
}

static void expect_bound(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(oom_zone(c, "Node 0 Normal")->verdict, MW_ZONE_NOT_ALLOWED);
	assert_int_equal(oom_zone(c, "Node 0 Normal")->n_steps, 0);
	assert_int_equal(oom_zone(c, "Node 1 Normal")->verdict, MW_ZONE_NO_MEMORY);
	assert_string_equal(c->nodes_not_shown, "3, 4");
	expect_val(c->free_elsewhere_bytes, 500 * 4096 - 20 * 1024);
}

static void expect_policy(const struct mw_oom_case *c, const struct mw_findings *found)
{
	assert_int_equal(c->cause, MW_CAUSE_MEMPOLICY);
	expect_bound(c, found);
}

static void nodes_not_allowed(void **state)
{
	static const char zones[] =
		ZONE("Node 0 Normal", "900", "0 0 0 0") ZONE("Node 1 Normal", "20", "0 0 0 0");
	struct oom_pieces p = { .zones = zones };

	(void)state;
	p.counters = "Mem-Info:\nactive_anon:1 inactive_anon:1 isolated_anon:0\n"
		     " free:500 free_pcp:0 free_cma:0\n";
	p.summary = "oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,3-4,cpuset=box,"
		    "mems_allowed=0-4,global_oom,task_memcg=/,task=large,pid=60,uid=0\n";
	oom_with(&p, expect_policy);
}

static void lists_of_nodes(void **state)
{
	(void)state;
	assert_true(mw_walk_in_list(LIT(""), 7));
	assert_true(mw_walk_in_list(LIT("(null)"), 7));
	assert_true(mw_walk_in_list(LIT("0-3,8"), 3));
	assert_true(mw_walk_in_list(LIT("0-3,8"), 8));
	assert_false(mw_walk_in_list(LIT("0-3,8"), 4));
	assert_false(mw_walk_in_list(LIT("x-3,-,5-"), 5));
}

static void expect_nothing_known(const struct mw_oom_case *c, const struct mw_findings *found)
{
	assert_false(c->gfp_known);
	for (size_t i = 0; i < c->n_zones; i++)
		assert_int_equal(c->zone[i].verdict, MW_ZONE_UNKNOWN);
	assert_int_equal(c->cause, MW_CAUSE_UNKNOWN);
	assert_non_null(oom_found(found, "MW-OOM-UNKNOWN"));
}

static void mask_not_known(void **state)
{
	(void)state;
	oom_with(&(struct oom_pieces){ .mask = "" }, expect_nothing_known);
}

/* What is above the class of the request is not asked; the largest zone decides. */
static void expect_above(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(oom_zone(c, "HighMem")->verdict, MW_ZONE_ABOVE);
	assert_int_equal(oom_zone(c, "HighMem")->n_steps, 0);
	assert_int_equal(oom_zone(c, "Normal")->verdict, MW_ZONE_NO_MEMORY);
	assert_int_equal(c->cause, MW_CAUSE_NO_MEMORY);
}

static void expect_reserved(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(oom_zone(c, "DMA")->verdict, MW_ZONE_RESERVED);
	assert_int_equal(c->cause, MW_CAUSE_RESERVE);
}

static void zones_above_and_reserves(void **state)
{
	struct oom_pieces p = { .release = "5.10.0", .mask = KERNEL, .tail = HIGHMEM_TAIL };

	(void)state;
	p.zones = ZONE("Normal", "20", "0 20 20") ZONE("HighMem", "90000", "0 0 0");
	oom_with(&p, expect_above);
	p.zones = "DMA free:4000kB min:40kB low:48kB high:56kB present:400000kB "
		  "managed:400000kB\nlowmem_reserve[]: 0 2000 2000 2000\n" ZONE("Normal", "20",
										"0 0 0 0");
	p.tail = NULL;
	oom_with(&p, expect_reserved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(story_of_el7),
		cmocka_unit_test(order_of_the_zonelist),
		cmocka_unit_test(index_of_lowmem_reserve),
		cmocka_unit_test(class_by_release),
		cmocka_unit_test(highmem_is_one_more),
		cmocka_unit_test(two_ways_to_read_it),
		cmocka_unit_test(cma_is_for_movable_pages),
		cmocka_unit_test(highatomic_by_release),
		cmocka_unit_test(atomic_may_use_reserves),
		cmocka_unit_test(large_orders),
		cmocka_unit_test(list_of_highatomic),
		cmocka_unit_test(pages_of_64_and_16_kib),
		cmocka_unit_test(page_size_without_buddy_line),
		cmocka_unit_test(nodes_not_allowed),
		cmocka_unit_test(lists_of_nodes),
		cmocka_unit_test(mask_not_known),
		cmocka_unit_test(zones_above_and_reserves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
