/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/slabinfo.h"

#include "helper.h"

#define HEAD                                                                                  \
	"slabinfo - version: 2.1\n"                                                           \
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : " \
	"tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> " \
	"<sharedavail>\n"

static void of_2_6_32(void **state)
{
	struct mw_str rest =
		LIT(HEAD
		    "ext4_inode_cache  35660  35664   1000    4    1 : tunables   54   27    8 : "
		    "slabdata   8916   8916      0\n"
		    "size-4194304(DMA)      0      0 4194304    1 1024 : tunables    1    1    0 : "
		    "slabdata      0      0      0\n");
	struct mw_slab_cache c;

	(void)state;
	assert_true(mw_slabinfo_next(&rest, &c));
	expect_str(c.name, "ext4_inode_cache");
	assert_int_equal(c.active_count, 35660);
	assert_int_equal(c.object_count, 35664);
	assert_int_equal(c.object_bytes, 1000);
	assert_int_equal(c.pages_per_slab, 1);
	assert_int_equal(c.slab_count, 8916);
	assert_true(mw_slabinfo_next(&rest, &c));
	expect_str(c.name, "size-4194304(DMA)");
	assert_int_equal(c.pages_per_slab, 1024);
	assert_int_equal(c.slab_count, 0);
	assert_false(mw_slabinfo_next(&rest, &c));
}

/* The number of slabs is the second figure behind "slabdata", not the first. */
static void of_6_18(void **state)
{
	struct mw_str rest =
		LIT(HEAD
		    "btrfs_delayed_node      0      0    312   13    1 : tunables    0    0    0 : "
		    "slabdata      0      0      0\n"
		    ":A-0000064          1000   2048     64   64    1 : tunables    0    0    0 : "
		    "slabdata     30     32      0\n");
	struct mw_slab_cache c;

	(void)state;
	assert_true(mw_slabinfo_next(&rest, &c));
	expect_str(c.name, "btrfs_delayed_node");
	assert_true(mw_slabinfo_next(&rest, &c));
	expect_str(c.name, ":A-0000064");
	assert_int_equal(c.slab_count, 32);
	assert_false(mw_slabinfo_next(&rest, &c));
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest =
		LIT("\nonly_a_name\nshort 1 2 3\nneg -1 2 3 4 5 : slabdata 1 2 3\n"
		    "big 18446744073709551616 2 3 4 5 : slabdata 1 2 3\n"
		    "noslabdata 1 2 3 4 5 : tunables 0 0 0\nfew 1 2 3 4 5 : slabdata 1\n"
		    "text 1 2 3 4 5 : slabdata 1 x 3\ngood 1 2 3 4 5 : slabdata 6 7 8\n");
	struct mw_slab_cache c;

	(void)state;
	assert_true(mw_slabinfo_next(&rest, &c));
	expect_str(c.name, "good");
	assert_int_equal(c.slab_count, 7);
	assert_false(mw_slabinfo_next(&rest, &c));
	expect_str(c.name, "good");
}

static void empty_text(void **state)
{
	struct mw_slab_cache c;

	(void)state;
	assert_false(mw_slabinfo_next(&(struct mw_str){}, &c));
}

static void largest_figures(void **state)
{
	struct mw_str rest = LIT("x 18446744073709551615 18446744073709551615 4096 1 1024 : "
				 "slabdata 1 18446744073709551615 0\n");
	struct mw_slab_cache c;

	(void)state;
	assert_true(mw_slabinfo_next(&rest, &c));
	assert_int_equal(c.slab_count, UINT64_MAX);
	assert_int_equal(c.active_count, UINT64_MAX);
}

static void reclaimable_by_name(void **state)
{
	static const char *const yes[] = { "dentry",	       "ext4_inode_cache",
					   "xfs_inode",	       "inode_cache",
					   "buffer_head",      "radix_tree_node",
					   "proc_inode_cache", "kmalloc-rcl-128",
					   "nfs_inode_cache" };
	static const char *const no[] = {
		"",	 "kmalloc-64",	   "task_struct", "dentryx",	 "inode",
		"dentr", "vm_area_struct", "filp",	  "inode_cache2"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(mw_slab_is_reclaimable_name(mw_str_of(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(mw_slab_is_reclaimable_name(mw_str_of(no[i])));
}

static void any(struct mw_str text)
{
	struct mw_slab_cache c;
	size_t n = 0;

	while (mw_slabinfo_next(&text, &c)) {
		assert_true(c.name.n);
		mw_slab_is_reclaimable_name(c.name);
		assert_true(++n < 10);
	}
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT(HEAD "a\0b 1 2 3 4 5 : tunables 0 0 0 : slabdata 6 7 8\n"
			  "\x1b[2J 1 2 3 4 5 : slabdata 6 7 8\n"),
		 any);
	each_mangled(LIT("dentry 1 2 3 4 5 : tunables 0 0 0 : slabdata 6 7 8\n"
			 "filp 1 2 3 4 5 : slabdata 6 7 8\n"),
		     any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_2_6_32),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(empty_text),
		cmocka_unit_test(largest_figures),
		cmocka_unit_test(reclaimable_by_name),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
