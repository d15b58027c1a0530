/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

#define PAGES(n) ((uint64_t)(n)*4096)

static void expect_class(const struct mw_oom_case *c, const char *id, uint64_t bytes)
{
	expect_val(mw_oom_class_bytes(c, id), bytes);
}

static void expect_no_class(const struct mw_oom_case *c, const char *id)
{
	expect_why(mw_oom_class_bytes(c, id), MW_UNREAD);
}

static void expect_whole(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->total_bytes, PAGES(10000));
	expect_class(c, "not_handed_out", PAGES(1000));
	expect_class(c, "free", PAGES(500));
	expect_class(c, "percpu_lists", PAGES(20));
	expect_class(c, "anon", PAGES(3900));
	expect_class(c, "shmem", PAGES(150));
	expect_class(c, "page_cache", PAGES(300));
	expect_class(c, "slab_reclaimable", PAGES(300));
	expect_class(c, "slab_unreclaimable", PAGES(400));
	expect_class(c, "kernel_misc_reclaimable", PAGES(9));
	expect_class(c, "page_tables", PAGES(60));
	expect_class(c, "sec_page_tables", PAGES(7));
	expect_class(c, "unaccounted", PAGES(3354));
	expect_no_class(c, "hugetlb");
	expect_no_class(c, "kernel_stack");
	assert_true(c->complete);
}

static void classes_sum_to_ram(void **state)
{
	(void)state;
	oom_with(&(struct oom_pieces){}, expect_whole);
}

static void expect_nodes(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "kernel_stack", 48 << 10);
	expect_class(c, "balloon", 256 << 10);
	expect_class(c, "gpu", 96 << 10);
	expect_class(c, "zsmalloc", 400 << 10);
	expect_class(c, "hugetlb", 3 << 21);
}

/* What is printed by node and by zone is summed over those. */
static void classes_by_node(void **state)
{
	struct oom_pieces p = { .release = "7.1.0" };

	(void)state;
	p.nodes = "Node 0 active_anon:0kB kernel_stack:16kB all_unreclaimable? no Balloon:256kB "
		  "gpu_active:64kB gpu_reclaim:0kB\n"
		  "Node 1 active_anon:0kB kernel_stack:32kB all_unreclaimable? no Balloon:0kB "
		  "gpu_active:0kB gpu_reclaim:32kB\n";
	p.zones = "Node 0 Normal free:2000kB min:4000kB low:5000kB high:6000kB zspages:100kB "
		  "present:40000kB managed:36000kB\nlowmem_reserve[]: 0 0 0 0\n"
		  "Node 1 Normal free:0kB min:4000kB low:5000kB high:6000kB zspages:300kB "
		  "present:40000kB managed:36000kB\nlowmem_reserve[]: 0 0 0 0\n"
		  "Node 0 hugepages_total=2 hugepages_free=1 hugepages_surp=0 "
		  "hugepages_size=2048kB\n"
		  "Node 1 hugepages_total=1 hugepages_free=1 hugepages_surp=0 "
		  "hugepages_size=2048kB\n";
	oom_with(&p, expect_nodes);
}

static void expect_swapcache(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	/* 450 of the page cache are 100 of swap, which are anonymous. */
	expect_class(c, "anon", PAGES(4000));
	expect_class(c, "page_cache", PAGES(200));
}

static void swap_cache_is_anonymous(void **state)
{
	(void)state;
	oom_with(&(struct oom_pieces){ .tail = "450 total pagecache pages\n"
					       "100 pages in swap cache\n"
					       "10000 pages RAM\n"
					       "1000 pages reserved\n" },
		 expect_swapcache);
}

static void expect_no_anon(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "anon", 0);
	expect_class(c, "page_cache", PAGES(450));
	assert_true(mw_known(mw_oom_class_bytes(c, "unaccounted")));
}

static void expect_raced(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_why(mw_oom_class_bytes(c, "anon"), MW_RACED);
	expect_why(mw_oom_class_bytes(c, "unaccounted"), MW_RACED);
}

