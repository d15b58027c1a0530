/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* What the report must come to: its cause, the first finding, perhaps another, and words in it. */
static struct {
	enum mw_oom_cause cause;
	const char *first, *other;
	enum mw_severity severity;
	const char *words;
} want;

static void expect_wanted(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_finding *f = &found->item[0];

	assert_string_equal(mw_oom_cause_name(c->cause), mw_oom_cause_name(want.cause));
	assert_string_equal(f->id, want.first);
	assert_int_equal(f->severity, want.severity);
	if (want.other)
		f = oom_found(found, want.other);
	assert_non_null(f);
	expect_text(f->verdict, want.words);
	for (size_t i = 0; i < found->n; i++) {
		assert_true(found->item[i].n_evidence);
		assert_true(found->item[i].n_fixes);
		assert_non_null(found->item[i].check);
		assert_non_null(found->item[i].sure);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(found->item[i].id, found->item[k].id);
	}
}

static void comes_to(const struct oom_pieces *p, enum mw_oom_cause cause, const char *first,
		     const char *other, const char *words)
{
	want.cause = cause;
	want.first = first;
	want.other = other;
	want.severity = MW_CRITICAL;
	want.words = words;
	oom_with(p, expect_wanted);
}

static void true_shortage(void **state)
{
	(void)state;
	comes_to(&(struct oom_pieces){}, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", NULL,
		 "hog (pid 77) asked for order 0, 4.00 KiB, and no zone it may use had that above "
		 "its mark: memory was really used up; swap is full");
	comes_to(&(struct oom_pieces){ .tail = "450 total pagecache pages\n"
					       "0 pages in swap cache\n"
					       "Free swap  = 0kB\nTotal swap = 0kB\n"
					       "10000 pages RAM\n1000 pages reserved\n" },
		 MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", NULL, "there is no swap");
}

static void fragmentation(void **state)
{
	struct oom_pieces p = { .mask = "gfp_mask=0xcc0(GFP_KERNEL), order=2, " };

	(void)state;
	p.zones = "Node 0 Normal free:20000kB boost:0kB min:4000kB low:5000kB high:6000kB "
		  "reserved_highatomic:0KB present:40000kB managed:36000kB free_cma:0kB\n"
		  "lowmem_reserve[]: 0 0 0 0\n"
		  "Node 0 Normal: 5100*4kB (UM) 0*8kB 0*16kB 0*32kB 0*64kB = 20400kB\n";
	/* The blocks are counted later than the free pages: no more of these than there were. */
	comes_to(&p, MW_CAUSE_FRAGMENTATION, "MW-OOM-FRAGMENTATION", NULL,
		 "19.5 MiB was free in the zones it may use, but 19.5 MiB of that in smaller "
		 "blocks");
}

static void passed(void **state)
{
	struct oom_pieces p = {
		.zones = "Node 0 Normal free:20000kB boost:0kB min:4000kB low:5000kB "
			 "high:6000kB reserved_highatomic:0KB present:40000kB "
			 "managed:36000kB\nlowmem_reserve[]: 0 0 0 0\n"
	};

	(void)state;
	want.cause = MW_CAUSE_SHOULD_PASS;
	want.first = "MW-OOM-PASSED";
	want.other = NULL;
	want.severity = MW_WARNING;
	want.words = "memory most likely came back in between";
	oom_with(&p, expect_wanted);
}

#define LOW_ZONES(reserve)                                                       \
	"Node 0 DMA32 free:8000kB boost:0kB min:2000kB low:2500kB high:3000kB "  \
	"reserved_highatomic:0KB present:900000kB managed:900000kB\n"            \
	"lowmem_reserve[]: 0 0 " reserve " " reserve "\n"                        \
	"Node 0 Normal free:2000kB boost:0kB min:4000kB low:5000kB high:6000kB " \
	"reserved_highatomic:0KB present:40000kB managed:36000kB\n"              \
	"lowmem_reserve[]: 0 0 0 0\n"                                            \
	"Node 0 DMA: 0*4kB 0*8kB = 0kB\n"

static void reserves(void **state)
{
	(void)state;
	comes_to(&(struct oom_pieces){ .zones = LOW_ZONES("9000") }, MW_CAUSE_RESERVE,
		 "MW-OOM-LOWMEM", NULL, "a lower zone's reserve");
	/* No zone has a reserve of more than all RAM. */
	comes_to(&(struct oom_pieces){ .zones = LOW_ZONES("90000000000000") }, MW_CAUSE_RESERVE,
		 "MW-OOM-LOWMEM", NULL, "larger than all RAM");
}

static void lowmem(void **state)
{
	struct oom_pieces p = { .release = "5.10.0",
				.zones = "Normal free:2000kB min:4000kB low:5000kB high:6000kB "
					 "present:40000kB managed:36000kB free_cma:0kB\n"
					 "lowmem_reserve[]: 0 900 900\n"
					 "HighMem free:80000kB min:400kB low:500kB high:600kB "
					 "present:90000kB managed:90000kB free_cma:0kB\n"
					 "lowmem_reserve[]: 0 0 0\n",
				.tail = "100000 pages RAM\n" };

	(void)state;
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-LOWMEM", NULL,
		 "that only low memory can give, and that is used up, while 77.5 MiB is free above "
		 "it");
	/* From 6.1 on the zones above are not printed. */
	p.release = "6.6.0";
	p.counters = "Mem-Info:\nactive_anon:1 inactive_anon:1 isolated_anon:0\n"
		     " free:50000 free_pcp:0 free_cma:0\n";
	p.mask = "gfp_mask=0xcc4(GFP_KERNEL|GFP_DMA32), order=0, ";
	p.zones = "Node 0 DMA32 free:2000kB boost:0kB min:4000kB low:5000kB high:6000kB "
		  "reserved_highatomic:0KB present:40000kB managed:36000kB free_cma:1800kB\n"
		  "lowmem_reserve[]: 0 0 0 0\n";
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-LOWMEM", NULL,
		 "the DMA32 zone (the lowest 4 GiB) can give, and that is used up, while 193 MiB "
		 "is free above it; "
		 "1.75 MiB that is free there is CMA");
}

