/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The service: look by look, in a time that is made up.
 */
#include "balance_helper.h"

#define CALM mw_ok(0)

static struct mw_watch_decision look(struct world *w, struct mw_watch *watch, uint64_t now_s,
				     struct mw_val some)
{
	const struct mw_watch_rule rule = { 3, 600, &w->limit };
	struct mw_watch_decision d;
	struct mw_watch next;

	mw_watch_rests(watch, now_s, &rule, &w->arena, &w->ask);
	plan(w);
	d = mw_watch_look(watch, &w->b, some, &rule, &w->arena, &next);
	*watch = next;
	return d;
}

static void not_at_once(void **state)
{
	struct world *w = *state;
	struct mw_watch watch = {};
	struct mw_watch_decision d;

	add_proc(w, 7, 10, 90, 1, 0)->numa.cpus_allowed = LIT("0-3");
	d = look(w, &watch, 0, CALM);
	assert_int_equal(d.verdict, MW_WATCH_WAITS);
	assert_int_equal(d.looks, 1);
	assert_int_equal(look(w, &watch, 60, CALM).verdict, MW_WATCH_WAITS);
	/* It was well in between: it counts anew. */
	w->threads[0][0].count = 0, w->threads[0][1].count = 1;
	w->pages[0][0].bytes = 0;
	assert_int_equal(look(w, &watch, 120, CALM).verdict, MW_WATCH_BALANCED);
	w->threads[0][0].count = 1, w->threads[0][1].count = 0;
	assert_int_equal(look(w, &watch, 180, CALM).verdict, MW_WATCH_WAITS);
	assert_int_equal(look(w, &watch, 240, CALM).verdict, MW_WATCH_WAITS);
	assert_int_equal(look(w, &watch, 300, CALM).verdict, MW_WATCH_ACTS);
}

static void rests_after(void **state)
{
	struct world *w = *state;
	struct mw_watch watch = {};

	add_proc(w, 7, 10, 90, 1, 0)->numa.cpus_allowed = LIT("0-3");
	for (size_t i = 0; i < 3; i++)
		look(w, &watch, i, CALM);
	mw_watch_acted(&watch, &w->b, 100);
	/* It was of no use: for ten minutes it is not tried again. */
	assert_int_equal(look(w, &watch, 160, CALM).verdict, MW_WATCH_BALANCED);
	expect_verdict(w, 7, MW_BALANCE_RESTS);
	assert_int_equal(look(w, &watch, 699, CALM).verdict, MW_WATCH_BALANCED);
	assert_int_equal(look(w, &watch, 700, CALM).verdict, MW_WATCH_WAITS);
	/* Another that got its pid does not rest. */
	for (size_t i = 0; i < 3; i++)
		look(w, &watch, 701 + i, CALM);
	mw_watch_acted(&watch, &w->b, 800);
	w->proc[0].numa.start_ticks++;
	assert_int_equal(look(w, &watch, 801, CALM).verdict, MW_WATCH_WAITS);
}

static void not_for_little(void **state)
{
	struct world *w = *state;
	struct mw_watch watch = {};
	struct mw_watch_decision d = {};

	add_proc(w, 7, 96, 4, 1, 0)->numa.cpus_allowed = LIT("0-3");
	add_proc(w, 8, 100, 0, 1, 0);
	for (size_t i = 0; i < 5; i++)
		d = look(w, &watch, i, CALM);
	assert_int_equal(d.verdict, MW_WATCH_LITTLE);
	assert_int_equal(d.ripe_bytes, 4 * MIB);
	assert_int_equal(d.needed_bytes, 200 * MIB / 1000 * 50);
}

static void not_under_pressure(void **state)
{
	struct world *w = *state;
	struct mw_watch watch = {};
	struct mw_watch_decision d = {};

	add_proc(w, 7, 10, 90, 1, 0)->numa.cpus_allowed = LIT("0-3");
	for (size_t i = 0; i < 5; i++)
		d = look(w, &watch, i, mw_ok(1001));
	assert_int_equal(d.verdict, MW_WATCH_PRESSURE);
	assert_int_equal(look(w, &watch, 9, mw_ok(1000)).verdict, MW_WATCH_ACTS);
	assert_int_equal(look(w, &watch, 9, mw_no(MW_ABSENT)).verdict, MW_WATCH_ACTS);
}

static void gate(void **state)
{
	const struct mw_thresholds t = mw_thresholds_normal();
	uint64_t room;

	(void)state;
	assert_int_equal(mw_balance_gate(mw_ok(10), mw_ok(3), CALM, &t, &room), MW_GATE_OPEN);
	assert_int_equal(room, 7);
	assert_int_equal(mw_balance_gate(mw_ok(3), mw_ok(3), CALM, &t, &room), MW_GATE_NO_ROOM);
	assert_int_equal(room, 0);
	assert_int_equal(mw_balance_gate(mw_ok(9), mw_ok(3), mw_ok(1001), &t, &room),
			 MW_GATE_PRESSURE);
	assert_int_equal(mw_balance_gate(mw_ok(9), mw_ok(3), mw_no(MW_DENIED), &t, &room),
			 MW_GATE_UNKNOWN);
	assert_int_equal(mw_balance_gate(mw_no(MW_BAD), mw_ok(3), CALM, &t, &room),
			 MW_GATE_UNKNOWN);
	assert_int_equal(mw_balance_gate(mw_ok(9), mw_ok(3), mw_no(MW_ABSENT), &t, &room),
			 MW_GATE_OPEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = { WORLD(not_at_once), WORLD(rests_after),
					    WORLD(not_for_little), WORLD(not_under_pressure),
					    WORLD(gate) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
