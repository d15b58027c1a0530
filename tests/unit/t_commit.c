/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who was promised what: each address space and each object once, what is not named last.
 */
#include "commit_helper.h"

static void nobody(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c = build(w);

	assert_int_equal(c->n_promisers, 1);
	expect_val(remainder_of(c)->bytes, 100000 * PAGE);
	expect_val(c->named_bytes, 0);
	expect_val(mw_commit_off(c), 10000);
	expect_val(c->limit_bytes, 700000 * PAGE);
	expect_val(c->limit_ram_bytes, 500000 * PAGE);
	expect_val(c->root.most_pages, 599999);
	expect_val(c->user.most_pages, 599999);
	assert_int_equal(c->n_groups + c->n_users, 0);
}

static void processes(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;

	add_process(w, 10, 5000, 4000);
	add_process(w, 20, 9000, 8500)->promises.shared_bytes = PAGES(300);
	add_process(w, 30, 60000, 100)->promises.fork_bytes = 20000 * PAGE;
	c = build(w);
	assert_int_equal(c->n_promisers, 4);
	/* by what was never touched */
	expect_val(c->promiser[0].pid, 30);
	expect_val(c->promiser[1].pid, 10);
	expect_val(c->promiser[2].pid, 20);
	expect_val(c->promiser[0].unused_bytes, 59900 * PAGE);
	expect_val(c->promiser[0].fork_bytes, 20000 * PAGE);
	expect_val(c->promiser[2].shared_bytes, 300 * PAGE);
	expect_val(c->named_bytes, 74000 * PAGE);
	expect_val(remainder_of(c)->bytes, 26000 * PAGE);
	expect_val(mw_commit_off(c), 2600);
	assert_int_equal(c->from_flags_count, 3);
	assert_int_equal(c->from_status_count + c->unknown_count, 0);
}

/* After vfork, or CLONE_VM without CLONE_THREAD. */
static void shared_address_space_counts_once(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;

	add_process(w, 10, 5000, 4000);
	add_process(w, 11, 5000, 4000)->oom.same_mm = 0;
	c = build(w);
	assert_int_equal(c->n_promisers, 2);
	expect_val(c->promiser[0].pid, 10);
	expect_val(c->named_bytes, 5000 * PAGE);
	assert_int_equal(c->from_flags_count, 1);
}

/* More pages than promises: MAP_NORESERVE memory is not among the promises, its pages may be. */
static void touched_beyond_the_promise(void **state)
{
	struct world *w = *state;

	add_process(w, 10, 5000, 6000);
	expect_val(build(w)->promiser[0].unused_bytes, 0);
}

static void from_status(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_process(w, 10, 5000, 4000);
	const struct mw_commit *c;

	p->promises = (struct mw_proc_promises){ .why = MW_UNREAD };
	p->status.swap_bytes = PAGES(7);
	c = build(w);
	assert_true(c->promiser[0].from_status);
	expect_val(c->promiser[0].bytes, (5010 + 33) * PAGE);
	expect_val(c->promiser[0].fork_bytes, (5010 + 33) * PAGE);
	expect_val(c->promiser[0].touched_bytes, 4007 * PAGE);
	expect_why(c->promiser[0].shared_bytes, MW_UNREAD);
	assert_int_equal(c->from_status_count, 1);
	/* a kernel without VmSwap has no swapped pages to count */
	p->status.swap_bytes = mw_no(MW_ABSENT);
	expect_val(build(w)->promiser[0].touched_bytes, 4000 * PAGE);
}

