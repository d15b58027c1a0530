/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmallocinfo.h"

#include "helper.h"

static void expect_area(struct mw_str *rest, const char *caller, uint64_t pages)
{
	struct mw_vmalloc_area area;

	assert_true(mw_vmallocinfo_next(rest, &area));
	expect_same(area.caller, mw_str_of(caller));
	assert_int_equal(area.pages, pages);
}

static void expect_end(struct mw_str *rest)
{
	struct mw_vmalloc_area area;

	assert_false(mw_vmallocinfo_next(rest, &area));
}

static void of_3_10(void **state)
{
	struct mw_str rest = LIT(
		"0xffffc90000000000-0xffffc90000201000 2101248 alloc_large_system_hash+0x171/0x23c "
		"pages=512 vmalloc vpages N0=256 N1=256\n"
		"0xffffc90000201000-0xffffc90000203000    8192 acpi_os_map_memory+0x10c/0x17a "
		"phys=7ffe0000 ioremap\n"
		"0xffffc90000204000-0xffffc90000206000    8192 kernel_stack pages=1 vmalloc\n"
		"0xffffc90004a00000-0xffffc90004b00000 1048576 vm_map_ram\n");

	(void)state;
	expect_area(&rest, "alloc_large_system_hash", 512);
	expect_area(&rest, "acpi_os_map_memory", 0);
	expect_area(&rest, "", 1);
	expect_area(&rest, "", 0);
	expect_end(&rest);
}

static void of_6_18(void **state)
{
	struct mw_str rest = LIT(
		"0x000000006e7d12ab-0x00000000c73ab85c   20480 irq_init_percpu_irqstack+0xca/0x100 "
		"vmap\n"
		"0x000000006e7d12ab-0x00000000c73ab85c   20480 kernel_clone+0xa1/0x3d0 pages=4 "
		"vmalloc N0=4\n"
		"0x000000006e7d12ab-0x00000000c73ab85c  528384 nf_ct_alloc_hashtable+0x4a/0xa0 "
		"[nf_conntrack] pages=128 vmalloc vpages N0=128\n"
		"0x000000006e7d12ab-0x00000000c73ab85c   12288 unpurged vm_area\n");

	(void)state;
	expect_area(&rest, "irq_init_percpu_irqstack", 0);
	expect_area(&rest, "kernel_clone", 4);
	expect_area(&rest, "nf_ct_alloc_hashtable", 128);
	expect_area(&rest, "", 0);
	expect_end(&rest);
}

static void addresses_may_be_hidden(void **state)
{
	struct mw_str rest = LIT("0x0000000000000000-0x0000000000000000 8192 f+0x1/0x2 pages=1\n"
				 "0x(____ptrval____)-0x(____ptrval____) 8192 g+0x1/0x2 pages=2\n"
				 "0x(ptrval)-0x(ptrval) 8192 h+0x1/0x2 pages=3\n");

	(void)state;
	expect_area(&rest, "f", 1);
	expect_area(&rest, "g", 2);
	expect_area(&rest, "h", 3);
	expect_end(&rest);
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest = LIT("\n0xffff-0xffff\nffff-ffff 8192 f+0x1/0x2 pages=1\n"
				 "0x1-0x2 8192 f+0x1/0x2 pages=x\n0x1-0x2 8192 f+0x1/0x2 pages=\n"
				 "0x1-0x2 8192 f+0x1/0x2 pages=18446744073709551616\n"
				 "0x1-0x2 8192 f+0x1/0x2 pages=-1\n"
				 "0x1-0x2 8192 last+0x1/0x2 pages=18446744073709551615\n");

	(void)state;
	expect_area(&rest, "last", UINT64_MAX);
	expect_end(&rest);
}

/* The first name is the caller's, whatever else holds a plus. */
static void one_caller(void **state)
{
	struct mw_str rest = LIT("0x1-0x2 8192 f+0x1/0x2 g+0x3/0x4 pages=1 x+y\n");

	(void)state;
	expect_area(&rest, "f", 1);
	expect_end(&rest);
}

/* Which module asked: the kernel itself where none is named. */
static void modules(void **state)
{
	struct mw_str rest = LIT("0x1-0x2 8192 f+0x1/0x2 [nf_conntrack] pages=1 vmalloc\n"
				 "0x1-0x2 8192 f+0x1/0x2 pages=1 vmalloc\n"
				 "0x1-0x2 8192 f+0x1/0x2 [a pages=1 b] []\n");
	struct mw_vmalloc_area area;

	(void)state;
	assert_true(mw_vmallocinfo_next(&rest, &area));
	expect_str(area.module, "[nf_conntrack]");
	assert_true(mw_vmallocinfo_next(&rest, &area));
	expect_str(area.module, "");
	assert_true(mw_vmallocinfo_next(&rest, &area));
	expect_str(area.module, "[]");
}

static void empty_text(void **state)
{
	(void)state;
	expect_end(&(struct mw_str){});
}

static void stacks(void **state)
{
	static const char *const yes[] = { "kernel_clone", "_do_fork", "copy_process",
					   "dup_task_struct", "alloc_thread_stack_node" };
	static const char *const no[] = { "", "kernel_clon", "kernel_clone2", "fork",
					  "nf_ct_alloc_hashtable" };

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		assert_true(mw_vmalloc_is_stack(mw_str_of(yes[i])));
	for (size_t i = 0; i < COUNT(no); i++)
		assert_false(mw_vmalloc_is_stack(mw_str_of(no[i])));
}

static void any(struct mw_str text)
{
	struct mw_vmalloc_area area;
	size_t n = 0;

	while (mw_vmallocinfo_next(&text, &area)) {
		mw_vmalloc_is_stack(area.caller);
		assert_true(++n < 10);
	}
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("0x1-0x2 8192 f+0x1/0x2 [m\0d] pages=1 vmalloc\n0x1-0x2 1 +\xff pages=7"),
		 any);
	each_mangled(LIT("0x1-0x2 8192 f+0x1/0x2 pages=12 vmalloc N0=12\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_3_10),
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(addresses_may_be_hidden),
		cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(one_caller),
		cmocka_unit_test(modules),
		cmocka_unit_test(empty_text),
		cmocka_unit_test(stacks),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
