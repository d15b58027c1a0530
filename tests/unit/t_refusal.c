/* SPDX-License-Identifier: Apache-2.0 */
#include "why/refusal.h"

#include "asker_helper.h"

#define MMAP(size) .kind = MW_CALL_MMAP, .bytes = (size), .anonymous = true

static void nothing_refuses(void **state)
{
	struct asking *w = *state;

	expect_passes(w, MMAP(GIB), .writable = true);
	expect_passes(w, .kind = MW_CALL_BRK, .bytes = MIB, .address = 0x10000000 + 64 * MIB);
	expect_passes(w, .kind = MW_CALL_FORK);
	expect_passes(w, .kind = MW_CALL_THREAD, .error = EAGAIN);
	expect_passes(w, .kind = MW_CALL_MUNMAP, .address = 0x400000, .bytes = PAGE);
}

static void address_space(void **state)
{
	struct asking *w = *state;

	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(330 * MIB);
	expect_refused(w, MW_LIMIT_AS, MMAP(11 * MIB));
	expect_passes(w, MMAP(10 * MIB));
	/* What it replaces counts already. */
	expect_passes(w, MMAP(64 * MIB), .fixed = true, .address = 0x10000000);
	expect_refused(w, MW_LIMIT_AS, .kind = MW_CALL_MREMAP, .address = 0x10000000,
		       .bytes = 11 * MIB, .new_bytes = 75 * MIB, .may_move = true);
	expect_refused(w, MW_LIMIT_AS, .kind = MW_CALL_BRK, .bytes = 11 * MIB,
		       .address = 0x10000000 + 64 * MIB);
	/* It may not be known how much is asked for. */
	expect_passes(w, .kind = MW_CALL_SHMAT);
	expect_refused(w, MW_LIMIT_AS, .kind = MW_CALL_SHMAT, .bytes = 11 * MIB);
	/* EAGAIN has no such cause. */
	expect_passes(w, MMAP(11 * MIB), .error = EAGAIN);
}

static void data(void **state)
{
	struct asking *w = *state;

	w->a.limits.of[MW_RLIMIT_DATA].soft = mw_ok(65 * MIB);
	expect_refused(w, MW_LIMIT_DATA, MMAP(2 * MIB), .writable = true);
	expect_passes(w, MMAP(2 * MIB));
	expect_passes(w, MMAP(2 * MIB), .writable = true, .shared = true);
	expect_refused(w, MW_LIMIT_DATA, .kind = MW_CALL_MPROTECT, .writable = true,
		       .address = TOP - GIB, .bytes = 2 * MIB);
	expect_passes(w, .kind = MW_CALL_MPROTECT, .writable = true, .address = 0x10000000,
		      .bytes = 2 * MIB);
	/* RLIMIT_AS is asked before it. */
	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(320 * MIB);
	expect_refused(w, MW_LIMIT_AS, MMAP(2 * MIB), .writable = true);
}

static void mappings(void **state)
{
	struct asking *w = *state;

	w->s.commit_sysctl.max_map_count = mw_ok(3);
	/* Before all others. */
	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(MIB);
	expect_refused(w, MW_LIMIT_MAP_COUNT, MMAP(PAGE));
	w->s.commit_sysctl.max_map_count = mw_ok(4);
	expect_refused(w, MW_LIMIT_AS, MMAP(PAGE));
	expect_refused(w, MW_LIMIT_MAP_COUNT, .kind = MW_CALL_MUNMAP, .address = 0x10001000,
		       .bytes = PAGE);
	expect_passes(w, .kind = MW_CALL_MUNMAP, .address = 0x10000000, .bytes = 64 * MIB);
	expect_refused(w, MW_LIMIT_MAP_COUNT, .kind = MW_CALL_MADVISE, .error = EAGAIN,
		       .address = 0x10001000, .bytes = PAGE);
	w->s.commit_sysctl.max_map_count = mw_ok(7);
	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(MW_UNLIMITED);
	expect_refused(w, MW_LIMIT_MAP_COUNT, .kind = MW_CALL_MREMAP, .address = 0x10000000,
		       .bytes = PAGE, .new_bytes = 65 * MIB, .may_move = true);
}

