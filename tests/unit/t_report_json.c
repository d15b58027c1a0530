/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "../fuzz/json_check.h"
#include "report_helper.h"

static const struct mw_report_style compact = { .compact = true };
static const struct mw_report_style wide = {};

static void item_of(struct mw_report *r, struct mw_arena *a)
{
	mw_report_init(r, a, "memwhy.test/1");
	r->item = true;
	r->verdict = "v";
}

static void expect_item(const struct mw_report *r, const char *want)
{
	struct written w;

	written_start(&w);
	assert_int_equal(mw_report_json_item(r, &compact, true, w.out), 0);
	fflush(w.out);
	assert_true(json_check((struct mw_str){ w.p, w.n }));
	written_is(&w, want);
}

static void booleans(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;

	(void)state;
	item_of(&r, &a);
	mw_report_bool(&r, "yes", mw_ok(1));
	mw_report_bool(&r, "no", mw_ok(0));
	mw_report_bool(&r, "who_knows", mw_no(MW_ABSENT));
	expect_item(&r, "{\"verdict\": \"v\", \"yes\": true, \"no\": false, \"who_knows\": null, "
			"\"why\": {\"who_knows\": \"absent\"}, \"findings\": []}");
}

static void signed_numbers(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;

	(void)state;
	item_of(&r, &a);
	mw_report_signed(&r, "adj", MW_OK, -1000);
	mw_report_signed(&r, "least", MW_OK, INT64_MIN);
	mw_report_signed(&r, "zero", MW_OK, 0);
	mw_report_signed(&r, "none", MW_UNREAD, -7);
	expect_item(&r, "{\"verdict\": \"v\", \"adj\": -1000, \"least\": -9223372036854775808, "
			"\"zero\": 0, \"none\": null, \"why\": {\"none\": \"unread\"}, "
			"\"findings\": []}");
}

static void strings(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	const char *names[] = { "GFP_KERNEL", NULL, "\xff\"" };
	struct mw_report r;

	(void)state;
	item_of(&r, &a);
	mw_report_string(&r, "null", NULL);
	mw_report_string(&r, "empty", "");
	mw_report_strings(&r, "names", names, COUNT(names));
	mw_report_strings(&r, "nobody", names, 0);
	mw_report_strings(&r, "unknown", NULL, 0);
	names[0] = "the array is copied";
	expect_item(&r, "{\"verdict\": \"v\", \"null\": null, \"empty\": \"\", \"names\": "
			"[\"GFP_KERNEL\", null, \"\\udcff\\\"\"], \"nobody\": [], "
			"\"unknown\": null, \"findings\": []}");
}

/* One object a prefix, wherever the others of it stand; each with the reasons of its own. */
static void nested_objects(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	static const char *const names[] = { "A", "B" };
	struct mw_report r;

	(void)state;
	item_of(&r, &a);
	mw_report_figure(&r, "gfp.mask", mw_ok(3264));
	mw_report_strings(&r, "gfp.names", names, 2);
	mw_report_figure(&r, "order", mw_no(MW_BAD));
	mw_report_string(&r, "asker.comm", "sh");
	mw_report_figure(&r, "asker.pid", mw_no(MW_ABSENT));
	mw_report_bool(&r, "gfp.sleeps", mw_no(MW_UNREAD));
	mw_report_figure(&r, "gfps", mw_ok(1));
	expect_item(&r, "{\"verdict\": \"v\", \"gfp\": {\"mask\": 3264, \"names\": [\"A\", \"B\"], "
			"\"sleeps\": null, \"why\": {\"sleeps\": \"unread\"}}, \"order\": null, "
			"\"asker\": {\"comm\": \"sh\", \"pid\": null, \"why\": {\"pid\": "
			"\"absent\"}}, \"gfps\": 1, \"why\": {\"order\": \"malformed\"}, "
			"\"findings\": []}");
}

static void notes(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;

	(void)state;
	item_of(&r, &a);
	mw_report_note(&r, "5 + 5");
	mw_report_note(&r, "= 10\n");
	expect_item(&r, "{\"verdict\": \"v\", \"notes\": [\"5 + 5\", \"= 10\\n\"], "
			"\"findings\": []}");
}

static void cells(void **state)
{
	static const struct mw_col col[] = {
		{ "name", "NAME", MW_TYPE_STR },
		{ "margin_pages", "MARGIN", MW_TYPE_SIGNED },
		{ "usable", "USABLE", MW_TYPE_BOOL },
	};
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;
	struct mw_table *t;
	struct mw_row *row;

	(void)state;
	item_of(&r, &a);
	t = mw_report_table(&r,
			    (struct mw_table){ .id = "zones", .col = col, .n_cols = COUNT(col) });
	row = mw_report_row(&r, t, 0, MW_IN_BOTH);
	mw_cell_signed(row, 1, MW_OK, -42);
	mw_cell_val(row, 2, mw_ok(1));
	row = mw_report_row(&r, t, 0, MW_IN_BOTH);
	mw_cell_str(row, 0, LIT("DMA"));
	mw_cell_signed(row, 1, MW_ABSENT, 9);
	mw_cell_val(row, 2, mw_no(MW_BAD));
	mw_cell_val(mw_report_row(&r, t, 0, MW_IN_BOTH), 2, mw_ok(0));
	expect_item(&r,
		    "{\"verdict\": \"v\", \"zones\": [{\"margin_pages\": -42, \"usable\": true}, "
		    "{\"name\": \"DMA\", \"margin_pages\": null, \"usable\": null, \"why\": "
		    "{\"margin_pages\": \"absent\", \"usable\": \"malformed\"}}, "
		    "{\"usable\": false}], \"findings\": []}");
}

