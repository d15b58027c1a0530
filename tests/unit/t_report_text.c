/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <locale.h>

#include "report/text_table.h"
#include "report_helper.h"

static const struct mw_report_style plain = {};

static void cells(void **state)
{
	static const struct {
		enum mw_type type;
		struct mw_val val;
		const char *want;
	} cases[] = {
		{ MW_TYPE_SIGNED, { (uint64_t)-42, MW_OK }, "-42" },
		{ MW_TYPE_SIGNED, { 1ULL << 63, MW_OK }, "-9223372036854775808" },
		{ MW_TYPE_SIGNED, { 7, MW_OK }, "7" },
		{ MW_TYPE_SIGNED, { 7, MW_ABSENT }, "absent" },
		{ MW_TYPE_BOOL, { 1, MW_OK }, "yes" },
		{ MW_TYPE_BOOL, { 2, MW_OK }, "yes" },
		{ MW_TYPE_BOOL, { 0, MW_OK }, "no" },
		{ MW_TYPE_BOOL, { 1, MW_DENIED }, "denied" },
		{ MW_TYPE_COUNT, { UINT64_MAX, MW_OK }, "18446744073709551615" },
	};
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_col col = { .type = cases[i].type };
		struct mw_cell cell = { .set = true, .val = cases[i].val };

		assert_string_equal(mw_text_cell(&col, &cell, &plain, &a), cases[i].want);
		cell.set = false;
		assert_string_equal(mw_text_cell(&col, &cell, &plain, &a), "");
	}
}

static void numbers_stand_right(void **state)
{
	(void)state;
	assert_false(mw_text_is_right(MW_TYPE_STR));
	assert_true(mw_text_is_right(MW_TYPE_BYTES));
	assert_true(mw_text_is_right(MW_TYPE_COUNT));
	assert_true(mw_text_is_right(MW_TYPE_PERCENT));
	assert_true(mw_text_is_right(MW_TYPE_SIGNED));
	assert_true(mw_text_is_right(MW_TYPE_BOOL));
}

static void table_of_new_types(void **state)
{
	static const struct mw_col col[] = {
		{ "zone", "ZONE", MW_TYPE_STR },
		{ "margin_pages", "MARGIN", MW_TYPE_SIGNED },
		{ "usable", "USABLE", MW_TYPE_BOOL },
	};
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;
	struct mw_table *t;
	struct mw_row *row;
	struct written w;

	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	mw_report_init(&r, &a, "memwhy.test/1");
	r.verdict = "verdict";
	t = mw_report_table(
		&r, (struct mw_table){ .title = "Zones", .col = col, .n_cols = COUNT(col) });
	row = mw_report_row(&r, t, 0, MW_IN_BOTH);
	mw_cell_str(row, 0, LIT("DMA"));
	mw_cell_signed(row, 1, MW_OK, -1234567);
	mw_cell_val(row, 2, mw_ok(0));
	row = mw_report_row(&r, t, 0, MW_IN_BOTH);
	mw_cell_str(row, 0, LIT("Normal"));
	mw_cell_signed(row, 1, MW_OK, 5);
	mw_cell_val(row, 2, mw_ok(1));
	written_start(&w);
	assert_int_equal(mw_report_text(&r, &plain, w.out), 0);
	written_is(&w, "verdict\n\nZones\n"
		       "ZONE     MARGIN USABLE\n"
		       "DMA    -1234567     no\n"
		       "Normal        5    yes\n");
}

/* A table for JSON alone, or with no row for people, leaves no heading. */
static void hidden_tables(void **state)
{
	static const struct mw_col col[] = { { "a", "A", MW_TYPE_COUNT } };
	_mw_arena_ struct mw_arena a = {};
	struct mw_table *t, *untitled;
	struct mw_report r;

	(void)state;
	mw_report_init(&r, &a, "memwhy.test/1");
	t = mw_report_table(&r, (struct mw_table){ .title = "T", .col = col, .n_cols = 1 });
	assert_false(mw_table_is_shown(t));
	mw_report_row(&r, t, 0, MW_IN_JSON);
	assert_false(mw_table_is_shown(t));
	mw_report_row(&r, t, 0, MW_IN_TEXT);
	assert_true(mw_table_is_shown(t));
	untitled = mw_report_table(&r, (struct mw_table){ .id = "t", .col = col, .n_cols = 1 });
	mw_report_row(&r, untitled, 0, MW_IN_BOTH);
	assert_false(mw_table_is_shown(untitled));
}

static void notes_and_sources(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;
	struct written w;

	(void)state;
	mw_report_init(&r, &a, "memwhy.test/1");
	r.verdict = "verdict";
	mw_report_note(&r, "5 + 5");
	mw_report_note(&r, "= 10\n\x1b");
	mw_report_source(&r,
			 (struct mw_report_source){ LIT("p"), LIT("EIO"), LIT("p"), "broken", 1 });
	written_start(&w);
	assert_int_equal(mw_report_text(&r, &plain, w.out), 0);
	written_is(&w, "verdict\n5 + 5\n= 10\\x0a\\x1b\n\n"
		       "Could not be read, so the answer is partial:\n  p: broken\n");
	r.item = true;
	written_start(&w);
	assert_int_equal(mw_report_text(&r, &plain, w.out), 0);
	written_is(&w, "verdict\n5 + 5\n= 10\\x0a\\x1b\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells),
		cmocka_unit_test(numbers_stand_right),
		cmocka_unit_test(table_of_new_types),
		cmocka_unit_test(hidden_tables),
		cmocka_unit_test(notes_and_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
