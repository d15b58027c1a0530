/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would a request succeed, in which mode, and which rule decides?
 */
#include "commit_helper.h"

#include "why/commit_try.h"

#define MODES 3

static const struct mw_try *all_of(struct world *w, const struct mw_try_ask *ask)
{
	static struct mw_try tries[MW_TRY_KINDS];

	mw_try(&w->s, build(w), ask, &w->arena, tries);
	assert_false(w->arena.failed);
	for (size_t i = 0; i < MW_TRY_KINDS; i++) {
		assert_non_null(tries[i].request);
		assert_non_null(tries[i].label);
		for (size_t mode = 0; mode < MODES; mode++)
			assert_non_null(tries[i].in[mode].rule);
	}
	return tries;
}

static const struct mw_try *try_pages(struct world *w, uint64_t pages)
{
	static struct mw_try_ask ask;

	ask = (struct mw_try_ask){ .bytes = pages * PAGE, .admin = true };
	return all_of(w, &ask);
}

static void expect_answers(const struct mw_try *t, uint64_t guess, uint64_t always, uint64_t never)
{
	expect_val(t->in[0].succeeds, guess);
	expect_val(t->in[1].succeeds, always);
	expect_val(t->in[2].succeeds, never);
}

/* 700000 - 100000 - 1 in mode 2, RAM and swap in mode 0. */
static void boundaries(void **state)
{
	static const enum mw_try_kind kinds[] = { MW_TRY_PRIVATE, MW_TRY_SHARED, MW_TRY_FORK };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		enum mw_try_kind k = kinds[i];

		expect_answers(&try_pages(w, 599999)[k], 1, 1, 1);
		expect_answers(&try_pages(w, 600000)[k], 1, 1, 0);
		expect_answers(&try_pages(w, 1200000)[k], 1, 1, 0);
		expect_answers(&try_pages(w, 1200001)[k], 0, 1, 0);
		expect_val(try_pages(w, 1)[k].in[2].most_bytes, 599999 * PAGE);
		expect_val(try_pages(w, 1)[k].in[0].most_bytes, 1200000 * PAGE);
		expect_why(try_pages(w, 1)[k].in[1].most_bytes, MW_ABSENT);
		assert_string_equal(try_pages(w, 1)[k].in[0].rule, "overcommit-one-request");
		assert_string_equal(try_pages(w, 1)[k].in[1].rule, "overcommit-always");
		assert_string_equal(try_pages(w, 1)[k].in[2].rule, "overcommit-limit");
	}
	/* a CPU holds back 975 pages, the one that asks nothing */
	expect_val(try_pages(w, 1)[MW_TRY_PRIVATE].in[2].drift_bytes, 3 * 975 * PAGE);
	expect_val(try_pages(w, 1)[MW_TRY_PRIVATE].in[0].drift_bytes, 0);
}

/* 24 bytes more, in whole pages. */
static void malloc_has_a_header(void **state)
{
	struct world *w = *state;
	struct mw_try_ask ask = { .bytes = 599999 * PAGE - 24, .admin = true };
	const struct mw_try *t = &all_of(w, &ask)[MW_TRY_MALLOC];

	expect_val(t->bytes, 599999 * PAGE);
	expect_answers(t, 1, 1, 1);
	expect_val(t->in[2].most_bytes, 599999 * PAGE - 24);
	ask.bytes++;
	expect_answers(&all_of(w, &ask)[MW_TRY_MALLOC], 1, 1, 0);
	ask.bytes = UINT64_MAX;
	expect_answers(&all_of(w, &ask)[MW_TRY_MALLOC], 0, 0, 0);
}

static void noreserve(void **state)
{
	const struct mw_try *t = &try_pages(*state, 5000000)[MW_TRY_NORESERVE];

	expect_answers(t, 1, 1, 0);
	assert_string_equal(t->in[0].rule, "noreserve");
	assert_string_equal(t->in[2].rule, "overcommit-limit");
}