static void locked(void **state)
{
	struct asking *w = *state;

	w->a.limits.of[MW_RLIMIT_MEMLOCK].soft = mw_ok(MIB);
	expect_refused(w, MW_LIMIT_MEMLOCK, MMAP(2 * MIB), .locked = true, .error = EAGAIN);
	/* After mlockall(MCL_FUTURE) nothing says so but the errno. */
	expect_refused(w, MW_LIMIT_MEMLOCK, MMAP(2 * MIB), .error = EAGAIN);
	expect_passes(w, MMAP(2 * MIB));
	expect_refused(w, MW_LIMIT_MEMLOCK, .kind = MW_CALL_MLOCK, .address = 0x10000800,
		       .bytes = MIB, .error = ENOMEM);
	expect_refused(w, MW_LIMIT_MEMLOCK, .kind = MW_CALL_MLOCKALL, .error = ENOMEM);
	w->a.status.effective_caps = mw_ok(MW_CAP_IPC_LOCK);
	expect_passes(w, .kind = MW_CALL_MLOCKALL, .error = ENOMEM);
}

static void not_mapped(void **state)
{
	struct asking *w = *state;

	expect_refused(w, MW_LIMIT_UNMAPPED, .kind = MW_CALL_MPROTECT,
		       .address = 0x400000 + MIB - PAGE, .bytes = 2 * PAGE, .error = ENOMEM);
	expect_refused(w, MW_LIMIT_UNMAPPED, .kind = MW_CALL_MLOCK, .address = 0x1000,
		       .bytes = PAGE, .error = ENOMEM);
	expect_passes(w, .kind = MW_CALL_MPROTECT, .address = UINT64_MAX, .bytes = 0);
}

static void promises(void **state)
{
	struct asking *w = *state;

	expect_refused(w, MW_LIMIT_OVERCOMMIT, MMAP(11 * GIB), .writable = true);
	expect_passes(w, MMAP(11 * GIB), .writable = true, .noreserve = true);
	expect_passes(w, MMAP(11 * GIB));
	expect_refused(w, MW_LIMIT_OVERCOMMIT, MMAP(11 * GIB), .shared = true);
	w->s.commit_sysctl.overcommit_memory = mw_ok(2);
	expect_refused(w, MW_LIMIT_OVERCOMMIT, MMAP(6 * GIB), .writable = true, .noreserve = true);
	expect_refused(w, MW_LIMIT_OVERCOMMIT, .kind = MW_CALL_SHMGET, .bytes = 6 * GIB,
		       .shared = true, .error = ENOMEM);
	/* A fork asks for all again; what CPUs hold back is more than that. */
	w->s.committed_bytes = mw_ok(6 * GIB);
	expect_rule(w, MW_LIMIT_OVERCOMMIT, MW_REFUSES_MAYBE, .kind = MW_CALL_FORK,
		    .error = ENOMEM);
	w->map[1].end += GIB;
	expect_refused(w, MW_LIMIT_OVERCOMMIT, .kind = MW_CALL_FORK, .error = ENOMEM);
	expect_passes(w, .kind = MW_CALL_VFORK, .error = ENOMEM);
	expect_passes(w, .kind = MW_CALL_FORK, .error = EAGAIN);
}

static void tasks(void **state)
{
	struct asking *w = *state;

	one_group(w, &w->a.pids, 100, 100);
	expect_refused(w, MW_LIMIT_PIDS_MAX, .kind = MW_CALL_FORK, .error = EAGAIN);
	w->a.sysctl.thread_limit_count = mw_ok(300);
	expect_refused(w, MW_LIMIT_THREADS_MAX, .kind = MW_CALL_THREAD, .error = EAGAIN);
	w->a.limits.of[MW_RLIMIT_NPROC].soft = mw_ok(20);
	expect_refused(w, MW_LIMIT_NPROC, .kind = MW_CALL_VFORK, .error = EAGAIN);
	expect_passes(w, .kind = MW_CALL_VFORK, .error = ENOMEM);
}

