/* SPDX-License-Identifier: Apache-2.0 */
#include "why/pages.h"

#include "helper.h"

#define KIB(n) ((uint64_t)(n)*1024)

static const struct mw_pages_row *row(const struct mw_pages *p, const char *id)
{
	for (size_t i = 0; i < p->n_rows; i++)
		if (!strcmp(p->row[i].id, id))
			return &p->row[i];
	fail_msg("no row %s", id);
	return NULL;
}

static struct mw_pages build(const char *text, struct mw_arena *arena)
{
	struct mw_census c;
	struct mw_pages p;

	mw_census_parse(mw_str_of(text), arena, &c);
	mw_pages_build(&c, arena, &p);
	return p;
}

/* Within what a counter was before and after there is nothing to explain. */
static void brackets(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_pages p = build("census bpf exact 1 0 0 0 0\n"
				  "class free 0 1024 1024 1024\nclass free 1 2048 2048 2048\n"
				  "class uninit 0 1024 1024 1024\n"
				  "class anon 0 1024 1024 1024\n"
				  "class slab 0 9216 9216 9216\n"
				  "counter MemFree 5120 3072\n"
				  "counter AnonPages 2048 4096\n"
				  "counter Slab 8192 8192\n",
				  &arena);

	(void)state;
	expect_val(row(&p, "free")->pages_bytes, KIB(4));
	assert_int_equal(row(&p, "free")->off_why, MW_OK);
	assert_int_equal(row(&p, "free")->off_bytes, 0);
	assert_int_equal(row(&p, "anon")->off_bytes, -1024);
	assert_int_equal(row(&p, "slab")->off_bytes, 1024);
	assert_int_equal(row(&p, "percpu_lists")->off_why, MW_ABSENT);
	expect_why(row(&p, "hugetlb")->before_bytes, MW_ABSENT);
}

static void file_systems_and_the_dead(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_pages p = build("census bpf exact 1 0 0 0 0\n"
				  "class other 0 512 512 512\nclass tail 0 512 512 512\n"
				  "fs 1 cache ext4 vda1 3 4096 1 1024\n"
				  "fs 2 shmem tmpfs - 1 2048 0 0\n"
				  "fs 3 buffers bdev - 1 8192 0 0\n"
				  "group 5 1 1024 0 1024 0 0 /gone\n"
				  "group 6 0 2048 0 2048 0 0 /here\n"
				  "counter Cached 6144 6144\n",
				  &arena);

	(void)state;
	assert_int_equal(row(&p, "page_cache")->off_bytes, 0);
	expect_val(row(&p, "page_cache")->pages_bytes, KIB(6));
	expect_val(row(&p, "shmem")->pages_bytes, KIB(2));
	expect_val(row(&p, "buffers")->pages_bytes, KIB(8));
	expect_val(p.unknown_bytes, KIB(1));
	expect_val(p.deleted_bytes, KIB(1));
	expect_val(p.dying_bytes, KIB(1));
	assert_int_equal(p.dying_count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brackets),
		cmocka_unit_test(file_systems_and_the_dead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
