/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* A row of 4.15 on. */
#define ROW(pid, uid, rss, adj)                                   \
	"[     " pid "]     " uid "    " pid "     9000     " rss \
	"        0        0         " adj " task" pid "\n"
#define CUT_ROW "[     14]     0    14     9000\n"
#define OLD_TABLE "[ pid ]   uid  tgid total_vm      rss nr_ptes swapents oom_score_adj name\n"
#define OLD_ROW(pid, uid, rss, adj)                                                               \
	"[   " pid "]     " uid "    " pid "     9000     " rss "        0        0         " adj \
	" task" pid "\n"
#define EL6_TABLE "[ pid ]   uid  tgid total_vm      rss cpu oom_adj oom_score_adj name\n"
#define EL6_ROW(pid, uid, rss, adj)                                                         \
	"[   " pid "]     " uid "    " pid "     9000     " rss "   0       0         " adj \
	" task" pid "\n"
#define KILLED(pid) "Out of memory: Killed process " pid " (task" pid ") total-vm:100kB\n"

/* What the test at hand wants. */
static struct {
	size_t n_pids;
	unsigned pid[8];
	int64_t points; /* of the first */
	enum mw_oom_agrees agrees;
	const char *why;
	size_t chosen_rank;
	bool exact;
} want;

static void expect_ranking(const struct mw_oom_case *c, const struct mw_findings *found)
{
	for (size_t i = 0; i < want.n_pids; i++)
		assert_int_equal(c->rank[i].task->pid, want.pid[i]);
	if (want.points)
		assert_int_equal(c->rank[0].points, want.points);
	assert_int_equal(c->agrees, want.agrees);
	expect_text(c->agrees_why, want.why);
	assert_int_equal(c->chosen_rank, want.chosen_rank);
	assert_int_equal(c->rank_exact, want.exact);
	assert_int_equal(!!oom_found(found, "MW-OOM-VICTIM"), want.agrees == MW_DIFFERS);
}

static void set_want(enum mw_oom_agrees agrees, const char *why, size_t chosen_rank, bool exact)
{
	memset(&want, 0, sizeof(want));
	want.agrees = agrees;
	want.why = why;
	want.chosen_rank = chosen_rank;
	want.exact = exact;
}

static struct oom_pieces table(const char *release, const char *tasks, const char *kill)
{
	return (struct oom_pieces){
		.release = release, .zones = "", .tasks = tasks, .summary = "", .kill = kill
	};
}

#define WANT_ORDER(...)                                          \
	do {                                                     \
		static const unsigned order[] = { __VA_ARGS__ }; \
		want.n_pids = COUNT(order);                      \
		memcpy(want.pid, order, sizeof(order));          \
	} while (0)

/* RAM and swap are 10000 pages, of which 1000 are the zones' of nobody: 1/1000 of them is 10. */
static void points_of_5_9(void **state)
{
	struct oom_pieces p =
		table("6.1.0",
		      OOM_TABLE ROW("11", "0", "100", "0") ROW("12", "0", "300", "-100")
			      ROW("13", "0", "200", "0") ROW("14", "0", "900", "-1000")
				      ROW("15", "0", "1", "500"),
		      KILLED("15"));

	(void)state;
	set_want(MW_AGREES, "first by the rule", 1, true);
	WANT_ORDER(15, 13, 11, 12, 14);
	want.points = 1 + 500 * 10;
	oom_with(&p, expect_ranking);
}

/* At least 1, and less for the root user up to 4.16; who was scanned first stays. */
static void points_of_3_6_to_5_8(void **state)
{
	struct oom_pieces p =
		table("3.10.0",
		      OLD_TABLE OLD_ROW("11", "0", "1000", "0") OLD_ROW("12", "500", "980", "0")
			      OLD_ROW("13", "0", "20", "-500") OLD_ROW("14", "0", "40", "-500"),
		      KILLED("12"));

	(void)state;
	p.mask = "gfp_mask=0xd0, order=0, ";
	set_want(MW_AGREES, "first by the rule", 1, true);
	WANT_ORDER(12, 11, 13, 14);
	want.points = 980;
	oom_with(&p, expect_ranking);
	/* From 4.17 on root is as others. */
	p = table("4.19.0", OOM_TABLE ROW("11", "0", "1000", "0") ROW("12", "500", "980", "0"),
		  KILLED("11"));
	set_want(MW_AGREES, "first by the rule", 1, true);
	WANT_ORDER(11, 12);
	oom_with(&p, expect_ranking);
}

