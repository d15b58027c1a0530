/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_stat.h"

#include <errno.h>
#include <stdio.h>

#include "helper.h"

/* What follows the name: from the state to where the stack began, and what newer kernels add. */
#define TAIL                                                                                   \
	" S 1 1234 1230 34816 1300 4194560 5 6 7 8 9 10 11 12 20 -5 3 0 4567 12345678 890 "    \
	"18446744073709551615 94250000 94260000 140730000000000 0 0 0 0 0 0 0 0 0 17 1 0 0 0 " \
	"0 0 0 0 0 0 0 0 0 0\n"

static void expect_tail(const struct mw_pid_stat *s)
{
	assert_int_equal(s->state, 'S');
	assert_int_equal(s->parent_pid, 1);
	assert_int_equal(s->flags, 4194560);
	assert_int_equal(s->thread_count, 3);
	assert_int_equal(s->start_ticks, 4567);
	assert_int_equal(s->address_space_bytes, 12345678);
	assert_int_equal(s->rss_pages, 890);
	assert_int_equal(s->stack_address, 140730000000000);
	expect_val(s->last_cpu, 1);
}

static void each_field(void **state)
{
	struct mw_pid_stat s;

	(void)state;
	assert_int_equal(mw_pid_stat_parse(LIT("1234 (httpd)" TAIL), &s), 0);
	expect_tail(&s);
}

/* The name ends at the last bracket, whatever it holds (proc_task_name() escapes \n and \ in status
 * alone). */
static void hostile_names(void **state)
{
	static const struct mw_str cases[] = {
		LIT("1 (foo) Z 1)" TAIL),
		LIT("1 ()" TAIL),
		LIT("1 ())" TAIL),
		LIT("1 (() ()" TAIL),
		LIT("1 (a\nb)" TAIL),
		LIT("1 (\n2 (x) R 7)" TAIL),
		LIT("1 (\x1b[31m\xff\xfe)" TAIL),
		LIT("1 (a\0b)" TAIL),
		LIT("1 ( )" TAIL),
		LIT("1 (x) S 9 9 9 9 9 9)" TAIL),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_pid_stat s;

		assert_int_equal(mw_pid_stat_parse(cases[i], &s), 0);
		expect_tail(&s);
	}
}

/* No kernel prints less than 28 fields, and each of ours is a number. */
static void cut_short(void **state)
{
	static const char text[] = "1234 (httpd)" TAIL;
	size_t whole = (size_t)(strstr(text, "140730000000000") - text);

	(void)state;
	for (size_t n = 0; n < whole; n++) {
		struct mw_pid_stat s = { .flags = 77 };

		if (mw_pid_stat_parse((struct mw_str){ text, n }, &s) != -EINVAL || s.flags != 77)
			fail_msg("%zu bytes are enough", n);
	}
}

static void malformed_and_too_large(void **state)
{
	static const char *const bad[] = {
		"",
		"1",
		"1 x S 1",
		")",
		"1 (x) SS 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5",
		"1 (x) S - 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5",
		"1 (x) S -1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5",
		"1 (x) S 1 2 3 4 5 0x6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5",
		/* one more than 64 bits hold: flags, threads, start, size, rss, stack */
		"1 (x) S 1 2 3 4 5 18446744073709551616 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5",
		"1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 18446744073709551616 8 9 0 1 2 3 4 5",
		"1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 18446744073709551616 0 1 2 3 4 5",
		"1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 18446744073709551616 1 2 3 4 5",
		"1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 18446744073709551616 2 3 4 5",
		"1 (x) S 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 18446744073709551616",
	};
	struct mw_pid_stat s = { .flags = 77 };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		if (mw_pid_stat_parse(mw_str_of(bad[i]), &s) != -EINVAL)
			fail_msg("understood: %s", bad[i]);
	assert_int_equal(s.flags, 77);
}

/* Fields that nobody asks for may hold what they like: the priority of a task is below 0. */
static void others_are_not_looked_at(void **state)
{
	struct mw_pid_stat s;

	(void)state;
	assert_int_equal(mw_pid_stat_parse(LIT("1 (x) R 0 -1 -1 0 -1 0 a b c d e f g h -51 i 1 j "
					       "0 0 0 k l m 0"),
					   &s),
			 0);
	assert_int_equal(s.state, 'R');
	assert_int_equal(s.parent_pid, 0);
	assert_int_equal(s.thread_count, 1);
}

static void a_kernel_thread(void **state)
{
	struct mw_pid_stat s;

	(void)state;
	assert_int_equal(mw_pid_stat_parse(LIT("2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 "
					       "20 0 1 0 1 0 0 18446744073709551615 0 0 0 0\n"),
					   &s),
			 0);
	assert_true(s.flags & MW_PF_KTHREAD);
	assert_int_equal(s.address_space_bytes, 0);
	assert_int_equal(s.rss_pages, 0);
}

static void parse_it(struct mw_str text)
{
	struct mw_pid_stat s;
	int r = mw_pid_stat_parse(text, &s);

	assert_true(!r || r == -EINVAL);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("1 (foo) Z 1)" TAIL), parse_it);
	each_mangled(LIT("1 (foo) Z 1)" TAIL), parse_it);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field),
		cmocka_unit_test(hostile_names),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(malformed_and_too_large),
		cmocka_unit_test(others_are_not_looked_at),
		cmocka_unit_test(a_kernel_thread),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
