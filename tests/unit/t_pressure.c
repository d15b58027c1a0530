/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"
#include "kernel/pressure.h"

#define TEXT                                                \
	"some avg10=12.34 avg60=0.00 avg300=0.00 total=5\n" \
	"full avg10=100.00 avg60=0.00 avg300=0.00 total=18446744073709551615\n"

static void known(void **state)
{
	struct mw_pressure p;

	(void)state;
	mw_pressure_parse(LIT(TEXT), &p);
	expect_val(p.some_permyriad, 1234);
	expect_val(p.full_permyriad, 10000);
	expect_val(p.some_us, 5);
	expect_val(p.full_us, UINT64_MAX);
	mw_pressure_parse(LIT("some avg60=1.00\nmore avg10=1.00\n"), &p);
	expect_why(p.some_permyriad, MW_ABSENT);
	expect_why(p.full_permyriad, MW_ABSENT);
	expect_why(p.some_us, MW_ABSENT);
	mw_pressure_parse(LIT("some total=18446744073709551616\nfull total=\n"), &p);
	expect_why(p.some_us, MW_BAD);
	expect_why(p.full_us, MW_BAD);
}

static void malformed(void **state)
{
	static const char *const bad[] = {
		"some avg10=1.2",    "some avg10=",	 "some avg10=.50",  "some avg10=1.234",
		"some avg10=101.00", "some avg10=-1.00", "some avg10=1,00", "some avg10=x.00"
	};
	struct mw_pressure p;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		mw_pressure_parse(mw_str_of(bad[i]), &p);
		expect_why(p.some_permyriad, MW_BAD);
	}
}

static void any(struct mw_str text)
{
	struct mw_pressure p;

	mw_pressure_parse(text, &p);
	assert_true(mw_or(p.some_permyriad, 0) <= 10099);
}

static void hostile(void **state)
{
	(void)state;
	each_cut(LIT(TEXT), any);
	each_mangled(LIT(TEXT), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(known), cmocka_unit_test(malformed),
					    cmocka_unit_test(hostile) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
