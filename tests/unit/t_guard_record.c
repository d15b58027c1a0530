/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_record.h"

#include "guard_helper.h"
#include "why/guard_words.h"

static struct night n;
static char room[1 << 20], again[1 << 20];

static struct mw_textbuf empty(char *p)
{
	return (struct mw_textbuf){ .p = p, .size = sizeof(room) };
}

/* All of one view, with names that hurt. */
static void fill(void)
{
	struct mw_guard_task *t;

	begin_night(&n);
	t = add_task(&n, 1000, "a b\n\\x", 8 * GIB);
	memset(t->comm, '\x01', sizeof(t->comm));
	t->exe = LIT("/tmp/\xff\n (deleted)");
	t->cmdline = LIT("x 'y' \"z\" \0");
	t->unit = LIT("");
	t->adj = mw_no(MW_DENIED);
	t->swap_bytes = mw_no(MW_GONE);
	t->group = add_group(&n, "/system.slice/a b.service");
	t->space = 77;
	n.group[0].usage_bytes = mw_ok(5);
	n.group[0].high_bytes = mw_no(MW_ABSENT);
	n.truth[2].state = 0;
	add_rest(&n, 0, "b", 700, MIB);
	add_rest(&n, 0, "\xff \n", 3, 0);
	n.meters.woken_by_trigger = true;
	n.meters.arc_bytes = mw_no(MW_RACED);
	n.view.meters = n.meters;
	n.view.outcome =
		(struct mw_guard_outcome){ true, 7, 8, EPERM, mw_ok(9), mw_no(MW_BAD), true, 10 };
	look(&n, true);
	n.d.n_targets = 2;
	n.d.target[0] = (struct mw_guard_target){ 4, 1000, 1100, 0 };
	n.d.target[1] = (struct mw_guard_target){ 3, 500, 600, 0 };
	detail(&n);
}

static struct mw_str written(char *p, const struct mw_guard_view *view,
			     const struct mw_guard_decision *d)
{
	struct mw_textbuf t = empty(p);

	mw_guard_record_head(&t, &n.config);
	mw_guard_record_view(&t, view);
	mw_guard_record_decision(&t, d);
	assert_false(t.full);
	return mw_textbuf_str(&t);
}

static void and_back(void **state)
{
	struct mw_guard_player p;
	struct mw_guard_view view;
	struct mw_guard_decision d;
	struct mw_guard_config config;
	struct mw_guard_config_error error;
	struct mw_str text;
	char config_room[4096];
	bool has;

	(void)state;
	fill();
	n.d.verb = MW_GUARD_KILL;
	n.d.cause = MW_GUARD_PRESSURE;
	n.d.mistrusted = "low mark";
	n.d.group = MW_GUARD_NO_GROUP;
	text = written(room, &n.view, &n.d);
	assert_int_equal(mw_guard_record_begin(&p, text, night_room()), 0);
	assert_int_equal(mw_guard_config_parse(mw_guard_record_config(&p, config_room, 4096),
					       &config, &error),
			 0);
	assert_int_equal(mw_guard_record_next(&p, &view, &d, &has), 1);
	assert_true(has);
	assert_int_equal(view.task[4].space, 77);
	assert_memory_equal(view.task[4].comm, n.truth[4].comm, MW_GUARD_COMM_BYTES);
	expect_same(view.task[4].exe, n.truth[4].exe);
	expect_same(view.task[4].cmdline, n.truth[4].cmdline);
	expect_why(view.task[4].adj, MW_DENIED);
	assert_int_equal(view.n_rests, 2);
	assert_int_equal(view.rest[1].count, 3);
	assert_memory_equal(view.rest[1].comm, n.rest[1].comm, MW_GUARD_COMM_BYTES);
	expect_why(view.meters.arc_bytes, MW_RACED);
	assert_int_equal(view.outcome.error, EPERM);
	assert_true(view.has_groups && view.meters.woken_by_trigger);
	assert_string_equal(d.mistrusted, "low mark");
	expect_same(written(again, &view, &d), text);
	assert_int_equal(mw_guard_record_next(&p, &view, &d, &has), 0);
	assert_false(p.is_torn);
}

