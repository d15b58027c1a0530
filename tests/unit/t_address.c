/* SPDX-License-Identifier: Apache-2.0 */
#include "why/address.h"

#include "why/space.h"

#include <stdio.h>

#include "helper.h"

#define ANON "7000-a000 rw-p 00000000 00:00 0 \n"

/* What would be read; NULL: absent. */
static struct mw_address explain(const char *map, const char *flags, const char *page,
				 struct mw_address_facts *f)
{
	static char block[256];
	struct mw_address a;

	f->host.page_bytes = 4096;
	f->host.release = (struct mw_release){ .major = 6, .minor = 18 };
	if (!f->address)
		f->address = 0x8123;
	f->maps_why = MW_OK;
	f->place = mw_maps_place(mw_str_of(map), f->address);
	f->block_why = flags ? MW_OK : MW_DENIED;
	snprintf(block, sizeof(block), "Rss: 4 kB\nSwap: 4 kB\nVmFlags: %s\n", flags ? flags : "");
	assert_int_equal(mw_smaps_block_parse(mw_str_of(block), &f->block), 0);
	f->page_why = page ? MW_OK : MW_ABSENT;
	if (page)
		assert_int_equal(mw_page_entry_parse(mw_str_of(page), &f->page), 0);
	mw_address_explain(f, &a);
	return a;
}

static struct mw_address simple(const char *map, const char *flags, const char *page)
{
	struct mw_address_facts f = {};

	return explain(map, flags, page, &f);
}

static void private_memory(void **state)
{
	struct mw_address a = simple(ANON, "rd wr ac",
				     "pagemap 0x8100000000001234\nscan 0x8\ncount 1\nflags 0x5868\n"
				     "cgroup 7\nagain 0x8100000000001234\n");

	(void)state;
	assert_int_equal(a.kind, MW_ADDRESS_ANON);
	assert_int_equal(a.promise, MW_PROMISE_MAPPING);
	assert_int_equal(a.state, MW_PAGE_PRESENT);
	expect_val(a.counted, 1);
	expect_val(a.noreserve, 0);
	expect_val(a.frame, 0x1234);
	expect_val(a.map_count, 1);
	expect_val(a.zero, 0);
	expect_val(a.huge, 0);
	expect_val(a.block_bytes, 4096);
	expect_val(a.copy, 0);
	expect_why(a.file_offset_bytes, MW_ABSENT);
	assert_false(a.moved);
	a = simple(ANON, "rd wr nr", "pagemap 0x0\n");
	assert_int_equal(a.promise, MW_PROMISE_NONE);
	assert_int_equal(a.state, MW_PAGE_UNTOUCHED);
	expect_val(a.noreserve, 1);
	expect_why(a.frame, MW_ABSENT);
	expect_why(a.map_count, MW_ABSENT);
}

static void hidden_frame(void **state)
{
	struct mw_address a = simple(ANON, NULL, "pagemap 0x8000000000000000\n");

	(void)state;
	expect_why(a.counted, MW_DENIED);
	assert_int_equal(a.promise, MW_PROMISE_UNKNOWN);
	expect_why(a.frame, MW_DENIED);
	expect_why(a.map_count, MW_DENIED);
	expect_why(a.zero, MW_DENIED);
	expect_why(a.huge, MW_DENIED);
	expect_why(a.block_bytes, MW_DENIED);
	expect_why(a.cgroup_ino, MW_DENIED);
	a = simple(ANON, NULL, "pagemap 0x8100000000000000\nscan 0x8\n");
	expect_val(a.map_count, 1);
	expect_val(a.zero, 0);
	a = simple(ANON, NULL, "pagemap 0x8000000000000000\nscan 0x28\n");
	expect_val(a.zero, 1);
	expect_why(a.map_count, MW_ABSENT);
	/* The huge page of zeros looks like any huge page. */
	a = simple(ANON, NULL, "pagemap 0x8000000000000000\nscan 0x48\n");
	expect_why(a.zero, MW_DENIED);
	expect_val(a.huge, 1);
	expect_val(a.huge_mapped, 1);
	a = simple(ANON, NULL, NULL);
	assert_int_equal(a.state, MW_PAGE_UNKNOWN);
	assert_int_equal(a.state_why, MW_ABSENT);
}

static void huge_page(void **state)
{
	struct mw_address a = simple(ANON, "rd wr ac hg",
				     "pagemap 0x8100000000001234\nscan 0x48\ncount 1\n"
				     "flags 0x415000\nhead 0x1200\nblock_pages 512\n");

	(void)state;
	expect_val(a.huge, 1);
	expect_val(a.huge_mapped, 1);
	expect_val(a.block_bytes, 2 << 20);
	/* Before 6.7 there is no scan. */
	a = simple(ANON, "rd wr ac hg", "pagemap 0x8100000000001234\ncount 1\nflags 0x415000\n");
	expect_val(a.huge, 1);
	expect_why(a.huge_mapped, MW_ABSENT);
	expect_why(a.block_bytes, MW_ABSENT);
	a = simple("7000-a000 rw-p 00000000 00:10 5 /anon_hugepage (deleted)\n", "rd wr ht",
		   "pagemap 0x8100000000001234\ncount 1\nflags 0x20000\nblock_pages 512\n");
	assert_int_equal(a.kind, MW_ADDRESS_HUGETLB);
	assert_int_equal(a.promise, MW_PROMISE_POOL);
	expect_val(a.huge_mapped, 1);
}