static void huge_pages(void **state)
{
	struct asking *w = *state;

	w->pool[0] = (struct mw_asker_pool){ .page_bytes = 2 * MIB,
					     .total_count = mw_ok(10),
					     .free_count = mw_ok(10),
					     .reserved_count = mw_ok(0),
					     .surplus_count = mw_ok(0),
					     .surplus_limit_count = mw_ok(0),
					     .reservations = { .why = MW_ABSENT } };
	w->pool[1] = w->pool[0];
	w->pool[1].page_bytes = GIB;
	w->a.pool = w->pool;
	w->a.n_pools = 2;
	w->a.default_pool = 0;
	expect_refused(w, MW_LIMIT_HUGETLB, MMAP(22 * MIB), .huge = true, .writable = true);
	expect_passes(w, MMAP(20 * MIB), .huge = true, .writable = true);
	expect_passes(w, MMAP(10 * GIB), .huge = true, .huge_page_bytes = GIB);
	one_group(w, &w->pool[0].reservations, 0, 4 * MIB);
	expect_refused(w, MW_LIMIT_HUGETLB_CGROUP, MMAP(6 * MIB), .huge = true);
}

static void room_in_the_space(void **state)
{
	struct asking *w = *state;

	expect_refused(w, MW_LIMIT_ADDRESS_SPACE, MMAP(1ULL << 47));
	expect_refused(w, MW_LIMIT_ADDRESS_SPACE, MMAP(UINT64_MAX));
	add_map(w, 0x10000000 + 66 * MIB, PAGE, false);
	expect_refused(w, MW_LIMIT_ADDRESS_SPACE, .kind = MW_CALL_BRK, .bytes = 2 * MIB,
		       .address = 0x10000000 + 64 * MIB, .error = ENOMEM);
	expect_refused(w, MW_LIMIT_ADDRESS_SPACE, .kind = MW_CALL_MREMAP, .address = 0x10000000,
		       .bytes = 3 * MIB, .new_bytes = 67 * MIB);
}

static void kernel_memory(void **state)
{
	struct asking *w = *state;

	w->s.host.release = mw_release_parse(LIT("5.10.0"));
	one_group(w, &w->a.kernel, 4 * MIB - 2 * PAGE, 4 * MIB);
	expect_refused(w, MW_LIMIT_CGROUP_KMEM, .kind = MW_CALL_FORK, .error = ENOMEM);
	expect_refused(w, MW_LIMIT_CGROUP_KMEM, MMAP(PAGE), .error = ENOMEM);
}

static void the_nearest_where_none_fits(void **state)
{
	struct asking *w = *state;
	struct mw_call call = { MMAP(PAGE), .error = ENOMEM };
	struct mw_refusal r;

	w->a.limits.of[MW_RLIMIT_AS].soft = mw_ok(321 * MIB);
	mw_refusal_judge(&w->s, &w->a, &call, &w->arena, &r);
	assert_null(r.first);
	assert_int_equal(r.nearest->gauge.rule, MW_LIMIT_AS);
	/* A limit that is not known is no answer. */
	w->a.limits.of[MW_RLIMIT_AS].soft = mw_no(MW_DENIED);
	mw_refusal_judge(&w->s, &w->a, &call, &w->arena, &r);
	assert_null(r.first);
	assert_int_equal(r.nearest->gauge.rule, MW_LIMIT_MAP_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING(nothing_refuses),
		ASKING(address_space),
		ASKING(data),
		ASKING(mappings),
		ASKING(locked),
		ASKING(not_mapped),
		ASKING(promises),
		ASKING(tasks),
		ASKING(huge_pages),
		ASKING(room_in_the_space),
		ASKING(kernel_memory),
		ASKING(the_nearest_where_none_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