/* el6 rates in 1/1000, and its table has no column for swap. */
static void points_of_el6(void **state)
{
	struct oom_pieces p =
		table("2.6.32-642.el6.x86_64",
		      EL6_TABLE EL6_ROW("11", "0", "5000", "0") EL6_ROW("12", "5", "4900", "0"),
		      KILLED("12"));

	(void)state;
	p.mask = "gfp_mask=0xd0, order=0, oom_adj=0, ";
	p.tail = "450 total pagecache pages\n0 pages in swap cache\nTotal swap = 4000kB\n"
		 "10000 pages RAM\n1000 pages reserved\n";
	set_want(MW_AGREES, "first by the rule", 1, false);
	WANT_ORDER(12, 11);
	want.points = 490;
	oom_with(&p, expect_ranking);
	p.kill = KILLED("11");
	set_want(MW_AGREES_UNKNOWN, "does not show all that the rule counts", 2, false);
	oom_with(&p, expect_ranking);
}

static void expect_old_adj(const struct mw_oom_case *c, const struct mw_findings *found)
{
	static const int adj[] = { -1000, 1000, -294, 411, 0 };

	expect_ranking(c, found);
	for (size_t i = 0; i < COUNT(adj); i++)
		assert_int_equal(c->event->task[i].oom_score_adj, adj[i]);
	assert_false(c->rank[4].killable);
	assert_int_equal(c->rank[4].task->pid, 11);
}

/* 2.6.32 has oom_adj alone, and what it counts is not in the table. */
static void oom_adj_of_2_6_32(void **state)
{
	struct oom_pieces p = table("2.6.32-5-amd64",
				    "[ pid ]   uid  tgid total_vm      rss cpu oom_adj name\n"
				    "[   11]     0    11     9000     5000   0     -17 sshd\n"
				    "[   12]     0    12     9000     5000   0      15 a\n"
				    "[   13]     0    13     9000     5000   0      -5 b\n"
				    "[   14]     0    14     9000     5000   0       7 c\n"
				    "[   15]     0    15     9000     5000   0       0 d\n",
				    KILLED("12"));

	(void)state;
	set_want(MW_AGREES_UNKNOWN, "counts CPU time", 1, false);
	oom_with(&p, expect_old_adj);
}

/* Up to 5.2 the first of equal tasks, from 5.3 on the last; equal ones are no contradiction. */
static void ties(void **state)
{
	static const char equal[] = OOM_TABLE ROW("11", "5", "700", "0") ROW("12", "5", "700", "0");
	struct oom_pieces p = table("5.2.0", equal, KILLED("11"));

	(void)state;
	set_want(MW_AGREES, "first by the rule", 1, true);
	WANT_ORDER(11, 12);
	oom_with(&p, expect_ranking);
	p = table("5.3.0", equal, KILLED("12"));
	WANT_ORDER(12, 11);
	oom_with(&p, expect_ranking);
	p = table("5.3.0", equal, KILLED("11"));
	set_want(MW_AGREES, "tied with the first", 2, true);
	oom_with(&p, expect_ranking);
}

static void init_is_never_chosen(void **state)
{
	struct oom_pieces p =
		table("6.1.0",
		      OOM_TABLE "[      1]     0     1     9000     5000        0        0 "
				"            0 systemd\n" ROW("12", "5", "700", "0"),
		      KILLED("12"));

	(void)state;
	set_want(MW_AGREES, "first by the rule", 1, true);
	WANT_ORDER(12, 1);
	oom_with(&p, expect_ranking);
}