static void measured(void **state)
{
	struct mw_guard_room most;

	(void)state;
	fill();
	most = mw_guard_record_measure(written(room, &n.view, &n.d));
	assert_int_equal(most.max_tasks, 5);
	assert_int_equal(most.max_groups, 1);
	assert_int_equal(most.max_rests, 2);
}

/* The power went while it was written: all whole views are read. */
static void torn(void **state)
{
	struct mw_str text;

	(void)state;
	fill();
	text = written(room, &n.view, &n.d);
	for (size_t len = 0; len < text.n; len++) {
		struct mw_guard_player p;
		struct mw_guard_view view;
		struct mw_guard_decision d;
		bool has;
		int r;

		if (mw_guard_record_begin(&p, (struct mw_str){ text.p, len }, night_room()) < 0)
			continue;
		mw_guard_record_config(&p, again, sizeof(again));
		r = mw_guard_record_next(&p, &view, &d, &has);
		assert_in_range(r, 0, 1);
		assert_true(r == 1 || p.is_torn || !p.rest.n);
	}
}

static int read_one(const char *lines)
{
	struct mw_guard_player p;
	struct mw_guard_view view;
	struct mw_guard_decision d;
	char *text = again;
	bool has;
	int r;

	strcpy(text, "memwhy-guard-record 1\n");
	strcat(text, lines);
	assert_int_equal(mw_guard_record_begin(&p, mw_str_of(text), night_room()), 0);
	do
		r = mw_guard_record_next(&p, &view, &d, &has);
	while (r > 0);
	assert_true(r == 0 || p.wrong);
	return r;
}

static void wrong(void **state)
{
	(void)state;
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0\nm total=5\n"), 0);
	assert_int_equal(read_one("hello\n"), -EINVAL);
	assert_int_equal(read_one("view all 1 2 3 0 0 0 0\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0 0\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 9 0 0 0\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 99999 0 0\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 1 0 0\nm\nview meters 1 2 3 0 0 0 0\n"),
			 -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0\nm what=5\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0\nm total=x\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0\nm total=O\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0\nd O\n"), -EINVAL);
	assert_int_equal(read_one("view meters 1 2 3 0 0 0 0\nx fly\n"), -EINVAL);
}

static void does_not_fit(void **state)
{
	(void)state;
	fill();
	for (size_t size = 0; size < 2000; size++) {
		struct mw_textbuf t = { .p = again, .size = size };
		size_t before;

		mw_guard_record_head(&t, &n.config);
		before = t.n;
		mw_guard_record_view(&t, &n.view);
		/* Whole or not at all. */
		assert_true(!t.full || t.n == before);
	}
}

static void in_words(void **state)
{
	struct mw_textbuf t = empty(again);

	(void)state;
	begin_night(&n);
	add_task(&n, 1000, "a b\n", 8 * GIB);
	n.meters.available_bytes = mw_ok(500 * MIB);
	turn(&n);
	mw_guard_say(&t, &n.view, &n.d, true);
	expect_str(mw_textbuf_str(&t), "killed a b\\x0a (1000), to get back 8.00 GiB: 500 MiB is "
				       "available, less than 819 MiB");
	for (size_t v = 0; v <= MW_GUARD_RELEASE; v++)
		for (size_t c = 0; c <= MW_GUARD_NEAR; c++) {
			t = empty(again);
			n.d.verb = (enum mw_guard_verb)v;
			n.d.cause = (enum mw_guard_cause)c;
			mw_guard_say(&t, &n.view, &n.d, false);
			assert_true(t.n > 10);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(and_back), cmocka_unit_test(measured),
		cmocka_unit_test(torn),	    cmocka_unit_test(wrong),
		cmocka_unit_test(in_words), cmocka_unit_test(does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
