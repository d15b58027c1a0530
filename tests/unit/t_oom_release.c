/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* A header without the line of the stack dump that names the release. */
#define ASKED(rest) "hog invoked oom-killer: " rest "oom_score_adj=0\n"

static const char *want_range;
static unsigned want_major, want_minor;

static void expect_inferred(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_true(c->release_inferred);
	assert_string_equal(c->release_range, want_range);
	assert_int_equal(c->release.major, want_major);
	assert_int_equal(c->release.minor, want_minor);
	expect_text(mw_oom_kernel(c), want_range);
}

static void expect_range(const struct oom_pieces *p, const char *range, unsigned major,
			 unsigned minor)
{
	want_range = range;
	want_major = major;
	want_minor = minor;
	oom_with(p, expect_inferred);
}

static void named(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_false(c->release_inferred);
	assert_string_equal(mw_oom_kernel(c), "3.10.0-1160.el7.x86_64");
	assert_int_equal(c->release.vendor, MW_EL7);
}

static void its_own_words_win(void **state)
{
	(void)state;
	oom_with(&(struct oom_pieces){ .release = "3.10.0-1160.el7.x86_64" }, named);
}

static struct oom_pieces just(const char *header, const char *zones, const char *tasks,
			      const char *kill)
{
	return (struct oom_pieces){ .header = header,
				    .counters = "",
				    .zones = zones,
				    .tail = "",
				    .tasks = tasks,
				    .summary = "",
				    .kill = kill };
}

static void by_the_header(void **state)
{
	struct oom_pieces p;

	(void)state;
	p = just(ASKED("gfp_mask=0xd0, order=0, "), "", "", "");
	expect_range(&p, "2.6.32 to 4.5", 2, 6);
	p = just(ASKED("gfp_mask=0x24200ca(GFP_HIGHUSER_MOVABLE), order=0, "), "", "", "");
	expect_range(&p, "4.6 to 4.9", 4, 6);
	p = just(ASKED("gfp_mask=0x14200ca(GFP_HIGHUSER_MOVABLE), nodemask=(null), order=0, "), "",
		 "", "");
	expect_range(&p, "4.11 to 4.17", 4, 11);
}

static void by_the_summary(void **state)
{
	struct oom_pieces p =
		just(ASKED("gfp_mask=0xcc0(GFP_KERNEL), order=0, "), "", OOM_TASKS, OOM_KILL("60"));

	(void)state;
	expect_range(&p, "5.4 to the newest", 7, 2);
	p.summary = OOM_SUMMARY("CONSTRAINT_NONE", "global_oom,", "60");
	p.kill = "";
	expect_range(&p, "5.1 to the newest", 7, 2);
}

static void by_the_table(void **state)
{
	struct oom_pieces p = just(ASKED("gfp_mask=0xd0, order=0, "), "",
				   "[ pid ]   uid  tgid total_vm      rss cpu oom_adj "
				   "oom_score_adj name\n"
				   "[   50]     0    50     5000      100   0       0             "
				   "0 small\n",
				   "");

	(void)state;
	expect_range(&p, "2.6.32 to 3.6", 2, 6);
	p.tasks = "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name\n"
		  "[   50]     0    50     5000      100      10        0             0 small\n";
	expect_range(&p, "3.6 to 4.5", 3, 6);
	p.header = ASKED("gfp_mask=0xcc0(GFP_KERNEL), order=0, ");
	p.tasks = "Tasks state (memory values in pages):\n"
		  "[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem "
		  "pgtables_bytes swapents oom_score_adj name\n"
		  "[     50]     0    50     5000      100       90       10         0    40960  "
		  "      0             0 small\n";
	expect_range(&p, "6.8 to the newest", 7, 2);
}

