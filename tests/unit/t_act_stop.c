/* SPDX-License-Identifier: Apache-2.0 */
#include "act/stop.h"

#include <signal.h>

#include "act/process.h"
#include "helper.h"

static void signals_ask(void **state)
{
	static const int asks[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };

	(void)state;
	mw_act_stop_block();
	assert_false(mw_act_stop_wait(0));
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		raise(asks[i]);
		assert_true(mw_act_stop_wait(0));
		assert_false(mw_act_stop_wait(0));
	}
}

static void numbers(void **state)
{
	(void)state;
	assert_true(mw_act_process_numbers_are_ours());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_ask),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
