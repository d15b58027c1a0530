/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CPU time of the guard's decision: a step at rest, and a whole turn from the meters to the kill,
 * among so many processes of which all could be chosen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "why/guard_config.h"

#define ROUNDS 300

static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void say(const char *what, size_t tasks, double *us)
{
	qsort(us, ROUNDS, sizeof(*us), by_size);
	printf("  %-24s %6zu processes: median %8.1f us CPU, p99 %8.1f us\n", what, tasks,
	       us[ROUNDS / 2], us[ROUNDS * 99 / 100]);
}

static void hide(struct mw_guard_task *task, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		task[i] = (struct mw_guard_task){ .pid = 1000 + i,
						  .start_ticks = i,
						  .state = 'S',
						  .comm = "worker",
						  .rss_bytes = mw_ok((100 + i % 977) << 20),
						  .shared_bytes = mw_ok(1 << 20),
						  .data_bytes = mw_ok(1ULL << 31),
						  .adj = mw_ok(1000),
						  .group = MW_GUARD_NO_GROUP };
	}
}

/* To the kill, with the details as they are asked for. */
static size_t turn(const struct mw_guard_config *c, struct mw_guard_view *v, size_t n)
{
	struct mw_guard_state state = {};
	struct mw_guard_decision d;
	size_t steps = 0;

	v->level = MW_GUARD_METERS;
	v->n_tasks = 0;
	for (;;) {
		mw_guard_step(c, &state, v, &d);
		steps++;
		if (d.verb == MW_GUARD_LOOK) {
			v->level = MW_GUARD_TASKS;
			v->n_tasks = n;
		} else if (d.verb == MW_GUARD_DETAIL) {
			v->level = MW_GUARD_DETAILS;
			for (size_t i = 0; i < d.n_targets; i++) {
				struct mw_guard_task *t = &v->task[d.target[i].task];

				t->detail_why = MW_OK;
				t->uid = mw_ok(1000);
				t->anon_bytes = mw_sub(t->rss_bytes, t->shared_bytes);
				t->swap_bytes = t->sharers = t->ignores_term = mw_ok(0);
				t->exe = t->cmdline = mw_str_of("/usr/bin/worker --with arguments");
			}
		} else {
			return d.verb == MW_GUARD_KILL ? steps : 0;
		}
	}
}

static void bench(const struct mw_guard_config *c, struct mw_guard_view *v, size_t n)
{
	double us[ROUNDS];
	size_t steps = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		double begin;

		hide(v->task, n);
		begin = cpu_us();
		steps = turn(c, v, n);
		us[i] = cpu_us() - begin;
	}
	if (!steps)
		printf("  no kill was decided\n");
	say("meters to kill", n, us);
}

static void rest(const struct mw_guard_config *c, struct mw_guard_view *v)
{
	struct mw_guard_state state = {};
	struct mw_guard_decision d;
	double us[ROUNDS];

	v->level = MW_GUARD_METERS;
	v->n_tasks = 0;
	v->meters.available_bytes = mw_ok(12ULL << 30);
	for (size_t i = 0; i < ROUNDS; i++) {
		double begin = cpu_us();

		for (size_t k = 0; k < 100; k++) {
			v->meters.time_ns += 100000000;
			mw_guard_step(c, &state, v, &d);
		}
		us[i] = (cpu_us() - begin) / 100;
	}
	say("at rest", 0, us);
}

int main(void)
{
	static const char text[] = "[choose]\navoid = comm:postgres\navoid = cmdline:*important*\n"
				   "avoid = exe:/opt/*/bin/*\nprefer = cmdline:*--type=renderer*\n";
	struct mw_guard_config c;
	struct mw_guard_config_error error;
	struct mw_guard_view v = { .own_pid = 500 };

	v.meters = (struct mw_guard_meters){ .time_ns = 1000000000,
					     .total_bytes = mw_ok(16ULL << 30),
					     .free_bytes = mw_ok(100 << 20),
					     .available_bytes = mw_ok(500 << 20),
					     .swap_total_bytes = mw_ok(8ULL << 30),
					     .swap_free_bytes = mw_ok(100 << 20),
					     .anon_bytes = mw_ok(13ULL << 30),
					     .shmem_bytes = mw_ok(0),
					     .slab_unreclaimable_bytes = mw_ok(0),
					     .hugetlb_bytes = mw_ok(0) };
	v.task = calloc(10000, sizeof(*v.task));
	if (!v.task || mw_guard_config_parse(mw_str_of(text), &c, &error) < 0)
		return 1;
	bench(&c, &v, 100);
	bench(&c, &v, 1000);
	bench(&c, &v, 10000);
	rest(&c, &v);
	return 0;
}
