/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/asker.h"

#include <errno.h>

#include <stdio.h>

#include "helper.h"

#define MIB (1ULL << 20)

struct fixture {
	struct mw_arena arena;
	struct mw_root *root;
	struct mw_snap s;
	struct mw_asker a;
	int r;
};

/* The seed of the fuzz target is a machine as good as any. */
static void take(struct fixture *f, const char *name, uint64_t pid)
{
	char path[256];
	struct mw_problem problem;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/asker/%s",
		 getenv("SRC") ? getenv("SRC") : ".", name);
	assert_int_equal(mw_root_open(path, false, &f->root, &problem), 0);
	assert_int_equal(mw_snap_take(f->root,
				      &(struct mw_snap_options){ .want = MW_WANT_OVERCOMMIT },
				      &f->arena, &f->s),
			 0);
	f->r = mw_take_asker(f->root, pid, true, &f->arena, &f->s, &f->a);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mw_root_free(f->root);
	mw_arena_done(&f->arena);
	free(f);
	return 0;
}

static void a_process_of_v2(void **state)
{
	struct fixture *f = *state;
	struct mw_asker *a = &f->a;

	take(f, "v2", 42);
	assert_int_equal(f->r, 0);
	expect_val(a->status.address_space_bytes, 100 * MIB);
	expect_val(a->status.thread_count, 7);
	expect_val(a->init_userns, 1);
	expect_val(a->limits.of[MW_RLIMIT_AS].soft, 200 * MIB);
	expect_val(a->limits.of[MW_RLIMIT_NPROC].hard, 40);
	assert_int_equal(a->n_maps, 5); /* the page of vsyscalls is none */
	assert_true(a->map[1].heap && a->map[1].write && a->map[3].shared && a->map[4].stack);
	expect_val(a->user_task_count, 10);
	expect_val(a->task_count, 345);
	expect_val(f->s.commit_sysctl.cpu_count, 2);
	expect_val(f->s.commit_sysctl.overcommit_memory, 2);
	expect_why(f->s.commit_sysctl.overcommit_kib, MW_ABSENT);
	assert_int_equal(a->pids.n, 2); /* the root has no such files */
	expect_val(a->pids.item[0].limit, MW_UNLIMITED);
	expect_val(a->pids.item[1].used, 49);
	expect_str(a->pids.item[1].path, "/a");
	assert_string_equal(a->pids.item[1].file, "sys/fs/cgroup/a/pids.max");
	expect_val(a->memory.item[0].limit, 2 * MIB);
	assert_int_equal(a->kernel.why, MW_ABSENT);
	assert_int_equal(a->n_pools, 1);
	assert_int_equal(a->default_pool, 0);
	expect_val(a->pool[0].free_count, 4);
}

static void a_process_of_v1(void **state)
{
	struct fixture *f = *state;

	take(f, "v1", 42);
	assert_int_equal(f->r, 0);
	expect_why(f->a.limits.of[MW_RLIMIT_AS].soft, MW_DENIED);
	assert_int_equal(f->a.maps_why, MW_DENIED);
	expect_val(f->a.init_userns, 0);
	assert_int_equal(f->a.kernel.n, 1);
	expect_val(f->a.kernel.item[0].limit, 4 * MIB);
	expect_val(f->a.memory.item[0].limit, MW_UNLIMITED);
	expect_val(f->a.pids.item[0].limit, 5);
	assert_true(f->s.sources.n > 0);
}

static void nobody(void **state)
{
	struct fixture *f = *state;

	take(f, "v2", 77);
	assert_int_equal(f->r, -ESRCH);
}

static void no_memory_of_its_own(void **state)
{
	struct fixture *f = *state;

	take(f, "v2", 43); /* without VmSize: a zombie */
	assert_int_equal(f->r, -ENODATA);
}

static void not_permitted(void **state)
{
	struct fixture *f = *state;

	take(f, "v2", 45);
	assert_int_equal(f->r, -EACCES);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_of_v2),	    TEST(a_process_of_v1), TEST(nobody),
		TEST(no_memory_of_its_own), TEST(not_permitted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
