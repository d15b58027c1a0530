/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* The finding, the number of its fix, its command, and words of its check; NULL: not looked at. */
static struct {
	const char *id, *command, *undo, *check;
	size_t fix;
} want;

static void expect_fix(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_finding *f = oom_found(found, want.id);

	(void)c;
	assert_non_null(f);
	assert_true(f->n_fixes > want.fix);
	assert_string_equal(f->fix[want.fix].command, want.command);
	if (want.undo)
		assert_string_equal(f->fix[want.fix].undo, want.undo);
	if (want.check)
		expect_text(f->check, want.check);
}

#define V1 "memory+swap: usage 0kB, limit 9007199254740988kB, failcnt 0\n"
#define V2 "swap: usage 0kB, limit 0kB, failcnt 0\n"

static void of_group(const char *release, const char *version, const char *path)
{
	struct mw_arena a = {};
	struct oom_pieces p = {
		.release = release,
		.zones = "",
		.tail = "",
		.counters =
			mw_fmt(&a, "memory: usage 48000kB, limit 48000kB, failcnt 9\n%s", version),
		.summary = mw_fmt(&a,
				  "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,"
				  "mems_allowed=0,oom_memcg=%s,task_memcg=%s,task=large,pid=60,"
				  "uid=0\n",
				  path, path),
		.kill = "Memory cgroup out of memory: Killed process 60 (large) "
			"total-vm:36000kB\n"
	};

	want.id = "MW-OOM-MEMCG-LIMIT";
	want.fix = 1;
	oom_with(&p, expect_fix);
	mw_arena_done(&a);
}

static void raising_a_limit(void **state)
{
	(void)state;
	want.command = "systemctl set-property web.service MemoryMax=<size>";
	want.undo = "systemctl revert web.service";
	want.check = "cat /sys/fs/cgroup/system.slice/web.service/memory.events (oom_kill";
	of_group("6.1.0", V2, "/system.slice/web.service");
	want.command = "systemctl --user set-property run-1.scope MemoryMax=<size>";
	want.undo = "systemctl --user revert run-1.scope";
	want.check = NULL;
	of_group("6.1.0", V2, "/user.slice/user-1.slice/user@1.service/app.slice/run-1.scope");
	want.command = "systemctl set-property user@1.service MemoryMax=<size>";
	want.undo = NULL;
	of_group("6.1.0", V2, "/user.slice/user-1.slice/user@1.service");
	want.command = "echo <size> > /sys/fs/cgroup/job/memory.max";
	of_group("6.1.0", V2, "/job");
	want.command = "kubectl set resources <workload> --limits=memory=<size>";
	of_group("6.1.0", V2, "/kubepods.slice/kubepods-podab_c.slice/cri-containerd-1.scope");
	/* That of all pods together is no pod's. */
	want.command = "systemctl set-property kubepods.slice MemoryMax=<size>";
	of_group("6.1.0", V2, "/kubepods.slice");
	want.command = "docker update --memory <size> --memory-swap <size> <container>";
	of_group("6.1.0", V2, "/system.slice/docker-0a1b.scope");
}

static void raising_a_limit_of_v1(void **state)
{
	(void)state;
	want.undo = NULL;
	want.command = "echo <size> > /sys/fs/cgroup/memory'/it'\\''s'/memory.limit_in_bytes";
	want.check = "memory.oom_control (oom_kill does not rise)";
	of_group("5.10.0", V1, "/it's");
	/* Its lines are lost, but the kernel is older than v2. */
	want.command = "echo <size> > /sys/fs/cgroup/memory/job/memory.limit_in_bytes";
	want.check = NULL;
	of_group("4.4.0", "", "/job");
	want.command = "systemctl set-property web.service MemoryLimit=<size>";
	want.undo = "the same with the value before";
	want.check = "dmesg | grep -i 'cgroup out of memory'";
	of_group("3.10.0-1160.el7.x86_64", V1, "/system.slice/web.service");
}

