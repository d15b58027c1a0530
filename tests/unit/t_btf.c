/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/btf.h"

#include <errno.h>

#include "btf_made.h"
#include "helper.h"

static struct made_btf made;

/* struct page { unsigned long flags; union { struct { void *a; void *mapping; }; int b; }; css c }
 */
static struct mw_str file(void)
{
	uint32_t number, inner, choice, css, named;

	btf_start(&made);
	number = btf_type(&made, BTF_INT, "long", 8);
	inner = btf_type(&made, BTF_STRUCT, "", 16);
	btf_member(&made, "a", number, 0);
	btf_member(&made, "mapping", number, 8);
	choice = btf_type(&made, BTF_UNION, "", 16);
	btf_member(&made, "", inner, 0);
	btf_member(&made, "b", number, 0);
	css = btf_type(&made, BTF_STRUCT, "css", 16);
	btf_member(&made, "cgroup", number, 8);
	named = btf_type(&made, BTF_TYPEDEF, "css_t", css);
	btf_type(&made, BTF_STRUCT, "page", 64);
	btf_member(&made, "flags", number, 0);
	btf_member(&made, "", choice, 16);
	btf_member(&made, "css", named, 32);
	btf_type(&made, BTF_ENUM, "pageflags", 4);
	btf_enumerator(&made, "PG_locked", 0);
	btf_enumerator(&made, "PG_head", 6);
	return btf_file(&made);
}

static void members(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_btf btf;

	(void)state;
	assert_int_equal(mw_btf_open(file(), &arena, &btf), 0);
	assert_int_equal(mw_btf_offset(&btf, "page", "flags"), 0);
	assert_int_equal(mw_btf_offset(&btf, "page", "mapping"), 24);
	assert_int_equal(mw_btf_offset(&btf, "page", "b"), 16);
	assert_int_equal(mw_btf_offset(&btf, "page", "css.cgroup"), 40);
	assert_int_equal(mw_btf_size(&btf, "page"), 64);
	assert_int_equal(mw_btf_enumerator(&btf, "pageflags", "PG_head"), 6);
}

static void what_is_not_there(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_btf btf;

	(void)state;
	assert_int_equal(mw_btf_open(file(), &arena, &btf), 0);
	assert_int_equal(mw_btf_offset(&btf, "page", "flag"), -1);
	assert_int_equal(mw_btf_offset(&btf, "page", "flagsx"), -1);
	assert_int_equal(mw_btf_offset(&btf, "page", ""), -1);
	assert_int_equal(mw_btf_offset(&btf, "page", "flags.x"), -1);
	assert_int_equal(mw_btf_offset(&btf, "folio", "flags"), -1);
	assert_int_equal(mw_btf_size(&btf, "pageflags"), -1);
	assert_int_equal(mw_btf_size(&btf, "css_t"), -1);
	assert_int_equal(mw_btf_enumerator(&btf, "pageflags", "PG_he"), -1);
	assert_int_equal(mw_btf_enumerator(&btf, "page", "PG_head"), -1);
}

/* Structures that hold each other, types that are behind themselves: no endless search. */
static void circles(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_btf btf;

	(void)state;
	btf_start(&made);
	btf_type(&made, BTF_STRUCT, "a", 8);
	btf_member(&made, "", 2, 0);
	btf_type(&made, BTF_STRUCT, "", 8);
	btf_member(&made, "", 1, 0);
	btf_type(&made, BTF_TYPEDEF, "t", 3);
	btf_type(&made, BTF_STRUCT, "b", 8);
	btf_member(&made, "", 3, 0);
	btf_member(&made, "", 77, 0);
	assert_int_equal(mw_btf_open(btf_file(&made), &arena, &btf), 0);
	assert_int_equal(mw_btf_offset(&btf, "a", "x"), -1);
	assert_int_equal(mw_btf_offset(&btf, "b", "x"), -1);
}

static void no_such_file(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str all = file();
	struct mw_btf btf;

	(void)state;
	assert_int_equal(mw_btf_open(LIT(""), &arena, &btf), -EINVAL);
	assert_int_equal(mw_btf_open(LIT("no BTF but twenty-four bytes long"), &arena, &btf),
			 -EINVAL);
	for (size_t n = 0; n < all.n; n++)
		assert_int_equal(mw_btf_open((struct mw_str){ all.p, n }, &arena, &btf), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(circles),
		cmocka_unit_test(no_such_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
