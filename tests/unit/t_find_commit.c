/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each finding about promises and limits: where it is said, and where not.
 */
#include "commit_helper.h"

#include "why/gauge.h"

struct asked {
	struct mw_gauges gauges;
	struct mw_gauge item[2];
};

static const struct mw_finding *find_with(struct world *w, const char *id, struct asked *asked)
{
	static struct mw_findings all;
	struct mw_thresholds limit = mw_thresholds_normal();
	const struct mw_finding *found = NULL;

	if (asked)
		asked->gauges.item = asked->item;
	mw_find_commit(&(struct mw_commit_case){ &w->s, build(w), &limit, &w->arena,
						 asked ? &asked->gauges : NULL, "x (pid 10)" },
		       &all);
	assert_false(w->arena.failed);
	for (size_t i = 0; i < all.n; i++) {
		const struct mw_finding *f = &all.item[i];

		assert_true(f->n_evidence && f->n_fixes && f->verdict[0]);
		assert_non_null(f->check);
		assert_non_null(f->sure);
		assert_true(!i || f[-1].severity >= f->severity);
		for (size_t k = 0; k < f->n_fixes; k++)
			assert_true(f->fix[k].command[0] && f->fix[k].effect && f->fix[k].risk &&
				    f->fix[k].undo);
		if (!strcmp(f->id, id))
			found = f;
	}
	return found;
}

static const struct mw_finding *find(struct world *w, const char *id)
{
	return find_with(w, id, NULL);
}

static void committed(struct world *w, uint64_t pages)
{
	w->s.committed_bytes = PAGES(pages);
}

/* 99 % of 700000 pages taken; the last page is never given. */
static void strict_full(void **state)
{
	static const char id[] = "MW-COMMIT-STRICT-FULL";
	struct world *w = *state;
	const struct mw_finding *f;

	assert_null(find(w, id));
	committed(w, 692998);
	assert_null(find(w, id));
	committed(w, 692999);
	f = find(w, id);
	assert_non_null(f);
	assert_int_equal(f->severity, MW_CRITICAL);
	assert_int_equal(f->n_fixes, 4);
	assert_string_equal(f->fix[1].command, "sysctl vm.overcommit_ratio=80");
	assert_string_equal(f->fix[1].undo, "sysctl vm.overcommit_ratio=50");
	committed(w, 800000); /* more than the limit, as after swapoff */
	assert_non_null(find(w, id));
	/* the reserve for root is taken from an ordinary process */
	committed(w, 600000);
	assert_null(find(w, id));
	w->s.commit_sysctl.admin_reserve_kib = mw_ok(100000 * 4);
	assert_non_null(find(w, id));
	/* the other modes do not ask */
	w->s.commit_sysctl.overcommit_memory = mw_ok(0);
	assert_null(find(w, id));
	w->s.commit_sysctl.overcommit_memory = mw_no(MW_DENIED);
	assert_null(find(w, id));
	w->s.commit_sysctl.overcommit_memory = mw_ok(2);
	w->s.committed_bytes = mw_no(MW_DENIED);
	assert_null(find(w, id));
}

static void near_limit(void **state)
{
	static const char id[] = "MW-COMMIT-NEAR-LIMIT";
	struct world *w = *state;

	committed(w, 629998);
	assert_null(find(w, id));
	committed(w, 629999);
	assert_non_null(find(w, id));
	assert_int_equal(find(w, id)->severity, MW_WARNING);
	committed(w, 692999);
	assert_null(find(w, id)); /* full */
}

/* With a fixed limit it is this that is raised. */
static void raise_kbytes(void **state)
{
	struct world *w = *state;
	const struct mw_finding *f;

	w->s.commit_sysctl.overcommit_kib = mw_ok(400000);
	committed(w, 400000);
	f = find(w, "MW-COMMIT-STRICT-FULL");
	assert_non_null(f);
	assert_string_equal(f->fix[1].command, "sysctl vm.overcommit_kbytes=500000");
	assert_string_equal(f->fix[1].undo, "sysctl vm.overcommit_kbytes=400000");
}

static void fork_doubles(void **state)
{
	static const char id[] = "MW-COMMIT-FORK-DOUBLES";
	struct world *w = *state;
	struct mw_proc *p;

	committed(w, 400000); /* 299999 are left */
	p = add_process(w, 10, 299999, 1000);
	assert_null(find(w, id));
	p->promises.fork_bytes += PAGE;
	assert_non_null(find(w, id));
	assert_string_equal(find(w, id)->check, "memwhy commit --try 1M --as 10");
	assert_memory_equal(find(w, id)->sure, "certain", 7);
	/* Where its flags were not read. */
	p->promises.why = MW_DENIED;
	p->status.data_bytes = PAGES(300000);
	p->status.stack_bytes = mw_ok(0);
	assert_memory_equal(find(w, id)->sure, "roughly", 7);
	p->promises.why = MW_OK;
	/* MADV_DONTFORK */
	p->promises.fork_bytes = 10 * PAGE;
	assert_null(find(w, id));
	/* 5 % of the limit: others took the rest */
	committed(w, 699990);
	p->promises.fork_bytes = 34999 * PAGE;
	assert_null(find(w, id));
	p->promises.fork_bytes = 35000 * PAGE;
	assert_non_null(find(w, id));
	add_process(w, 20, 50000, 10);
	expect_val(find(w, id)->evidence[0].value, 50000 * PAGE);
	expect_val(find(w, id)->evidence[3].value, 2);
	w->s.commit_sysctl.overcommit_memory = mw_ok(0);
	assert_null(find(w, id));
}