static void by_the_zone_line(void **state)
{
	struct oom_pieces p = just(ASKED("gfp_mask=0xd0, order=0, "), NULL, "", "");

	(void)state;
	p.zones = "Normal free:2000kB min:4000kB low:5000kB high:6000kB active_anon:0kB "
		  "shmem:0kB present:40000kB mlocked:0kB\nlowmem_reserve[]: 0 0\n";
	expect_range(&p, "2.6.32 to 3.7", 2, 6);
	p.zones = "Normal free:2000kB min:4000kB low:5000kB high:6000kB active_anon:0kB "
		  "present:40000kB mlocked:0kB free_cma:0kB\nlowmem_reserve[]: 0 0\n";
	expect_range(&p, "3.7", 3, 7);
	p.zones = "Normal free:2000kB min:4000kB low:5000kB high:6000kB present:40000kB "
		  "managed:36000kB free_cma:0kB\nlowmem_reserve[]: 0 0\n";
	expect_range(&p, "3.8 to 4.3", 3, 8);
	/* 3.13 and 3.16 still print the lists of each CPU. */
	p.counters = "Mem-Info:\nNormal per-cpu:\nCPU    0: hi:  186, btch:  31 usd:   0\n";
	expect_range(&p, "3.8 to 4.3", 3, 8);
	p.counters = "";
	p.header = ASKED("gfp_mask=0xcc0(GFP_KERNEL), order=0, ");
	p.zones = "Normal free:2000kB boost:0kB min:4000kB low:5000kB high:6000kB "
		  "reserved_highatomic:0KB free_highatomic:0KB present:40000kB managed:36000kB "
		  "free_pcp:0kB free_cma:0kB\nlowmem_reserve[]: 0 0\n";
	expect_range(&p, "6.15 to the newest", 7, 2);
}

/* Lines of two kernels in one report: no release fits, so all are left. */
static void contradictions(void **state)
{
	struct oom_pieces p = just(ASKED("gfp_mask=0xd0, order=0, "), OOM_ZONES, "", "");

	(void)state;
	expect_range(&p, "2.6.32 to the newest", 7, 2);
}

/* The names that it prints for the mask say which layout of the bits it has. */
static void by_the_names_of_the_mask(void **state)
{
	struct oom_pieces p =
		just(ASKED("gfp_mask=0x6200ca(GFP_HIGHUSER_MOVABLE), order=0, "), "", "", "");

	(void)state;
	expect_range(&p, "4.18 to 5.0", 4, 18);
	p.header = ASKED("gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, ");
	expect_range(&p, "5.1 to the newest", 7, 2);
	/* No kernel printed that: the bits say nothing. */
	p.header = ASKED("gfp_mask=0x100cca(GFP_KERNEL), order=0, ");
	expect_range(&p, "4.6 to the newest", 7, 2);
}

static uint64_t want_page;

static void expect_page(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->page_bytes, want_page ? want_page : 4096);
	assert_int_equal(c->page_inferred, !want_page);
}

/* Where no line of the report tells the size of a page: some builds have only one. */
static void its_page(void **state)
{
	static const struct {
		const char *release;
		uint64_t bytes; /* 0: not known */
	} of[] = { { "4.18.0-305.el8.ppc64le", 65536 },
		   { "4.18.0-305.el8.x86_64", 4096 },
		   { "6.1.0-9-amd64", 4096 },
		   { "4.18.0-305.el8.aarch64", 65536 },
		   { "5.14.0-70.el9.aarch64", 0 },
		   { "6.1.0-ppc64le", 0 },
		   { "6.1.0", 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
		want_page = of[i].bytes;
		oom_with(&(struct oom_pieces){ .release = of[i].release, .zones = "", .kill = "" },
			 expect_page);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own_words_win),	    cmocka_unit_test(by_the_header),
		cmocka_unit_test(by_the_summary),	    cmocka_unit_test(by_the_table),
		cmocka_unit_test(by_the_zone_line),	    cmocka_unit_test(contradictions),
		cmocka_unit_test(by_the_names_of_the_mask), cmocka_unit_test(its_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
