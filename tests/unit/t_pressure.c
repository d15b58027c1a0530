/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pressure.h"

#include "helper.h"

#define SOME "some avg10=1.50 avg60=12.34 avg300=0.00 total=123\n"
#define FULL "full avg10=0.00 avg60=100.00 avg300=0.00 total=12\n"

static void both_lines(void **state)
{
	struct mw_pressure p = mw_pressure_parse(LIT(SOME FULL));

	(void)state;
	expect_val(p.some10_permyriad, 150);
	expect_val(p.some60_permyriad, 1234);
	expect_val(p.full10_permyriad, 0);
	expect_val(p.full60_permyriad, 10000);
}

static void missing_and_malformed(void **state)
{
	static const char *const bad[] = {
		"some\n",
		"some avg10=1.5 avg60=x\n",
		"some avg10=101.00\n",
		"some avg10=-1.00\n",
		"some avg10=1,00\n",
		"some avg10=1.000\n",
		"some avg10=\n",
	};

	(void)state;
	expect_why(mw_pressure_parse(LIT("")).some10_permyriad, MW_ABSENT);
	expect_why(mw_pressure_parse(LIT("\n\n")).full60_permyriad, MW_ABSENT);
	expect_why(mw_pressure_parse(LIT(SOME)).full10_permyriad, MW_ABSENT);
	for (size_t i = 0; i < COUNT(bad); i++)
		expect_why(mw_pressure_parse(mw_str_of(bad[i])).some10_permyriad, MW_BAD);
}

static void parse(struct mw_str text)
{
	mw_pressure_parse(text);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT(SOME FULL), parse);
	each_mangled(LIT(SOME FULL), parse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_lines),
		cmocka_unit_test(missing_and_malformed),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