/* Pages on their way to a list are page cache already. */
static void lists_lag_behind(void **state)
{
	struct oom_pieces p = { .counters = "Mem-Info:\nactive_anon:0 inactive_anon:0 "
					    "isolated_anon:0\n"
					    " active_file:0 inactive_file:440 isolated_file:0\n"
					    " unevictable:0 dirty:0 writeback:0\n"
					    " slab_reclaimable:3 slab_unreclaimable:4\n"
					    " mapped:10 shmem:0 pagetables:60\n"
					    " free:500 free_pcp:20 free_cma:0\n" };

	(void)state;
	oom_with(&p, expect_no_anon);
	p.tail = "9000 total pagecache pages\n0 pages in swap cache\n10000 pages RAM\n"
		 "0 pages reserved\n";
	oom_with(&p, expect_raced);
}

static void expect_lost(const struct mw_oom_case *c, const struct mw_findings *found)
{
	expect_class(c, "free", PAGES(500));
	expect_no_class(c, "unaccounted");
	assert_null(oom_found(found, "MW-OOM-UNACCOUNTED"));
	assert_false(c->complete);
	assert_string_equal(c->missing[0], "some of the counters");
}

/* A line of the counters was lost: what is left after the others is no memory of anybody. */
static void lost_counters_are_not_unaccounted(void **state)
{
	struct oom_pieces p = { .counters = "Mem-Info:\nactive_anon:1000 inactive_anon:3000 "
					    "isolated_anon:0\n"
					    " mapped:10 shmem:150 pagetables:60\n"
					    " free:500 free_pcp:20 free_cma:0\n" };

	(void)state;
	oom_with(&p, expect_lost);
}

static void expect_early_boot(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_no_class(c, "unaccounted");
}

static void nothing_counted_yet(void **state)
{
	struct oom_pieces p = { .counters = "Mem-Info:\nactive_anon:0 inactive_anon:0 "
					    "isolated_anon:0\n"
					    " active_file:0 inactive_file:0 isolated_file:0\n"
					    " unevictable:0 dirty:0 writeback:0\n"
					    " slab_reclaimable:0 slab_unreclaimable:0\n"
					    " mapped:0 shmem:0 pagetables:0\n"
					    " free:0 free_pcp:0 free_cma:0\n" };

	(void)state;
	oom_with(&p, expect_early_boot);
}

static void expect_lists(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "lru_anon", PAGES(4000));
	expect_class(c, "lru_file", PAGES(300));
	expect_class(c, "lru_unevictable", PAGES(50));
	expect_no_class(c, "shmem");
}

/* No total of the page cache: the lists are all there is, and shmem is on those of anon. */
static void without_page_cache(void **state)
{
	(void)state;
	oom_with(&(struct oom_pieces){ .tail = "10000 pages RAM\n1000 pages reserved\n" },
		 expect_lists);
}

static void expect_reserved_of_3_16(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "not_handed_out", PAGES(1500));
}

static void expect_reserved_as_printed(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "not_handed_out", PAGES(3));
}

/* 3.11 to 4.3 print the reserved pages of the last zone only. */
static void reserved_pages_of_3_16(void **state)
{
	struct oom_pieces p = { .mask = "gfp_mask=0xd0, order=0, ", .release = "3.16.0" };

	(void)state;
	p.zones = "Node 0 DMA32 free:2000kB min:4000kB low:5000kB high:6000kB present:20000kB "
		  "managed:17000kB\nlowmem_reserve[]: 0 0 0 0\n"
		  "Node 0 Normal free:2000kB min:4000kB low:5000kB high:6000kB present:20000kB "
		  "managed:17000kB\nlowmem_reserve[]: 0 0 0 0\n";
	p.tail = "450 total pagecache pages\n0 pages in swap cache\n10000 pages RAM\n"
		 "3 pages reserved\n";
	oom_with(&p, expect_reserved_of_3_16);
	p.release = "4.4.0";
	oom_with(&p, expect_reserved_as_printed);
}

#define MEMCG_KILL "Memory cgroup out of memory: Killed process 60 (large) total-vm:36000kB\n"