static void setting_a_limit(void **state)
{
	(void)state;
	want.id = "MW-OOM-TRUE-SHORTAGE";
	want.fix = 1;
	want.undo = want.check = NULL;
	want.command = "systemctl set-property <unit> MemoryMax=<size>";
	oom_with(&(struct oom_pieces){}, expect_fix);
	/* el6 has no systemd. */
	want.command = "ulimit -v <KiB>  # in the script that starts the one that grows";
	oom_with(&(struct oom_pieces){ .release = "2.6.32-642.el6.x86_64",
				       .mask = "gfp_mask=0xd0, order=0, " },
		 expect_fix);
}

static void of_a_large_block(void **state)
{
	struct mw_arena a = {};

	(void)state;
	want.id = "MW-OOM-TRUE-SHORTAGE";
	want.fix = 1;
	want.undo = want.check = NULL;
	want.command = "sysctl vm.min_free_kbytes  # then: sysctl -w vm.min_free_kbytes="
		       "<twice that>";
	oom_feed(mw_fmt(&a, "%s%s%s%s",
			"job: page allocation failure: order:6, mode:0xcc0(GFP_KERNEL)\n"
			"CPU: 1 PID: 7 Comm: job Not tainted 5.10.0 #1\n",
			OOM_COUNTERS, OOM_ZONES, OOM_TAIL),
		 NULL, 1, expect_fix);
	mw_arena_done(&a);
}

#define LOW(cma)                                                                \
	"Normal free:2000kB min:4000kB low:5000kB high:6000kB present:40000kB " \
	"managed:36000kB free_cma:" cma "kB\nlowmem_reserve[]: 0 900 900\n"     \
	"HighMem free:80000kB min:400kB low:500kB high:600kB present:90000kB "  \
	"managed:90000kB free_cma:0kB\nlowmem_reserve[]: 0 0 0\n"

static void low_memory(void **state)
{
	struct oom_pieces p = { .release = "5.10.0",
				.zones = LOW("0"),
				.tail = "100000 pages RAM\n" };

	(void)state;
	want.id = "MW-OOM-LOWMEM";
	want.fix = 0;
	want.undo = want.check = NULL;
	want.command = "slabtop -o -s c | head -n 20";
	oom_with(&p, expect_fix);
	p.zones = LOW("1800");
	want.command = "grep -i cma /proc/meminfo /proc/cmdline";
	oom_with(&p, expect_fix);
}

static const char *want_guess;
static bool want_of_stack;

static void expect_guess(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_text(c->gfp_guess, want_guess);
	assert_int_equal(c->guess_of_stack, want_of_stack);
}

/* Frames that the unwinder only guesses (?) say nothing; without any the mask is what there is. */
static void what_it_was_for(void **state)
{
	static const char head[] =
		"nic: page allocation failure: order:0, mode:0xa20(GFP_ATOMIC), nodemask=(null)\n"
		"CPU: 1 PID: 7 Comm: nic Not tainted 5.10.0 #1\nCall Trace:\n dump_stack+0x1/0x2\n";
	struct mw_arena a = {};

	(void)state;
	want_guess = "a network packet";
	want_of_stack = true;
	oom_feed(mw_fmt(&a, "%s __alloc_skb+0x1/0x2\n new_slab+0x1/0x2\n", head), NULL, 1,
		 expect_guess);
	want_guess = "code that cannot wait";
	want_of_stack = false;
	oom_feed(mw_fmt(&a, "%s ? __alloc_skb+0x1/0x2\n", head), NULL, 1, expect_guess);
	mw_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raising_a_limit), cmocka_unit_test(raising_a_limit_of_v1),
		cmocka_unit_test(setting_a_limit), cmocka_unit_test(of_a_large_block),
		cmocka_unit_test(low_memory),	   cmocka_unit_test(what_it_was_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
