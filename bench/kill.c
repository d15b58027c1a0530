/*
 * From SIGKILL to memory: how long until 95 % of a victim's bytes are taken off its memory cgroup,
 * by SIGKILL alone, by SIGKILL and process_mrelease() as simple guards do it, and by src/act/kill.
 *
 *	kill [N]	N repetitions of the last (30), fewer of the others
 *	kill N MIB WAY	one row: WAY as in the table
 *
 * The victim and what slows it are on CPU 0, who kills and measures is on another.  A repetition is
 * cut after 10 s and counted as that.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "act/kill.h"
#include "act/reaper.h"
#include "live/victim.h"

#define CUT_MS 10000.0
#define RUNS_MAX 1000

enum method { ALONE, SIMPLE, WHOLE, METHODS };

static const char *const method_names[METHODS] = { "SIGKILL", "+ mrelease", "memwhy" };

struct row {
	size_t mib;
	enum victim_way way;
	bool huge;
};

static const struct row rows[] = {
	{ 4096, VICTIM_NICE19, false }, { 4096, VICTIM_IDLE, false },
	{ 4096, VICTIM_NICE19, true },	{ 2048, VICTIM_PLAIN, false },
	{ 2048, VICTIM_NICE19, false }, { 2048, VICTIM_SHARES, false },
	{ 2048, VICTIM_QUOTA, false },	{ 2048, VICTIM_THREADS, false },
	{ 2048, VICTIM_LOCKED, false }, { 2048, VICTIM_D_STATE, false },
	{ 2048, VICTIM_FROZEN, false }, { 2048, VICTIM_RT_HOG, false },
	{ 2048, VICTIM_SHARED, false }, { 100, VICTIM_PLAIN, false },
	{ 100, VICTIM_NICE19, false },	{ 100, VICTIM_IDLE, false },
	{ 100, VICTIM_SHARES, false },	{ 100, VICTIM_THREADS, false },
};

struct stage {
	struct mw_killer killer;
	struct mw_reaper reaper;
};

struct times {
	double ms[RUNS_MAX];
	size_t n, cut;
};

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void pause_us(long us)
{
	nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

struct attempt {
	struct mw_killer killer;
	struct mw_kill_target target;
	struct mw_kill_result result;
	enum method method;
	double start_ms;
};

/* A guard of the usual kind is an ordinary process; memwhyd is not. */
static void *kill_it(void *arg)
{
	static const unsigned steps[METHODS] = { MW_KILL_SIGNAL, MW_KILL_SIGNAL | MW_KILL_REAP,
						 MW_KILL_ALL };
	const struct sched_param none = {};
	struct attempt *a = arg;

	sched_setscheduler(0, SCHED_OTHER, &none);
	setpriority(PRIO_PROCESS, (id_t)gettid(), a->method == WHOLE ? -20 : 0);
	if (a->method != WHOLE)
		a->killer.reaper = NULL;
	a->start_ms = now_ms();
	mw_act_kill(&a->killer, &a->target, 1, steps[a->method], &a->result);
	return NULL;
}

/* When the group was charged for no more than that; 0: not within the time. */
static double wait_free(const struct lab_group *g, uint64_t limit_bytes)
{
	double start_ms = now_ms();

	for (; now_ms() - start_ms < CUT_MS; pause_us(100))
		if (mw_or(lab_group_usage_bytes(g), UINT64_MAX) <= limit_bytes)
			return now_ms();
	return 0;
}

static double time_to_free(struct stage *s, const struct victim *v, enum method m)
{
	struct attempt a = { .killer = s->killer, .target.pid = (uint64_t)v->pid, .method = m };
	struct mw_kill_target rescue = a.target;
	uint64_t before_bytes = mw_or(lab_group_usage_bytes(&v->group), 0);
	struct mw_kill_result r;
	pthread_t thread;
	double end_ms;

	if (mw_act_kill_prepare_now(&s->killer, &a.target) < 0 ||
	    mw_act_kill_prepare_now(&s->killer, &rescue) < 0 ||
	    pthread_create(&thread, NULL, kill_it, &a))
		return CUT_MS;
	end_ms = wait_free(&v->group, before_bytes - v->plan.bytes / 100 * 95);
	if (m != WHOLE) /* or it would take minutes to end */
		mw_act_kill(&s->killer, &rescue, 1, MW_KILL_ALL, &r);
	pthread_join(thread, NULL);
	mw_act_kill_done(&a.target, 1);
	mw_act_kill_done(&rescue, 1);
	return end_ms ? end_ms - a.start_ms : CUT_MS;
}