static void who_differs(void **state)
{
	static const char tasks[] = OOM_TABLE ROW("11", "5", "5000", "0")
		ROW("12", "5", "4900", "0") ROW("13", "5", "100", "0");
	struct oom_pieces p = table("6.1.0", tasks, KILLED("12"));

	(void)state;
	/* 100 of 5000 pages: the counters move so much. */
	set_want(MW_AGREES, "within what the counters move", 2, true);
	oom_with(&p, expect_ranking);
	p.kill = KILLED("13");
	set_want(MW_DIFFERS, "pid 11 (task11) is first by the rule, the chosen one is number 3", 3,
		 true);
	oom_with(&p, expect_ranking);
	/* Of el8 not all is known, and of a kernel that is not named neither. */
	p.release = "4.18.0-348.el8.x86_64";
	set_want(MW_AGREES_UNKNOWN, "which rule this kernel has is not certain", 3, true);
	oom_with(&p, expect_ranking);
	p.header = "hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "
		   "oom_score_adj=0\n";
	oom_with(&p, expect_ranking);
}

static void allocating_task(void **state)
{
	static const char tasks[] =
		OOM_TABLE ROW("11", "5", "5000", "0") ROW("13", "5", "100", "0");
	struct oom_pieces p = table("6.1.0", tasks,
				    "Out of memory (oom_kill_allocating_task): Killed process 13 "
				    "(task13) total-vm:100kB\n");

	(void)state;
	set_want(MW_AGREES, "vm.oom_kill_allocating_task is set", 2, true);
	oom_with(&p, expect_ranking);
	p.kill = "Out of memory (oom_kill_allocating_task): Killed process 99 (a (b)) "
		 "total-vm:100kB\n";
	set_want(MW_AGREES, "vm.oom_kill_allocating_task is set", 0, true);
	oom_with(&p, expect_ranking);
	p.tasks = ""; /* it says enough without the table */
	set_want(MW_AGREES, "vm.oom_kill_allocating_task is set", 0, false);
	oom_with(&p, expect_ranking);
}

static void expect_child(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->chosen->pid, 11);
	expect_val(c->killed->pid, 12);
	assert_true(c->rules.child_sacrifice);
	assert_int_equal(c->agrees, MW_AGREES);
	assert_int_equal(c->chosen_rank, 1);
}

/* Up to 5.0 a child dies in its parent's place: rated is the parent. */
static void child_in_its_parents_place(void **state)
{
	struct oom_pieces p =
		table("4.19.0", OOM_TABLE ROW("11", "5", "5000", "0") ROW("12", "5", "50", "0"),
		      "Out of memory: Kill process 11 (task11) score 500 or "
		      "sacrifice child\n" KILLED("12"));

	(void)state;
	oom_with(&p, expect_child);
}

static void expect_other(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->chosen->pid, 12);
	assert_int_equal(c->chosen_rank, 1);
	assert_int_equal(c->agrees, MW_AGREES);
}

/* Its number is that of a thread that has no row. */
static void chosen_is_not_in_the_table(void **state)
{
	struct oom_pieces p = table("4.4.0", OLD_TABLE OLD_ROW("12", "5", "5000", "0"),
				    "Out of memory: Kill process 77 (task12) score 500 or "
				    "sacrifice child\n" KILLED("12"));

	(void)state;
	p.mask = "gfp_mask=0x24000c0, order=0, ";
	oom_with(&p, expect_other);
	p.kill = KILLED("99");
	set_want(MW_AGREES_UNKNOWN, "not in the table", 0, true);
	oom_with(&p, expect_ranking);
}

static void nothing_to_compare(void **state)
{
	static const char tasks[] = OOM_TABLE ROW("11", "5", "5000", "0");
	struct oom_pieces p = table("6.1.0", tasks, "");

	(void)state;
	set_want(MW_AGREES_UNKNOWN, "nobody was killed", 0, true);
	oom_with(&p, expect_ranking);
	p = table("6.1.0", "", KILLED("11"));
	set_want(MW_AGREES_UNKNOWN, "no table of tasks", 0, false);
	oom_with(&p, expect_ranking);
	p.tasks = OOM_TABLE ROW("11", "5", "5000", "0") CUT_ROW ROW("12", "5", "1", "0");
	p.kill = KILLED("12");
	set_want(MW_AGREES_UNKNOWN, "rows of the table are missing", 2, true);
	oom_with(&p, expect_ranking);
}

