/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who lets people in, and what those inherit who came in.
 */
#include "find_victims_helper.h"

static void unprotected(void **state)
{
	static const char id[] = "MW-OOMADJ-UNPROTECTED-SHELL";
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 100, 0), *session;

	assert_false(says(w, id));
	p->status.name = LIT("sshd");
	assert_true(says(w, id));
	p->oom.oom_score_adj = -99;
	assert_true(says(w, id));
	p->oom.oom_score_adj = -100;
	assert_false(says(w, id));
	/* sessions, also those that one left which listened before */
	session = add_task(w, 30, 200, 0);
	session->status.name = LIT("sshd");
	session->oom.stat.parent_pid = 20;
	assert_false(says(w, id));
	session->oom.stat.parent_pid = 1;
	assert_false(says(w, id));
	p->status.name = LIT("sshd2");
	assert_true(says(w, id));
	session->status.name = LIT("dropbear");
	assert_true(says(w, id));
	add_task(w, 40, 300, 0)->status.name = LIT("dropbear");
	build(w);
	assert_null(find_nth(w, id, 1));
}

/* Who serves one connection alone is not the way in. */
static void of_one_connection(void **state)
{
	static const char id[] = "MW-OOMADJ-UNPROTECTED-SHELL";
	static const char *const sessions[] = {
		"/user.slice/user-0.slice/session-3.scope",
		"/user.slice/user-1000.slice/user@1000.service/app.slice",
		"/system.slice/system-ssh.slice/ssh@3-10.0.0.1:22-10.0.0.2:5555.service",
		"/system.slice/session-c1.scope",
	};
	struct world *w = *state;
	struct mw_proc *parent = add_task(w, 10, 50, 0), *p = add_task(w, 20, 100, 0);

	p->status.name = LIT("sshd");
	p->oom.stat.parent_pid = 10;
	p->cgroup = LIT("/system.slice/ssh.service");
	assert_true(says(w, id));
	for (size_t i = 0; i < COUNT(sessions); i++) {
		p->cgroup = mw_str_of(sessions[i]);
		if (says(w, id))
			fail_msg("taken for the way in: %s", sessions[i]);
	}
	p->cgroup = LIT("");
	assert_true(says(w, id));
	parent->status.name = LIT("xinetd");
	assert_false(says(w, id));
}

/* The drop-in is for the unit it runs in; a session inherits what is in it, so it is not -1000. */
static void protection(void **state)
{
	static const char id[] = "MW-OOMADJ-UNPROTECTED-SHELL";
	struct world *w = *state;
	struct mw_proc *p = add_task(w, 20, 100, 0);
	const struct mw_finding *f;

	p->status.name = LIT("sshd");
	p->cgroup = LIT("/system.slice/open ssh.service");
	build(w);
	f = find_nth(w, id, 0);
	assert_int_equal(f->n_fixes, 3);
	assert_string_equal(f->fix[0].command, "memwhy victims --set 20 -1000");
	assert_string_equal(f->fix[1].command, "sshd -t && systemctl restart 'open ssh.service'");
	expect_words(f->fix[2].command, "OOMScoreAdjust=-100 "
					">/etc/systemd/system/'open ssh.service'.d/oom.conf");
	/* children of dropbear have what it has */
	p->status.name = LIT("dropbear");
	p->cgroup = LIT("/");
	build(w);
	f = find_nth(w, id, 0);
	assert_int_equal(f->n_fixes, 2);
	assert_string_equal(f->fix[0].command, "memwhy victims --set 20 -100");
	expect_words(f->fix[1].command, "systemctl restart dropbear.service");
	assert_null(strstr(f->fix[1].command, "sshd"));
}

static void inherited(void **state)
{
	static const char id[] = "MW-OOMADJ-INHERITED";
	struct world *w = *state;
	struct mw_proc *daemon = add_task(w, 20, 100, -900), *child = add_task(w, 30, 200, -900);

	child->oom.stat.parent_pid = 20;
	/* a worker of the daemon is no session */
	assert_false(says(w, id));
	child->status.name = LIT("bash");
	assert_true(says(w, id));
	child->status.name = LIT("python3");
	child->cgroup = LIT("/user.slice/user-0.slice/session-3.scope");
	assert_true(says(w, id));
	child->cgroup = LIT("/user.slice2");
	assert_false(says(w, id));
	child->status.name = LIT("bash");
	/* the kubelet gives it to all of a Guaranteed pod */
	child->oom.oom_score_adj = daemon->oom.oom_score_adj = -998;
	assert_true(says(w, id));
	child->cgroup = LIT("/kubepods.slice/kubepods-pod1.slice/cri-1.scope");
	assert_false(says(w, id));
	child->oom.oom_score_adj = daemon->oom.oom_score_adj = -997;
	assert_false(says(w, id));
	child->oom.oom_score_adj = daemon->oom.oom_score_adj = -999;
	assert_true(says(w, id));
	child->cgroup = LIT("");
	child->oom.oom_score_adj = daemon->oom.oom_score_adj = -899;
	assert_false(says(w, id));
	child->oom.oom_score_adj = -1000;
	assert_false(says(w, id));
	daemon->oom.oom_score_adj = -1000;
	assert_true(says(w, id));
	/* who has no parent here, or one that could not be read, has inherited nothing */
	daemon->oom.adj_why = MW_DENIED;
	assert_false(says(w, id));
	daemon->oom.adj_why = MW_OK;
	child->oom.stat.parent_pid = 99;
	assert_false(says(w, id));
}

static void the_largest_that_inherited(void **state)
{
	struct world *w = *state;
	const struct mw_finding *f;

	add_task(w, 20, 100, -1000);
	for (size_t i = 0; i < 3; i++) {
		struct mw_proc *p = add_task(w, 30 + i, i == 1 ? 900 : 200, -1000);

		p->status.name = LIT("sh");
		p->oom.stat.parent_pid = 20;
	}
	build(w);
	f = find_nth(w, "MW-OOMADJ-INHERITED", 0);
	expect_words(f->verdict, "3 processes");
	expect_words(f->verdict, "(pid 31)");
	assert_string_equal(f->fix[0].command, "memwhy victims --set 31 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD(unprotected), WORLD(of_one_connection),	       WORLD(protection),
		WORLD(inherited),   WORLD(the_largest_that_inherited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