/* Off a limit that would be (1000000) / 2 + 200000. */
static void hugetlb_eats(void **state)
{
	static const char id[] = "MW-COMMIT-HUGETLB-EATS-LIMIT";
	struct world *w = *state;

	assert_null(find(w, id));
	w->s.meminfo.hugetlb_bytes = PAGES(139998);
	assert_null(find(w, id));
	w->s.meminfo.hugetlb_bytes = PAGES(140000);
	assert_non_null(find(w, id));
	expect_val(find(w, id)->evidence[1].value, 70000 * PAGE);
	assert_string_equal(find(w, id)->fix[1].command, "sysctl vm.overcommit_kbytes=2000000");
	w->s.commit_sysctl.overcommit_kib = mw_ok(2000000);
	assert_null(find(w, id));
	w->s.commit_sysctl.overcommit_kib = mw_ok(0);
	w->s.commit_sysctl.overcommit_memory = mw_ok(1);
	assert_null(find(w, id));
}

static void no_swap(void **state)
{
	static const char id[] = "MW-COMMIT-NO-SWAP";
	struct world *w = *state;

	assert_null(find(w, id));
	w->s.meminfo.swap_total_bytes = mw_ok(0);
	assert_non_null(find(w, id));
	assert_int_equal(find(w, id)->severity, MW_INFO);
	w->s.commit_sysctl.overcommit_ratio = mw_ok(100);
	assert_null(find(w, id));
	w->s.commit_sysctl.overcommit_ratio = mw_ok(50);
	w->s.meminfo.swap_total_bytes = mw_no(MW_DENIED);
	assert_null(find(w, id));
	w->s.meminfo.swap_total_bytes = mw_ok(0);
	w->s.commit_sysctl.overcommit_memory = mw_ok(0);
	assert_null(find(w, id));
}

static void always(void **state)
{
	static const char id[] = "MW-COMMIT-ALWAYS";
	struct world *w = *state;

	assert_null(find(w, id));
	w->s.commit_sysctl.overcommit_memory = mw_ok(1);
	assert_int_equal(find(w, id)->severity, MW_INFO);
	committed(w, 1200000);
	assert_int_equal(find(w, id)->severity, MW_INFO);
	committed(w, 1200001);
	assert_int_equal(find(w, id)->severity, MW_WARNING);
	w->s.meminfo.swap_total_bytes = mw_no(MW_DENIED);
	assert_int_equal(find(w, id)->severity, MW_INFO);
}

static void maps(void **state)
{
	static const char id[] = "MW-LIMIT-MAPS";
	struct world *w = *state;
	struct mw_proc *p = add_process(w, 10, 10, 10);

	w->s.commit_sysctl.overcommit_memory = mw_ok(0);
	w->s.commit_sysctl.max_map_count = mw_ok(1000);
	p->map_count = mw_ok(799);
	assert_null(find(w, id));
	p->map_count = mw_ok(800);
	assert_non_null(find(w, id));
	assert_string_equal(find(w, id)->fix[0].command, "sysctl vm.max_map_count=4000");
	p->map_count = mw_no(MW_DENIED);
	assert_null(find(w, id));
	add_process(w, 20, 10, 10)->map_count = mw_ok(1001);
	assert_non_null(find(w, id));
	w->s.commit_sysctl.max_map_count = mw_no(MW_DENIED);
	assert_null(find(w, id));
}

static void address_space(void **state)
{
	static const char id[] = "MW-LIMIT-AS";
	struct world *w = *state;
	struct asked asked = { .gauges = { .n = 2 } };
	struct mw_gauge *g = &asked.item[1];

	asked.item[0] = (struct mw_gauge){
		.rule = MW_LIMIT_DATA, .used = PAGES(100), .limit = PAGES(100), .room = mw_ok(0)
	};
	*g = (struct mw_gauge){
		.rule = MW_LIMIT_AS, .used = PAGES(799), .limit = PAGES(1000), .room = PAGES(201)
	};
	assert_null(find_with(w, id, &asked));
	g->used = PAGES(800);
	assert_non_null(find_with(w, id, &asked));
	assert_non_null(strstr(find_with(w, id, &asked)->verdict, "x (pid 10)"));
	assert_null(find(w, id)); /* nobody asked about a process */
	g->limit = mw_ok(MW_UNLIMITED);
	assert_null(find_with(w, id, &asked));
	g->limit = mw_no(MW_DENIED);
	assert_null(find_with(w, id, &asked));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(strict_full),  WORLD(near_limit),	  WORLD(raise_kbytes),
		WORLD(fork_doubles), WORLD(hugetlb_eats), WORLD(no_swap),
		WORLD(always),	     WORLD(maps),	  WORLD(address_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
