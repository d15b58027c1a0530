/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include "kernel/kmsg.h"

#define NBSP "\xc2\xa0"

static void strips(const char *line, const char *body)
{
	struct mw_arena arena = {};
	struct mw_kmsg k;

	mw_kmsg_strip(mw_str_of(line), &arena, &k);
	expect_same(k.body, mw_str_of(body));
	mw_arena_done(&arena);
}

/* A mail program makes every other blank of an indent one that does not break. */
static void indent_of_mail(void **state)
{
	(void)state;
	strips("Mem-Info:", "Mem-Info:");
	strips("  Mem-Info:", "  Mem-Info:");
	strips(NBSP "Mem-Info:", "Mem-Info:");
	strips(" " NBSP " Mem-Info:", "Mem-Info:");
	strips("> " NBSP " Mem-Info:", "Mem-Info:");
	strips("> " NBSP " [    1.000000] Mem-Info:", "Mem-Info:");
	strips("> [    1.000000]  " NBSP "Mem-Info:", "Mem-Info:");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(indent_of_mail) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