static void cgroup(void **state)
{
	struct oom_pieces p = { .zones = "",
				.tail = "",
				.counters = "memory: usage 48000kB, limit 48000kB, failcnt 9\n"
					    "swap: usage 0kB, limit 0kB, failcnt 0\n"
					    "Memory cgroup stats for /it's:\nanon 46000000\n"
					    "file 0\n",
				.summary = "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),"
					   "cpuset=/,mems_allowed=0,oom_memcg=/it's,task_memcg="
					   "/it's,task=large,pid=60,uid=0\n",
				.kill = "Memory cgroup out of memory: Killed process 60 (large) "
					"total-vm:36000kB\n" };

	(void)state;
	comes_to(&p, MW_CAUSE_MEMCG_LIMIT, "MW-OOM-MEMCG-LIMIT", NULL,
		 "the cgroup /it's reached its memory limit of 46.8 MiB, mostly anonymous memory "
		 "(43.8 MiB)");
	/* v1: the limit of both; the figures of the children are added up. */
	p.release = "3.10.0";
	p.counters = "memory: usage 48000kB, limit 50000kB, failcnt 9\n"
		     "memory+swap: usage 90000kB, limit 90000kB, failcnt 9\n"
		     "kmem: usage 0kB, limit 9007199254740988kB, failcnt 0\n"
		     "Memory cgroup stats for /it's: cache:0KB rss:10KB\n"
		     "Memory cgroup stats for /it's/a: cache:100KB rss:30000KB\n"
		     "Memory cgroup stats for /it's/a: cache:100KB rss:30000KB\n"
		     "Memory cgroup stats for /it's/b: cache:0KB rss:15000KB\n";
	comes_to(&p, MW_CAUSE_MEMCG_LIMIT, "MW-OOM-MEMCG-LIMIT", NULL,
		 "the cgroup /it's reached its limit of memory and swap together of 87.8 MiB, "
		 "mostly anonymous memory (43.9 MiB)");
}

static void node_bound(void **state)
{
	struct oom_pieces p = { .summary = "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),"
					   "cpuset=box,mems_allowed=0,global_oom,task_memcg=/,"
					   "task=large,pid=60,uid=0\n" };

	(void)state;
	p.counters = "Mem-Info:\nactive_anon:1 inactive_anon:1 isolated_anon:0\n"
		     " free:500000 free_pcp:0 free_cma:0\n";
	p.tail = "1000000 pages RAM\n";
	comes_to(&p, MW_CAUSE_CPUSET, "MW-OOM-NODE-BOUND", NULL,
		 "may use only node 0 (its cpuset), which was full; 1.90 GiB was free elsewhere");
	p.counters = p.zones = p.tail = "";
	p.mask = "";
	comes_to(&p, MW_CAUSE_CPUSET, "MW-OOM-NODE-BOUND", NULL,
		 "asked for memory and may use only node 0");
	p = (struct oom_pieces){ .summary =
					 "oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=0,"
					 "cpuset=/,mems_allowed=0-1,global_oom,task_memcg=/,"
					 "task=large,pid=60,uid=0\n" };
	comes_to(&p, MW_CAUSE_MEMPOLICY, "MW-OOM-NODE-BOUND", NULL, "(its memory policy)");
}