static void not_there(void **state)
{
	struct mw_address_facts f = {};
	struct mw_address a = simple(ANON, "rd wr ac", "pagemap 0x4000000000000921\n");

	(void)state;
	assert_int_equal(a.state, MW_PAGE_SWAPPED);
	expect_val(a.swap_type, 1);
	expect_val(a.swap_offset, 73);
	a = simple(ANON, "rd wr ac", "pagemap 0x400000000000093e\n");
	assert_int_equal(a.state, MW_PAGE_SPECIAL);
	expect_why(a.swap_type, MW_ABSENT);
	a = simple(ANON, "rd wr ac", "pagemap 0x4400000000000000\n");
	assert_int_equal(a.state, MW_PAGE_GUARD);
	a = simple(ANON, "rd wr ac", "pagemap 0x4000000000000000\n");
	assert_int_equal(a.state, MW_PAGE_SWAPPED);
	expect_why(a.swap_type, MW_DENIED);
	a = simple("7000-a000 --xp 00000000 00:00 0 [vsyscall]\n", "ex", "pagemap ENODATA\n");
	assert_int_equal(a.state, MW_PAGE_OUTSIDE);
	f.address = 0xb000;
	a = explain(ANON "c000-d000 rw-p 0 00:00 0\n", NULL, NULL, &f);
	assert_int_equal(a.kind, MW_ADDRESS_HOLE);
	expect_val(a.hole_bytes, 0x2000);
	a = explain(ANON, NULL, NULL, &f);
	expect_why(a.hole_bytes, MW_ABSENT);
}

static void objects(void **state)
{
	static const struct {
		const char *map, *flags;
		bool shm_mount, shmem;
		enum mw_address_kind kind;
		enum mw_promise promise;
	} want[] = {
		{ "7000-a000 rw-s 00001000 00:01 9 /dev/zero (deleted)\n", "rd wr sh", true, true,
		  MW_ADDRESS_SHARED_ANON, MW_PROMISE_OBJECT },
		{ "7000-a000 rw-s 00001000 00:01 9 /dev/zero (deleted)\n", "rd wr sh nr", true,
		  true, MW_ADDRESS_SHARED_ANON, MW_PROMISE_BLOCKS },
		{ "7000-a000 rw-s 00001000 00:01 9 /memfd:x (deleted)\n", "rd wr sh", true, true,
		  MW_ADDRESS_MEMFD, MW_PROMISE_BLOCKS },
		{ "7000-a000 rw-s 00001000 00:01 9 /SYSV00000000 (deleted)\n", "rd wr sh", true,
		  true, MW_ADDRESS_SYSV, MW_PROMISE_OBJECT },
		{ "7000-a000 rw-s 00001000 00:1c 9 /dev/shm/x\n", "rd wr sh", false, true,
		  MW_ADDRESS_TMPFS, MW_PROMISE_BLOCKS },
		{ "7000-a000 rw-s 00001000 08:01 9 /memfd:x (deleted)\n", "rd wr sh", false, false,
		  MW_ADDRESS_FILE, MW_PROMISE_NONE },
		{ "7000-a000 rw-p 00001000 08:01 9 /x\n", "rd wr ac", false, false,
		  MW_ADDRESS_PRIVATE_FILE, MW_PROMISE_MAPPING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		struct mw_address_facts f = { .shm_mount = want[i].shm_mount,
					      .shmem = want[i].shmem };
		struct mw_address a = explain(want[i].map, want[i].flags, "pagemap 0x0\n", &f);

		assert_int_equal(a.kind, want[i].kind);
		assert_int_equal(a.promise, want[i].promise);
		assert_int_equal(a.state, MW_PAGE_UNMAPPED);
		expect_val(a.file_offset_bytes, 0x2000);
	}
}

static void moved_or_copied(void **state)
{
	struct mw_address a = simple(ANON, "rd wr ac",
				     "pagemap 0x8100000000001234\ncount 3\nflags 0x1\ncgroup 7\n"
				     "again 0x8100000000001235\n");

	(void)state;
	assert_true(a.moved);
	expect_why(a.flags, MW_RACED);
	expect_why(a.cgroup_ino, MW_RACED);
	a = simple("7000-a000 rw-p 00001000 08:01 9 /x\n", "rd wr ac",
		   "pagemap 0x8100000000001234\ncount 1\nflags 0x1000\nagain 0x8000000000001234\n");
	assert_false(a.moved); /* only who maps it */
	expect_val(a.copy, 1);
	a = simple("7000-a000 rw-p 00001000 08:01 9 /x\n", "rd wr ac",
		   "pagemap 0xa000000000001234\ncount 9\nflags 0x800\n");
	expect_val(a.copy, 0);
	expect_val(a.file_page, 1);
}

static void beyond(void **state)
{
	(void)state;
	assert_true(mw_space_is_beyond(mw_str_of("x86_64"), 0xffff888000000000));
	assert_false(mw_space_is_beyond(mw_str_of("x86_64"), 0x00ff888000000000));
	assert_true(mw_space_is_beyond(mw_str_of("aarch64"), 0xffff000000000000));
	assert_true(mw_space_is_beyond(mw_str_of("i686"), (uint64_t)1 << 32));
	assert_false(mw_space_is_beyond(mw_str_of(""), UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(private_memory), cmocka_unit_test(hidden_frame),
		cmocka_unit_test(huge_page),	  cmocka_unit_test(not_there),
		cmocka_unit_test(objects),	  cmocka_unit_test(moved_or_copied),
		cmocka_unit_test(beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
