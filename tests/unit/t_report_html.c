/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "../fuzz/html_check.h"
#include "report/html_write.h"
#include "report_helper.h"

static const struct mw_report_style normal = {};

static void expect_valid(struct written *w)
{
	fflush(w->out);
	if (!html_check((struct mw_str){ w->p, w->n }))
		fail_msg("not our HTML: %s", w->p);
}

static void escaped(void **state)
{
	static const struct {
		struct mw_str plain;
		const char *want;
	} cases[] = {
		{ LIT(""), "" },
		{ LIT("plain"), "plain" },
		{ LIT("<b>&amp;"), "&lt;b&gt;&amp;amp;" },
		{ LIT("\" onload='x'"), "&quot; onload=&#39;x&#39;" },
		{ LIT("a\nb\0c\x1b"), "a\\x0ab\\x00c\\x1b" },
		{ LIT("\xc3\xa9\xe2\x82\xac"), "\xc3\xa9\xe2\x82\xac" },
		{ LIT("\xff\xc0\xbc"), "\\xff\\xc0\\xbc" },
		{ LIT("\xe2\x80\xae"), "\\xe2\\x80\\xae" },
	};
	struct written w;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		written_start(&w);
		mw_html_str(w.out, cases[i].plain);
		written_is(&w, cases[i].want);
	}
	written_start(&w);
	mw_html_text(w.out, NULL);
	written_is(&w, "");
}

static void page_stands_alone(void **state)
{
	struct written w;

	(void)state;
	written_start(&w);
	assert_int_equal(mw_report_html_begin("a </title><script>", w.out), 0);
	assert_int_equal(mw_report_html_end(w.out), 0);
	expect_valid(&w);
	written_holds(&w, "<!doctype html>\n<html lang=\"en\">");
	written_holds(&w, "<title>a &lt;/title&gt;&lt;script&gt;</title>");
	written_holds(&w, "prefers-color-scheme: dark");
	written_holds(&w, "name=\"viewport\"");
	written_lacks(&w, "<script");
	written_lacks(&w, "src=");
	written_lacks(&w, "href");
	written_lacks(&w, "url(");
	written_done(&w);
}

static void add_table(struct mw_report *r)
{
	static const struct mw_col col[] = {
		{ NULL, "WHAT", MW_TYPE_STR, .tree = true }, { "bytes", "SIZE", MW_TYPE_BYTES },
		{ "margin", "MARGIN", MW_TYPE_SIGNED },	     { "left", "LEFT", MW_TYPE_BOOL },
		{ "hidden", NULL, MW_TYPE_COUNT },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .title = "A & B", .col = col, .n_cols = COUNT(col) });
	struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

	mw_cell_str(row, 0, LIT("all"));
	mw_cell_val(row, 1, mw_ok(1536));
	mw_cell_signed(row, 2, MW_OK, -3);
	mw_cell_val(row, 3, mw_ok(1));
	mw_cell_val(row, 4, mw_ok(424242));
	row = mw_report_row(r, t, 1, MW_IN_BOTH);
	mw_cell_str(row, 0, LIT("<part>"));
	mw_cell_val(row, 1, mw_no(MW_DENIED));
	mw_cell_str(mw_report_row(r, t, 0, MW_IN_JSON), 0, LIT("unseen"));
}

static void table(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;
	struct written w;

	(void)state;
	mw_report_init(&r, &a, "memwhy.test/1");
	r.verdict = "v";
	add_table(&r);
	written_start(&w);
	assert_int_equal(mw_report_html(&r, &normal, w.out), 0);
	expect_valid(&w);
	written_holds(&w, "<article>\n<h1>v</h1>\n");
	written_holds(&w, "<caption>A &amp; B</caption>");
	written_holds(&w, "<th scope=\"col\">WHAT</th>");
	written_holds(&w, "<th scope=\"col\" class=\"number\">SIZE</th>");
	written_holds(&w, "<th scope=\"row\">all</th>\n"
			  "<td class=\"number\" title=\"1536 bytes\">1.50 KiB</td>\n"
			  "<td class=\"number\">-3</td>\n<td class=\"number\">yes</td>\n</tr>");
	written_holds(&w, "<th scope=\"row\" class=\"depth1\">&lt;part&gt;</th>\n"
			  "<td class=\"number unknown\">denied</td>\n"
			  "<td class=\"number\"></td>");
	written_lacks(&w, "424242");
	written_lacks(&w, "unseen");
	written_done(&w);
}