static struct oom_pieces memcg(const char *release, const char *usage)
{
	return (struct oom_pieces){ .release = release,
				    .counters = usage,
				    .zones = "",
				    .tail = "",
				    .summary = "",
				    .kill = MEMCG_KILL };
}

static void expect_v2(const struct mw_oom_case *c, const struct mw_findings *found)
{
	assert_int_equal(c->cause, MW_CAUSE_MEMCG_LIMIT);
	expect_val(c->total_bytes, 48000 << 10);
	expect_class(c, "anon", 40960000);
	expect_class(c, "shmem", 1024000);
	expect_class(c, "page_cache", 3072000);
	expect_class(c, "kernel_stack", 16384);
	expect_class(c, "page_tables", 8192);
	expect_class(c, "slab_reclaimable", 20000);
	expect_class(c, "slab_unreclaimable", 30000);
	expect_no_class(c, "slab");
	expect_class(c, "unaccounted",
		     (48000 << 10) - 40960000 - 4096000 - 16384 - 8192 - 50000 - 1000);
	expect_text(oom_found(found, "MW-OOM-MEMCG-LIMIT")->verdict, "/job");
}

static void cgroup_v2(void **state)
{
	struct oom_pieces p = memcg("6.1.0", "memory: usage 48000kB, limit 48000kB, failcnt 9\n"
					     "swap: usage 0kB, limit 0kB, failcnt 0\n"
					     "Memory cgroup stats for /job:\n"
					     "anon 40960000\nfile 4096000\nkernel_stack 16384\n"
					     "pagetables 8192\npercpu 1000\nsock 0\nvmalloc 0\n"
					     "shmem 1024000\nslab_reclaimable 20000\n"
					     "slab_unreclaimable 30000\nslab 50000\n");

	(void)state;
	oom_with(&p, expect_v2);
}

static void expect_other_kernel(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "kernel_other", 1000000 - 16384 - 8192 - 50000 - 1000);
	expect_class(c, "unaccounted", (48000 << 10) - 40960000 - 4096000 - 1000000);
}

static void expect_kmem(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "kernel_other", (44000 << 10) - 16384 - 8192 - 50000);
	expect_class(c, "unaccounted", (4000 << 10) - 1000 - 4096);
	expect_text(oom_found(found, "MW-OOM-MEMCG-LIMIT")->verdict, "mostly other kernel memory");
}

static void expect_kmem_too_large(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "kernel_other", (48000 << 10) - 16384 - 8192 - 50000 - 1000 - 4096);
	expect_class(c, "unaccounted", 0);
}

static void expect_no_other_kernel(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_no_class(c, "kernel_other");
}

/* What the kernel holds for a group is more than the rows that have a name of their own. */
static void cgroup_kernel_memory(void **state)
{
	static const char limit[] = "memory: usage 48000kB, limit 48000kB, failcnt 9\n";
	static const char named[] = "kernel_stack 16384\npagetables 8192\nslab_reclaimable 20000\n"
				    "slab_unreclaimable 30000\nslab 50000\nshmem 0\n";
	struct mw_arena a = {};
	struct oom_pieces p = memcg("6.1.0", "");

	(void)state;
	p.counters = mw_fmt(&a, "%s%s%s", limit,
			    "Memory cgroup stats for /job:\nanon 40960000\nfile 4096000\n"
			    "kernel 1000000\npercpu 1000\n",
			    named);
	oom_with(&p, expect_other_kernel);
	p = memcg("5.15.0", mw_fmt(&a, "%s%s%s%s", limit,
				   "memory+swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n"
				   "kmem: usage 44000kB, limit 9007199254740988kB, failcnt 0\n",
				   "Memory cgroup stats for /job:\nanon 1000\nfile 4096\n", named));
	oom_with(&p, expect_kmem);
	/* The counter was read before the rows, or after them. */
	p.counters = mw_fmt(&a, "%s%s%s%s", limit,
			    "memory+swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n"
			    "kmem: usage 48000kB, limit 9007199254740988kB, failcnt 0\n",
			    "Memory cgroup stats for /job:\nanon 1000\nfile 4096\n", named);
	oom_with(&p, expect_kmem_too_large);
	p.counters = mw_fmt(&a, "%s%s%s%s", limit,
			    "memory+swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n"
			    "kmem: usage 4kB, limit 9007199254740988kB, failcnt 0\n",
			    "Memory cgroup stats for /job:\nanon 1000\nfile 4096\n", named);
	oom_with(&p, expect_no_other_kernel);
	mw_arena_done(&a);
}

