/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include <ctype.h>
#include <errno.h>

static const enum mw_why reasons[] = { MW_UNREAD, MW_ABSENT, MW_DENIED, MW_GONE, MW_BAD, MW_RACED };

static void zeroed_is_unread(void **state)
{
	struct mw_val v = {};

	(void)state;
	expect_why(v, MW_UNREAD);
	assert_false(mw_known(v));
	assert_int_equal(mw_or(v, 7), 7);
}

static void known_numbers(void **state)
{
	(void)state;
	assert_true(mw_known(mw_ok(0)));
	assert_int_equal(mw_or(mw_ok(0), 7), 0);
	assert_int_equal(mw_or(mw_ok(UINT64_MAX), 7), UINT64_MAX);
}

static void sums(void **state)
{
	(void)state;
	expect_val(mw_add(mw_ok(2), mw_ok(3)), 5);
	expect_val(mw_add(mw_ok(0), mw_ok(0)), 0);
	expect_val(mw_add(mw_ok(UINT64_MAX), mw_ok(0)), UINT64_MAX);
	expect_why(mw_add(mw_ok(UINT64_MAX), mw_ok(1)), MW_BAD);
	expect_why(mw_add(mw_ok(1), mw_ok(UINT64_MAX)), MW_BAD);
}

static void differences(void **state)
{
	(void)state;
	expect_val(mw_sub(mw_ok(5), mw_ok(3)), 2);
	expect_val(mw_sub(mw_ok(5), mw_ok(5)), 0);
	expect_why(mw_sub(mw_ok(3), mw_ok(5)), MW_RACED);
	expect_why(mw_sub(mw_ok(0), mw_ok(UINT64_MAX)), MW_RACED);
}

static void products(void **state)
{
	(void)state;
	expect_val(mw_mul(mw_ok(5), 1024), 5120);
	expect_val(mw_mul(mw_ok(UINT64_MAX), 0), 0);
	expect_val(mw_mul(mw_ok(UINT64_MAX), 1), UINT64_MAX);
	expect_val(mw_mul(mw_ok(UINT64_MAX / 1024), 1024), UINT64_MAX - 1023);
	expect_why(mw_mul(mw_ok(UINT64_MAX / 1024 + 1), 1024), MW_BAD);
}

static void unknown_stays_unknown(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++) {
		struct mw_val no = mw_no(reasons[i]);

		expect_why(mw_add(no, mw_ok(5)), reasons[i]);
		expect_why(mw_add(mw_ok(5), no), reasons[i]);
		expect_why(mw_sub(no, mw_ok(5)), reasons[i]);
		expect_why(mw_sub(mw_ok(5), no), reasons[i]);
		expect_why(mw_mul(no, 0), reasons[i]);
		assert_int_equal(mw_or(no, 9), 9);
	}
}

static void first_reason_is_kept(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++)
		for (size_t k = 0; k < COUNT(reasons); k++) {
			expect_why(mw_add(mw_no(reasons[i]), mw_no(reasons[k])), reasons[i]);
			expect_why(mw_sub(mw_no(reasons[i]), mw_no(reasons[k])), reasons[i]);
		}
	expect_why(mw_add(mw_sub(mw_ok(1), mw_ok(2)), mw_no(MW_DENIED)), MW_RACED);
	expect_why(mw_mul(mw_add(mw_ok(UINT64_MAX), mw_ok(1)), 0), MW_BAD);
}

/* A number that happens to stand in an unknown value must not leak into a sum. */
static void number_of_unknown_is_ignored(void **state)
{
	struct mw_val no = { .v = 1000, .why = MW_DENIED };

	(void)state;
	expect_why(mw_add(no, mw_ok(5)), MW_DENIED);
	assert_int_equal(mw_or(no, 1), 1);
	assert_false(mw_known(no));
}

static void errnos(void **state)
{
	static const struct {
		int r;
		enum mw_why why;
	} cases[] = {
		{ 0, MW_OK },
		{ -ENOENT, MW_ABSENT },
		{ -ENOTDIR, MW_ABSENT },
		{ -EOPNOTSUPP, MW_ABSENT },
		{ -ENOSYS, MW_ABSENT },
		{ -EACCES, MW_DENIED },
		{ -EPERM, MW_DENIED },
		{ -ESRCH, MW_GONE },
		{ -ENODEV, MW_GONE },
		{ -EIO, MW_BAD },
		{ -EINVAL, MW_BAD },
		{ -EFBIG, MW_BAD },
		{ -4095, MW_BAD },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(mw_why_of_errno(cases[i].r), cases[i].why);
}

static void names_are_words(void **state)
{
	const char *seen[MW_RACED + 1];

	(void)state;
	for (size_t i = 0; i <= MW_RACED; i++) {
		seen[i] = mw_why_name((enum mw_why)i);
		assert_true(seen[i][0]);
		for (const char *p = seen[i]; *p; p++)
			assert_true(islower((unsigned char)*p));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[i], seen[k]);
	}
	assert_string_equal(mw_why_name(MW_DENIED), "denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_is_unread),
		cmocka_unit_test(known_numbers),
		cmocka_unit_test(sums),
		cmocka_unit_test(differences),
		cmocka_unit_test(products),
		cmocka_unit_test(unknown_stays_unknown),
		cmocka_unit_test(first_reason_is_kept),
		cmocka_unit_test(number_of_unknown_is_ignored),
		cmocka_unit_test(errnos),
		cmocka_unit_test(names_are_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