/* One that is not known is no zero, and does not hide the others. */
static void unknown_process(void **state)
{
	struct world *w = *state;
	struct mw_proc *p = add_process(w, 10, 5000, 4000);
	const struct mw_commit *c;

	p->promises = (struct mw_proc_promises){ .why = MW_DENIED };
	p->status.data_bytes = mw_no(MW_BAD);
	add_process(w, 20, 3000, 1000);
	c = build(w);
	assert_int_equal(c->unknown_count, 1);
	expect_why(of_pid(c, 10)->bytes, MW_BAD);
	expect_why(of_pid(c, 10)->unused_bytes, MW_BAD);
	expect_val(c->named_bytes, 3000 * PAGE);
	p->status.data_bytes = PAGES(10);
	p->status.rss_anon_bytes = mw_no(MW_ABSENT);
	c = build(w);
	expect_val(of_pid(c, 10)->bytes, 43 * PAGE);
	expect_why(of_pid(c, 10)->unused_bytes, MW_ABSENT);
}

static void add_object(struct world *w, enum mw_shm_kind kind, uint64_t pid, uint64_t used,
		       struct mw_val size)
{
	w->object[w->s.n_objects++] = (struct mw_shm_object){ .kind = kind,
							      .name = LIT("x"),
							      .used_bytes = PAGES(used),
							      .size_bytes = size,
							      .pid = pid,
							      .comm = LIT("holder"),
							      .holder_count = 2 };
}

/* Shared anonymous memory and segments in full, of files what is there; deleted ones lie in their
 * tmpfs. */
static void objects(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;

	add_object(w, MW_SHM_ANON, 1, 10, mw_ok(1000 * PAGE - 5));
	add_object(w, MW_SHM_SYSV, 2, 20, PAGES(2000));
	add_object(w, MW_SHM_MEMFD, 3, 30, PAGES(3000));
	add_object(w, MW_SHM_UNLINKED, 4, 40, PAGES(4000));
	add_object(w, MW_SHM_DETACHED, 5, 50, PAGES(5000));
	add_object(w, MW_SHM_ANON, 6, 60, mw_no(MW_ABSENT));
	c = build(w);
	expect_val(of_pid(c, 1)->bytes, 1000 * PAGE);
	expect_val(of_pid(c, 1)->touched_bytes, 10 * PAGE);
	expect_val(of_pid(c, 1)->unused_bytes, 990 * PAGE);
	expect_val(of_pid(c, 2)->bytes, 2000 * PAGE);
	expect_val(of_pid(c, 3)->bytes, 30 * PAGE);
	assert_null(of_pid(c, 4));
	expect_val(of_pid(c, 5)->bytes, 50 * PAGE);
	expect_val(of_pid(c, 6)->bytes, 60 * PAGE); /* at least what is there */
	expect_val(c->named_bytes, (1000 + 2000 + 30 + 50 + 60) * PAGE);
}

static void segments_and_mounts(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;

	w->segment[0].segment.shmid = 7;
	w->segment[0].segment.size_bytes = mw_ok(100 * PAGE + 1);
	w->segment[0].segment.rss_bytes = PAGES(1);
	w->segment[0].segment.swap_bytes = PAGES(2);
	w->s.n_segments = 1;
	w->tmpfs[0] = (struct mw_tmpfs){ .point = LIT("/dev/shm"),
					 .own = true,
					 .used_bytes = PAGES(400) };
	w->tmpfs[1] = (struct mw_tmpfs){ .point = LIT("/scratch"),
					 .pid = 9,
					 .used_bytes = mw_no(MW_DENIED) };
	w->s.n_tmpfs = 2;
	c = build(w);
	expect_val(of_kind(c, "sysv")->bytes, 101 * PAGE);
	expect_val(of_kind(c, "sysv")->touched_bytes, 3 * PAGE);
	assert_string_equal(of_kind(c, "sysv")->note, "attached by nobody");
	expect_val(of_kind(c, "tmpfs")->unused_bytes, 0);
	expect_why(of_pid(c, 9)->bytes, MW_DENIED);
	expect_val(c->named_bytes, 501 * PAGE);
}