static void segments(void **state)
{
	struct world *w = *state;
	const struct mw_try *t;

	w->s.commit_sysctl.shmmax_bytes = PAGES(1000);
	t = &try_pages(w, 1001)[MW_TRY_SHM];
	expect_answers(t, 0, 0, 0);
	assert_string_equal(t->in[2].rule, "shmmax");
	expect_answers(&try_pages(w, 1000)[MW_TRY_SHM], 1, 1, 1);
	/* all together: those of our own namespace */
	w->s.commit_sysctl.shmmax_bytes = mw_ok(UINT64_MAX);
	w->s.commit_sysctl.shmall_pages = mw_ok(1000);
	w->segment[0] = (struct mw_ipc_segment){ .own = true };
	w->segment[0].segment.size_bytes = PAGES(400);
	w->segment[1].segment.size_bytes = PAGES(500);
	w->s.n_segments = 2;
	t = &try_pages(w, 601)[MW_TRY_SHM];
	expect_answers(t, 0, 0, 0);
	assert_string_equal(t->in[0].rule, "shmall");
	expect_val(t->in[0].most_bytes, 600 * PAGE);
	w->segment[0].segment.size_bytes = PAGES(1001);
	expect_val(try_pages(w, 1)[MW_TRY_SHM].in[0].succeeds, 0);
}

/* Block by block outside mode 2: only the size of the mount ends it. */
static void tmpfs(void **state)
{
	struct world *w = *state;
	const struct mw_try *t;

	expect_why(try_pages(w, 1)[MW_TRY_TMPFS].in[0].succeeds, MW_ABSENT); /* no /dev/shm */
	w->tmpfs[0] = (struct mw_tmpfs){ .point = LIT("/dev/shm"),
					 .own = true,
					 .used_bytes = PAGES(100),
					 .limit_bytes = PAGES(700100) };
	w->s.n_tmpfs = 1;
	t = &try_pages(w, 700000)[MW_TRY_TMPFS];
	expect_answers(t, 1, 1, 0);
	assert_string_equal(t->in[0].rule, "tmpfs-size");
	assert_string_equal(t->in[2].rule, "overcommit-limit");
	expect_answers(&try_pages(w, 700001)[MW_TRY_TMPFS], 0, 0, 0);
	w->tmpfs[0].limit_bytes = mw_no(MW_ABSENT); /* size=0 */
	t = &try_pages(w, 5000000)[MW_TRY_TMPFS];
	expect_answers(t, 1, 1, 0);
	assert_string_equal(t->in[0].rule, "block-by-block");
	/* that of another mount namespace is not ours */
	w->tmpfs[0].own = false;
	expect_why(try_pages(w, 1)[MW_TRY_TMPFS].in[0].succeeds, MW_ABSENT);
}

/* A process with nothing but what the test sets. */
static struct mw_asker asker_of(uint64_t address_space)
{
	static struct mw_asker_map map[] = {
		{ .start = 0x555500000000, .end = 0x555500001000, .read = true },
		{ .start = 0x7ffd00000000, .end = 0x7ffd00021000, .write = true, .stack = true },
	};
	struct mw_asker a = { .pid = 10,
			      .init_userns = mw_ok(1),
			      .maps_why = MW_OK,
			      .map = map,
			      .n_maps = COUNT(map),
			      .user_task_count = mw_ok(1),
			      .task_count = mw_ok(100),
			      .pids = { .why = MW_ABSENT },
			      .memory = { .why = MW_ABSENT },
			      .kernel = { .why = MW_ABSENT } };

	a.sysctl.thread_limit_count = a.sysctl.pid_limit_count = mw_ok(30000);
	a.sysctl.mmap_min_addr = mw_ok(65536);
	a.status.address_space_bytes = PAGES(address_space);
	a.status.data_bytes = a.status.stack_bytes = PAGES(10);
	a.status.locked_bytes = mw_ok(0);
	for (size_t i = 0; i < MW_RLIMITS; i++)
		a.limits.of[i].soft = a.limits.of[i].hard = mw_ok(MW_UNLIMITED);
	return a;
}

static void limits_of_a_process(void **state)
{
	struct world *w = *state;
	struct mw_asker a = asker_of(3200);
	struct mw_try_ask ask = { .bytes = 1000 * PAGE, .admin = true, .asker = &a };
	const struct mw_try *t;

	w->s.host.machine = LIT("x86_64");
	expect_answers(&all_of(w, &ask)[MW_TRY_PRIVATE], 1, 1, 1);
	a.limits.of[MW_RLIMIT_AS].soft = PAGES(3200 + 999);
	t = &all_of(w, &ask)[MW_TRY_PRIVATE];
	expect_answers(t, 0, 0, 0);
	assert_string_equal(t->in[0].rule, "rlimit-as");
	expect_val(t->in[1].most_bytes, 999 * PAGE);
	expect_val(t->in[2].drift_bytes, 0);
	/* it does not bound segments that nobody attaches */
	expect_answers(&all_of(w, &ask)[MW_TRY_SHM], 1, 1, 1);
	ask.bytes = 999 * PAGE;
	expect_answers(&all_of(w, &ask)[MW_TRY_PRIVATE], 1, 1, 1);
	/* one mapping too many, whatever its size */
	w->s.commit_sysctl.max_map_count = mw_ok(1);
	t = &all_of(w, &ask)[MW_TRY_PRIVATE];
	expect_answers(t, 0, 0, 0);
	assert_string_equal(t->in[1].rule, "max-map-count");
}