static void finding(void **state)
{
	const struct mw_finding f = {
		.id = "MW-TEST",
		.severity = MW_CRITICAL,
		.verdict = "it's <bad>",
		.evidence = { { "free", mw_ok(4096), NULL, MW_UNIT_BYTES, "proc/meminfo" },
			      { "mode", {}, "\"x\"", MW_UNIT_TEXT, "log" },
			      { "swap", mw_no(MW_ABSENT), NULL, MW_UNIT_COUNT, "log" } },
		.n_evidence = 3,
		.fix = { { "kill '<1>'", "ends it", "high", "none" } },
		.n_fixes = 1,
		.check = "free && true",
		.sure = "certain",
	};
	_mw_arena_ struct mw_arena a = {};
	struct mw_findings findings = {};
	struct mw_report r;
	struct written w;

	(void)state;
	mw_findings_add(&findings, &a, &f);
	mw_report_init(&r, &a, "memwhy.test/1");
	r.findings = &findings;
	written_start(&w);
	assert_int_equal(mw_report_html(&r, &normal, w.out), 0);
	expect_valid(&w);
	written_holds(&w, "<section class=\"finding critical\">\n<p><b>critical</b> MW-TEST</p>\n"
			  "<h2>it&#39;s &lt;bad&gt;</h2>");
	written_holds(&w, "<th scope=\"row\">free</th>\n"
			  "<td class=\"number\" title=\"4096 bytes\">4.00 KiB</td>\n"
			  "<td class=\"dim\">proc/meminfo</td>");
	written_holds(&w, "<td>&quot;x&quot;</td>");
	written_holds(&w, "<td class=\"number unknown\">absent</td>");
	written_holds(&w, "<pre>kill &#39;&lt;1&gt;&#39;</pre>");
	written_holds(&w, "check with: <code>free &amp;&amp; true</code>");
	written_done(&w);
}

static void items_can_be_folded(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	const struct mw_report_style closed = { .compact = true };
	struct mw_report r;
	struct written w;

	(void)state;
	mw_report_init(&r, &a, "memwhy.test/1");
	r.item = true;
	r.verdict = "v";
	mw_report_note(&r, "1 < 2");
	mw_report_source(&r, (struct mw_report_source){ LIT("p"), LIT("EIO"), LIT("p"), "x", 1 });
	written_start(&w);
	assert_int_equal(mw_report_html(&r, &normal, w.out), 0);
	expect_valid(&w);
	written_is(&w, "<details open>\n<summary>\n<h2>v</h2>\n</summary>\n"
		       "<p>1 &lt; 2</p>\n</details>\n");
	written_start(&w);
	assert_int_equal(mw_report_html(&r, &closed, w.out), 0);
	written_holds(&w, "<details>\n<summary>");
	written_done(&w);
}

static void sources_at_the_end(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_report r;
	struct written w;

	(void)state;
	mw_report_init(&r, &a, "memwhy.test/1");
	mw_report_source(&r, (struct mw_report_source){ LIT("proc/*/maps"), LIT("EACCES"),
							LIT("proc/1/maps"), "no <right>", 7 });
	mw_report_source(&r,
			 (struct mw_report_source){ LIT("log"), LIT("EIO"), LIT("log&"), "x", 1 });
	written_start(&w);
	assert_int_equal(mw_report_html(&r, &normal, w.out), 0);
	expect_valid(&w);
	written_holds(&w, "<ul>\n<li>proc/*/maps: no &lt;right&gt;, 7 times</li>\n"
			  "<li>log&amp;: x</li>\n</ul>\n</article>\n");
	written_done(&w);
}

static void out_of_memory(void **state)
{
	struct mw_arena a = { .fixed = true };
	struct mw_report r;
	struct written w;

	(void)state;
	mw_report_init(&r, &a, "memwhy.test/1");
	mw_report_note(&r, "lost");
	written_start(&w);
	assert_int_equal(mw_report_html(&r, &normal, w.out), -ENOMEM);
	written_is(&w, "");
}

/* The tests above mean nothing where the checker takes anything. */
static void checker_sees(void **state)
{
	static const char *const bad[] = {
		"<script>x</script>",
		"<b onclick=\"x\">y</b>",
		"<b class=\"a\"b\">y</b>",
		"<b>",
		"</b>",
		"<b><p></b></p>",
		"a < b",
		"a & b",
		"it's",
		"<b class=x>y</b>",
		"<b class=\"<\">y</b>",
		"\x1b",
		"\xff",
		"<img>",
		"<b class=\"x",
		"<!-- x -->",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (html_check(mw_str_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_true(html_check(LIT("<b class=\"x\">a &lt; b</b>\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaped),
		cmocka_unit_test(page_stands_alone),
		cmocka_unit_test(table),
		cmocka_unit_test(finding),
		cmocka_unit_test(items_can_be_folded),
		cmocka_unit_test(sources_at_the_end),
		cmocka_unit_test(out_of_memory),
		cmocka_unit_test(checker_sees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