/* Read one after another: what is named may be more than the sum. */
static void raced(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;

	add_process(w, 10, 100100, 1);
	c = build(w);
	expect_why(remainder_of(c)->bytes, MW_RACED);
	expect_val(remainder_of(c)->excess_bytes, 100 * PAGE);
	expect_val(mw_commit_off(c), 10);
	w->s.committed_bytes = mw_no(MW_DENIED);
	c = build(w);
	expect_why(remainder_of(c)->bytes, MW_DENIED);
	expect_why(mw_commit_off(c), MW_DENIED);
	w->s.committed_bytes = mw_ok(0);
	expect_why(mw_commit_off(build(w)), MW_BAD);
}

static void sums(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;
	struct mw_proc *p;

	for (uint64_t pid = 10; pid < 14; pid++) {
		p = add_process(w, pid, 100 * pid, 10);
		p->cgroup = pid % 2 ? LIT("/b") : LIT("/a");
		p->status.uid = pid == 13 ? 1000 : 0;
	}
	p->promises = (struct mw_proc_promises){ .why = MW_GONE };
	p->status.data_bytes = mw_no(MW_GONE);
	c = build(w);
	assert_int_equal(c->n_groups, 2);
	expect_str(c->group[0].cgroup, "/a");
	expect_val(c->group[0].bytes, 2200 * PAGE);
	expect_val(c->group[0].touched_bytes, 20 * PAGE);
	expect_val(c->group[0].unused_bytes, 2180 * PAGE);
	assert_int_equal(c->group[1].proc_count, 2);
	expect_val(c->group[1].bytes, 1100 * PAGE);
	assert_int_equal(c->n_users, 2);
	assert_int_equal(c->user_sum[0].uid, 0);
	expect_val(c->user_sum[0].bytes, 3300 * PAGE);
	assert_int_equal(c->user_sum[0].proc_count, 3);
	expect_why(c->user_sum[1].bytes, MW_GONE);
}

static void modes(void **state)
{
	struct world *w = *state;
	const struct mw_commit *c;

	w->s.commit_sysctl.overcommit_memory = mw_ok(0);
	c = build(w);
	assert_int_equal(c->mode, MW_OVERCOMMIT_GUESS);
	expect_val(c->user.most_pages, 1200000);
	w->s.commit_sysctl.overcommit_memory = mw_ok(3);
	expect_why(build(w)->mode_known, MW_BAD);
	w->s.commit_sysctl.overcommit_memory = mw_no(MW_ABSENT);
	c = build(w);
	expect_why(c->mode_known, MW_ABSENT);
	expect_why(c->user.most_pages, MW_UNREAD);
}

/* All sizes of all pools, each once: not again by node. */
static void huge_pages(void **state)
{
	struct world *w = *state;

	w->pool[0] = (struct mw_hugetlb_pool){ .page_bytes = 2 << 20, .total_count = mw_ok(10) };
	w->pool[1] = (struct mw_hugetlb_pool){ .node = LIT("0"),
					       .page_bytes = 2 << 20,
					       .total_count = mw_ok(10) };
	w->pool[2] = (struct mw_hugetlb_pool){ .page_bytes = 1 << 30, .total_count = mw_ok(1) };
	w->s.n_hugetlb = 3;
	expect_val(build(w)->state.hugetlb_pages, 5120 + 262144);
	w->pool[2].total_count = mw_no(MW_DENIED);
	expect_why(build(w)->limit_bytes, MW_DENIED);
	w->s.n_hugetlb = 0;
	w->s.meminfo.hugetlb_bytes = PAGES(512);
	expect_val(build(w)->state.hugetlb_pages, 512);
	w->s.meminfo.hugetlb_bytes = mw_no(MW_ABSENT);
	expect_val(build(w)->state.hugetlb_pages, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(nobody),
		WORLD(processes),
		WORLD(shared_address_space_counts_once),
		WORLD(touched_beyond_the_promise),
		WORLD(from_status),
		WORLD(unknown_process),
		WORLD(objects),
		WORLD(segments_and_mounts),
		WORLD(raced),
		WORLD(sums),
		WORLD(modes),
		WORLD(huge_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