/* A large asker leaves 1/32 of itself. */
static void user_reserve_of_a_process(void **state)
{
	struct world *w = *state;
	struct mw_asker a = asker_of(3200);
	struct mw_try_ask ask = { .bytes = PAGE, .admin = true, .asker = &a };

	w->s.host.machine = LIT("x86_64");
	w->s.commit_sysctl.user_reserve_kib = mw_ok(131072);
	expect_val(all_of(w, &ask)[MW_TRY_PRIVATE].in[2].most_bytes, (599999 - 100) * PAGE);
}

/* In mode 2 all of it at once, in mode 0 its largest mapping. */
static void fork_of_a_process(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_process(w, 10, 650000, 10);
	struct mw_asker a = asker_of(3200);
	struct mw_try_ask ask = { .admin = true, .asker = &a };
	const struct mw_try *t;

	w->s.host.machine = LIT("x86_64");
	expect_why(all_of(w, &ask)[MW_TRY_FORK].in[2].succeeds, MW_UNREAD); /* not known */
	p->promises.largest_bytes = 600000 * PAGE;
	ask.self = of_pid(build(w), 10);
	t = &all_of(w, &ask)[MW_TRY_FORK];
	expect_val(t->bytes, 650000 * PAGE);
	expect_answers(t, 1, 1, 0);
	p->promises.largest_bytes = 1200001 * PAGE;
	p->promises.fork_bytes = 10 * PAGE;
	ask.self = of_pid(build(w), 10);
	expect_answers(&all_of(w, &ask)[MW_TRY_FORK], 0, 1, 1);
}

/* What is surely in the way refuses, whatever else is not known; and is what is named. */
static void unknown_beside_what_refuses(void **state)
{
	struct world *w = *state;
	struct mw_asker a = asker_of(3200);
	struct mw_try_ask ask = { .bytes = 1000 * PAGE, .admin = true, .asker = &a };
	const struct mw_try *t;

	w->s.host.machine = LIT("x86_64");
	w->s.commit_sysctl.max_map_count = mw_no(MW_DENIED);
	t = &all_of(w, &ask)[MW_TRY_PRIVATE];
	expect_why(t->in[0].succeeds, MW_DENIED);
	expect_why(t->in[0].most_bytes, MW_DENIED);
	assert_string_equal(t->in[0].rule, "max-map-count");
	a.limits.of[MW_RLIMIT_AS].soft = PAGES(3200 + 10);
	t = &all_of(w, &ask)[MW_TRY_PRIVATE];
	expect_answers(t, 0, 0, 0);
	assert_string_equal(t->in[0].rule, "rlimit-as");
	expect_val(t->in[0].most_bytes, 10 * PAGE);
	a.limits.of[MW_RLIMIT_AS].soft = mw_ok(MW_UNLIMITED);
	ask.bytes = 700000 * PAGE;
	t = &all_of(w, &ask)[MW_TRY_PRIVATE];
	expect_val(t->in[2].succeeds, 0);
	assert_string_equal(t->in[2].rule, "overcommit-limit");
}

static void unknown(void **state)
{
	struct world *w = *state;
	const struct mw_try *t;

	w->s.committed_bytes = mw_no(MW_DENIED);
	t = &try_pages(w, 1000)[MW_TRY_PRIVATE];
	expect_val(t->in[0].succeeds, 1);
	expect_val(t->in[1].succeeds, 1);
	expect_why(t->in[2].succeeds, MW_DENIED);
	expect_why(t->in[2].most_bytes, MW_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(boundaries),
		WORLD(malloc_has_a_header),
		WORLD(noreserve),
		WORLD(segments),
		WORLD(tmpfs),
		WORLD(limits_of_a_process),
		WORLD(user_reserve_of_a_process),
		WORLD(fork_of_a_process),
		WORLD(unknown),
		WORLD(unknown_beside_what_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