static void page_fault(void **state)
{
	(void)state;
	comes_to(&(struct oom_pieces){ .release = "5.4.0", .mask = "gfp_mask=0x0(), order=0, " },
		 MW_CAUSE_PAGE_FAULT, "MW-OOM-PAGE-FAULT", NULL, "a page fault of hog was refused");
}

static void requested(void **state)
{
	want.cause = MW_CAUSE_REQUESTED;
	want.first = "MW-OOM-REQUESTED";
	want.other = NULL;
	want.severity = MW_INFO;
	want.words = "SysRq";
	(void)state;
	oom_with(&(struct oom_pieces){ .mask = "gfp_mask=0xcc0(GFP_KERNEL), order=-1, " },
		 expect_wanted);
}

static void feed(const char *text, enum mw_oom_cause cause, const char *first,
		 enum mw_severity severity, const char *words)
{
	want.cause = cause;
	want.first = first;
	want.other = NULL;
	want.severity = severity;
	want.words = words;
	oom_feed(text, NULL, 1, expect_wanted);
}

static void not_enough(void **state)
{
	(void)state;
	feed("hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n",
	     MW_CAUSE_UNKNOWN, "MW-OOM-UNKNOWN", MW_WARNING, "does not show enough");
}

#define FAILURE(what)                                                                       \
	"nic: page allocation failure: " what ", nodemask=(null),cpuset=/,mems_allowed=0\n" \
	"CPU: 1 PID: 7 Comm: nic Not tainted 5.10.0 #1\n"

static void atomic(void **state)
{
	struct mw_arena a = {};

	(void)state;
	feed(mw_fmt(&a, "%s%s%s%s", FAILURE("order:0, mode:0xa20(GFP_ATOMIC)"), OOM_COUNTERS,
		    "Normal free:1000kB min:4000kB low:5000kB high:6000kB "
		    "reserved_highatomic:0KB present:40000kB managed:36000kB\n"
		    "lowmem_reserve[]: 0 0 0\n",
		    OOM_TAIL),
	     MW_CAUSE_NO_MEMORY, "MW-ALLOC-ATOMIC", MW_WARNING, "where it could not wait");
	feed(mw_fmt(&a, "%s%s%s%s", FAILURE("order:0, mode:0xa20(GFP_ATOMIC)"), OOM_COUNTERS,
		    "Normal free:9000kB min:4000kB low:5000kB high:6000kB "
		    "reserved_highatomic:0KB present:40000kB managed:36000kB\n"
		    "lowmem_reserve[]: 0 0 0\n",
		    OOM_TAIL),
	     MW_CAUSE_SHOULD_PASS, "MW-ALLOC-ATOMIC", MW_INFO,
	     "a moment later a zone would have served it");
	feed(FAILURE("order:0, mode:0xa20(GFP_ATOMIC)"), MW_CAUSE_UNKNOWN, "MW-ALLOC-ATOMIC",
	     MW_WARNING, "where it could not wait");
	mw_arena_done(&a);
}

/* Above order 3 the caches are not waited for. */
static void costly_order(void **state)
{
	struct mw_arena a = {};

	(void)state;
	feed(mw_fmt(&a, "%s%s%s%s", FAILURE("order:6, mode:0xcc0(GFP_KERNEL)"),
		    "Mem-Info:\nactive_anon:1000 inactive_anon:3000 isolated_anon:0\n"
		    " active_file:1000 inactive_file:2000 isolated_file:0\n"
		    " unevictable:50 dirty:0 writeback:0\n"
		    " slab_reclaimable:300 slab_unreclaimable:400\n"
		    " mapped:10 shmem:150 pagetables:60 bounce:0\n"
		    " free:500 free_pcp:20 free_cma:400\n",
		    "Normal free:2000kB min:4000kB low:5000kB high:6000kB "
		    "reserved_highatomic:0KB present:40000kB managed:36000kB free_cma:1600kB\n"
		    "lowmem_reserve[]: 0 0 0\n",
		    "3150 total pagecache pages\n0 pages in swap cache\n10000 pages RAM\n"
		    "1000 pages reserved\n"),
	     MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", MW_WARNING,
	     "memory was short, but 11.7 MiB of page cache could be given back: above order 3 the "
	     "kernel does not try for long; 1.56 MiB that is free there is CMA");
	mw_arena_done(&a);
}