/* --ndjson: the schema stays, the machine and what could not be read go. */
static void item_alone(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;
	struct written w;

	(void)state;
	item_of(&r, &a);
	mw_report_source(&r, (struct mw_report_source){ LIT("p"), LIT("EIO"), LIT("p"), "x", 1 });
	written_start(&w);
	assert_int_equal(mw_report_json(&r, &compact, w.out), 0);
	written_is(&w, "{\"schema\": \"memwhy.test/1\", \"verdict\": \"v\", \"findings\": []}\n");
}

static void stream_of(size_t n, const struct mw_report_style *style, struct written *w)
{
	_mw_arena_ struct mw_arena a = {}, of_items = {};
	struct mw_report r, item;

	mw_report_init(&r, &a, "memwhy.test/1");
	r.host = (struct mw_report_host){ LIT("6.1"), LIT("x86_64"), 4096, mw_ok(5) };
	written_start(w);
	assert_int_equal(mw_report_json_begin(&r, style, w->out, "events"), 0);
	for (size_t i = 0; i < n; i++) {
		struct mw_arena_mark mark = mw_arena_mark(&of_items);

		item_of(&item, &of_items);
		mw_report_figure(&item, "asker.pid", mw_ok(i));
		assert_int_equal(mw_report_json_item(&item, style, !i, w->out), 0);
		mw_arena_reset(&of_items, mark);
	}
	/* Known only now. */
	r.verdict = "done";
	mw_report_figure(&r, "events_count", mw_ok(n));
	mw_report_source(&r,
			 (struct mw_report_source){ LIT("log"), LIT("EIO"), LIT("log"), "x", 1 });
	assert_int_equal(mw_report_json_end(&r, style, !n, w->out), 0);
	fflush(w->out);
	assert_true(json_check((struct mw_str){ w->p, w->n }));
}

#define HEAD                                                                             \
	"{\n  \"schema\": \"memwhy.test/1\",\n  \"host\": {\n    \"kernel\": \"6.1\",\n" \
	"    \"arch\": \"x86_64\",\n    \"page_bytes\": 4096,\n    \"time_ns\": 5\n  },\n"
#define TAIL(n)                                                                               \
	"  \"partial\": true,\n  \"sources\": [\n    {\n      \"path\": \"log\",\n"           \
	"      \"error\": \"EIO\",\n      \"example\": \"log\",\n      \"count\": 1\n    }\n" \
	"  ],\n  \"verdict\": \"done\",\n  \"events_count\": " n ",\n  \"findings\": []\n}\n"

static void stream(void **state)
{
	struct written w;

	(void)state;
	stream_of(2, &wide, &w);
	written_is(&w, HEAD "  \"events\": [\n"
			    "    {\n      \"verdict\": \"v\",\n      \"asker\": {\n"
			    "        \"pid\": 0\n      },\n      \"findings\": []\n    },\n"
			    "    {\n      \"verdict\": \"v\",\n      \"asker\": {\n"
			    "        \"pid\": 1\n      },\n      \"findings\": []\n    }\n"
			    "  ],\n" TAIL("2"));
}

static void stream_of_none(void **state)
{
	struct written w;

	(void)state;
	stream_of(0, &wide, &w);
	written_is(&w, HEAD "  \"events\": [],\n" TAIL("0"));
}

static void stream_on_one_line(void **state)
{
	struct written w;

	(void)state;
	for (size_t n = 0; n < 3; n++) {
		stream_of(n, &compact, &w);
		assert_int_equal(mw_str_find((struct mw_str){ w.p, w.n }, '\n'), w.n - 1);
		written_done(&w);
	}
}

/* What could not be built is not written at all. */
static void out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };
	static const char *const names[] = { "A" };
	struct mw_report r;
	struct written w;

	(void)state;
	item_of(&r, &a);
	mw_report_note(&r, "lost");
	mw_report_strings(&r, "names", names, 1);
	mw_report_bool(&r, "b", mw_ok(1));
	written_start(&w);
	assert_int_equal(mw_report_json(&r, &wide, w.out), -ENOMEM);
	assert_int_equal(mw_report_json_begin(&r, &wide, w.out, "events"), -ENOMEM);
	assert_int_equal(mw_report_json_item(&r, &wide, true, w.out), -ENOMEM);
	assert_int_equal(mw_report_json_end(&r, &wide, true, w.out), -ENOMEM);
	written_is(&w, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(booleans),	  cmocka_unit_test(signed_numbers),
		cmocka_unit_test(strings),	  cmocka_unit_test(nested_objects),
		cmocka_unit_test(notes),	  cmocka_unit_test(cells),
		cmocka_unit_test(item_alone),	  cmocka_unit_test(stream),
		cmocka_unit_test(stream_of_none), cmocka_unit_test(stream_on_one_line),
		cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