#define MEMCG(limit, more)                                               \
	"memory: usage " limit "kB, limit " limit "kB, failcnt 9\n" more \
	"Memory cgroup stats for /pod:\nanon 1000\nfile 10\n"
#define MEMCG_SUMMARY                                                                   \
	"oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0," \
	"oom_memcg=/pod,task_memcg=/pod,task=task11,pid=11,uid=0\n"
#define MEMCG_KILLED(pid) \
	"Memory cgroup out of memory: Killed process " pid " (task" pid ") total-vm:100kB\n"

static struct oom_pieces memcg(const char *release, const char *limits, const char *tasks)
{
	return (struct oom_pieces){ .release = release,
				    .counters = limits,
				    .zones = "",
				    .tail = "",
				    .tasks = tasks,
				    .summary = MEMCG_SUMMARY,
				    .kill = MEMCG_KILLED("11") };
}

static void expect_floor(const struct mw_oom_case *c, const struct mw_findings *found)
{
	assert_true(c->all_tied);
	assert_true(c->rank_exact);
	assert_int_equal(c->agrees, MW_AGREES);
	assert_int_equal(c->chosen_rank, 1);
	assert_int_equal(c->rank[0].points, 1);
	assert_non_null(oom_found(found, "MW-OOM-FLOOR-BUG"));
}

static void expect_no_floor(const struct mw_oom_case *c, const struct mw_findings *found)
{
	assert_false(c->all_tied);
	assert_int_equal(c->rank[0].task->pid, 12);
	assert_null(oom_found(found, "MW-OOM-FLOOR-BUG"));
}

/* With -998 for all the floor of 1 makes all equal, and the first one dies, however small: also
 * where the swap that the group may use is not known. */
static void floor_of_one(void **state)
{
	static const char pod[] =
		OOM_TABLE ROW("11", "0", "200", "-998") ROW("12", "0", "90000", "-998");
	struct oom_pieces p =
		memcg("5.2.0", MEMCG("400000", "swap: usage 0kB, limit 0kB, failcnt 0\n"), pod);

	(void)state;
	oom_with(&p, expect_floor);
	p = memcg("5.2.0",
		  MEMCG("400000", "memory+swap: usage 400000kB, limit 9007199254740988kB, "
				  "failcnt 0\nkmem: usage 0kB, limit 9007199254740988kB, "
				  "failcnt 0\n"),
		  pod);
	oom_with(&p, expect_floor);
	p.release = "5.9.0";
	p.kill = MEMCG_KILLED("12");
	oom_with(&p, expect_no_floor);
}

static void expect_domain(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->total_pages, 100000);
	expect_val(c->total_min_pages, 100000);
}

static void expect_least_domain(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_false(mw_known(c->total_pages));
	expect_val(c->total_min_pages, 100000);
}

/* The limit, and the swap the group may use, but no more than the machine has: not printed. */
static void domain_of_a_cgroup(void **state)
{
	static const char tasks[] = OOM_TABLE ROW("11", "0", "200", "0");
	struct oom_pieces p =
		memcg("6.1.0", MEMCG("400000", "swap: usage 0kB, limit 0kB, failcnt 0\n"), tasks);

	(void)state;
	oom_with(&p, expect_domain);
	p.counters = MEMCG("400000", "swap: usage 0kB, limit 80000kB, failcnt 0\n");
	oom_with(&p, expect_least_domain);
	p.counters = MEMCG("400000", "memory+swap: usage 400000kB, limit 400000kB, failcnt 0\n"
				     "kmem: usage 0kB, limit 9007199254740988kB, failcnt 0\n");
	oom_with(&p, expect_domain);
	p.counters = MEMCG("400000", "memory+swap: usage 400000kB, limit 800000kB, failcnt 0\n"
				     "kmem: usage 0kB, limit 9007199254740988kB, failcnt 0\n");
	oom_with(&p, expect_least_domain);
}