static void vmalloc(void **state)
{
	struct mw_arena a = {};

	(void)state;
	feed("vmalloc error: size 4096000, vm_struct allocation failed, mode:0xcc0(GFP_KERNEL), "
	     "nodemask=(null),cpuset=/,mems_allowed=0\n"
	     "CPU: 1 PID: 7 Comm: insmod Not tainted 6.1.0 #1\n",
	     MW_CAUSE_ADDRESS_SPACE, "MW-ALLOC-VMALLOC", MW_WARNING,
	     "could not map 3.90 MiB for insmod: vm_struct allocation failed: the area for such "
	     "mappings had no room");
	/* Up to 4.11 it is reported as a failure of order 0 that follows. */
	feed(mw_fmt(&a, "%s%s%s%s",
		    "vmalloc: allocation failure: 16000000000 bytes\n"
		    "tool: page allocation failure: order:0, mode:0x24000c2\n"
		    "CPU: 1 PID: 7 Comm: tool Not tainted 4.4.114 #1\n",
		    OOM_COUNTERS, OOM_ZONES, OOM_TAIL),
	     MW_CAUSE_ADDRESS_SPACE, "MW-ALLOC-VMALLOC", MW_WARNING,
	     "could not map 14.9 GiB for tool: that is more than all RAM");
	mw_arena_done(&a);
}

static void slub(void **state)
{
	(void)state;
	feed("SLUB: Unable to allocate memory on node -1, gfp=0xcc0(GFP_KERNEL)\n"
	     "  cache: filp(120:pod), object size: 256, buffer size: 256, default order: 1, min "
	     "order: 0\n",
	     MW_CAUSE_UNKNOWN, "MW-ALLOC-SLUB", MW_WARNING, "the cache filp(120:pod)");
}

static void guard(void **state)
{
	(void)state;
	feed("Jan  2 03:04:05 box earlyoom[300]: sending SIGTERM to process 60 uid 0 \"large\": "
	     "badness 700, VmRSS 300 MiB\n",
	     MW_CAUSE_GUARD, "MW-OOM-GUARD", MW_INFO, "before the kernel had to");
}

static void shares(void **state)
{
	static const char tail[] = "5000 total pagecache pages\n0 pages in swap cache\n"
				   "10000 pages RAM\n0 pages reserved\n";
	struct oom_pieces p = { .tail = tail };

	(void)state;
	p.counters = "Mem-Info:\nactive_anon:5000 inactive_anon:300 isolated_anon:0\n"
		     " active_file:0 inactive_file:0 isolated_file:0\n"
		     " unevictable:0 dirty:0 writeback:0\n"
		     " slab_reclaimable:0 slab_unreclaimable:4000\n"
		     " mapped:10 shmem:4900 pagetables:60 sec_pagetables:0 bounce:0\n"
		     " free:500 free_pcp:20 free_cma:0\n";
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-SHMEM",
		 "19.1 MiB was shared memory or tmpfs");
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-SLAB",
		 "15.6 MiB was slab that cannot be reclaimed");
	comes_to(&(struct oom_pieces){}, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE",
		 "MW-OOM-UNACCOUNTED", "13.1 MiB is in no counter");
}

static void expect_no_unkillable(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)c;
	assert_null(oom_found(found, "MW-OOM-UNKILLABLE"));
}

static void unkillable(void **state)
{
	struct oom_pieces p = { .tasks = OOM_TABLE
				"[     60]     0    60     9000     4000    81920       30"
				"             0 large\n"
				"[     70]     0    70     9000     4500    81920        0"
				"         -1000 agent\n" };

	(void)state;
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-UNKILLABLE",
		 "agent (pid 70) holds more than the one killed");
	/* A small one is no reason, though the one killed was smaller. */
	p.tasks = OOM_TABLE "[     60]     0    60     9000       40    81920        0"
			    "             0 large\n"
			    "[     70]     0    70     9000       90    81920        0"
			    "         -1000 agent\n";
	oom_with(&p, expect_no_unkillable);
}

