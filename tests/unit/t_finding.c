/* SPDX-License-Identifier: Apache-2.0 */
#include "base/finding.h"

#include "helper.h"

static void add(struct mw_findings *f, struct mw_arena *a, const char *id, enum mw_severity s,
		uint64_t weight)
{
	mw_findings_add(f, a,
			&(struct mw_finding){ .id = id, .severity = s, .weight_bytes = weight });
}

static void none(void **state)
{
	struct mw_findings f = {};

	(void)state;
	mw_findings_sort(&f);
	assert_int_equal(f.n, 0);
}

static void worst_first(void **state)
{
	static const char *const want[] = { "MW-D", "MW-B", "MW-C", "MW-A", "MW-E" };
	_mw_arena_ struct mw_arena a = {};
	struct mw_findings f = {};

	(void)state;
	add(&f, &a, "MW-A", MW_WARNING, 10);
	add(&f, &a, "MW-C", MW_WARNING, 20);
	add(&f, &a, "MW-B", MW_WARNING, 20);
	add(&f, &a, "MW-E", MW_INFO, UINT64_MAX);
	add(&f, &a, "MW-D", MW_CRITICAL, 0);
	mw_findings_sort(&f);
	assert_int_equal(f.n, COUNT(want));
	for (size_t i = 0; i < f.n; i++)
		assert_string_equal(f.item[i].id, want[i]);
}

static void kept_as_a_copy(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_finding one = { .id = "MW-A",
				  .n_evidence = 1,
				  .evidence[0] = { .name = "x", .value = mw_ok(5) } };
	struct mw_findings f = {};

	(void)state;
	mw_findings_add(&f, &a, &one);
	one = (struct mw_finding){};
	assert_string_equal(f.item[0].id, "MW-A");
	expect_val(f.item[0].evidence[0].value, 5);
}

static void many(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_findings f = {};

	(void)state;
	for (size_t i = 0; i < 100; i++)
		add(&f, &a, "MW-A", MW_INFO, i);
	mw_findings_sort(&f);
	assert_int_equal(f.n, 100);
	for (size_t i = 0; i < f.n; i++)
		assert_int_equal(f.item[i].weight_bytes, 99 - i);
}

static void out_of_memory_sticks(void **state)
{
	struct mw_arena a = { .fixed = true };
	struct mw_findings f = {};

	(void)state;
	add(&f, &a, "MW-A", MW_INFO, 1);
	assert_int_equal(f.n, 0);
	assert_true(a.failed);
}

static void names(void **state)
{
	(void)state;
	assert_string_equal(mw_severity_name(MW_INFO), "info");
	assert_string_equal(mw_severity_name(MW_WARNING), "warning");
	assert_string_equal(mw_severity_name(MW_CRITICAL), "critical");
	assert_string_equal(mw_unit_name(MW_UNIT_BYTES), "bytes");
	assert_string_equal(mw_unit_name(MW_UNIT_COUNT), "count");
	assert_string_equal(mw_unit_name(MW_UNIT_PERMILLE), "permille");
	assert_string_equal(mw_unit_name(MW_UNIT_TEXT), "text");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),
		cmocka_unit_test(worst_first),
		cmocka_unit_test(kept_as_a_copy),
		cmocka_unit_test(many),
		cmocka_unit_test(out_of_memory_sticks),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