/* How much an oom_score_adj weighs is not known then: one for all does not matter. */
static void domain_not_known(void **state)
{
	static const char limits[] = MEMCG("400000", "swap: usage 0kB, limit 80000kB, failcnt 0\n");
	struct oom_pieces p =
		memcg("6.1.0", limits,
		      OOM_TABLE ROW("11", "0", "9000", "300") ROW("12", "0", "200", "300"));

	(void)state;
	set_want(MW_AGREES, "first by the rule", 1, true);
	oom_with(&p, expect_ranking);
	p.kill = MEMCG_KILLED("12");
	p.summary = "";
	set_want(MW_DIFFERS, "pid 11", 2, true);
	oom_with(&p, expect_ranking);
	p.tasks = OOM_TABLE ROW("11", "0", "9000", "300") ROW("12", "0", "20000", "100");
	set_want(MW_AGREES_UNKNOWN, "does not show all", 2, false);
	oom_with(&p, expect_ranking);
}

static void expect_group(const struct mw_oom_case *c, const struct mw_findings *found)
{
	assert_int_equal(c->event->n_victims, 2);
	assert_int_equal(c->chosen_rank, 1);
	expect_val(c->chosen->pid, 11);
	assert_int_equal(c->agrees, MW_AGREES);
	expect_text(oom_found(found, "MW-OOM-MEMCG-LIMIT")->evidence[0].name, "charged");
	expect_str(c->event->group_killed, "/pod");
}

static void whole_group(void **state)
{
	struct oom_pieces p =
		memcg("6.1.0", MEMCG("400000", "swap: usage 0kB, limit 0kB, failcnt 0\n"),
		      OOM_TABLE ROW("11", "0", "9000", "0") ROW("12", "0", "200", "0"));

	(void)state;
	p.kill = MEMCG_KILLED("11") "Tasks in /pod are going to be killed due to memory.oom.group "
				    "set\n" MEMCG_KILLED("12");
	oom_with(&p, expect_group);
}

static void expect_managed(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->total_pages, 9000 + 1000);
}

static void expect_present(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->total_pages, 10000 + 1000);
}

static void expect_spanned(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_false(mw_known(c->total_pages));
	expect_val(c->total_min_pages, 10000 + 1000);
}

static void expect_reserved_not_known(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_false(mw_known(c->total_pages));
	assert_false(mw_known(mw_oom_class_bytes(c, "not_handed_out")));
}

/* The zones' pages where "reserved" is wrong; of the allowed nodes where they bound it. */
static void domain_of_the_machine(void **state)
{
	struct oom_pieces p = { .mask = "gfp_mask=0xd0, order=0, ", .release = "3.16.0" };

	(void)state;
	p.tail = "450 total pagecache pages\n0 pages in swap cache\nTotal swap = 4000kB\n"
		 "10000 pages RAM\n3 pages reserved\n";
	p.summary = "";
	oom_with(&p, expect_managed);
	p.header = "hog invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n"
		   "hog cpuset=/ mems_allowed=0-1\n"
		   "CPU: 1 PID: 77 Comm: hog Not tainted 3.16.0 #1\n";
	oom_with(&p, expect_reserved_not_known);
	p = (struct oom_pieces){ .summary = OOM_SUMMARY("CONSTRAINT_CPUSET", "global_oom,", "60") };
	oom_with(&p, expect_present);
	p.release = "5.4.195";
	oom_with(&p, expect_present);
	p.release = "5.3.1";
	oom_with(&p, expect_spanned);
	p = (struct oom_pieces){};
	oom_with(&p, expect_managed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_of_5_9),
		cmocka_unit_test(points_of_3_6_to_5_8),
		cmocka_unit_test(points_of_el6),
		cmocka_unit_test(oom_adj_of_2_6_32),
		cmocka_unit_test(ties),
		cmocka_unit_test(init_is_never_chosen),
		cmocka_unit_test(who_differs),
		cmocka_unit_test(allocating_task),
		cmocka_unit_test(child_in_its_parents_place),
		cmocka_unit_test(chosen_is_not_in_the_table),
		cmocka_unit_test(nothing_to_compare),
		cmocka_unit_test(floor_of_one),
		cmocka_unit_test(domain_of_a_cgroup),
		cmocka_unit_test(domain_not_known),
		cmocka_unit_test(whole_group),
		cmocka_unit_test(domain_of_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