static void expect_v1_old(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "anon", 40000 << 10);
	expect_class(c, "page_cache", 3000 << 10);
	expect_no_class(c, "shmem");
	expect_class(c, "kernel", 200 << 10);
	expect_class(c, "unaccounted", 4800 << 10);
}

static void expect_v1_shmem(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "shmem", 1000 << 10);
	expect_class(c, "page_cache", 2000 << 10);
}

static void expect_v1_totals(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_class(c, "anon", 30000000);
	expect_class(c, "shmem", 500000);
	expect_class(c, "page_cache", 1500000);
}

#define V1                                                                  \
	"Task in /job killed as a result of limit of /job\n"                \
	"memory: usage 48000kB, limit 48000kB, failcnt 9\n"                 \
	"memory+swap: usage 48000kB, limit 9007199254740988kB, failcnt 0\n" \
	"kmem: usage 200kB, limit 9007199254740988kB, failcnt 0\n"

static void cgroup_v1(void **state)
{
	struct oom_pieces p = memcg("3.10.0", V1 "Memory cgroup stats for /job: cache:3000KB "
						 "rss:40000KB rss_huge:0KB mapped_file:0KB "
						 "inactive_anon:0KB active_anon:40000KB\n");

	(void)state;
	p.mask = "gfp_mask=0xd0, order=0, ";
	oom_with(&p, expect_v1_old);
	p = memcg("4.19.0", V1 "Memory cgroup stats for /job: cache:3000KB rss:40000KB "
			       "rss_huge:0KB shmem:1000KB mapped_file:0KB\n");
	oom_with(&p, expect_v1_shmem);
	/* From 6.5 on with those of its children as total_. */
	p = memcg("6.6.0", "memory: usage 48000kB, limit 48000kB, failcnt 9\n"
			   "memory+swap: usage 48000kB, limit 9007199254740988kB, failcnt 0\n"
			   "kmem: usage 200kB, limit 9007199254740988kB, failcnt 0\n"
			   "Memory cgroup stats for /job:\n"
			   "cache 1000\nrss 2000\nshmem 10\ntotal_cache 2000000\n"
			   "total_rss 30000000\ntotal_shmem 500000\n");
	oom_with(&p, expect_v1_totals);
}

static void expect_no_stats(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->total_bytes, 48000 << 10);
	expect_no_class(c, "unaccounted");
}

static void expect_no_figures(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_finding *f = oom_found(found, "MW-OOM-MEMCG-LIMIT");

	expect_why(c->total_bytes, MW_UNREAD);
	assert_int_equal(c->n_classes, 0);
	assert_int_equal(f->n_evidence, 1);
	assert_string_equal(f->evidence[0].text, "not in the log");
	expect_text(f->verdict, "the log does not say which");
}

static void cgroup_without_statistics(void **state)
{
	struct oom_pieces p = memcg("6.1.0", "memory: usage 48000kB, limit 48000kB, failcnt 9\n"
					     "swap: usage 0kB, limit 0kB, failcnt 0\n");

	(void)state;
	oom_with(&p, expect_no_stats);
	p.counters = "";
	oom_with(&p, expect_no_figures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes_sum_to_ram),
		cmocka_unit_test(classes_by_node),
		cmocka_unit_test(swap_cache_is_anonymous),
		cmocka_unit_test(lists_lag_behind),
		cmocka_unit_test(lost_counters_are_not_unaccounted),
		cmocka_unit_test(nothing_counted_yet),
		cmocka_unit_test(without_page_cache),
		cmocka_unit_test(reserved_pages_of_3_16),
		cmocka_unit_test(cgroup_v2),
		cmocka_unit_test(cgroup_v1),
		cmocka_unit_test(cgroup_kernel_memory),
		cmocka_unit_test(cgroup_without_statistics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
