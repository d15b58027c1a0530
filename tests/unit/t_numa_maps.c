/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/numa_maps.h"

#include "helper.h"

/* As 6.12 prints them. */
static const char plain[] =
	"55970bb24000 default file=/usr/bin/cat mapped=2 N0=2 kernelpagesize_kB=4\n"
	"55970bb2e000 default file=/usr/bin/cat anon=1 dirty=1 active=0 N1=1 kernelpagesize_kB=4\n"
	"5597415fe000 default heap anon=4 dirty=4 N0=3 N1=1 kernelpagesize_kB=4\n"
	"7f0000000000 bind:0-1 anon=1024 dirty=1024 N0=512 N1=512 kernelpagesize_kB=4\n"
	"7f0010000000 bind:1 file=/anon_hugepage\\040(deleted) huge anon=4 dirty=4 N1=4 "
	"kernelpagesize_kB=2048\n"
	"7f0020000000 default file=/lib/a.so mapped=9 mapmax=31 N0=9 kernelpagesize_kB=4\n"
	"7f0030000000 default\n"
	"7f0040000000 interleave:0-1\n"
	"7ffd00000000 default stack anon=3 dirty=3 N0=3 kernelpagesize_kB=4\n";

static struct mw_arena arena;

static struct mw_numa_map next(struct mw_str *rest)
{
	struct mw_numa_map m;

	assert_true(mw_numa_map_next(rest, &m));
	return m;
}

static void expect_count(struct mw_numa_map *m, uint64_t want_node, uint64_t want_pages)
{
	uint64_t node, pages;

	assert_true(mw_numa_count_next(&m->counts, &node, &pages));
	assert_int_equal(node, want_node);
	assert_int_equal(pages, want_pages);
}

static void expect_no_more(struct mw_numa_map *m)
{
	uint64_t node, pages;

	assert_false(mw_numa_count_next(&m->counts, &node, &pages));
}

static void lines(void **state)
{
	struct mw_str rest = LIT(plain);
	struct mw_numa_map m = next(&rest);

	(void)state;
	expect_str(m.policy, "default");
	assert_int_equal(m.page_bytes, 4096);
	assert_false(m.huge || m.shared);
	expect_count(&m, 0, 2);
	expect_no_more(&m);
	next(&rest);
	m = next(&rest);
	expect_count(&m, 0, 3);
	expect_count(&m, 1, 1);
	m = next(&rest);
	expect_str(m.policy, "bind:0-1");
	m = next(&rest);
	assert_true(m.huge);
	assert_int_equal(m.page_bytes, 2 << 20);
	expect_count(&m, 1, 4);
	assert_true(next(&rest).shared);
	m = next(&rest);
	assert_int_equal(m.page_bytes, 0);
	expect_no_more(&m);
}

static void policies(void **state)
{
	struct mw_str rest = LIT("1 prefer (many):0-1 N0=1 kernelpagesize_kB=4\n"
				 "2 prefer (many)=static:0-1 N0=1 kernelpagesize_kB=4\n"
				 "3 weighted interleave:0,2 N0=1 kernelpagesize_kB=4\n"
				 "4 prefer:1 heap N0=1 kernelpagesize_kB=4\n"
				 "5 bind=static|balancing:0 N0=1 kernelpagesize_kB=4\n"
				 "6 local\n"
				 "7 prefer");

	(void)state;
	expect_str(next(&rest).policy, "prefer (many):0-1");
	expect_str(next(&rest).policy, "prefer (many)=static:0-1");
	expect_str(next(&rest).policy, "weighted interleave:0,2");
	expect_str(next(&rest).policy, "prefer:1");
	expect_str(next(&rest).policy, "bind=static|balancing:0");
	expect_str(next(&rest).policy, "local");
	expect_str(next(&rest).policy, "prefer");
}

/* Names that look like fields, numbers that are none, lines that are none. */
static void hostile(void **state)
{
	struct mw_str rest =
		LIT("\nzz default N0=1 kernelpagesize_kB=4\n1\n"
		    "2 default file=/a\\040N0=5\\040huge\\040mapmax=9 N1=1 kernelpagesize_kB=4\n"
		    "3 default N=1 N0=-1 N0=x NN0=1 N1024=1 N0 N1=2 xN0=3 kernelpagesize_kB=4\n"
		    "4 default N0=1\n"
		    "5 default N0=1 kernelpagesize_kB=99999999999999999999\n"
		    "6 default N0=1 kernelpagesize_kB=18446744073709551615\n"
		    "7 default N0=512 kernelpagesize_kB=2048\n"); /* DAX: what is counted? */
	struct mw_numa_map m = next(&rest);

	(void)state;
	assert_false(m.huge || m.shared);
	expect_count(&m, 1, 1);
	expect_no_more(&m);
	m = next(&rest);
	expect_count(&m, 1, 2);
	expect_no_more(&m);
	for (int i = 0; i < 4; i++) {
		m = next(&rest);
		assert_int_equal(m.page_bytes, 0);
		expect_no_more(&m);
	}
	assert_false(mw_numa_map_next(&rest, &m));
}

static struct mw_str sum(struct mw_str text)
{
	return mw_numa_maps_sum(text, &arena);
}

static void sums(void **state)
{
	(void)state;
	expect_str(sum(LIT(plain)), "0 default N0=8 N1=2 kernelpagesize_kB=4\n"
				    "0 bind:0-1 N0=512 N1=512 kernelpagesize_kB=4\n"
				    "0 bind:1 huge N1=4 kernelpagesize_kB=2048\n"
				    "0 default mapmax=2 N0=9 kernelpagesize_kB=4\n"
				    "0 default\n"
				    "0 interleave:0-1\n");
	expect_str(sum(LIT("")), "");
	expect_str(sum(LIT("1 default N3=1 N1=1 N2=1 N1=5 kernelpagesize_kB=4\n")),
		   "0 default N1=6 N2=1 N3=1 kernelpagesize_kB=4\n");
}

static void sums_again(struct mw_str text)
{
	struct mw_str once = sum(text);

	expect_same(sum(once), once);
	mw_arena_done(&arena);
	arena = (struct mw_arena){};
}

static void cut_and_mangled(void **state)
{
	(void)state;
	each_cut(LIT(plain), sums_again);
	each_mangled(LIT(plain), sums_again);
}

static void out_of_memory(void **state)
{
	struct mw_arena full = { .fixed = true };

	(void)state;
	assert_int_equal(mw_numa_maps_sum(LIT(plain), &full).n, 0);
	assert_true(full.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),	   cmocka_unit_test(policies),
		cmocka_unit_test(hostile),	   cmocka_unit_test(sums),
		cmocka_unit_test(cut_and_mangled), cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
