/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* OOM_TAIL says that there are 10000 pages. */

static bool misses(const struct mw_oom_case *c, const char *what)
{
	for (size_t i = 0; i < c->n_missing; i++)
		if (!strcmp(c->missing[i], what))
			return true;
	return false;
}

static void is_whole(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_true(c->complete);
	assert_int_equal(c->event->doubted_count, 0);
	assert_int_equal(c->n_ranks, 2);
	expect_val(c->event->victim[0].tables_bytes, 80 * 1024);
}

static void nothing_to_doubt(void **state)
{
	(void)state;
	oom_with(&(struct oom_pieces){}, is_whole);
}

static void counter_is_bad(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(c->event->count.slab_unreclaimable_pages, MW_BAD);
	expect_why(mw_oom_class_bytes(c, "slab_unreclaimable"), MW_BAD);
	expect_why(mw_oom_class_bytes(c, "unaccounted"), MW_UNREAD);
	expect_val(mw_oom_class_bytes(c, "slab_reclaimable"), 300 * 4096);
	assert_true(misses(c, "figures that fit into its RAM"));
	assert_true(misses(c, "some of the counters"));
}

/* Two lines ran into one. */
static void counter_above_ram(void **state)
{
	static const struct oom_pieces p = {
		.counters = "Mem-Info:\n"
			    "active_anon:1000 inactive_anon:3000 isolated_anon:0\n"
			    " active_file:100 inactive_file:200 isolated_file:0\n"
			    " unevictable:50 dirty:0 writeback:0\n"
			    " slab_reclaimable:300 slab_unreclaimable:40010\n"
			    " mapped:10 shmem:150 pagetables:60\n"
			    " free:500 free_pcp:20 free_cma:0\n"
	};

	(void)state;
	oom_with(&p, counter_is_bad);
}

static void zone_is_bad(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(c->zone[0].zone->free_bytes, MW_BAD);
	assert_false(c->zone[0].zone->has_buddy);
	expect_val(c->zone[0].zone->min_bytes, 4000 * 1024);
	assert_int_equal(c->cause, MW_CAUSE_UNKNOWN);
	assert_false(c->complete);
}

static void zone_above_ram(void **state)
{
	static const struct oom_pieces p = {
		.zones = "Node 0 Normal free:2000000kB boost:0kB min:4000kB low:5000kB high:6000kB "
			 "present:40000kB managed:36000kB free_cma:0kB\n"
			 "lowmem_reserve[]: 0 0 0 0\n"
			 "Node 0 Normal: 500*4kB (UM) 0*8kB 0*16kB 3000*32kB = 2000kB\n"
	};

	(void)state;
	oom_with(&p, zone_is_bad);
}

static void row_is_gone(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->n_ranks, 1);
	assert_int_equal(c->rank[0].task->pid, 60);
	assert_int_equal(c->event->rows_bad, 2);
	assert_int_equal(c->agrees, MW_AGREES_UNKNOWN);
}

/* More resident than RAM, more in swap than there is. */
static void row_above_ram(void **state)
{
	static const struct oom_pieces p = {
		.tasks = OOM_TABLE
		"[     50]     0    50     5000    10001    40960        0             0 small\n"
		"[     55]     0    55     5000      100    40960     1001             0 other\n"
		"[     60]     0    60     9000     4000    81920     1000             0 large\n"
	};

	(void)state;
	oom_with(&p, row_is_gone);
}

static void victim_is_bad(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(c->killed->anon_bytes, MW_BAD);
	expect_val(c->killed->file_bytes, 0);
	expect_val(c->killed->tables_bytes, 81920);
	assert_int_equal(c->event->doubted_count, 1);
}

static void victim_above_ram(void **state)
{
	static const struct oom_pieces p = {
		.kill = "Out of memory: Killed process 60 (large) total-vm:36000kB, "
			"anon-rss:160000kB, file-rss:0kB, shmem-rss:0kB, UID:0 pgtables:80kB "
			"oom_score_adj:0\n"
	};

	(void)state;
	oom_with(&p, victim_is_bad);
}

static void order_and_node(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(c->event->order, MW_BAD);
	assert_null(c->asks_for);
	assert_int_equal(c->n_zones, 0);
}

static void order_and_node_that_no_machine_has(void **state)
{
	static const struct oom_pieces p = {
		.mask = "gfp_mask=0xcc0(GFP_KERNEL), order=32, ",
		.zones = "Node 11024 Normal free:2000kB min:4000kB low:5000kB high:6000kB\n"
	};

	(void)state;
	oom_with(&p, order_and_node);
}

static void mask_is_bad(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(c->event->gfp_mask, MW_BAD);
	assert_false(c->gfp_known);
	assert_true(misses(c, "mask of the request"));
}

static void mask_of_more_than_32_bits(void **state)
{
	static const struct oom_pieces p = { .mask = "gfp_mask=0xc051beaed, order=0, " };

	(void)state;
	oom_with(&p, mask_is_bad);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_doubt),
		cmocka_unit_test(counter_above_ram),
		cmocka_unit_test(zone_above_ram),
		cmocka_unit_test(row_above_ram),
		cmocka_unit_test(victim_above_ram),
		cmocka_unit_test(order_and_node_that_no_machine_has),
		cmocka_unit_test(mask_of_more_than_32_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