static void victim(void **state)
{
	struct oom_pieces p = {
		.summary = OOM_SUMMARY("CONSTRAINT_NONE", "global_oom,", "50"),
		.kill = "Out of memory: Killed process 50 (small) total-vm:20000kB\n"
	};

	(void)state;
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-VICTIM",
		 "pid 60 (large) is first by the rule");
}

static void panicked(void **state)
{
	struct oom_pieces p = { .summary = "" };

	(void)state;
	p.kill = "Kernel panic - not syncing: Out of memory: compulsory panic_on_oom is enabled\n";
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-PANIC",
		 "as vm.panic_on_oom tells it to");
	p.kill = "Out of memory and no killable processes...\n"
		 "Kernel panic - not syncing: System is deadlocked on memory\n";
	comes_to(&p, MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-PANIC",
		 "no task was left that may be killed");
}

static void reap_failed(void **state)
{
	(void)state;
	comes_to(&(struct oom_pieces){ .kill = OOM_KILL("60") "oom_reaper: unable to reap pid:60 "
							      "(large)\n" },
		 MW_CAUSE_NO_MEMORY, "MW-OOM-TRUE-SHORTAGE", "MW-OOM-REAP-FAILED",
		 "the memory of pid 60 could not be taken back");
}

/* A rule that no release has, and no limit. */
static void asked_by_a_program(void **state)
{
	struct oom_pieces p = { .release = "6.16.0",
				.mask = "gfp_mask=0x0(), order=0, ",
				.zones = "",
				.tail = "",
				.counters = "memory: usage 48000kB, limit 9007199254740988kB, "
					    "failcnt 0\nswap: usage 0kB, limit 0kB, failcnt 0\n",
				.summary = "oom-kill:constraint=CONSTRAINT_OWN,nodemask=(null),"
					   "cpuset=/,mems_allowed=0,oom_memcg=/job,task_memcg="
					   "/job,task=large,pid=60,uid=0\n",
				.kill = "Memory cgroup out of memory: Killed process 60 (large) "
					"total-vm:36000kB\n" };

	(void)state;
	want.cause = MW_CAUSE_REQUESTED;
	want.first = "MW-OOM-REQUESTED";
	want.other = NULL;
	want.severity = MW_INFO;
	want.words = "the cgroup /job has none, and the kernel names the rule CONSTRAINT_OWN";
	oom_with(&p, expect_wanted);
}

static void floor_of_one(void **state)
{
	struct oom_pieces p = { .release = "5.2.0",
				.zones = "",
				.tail = "",
				.counters = "memory: usage 400000kB, limit 400000kB, failcnt 9\n"
					    "swap: usage 0kB, limit 0kB, failcnt 0\n",
				.tasks = OOM_TABLE
				"[     60]     0    60     9000      100    81920       30"
				"          -998 pause\n"
				"[     70]     0    70     9000    90000    81920        0"
				"          -998 app\n",
				.summary = "",
				.kill = "Memory cgroup out of memory: Killed process 60 (pause) "
					"total-vm:36000kB\n" };

	(void)state;
	comes_to(&p, MW_CAUSE_MEMCG_LIMIT, "MW-OOM-MEMCG-LIMIT", "MW-OOM-FLOOR-BUG",
		 "every task here rates 1");
}

static void names_of_causes(void **state)
{
	(void)state;
	for (int i = 0; i < MW_OOM_CAUSES; i++)
		assert_true(strlen(mw_oom_cause_name((enum mw_oom_cause)i)) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(true_shortage),
		cmocka_unit_test(fragmentation),
		cmocka_unit_test(passed),
		cmocka_unit_test(reserves),
		cmocka_unit_test(lowmem),
		cmocka_unit_test(cgroup),
		cmocka_unit_test(node_bound),
		cmocka_unit_test(page_fault),
		cmocka_unit_test(requested),
		cmocka_unit_test(not_enough),
		cmocka_unit_test(atomic),
		cmocka_unit_test(costly_order),
		cmocka_unit_test(vmalloc),
		cmocka_unit_test(slub),
		cmocka_unit_test(guard),
		cmocka_unit_test(shares),
		cmocka_unit_test(unkillable),
		cmocka_unit_test(victim),
		cmocka_unit_test(panicked),
		cmocka_unit_test(reap_failed),
		cmocka_unit_test(floor_of_one),
		cmocka_unit_test(names_of_causes),
		cmocka_unit_test(asked_by_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
