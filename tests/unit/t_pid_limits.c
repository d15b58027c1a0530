/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_limits.h"

#include "helper.h"

static const char text_6_18[] =
	"Limit                     Soft Limit           Hard Limit           Units     \n"
	"Max cpu time              unlimited            unlimited            seconds   \n"
	"Max data size             1048576              unlimited            bytes     \n"
	"Max stack size            8388608              unlimited            bytes     \n"
	"Max processes             96364                96365                processes \n"
	"Max locked memory         8388608              8388609              bytes     \n"
	"Max address space         unlimited            unlimited            bytes     \n"
	"Max realtime timeout      unlimited            unlimited            us        \n";

static void as_printed(void **state)
{
	struct mw_pid_limits l;

	(void)state;
	mw_pid_limits_parse(mw_str_of(text_6_18), &l);
	expect_val(l.of[MW_RLIMIT_AS].soft, MW_UNLIMITED);
	expect_val(l.of[MW_RLIMIT_DATA].soft, 1048576);
	expect_val(l.of[MW_RLIMIT_DATA].hard, MW_UNLIMITED);
	expect_val(l.of[MW_RLIMIT_STACK].soft, 8388608);
	expect_val(l.of[MW_RLIMIT_NPROC].soft, 96364);
	expect_val(l.of[MW_RLIMIT_NPROC].hard, 96365);
	expect_val(l.of[MW_RLIMIT_MEMLOCK].hard, 8388609);
}

static void missing_and_malformed(void **state)
{
	struct mw_pid_limits l;

	(void)state;
	mw_pid_limits_parse(LIT("Max address space  -1 5 bytes\nMax data size \n"
				"Max stack size 7\nMax stack sizes 9 9\n"),
			    &l);
	expect_why(l.of[MW_RLIMIT_AS].soft, MW_BAD);
	expect_val(l.of[MW_RLIMIT_AS].hard, 5);
	expect_why(l.of[MW_RLIMIT_DATA].soft, MW_BAD);
	expect_val(l.of[MW_RLIMIT_STACK].soft, 7);
	expect_why(l.of[MW_RLIMIT_STACK].hard, MW_BAD);
	expect_why(l.of[MW_RLIMIT_NPROC].soft, MW_ABSENT);
	mw_pid_limits_unknown(MW_DENIED, &l);
	expect_why(l.of[MW_RLIMIT_AS].hard, MW_DENIED);
}

static void no_crash(struct mw_str text)
{
	struct mw_pid_limits l;

	mw_pid_limits_parse(text, &l);
	for (size_t i = 0; i < MW_RLIMITS; i++)
		assert_true(l.of[i].soft.why != MW_UNREAD && l.of[i].hard.why != MW_UNREAD);
}

static void cut_and_mangled(void **state)
{
	(void)state;
	each_cut(mw_str_of(text_6_18), no_crash);
	each_mangled(mw_str_of(text_6_18), no_crash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_printed),
		cmocka_unit_test(missing_and_malformed),
		cmocka_unit_test(cut_and_mangled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