/* NULL, or why this machine cannot have such a victim. */
static const char *once(struct stage *s, const struct row *row, enum method m, struct times *times)
{
	const struct victim_plan plan = { row->way, row->mib << 20, row->huge };
	struct victim v;
	const char *why = victim_start(&plan, &v);
	double ms;

	if (!why) {
		ms = time_to_free(s, &v, m);
		times->ms[times->n++] = ms < CUT_MS ? ms : CUT_MS;
		times->cut += ms >= CUT_MS;
	}
	victim_end(&v);
	return why;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double part(const struct times *t, size_t percent)
{
	size_t at = (t->n * percent + 99) / 100;

	return t->ms[at ? at - 1 : 0];
}

static void say(const struct row *row, enum method m, struct times *t)
{
	char size[32], over[64] = "";

	qsort(t->ms, t->n, sizeof(t->ms[0]), by_size);
	snprintf(size, sizeof(size), row->mib % 1024 ? "%zu MiB" : "%zu GiB",
		 row->mib % 1024 ? row->mib : row->mib / 1024);
	if (t->cut)
		snprintf(over, sizeof(over), "  %zu over 10 s", t->cut);
	printf("  %-8s %-13s %-4s %-11s %4zu %9.1f %9.1f %9.1f%s\n", size, victim_name(row->way),
	       row->huge ? "THP" : "4K", method_names[m], t->n, part(t, 50), part(t, 99),
	       part(t, 100), over);
	fflush(stdout);
}

/* Long ones fewer times: what is asked of them is whether they are long. */
static size_t runs_of(enum method m, const struct times *t, size_t n)
{
	size_t some = m == WHOLE ? n : n / 3 ? n / 3 : 1;

	return m != WHOLE && t->cut ? (some < 3 ? some : 3) : some;
}

static void measure(struct stage *s, const struct row *row, size_t n)
{
	for (enum method m = 0; m < METHODS; m++) {
		struct times t = {};

		while (t.n < runs_of(m, &t, n)) {
			const char *why = once(s, row, m, &t);

			if (why) {
				printf("  %zu MiB %s: %s\n", row->mib, victim_name(row->way), why);
				return;
			}
		}
		say(row, m, &t);
	}
}

/* Before everybody, too: what is measured is the machine's delay, not ours. */
static void to_another_cpu(void)
{
	const struct sched_param first = { .sched_priority = 60 };
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	if (CPU_COUNT(&set) > 1)
		CPU_CLR(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	if (sched_setscheduler(0, SCHED_FIFO, &first) < 0)
		puts("  measured from an ordinary process: expect noise");
}

static int measure_named(struct stage *s, size_t n, size_t mib, const char *name)
{
	for (enum victim_way way = 0; way < VICTIM_WAYS; way++)
		if (!strcmp(name, victim_name(way))) {
			measure(s, &(struct row){ mib, way, false }, n);
			return 0;
		}
	fprintf(stderr, "kill: no such way: %s\n", name);
	return 2;
}

int main(int argc, char **argv)
{
	static struct stage s;
	struct mw_arena arena = {};
	struct mw_problem problem;
	struct mw_root *root;
	size_t n = argc > 1 ? (size_t)atoi(argv[1]) : 30;
	const char *why = victims_begin();

	if (!why && (mw_root_open(NULL, false, &root, &problem) < 0 ||
		     mw_act_killer_open(root, &arena, &s.killer) < 0 ||
		     mw_reaper_start(&s.reaper) < 0 || !n || n > RUNS_MAX))
		why = "cannot begin";
	if (why) {
		fprintf(stderr, "kill: %s\n", why);
		return 1;
	}
	s.killer.reaper = &s.reaper; /* its threads may run anywhere */
	to_another_cpu();
	printf("  %-8s %-13s %-4s %-11s %4s %9s %9s %9s ms\n", "victim", "held by", "page", "by",
	       "n", "p50", "p99", "max");
	if (argc > 3)
		return measure_named(&s, n, (size_t)atoi(argv[2]), argv[3]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&s, &rows[i], n);
	return 0;
}
