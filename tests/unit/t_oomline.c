/* SPDX-License-Identifier: Apache-2.0 */
#include "oom_helper.h"

/* The first line of a report in each of its forms, and what is read of it. */
struct first {
	const char *text;
	enum mw_oom_kind kind;
	const char *comm, *gfp_names, *nodemask, *cpuset, *mems; /* NULL: none */
	uint64_t mask;
	int order; /* -1: SysRq, -2: none */
	uint64_t failed_bytes;
	const char *reason;
};

static const struct first *want;

static void expect_slice(struct mw_str s, const char *text)
{
	if (text)
		assert_true(mw_str_eq(s, text));
	else
		assert_int_equal(s.n, 0);
}

static void expect_first(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_oom_event *e = c->event;

	(void)found;
	assert_int_equal(e->kind, want->kind);
	expect_slice(e->asker_comm, want->comm);
	expect_slice(e->gfp_names, want->gfp_names);
	expect_slice(e->nodemask, want->nodemask);
	expect_slice(e->cpuset, want->cpuset);
	expect_slice(e->mems_allowed, want->mems);
	expect_slice(e->reason, want->reason);
	expect_val(e->gfp_mask, want->mask);
	assert_int_equal(e->sysrq_order, want->order == -1);
	if (want->order >= 0)
		expect_val(e->order, (uint64_t)want->order);
	else
		assert_false(mw_known(e->order));
	if (want->failed_bytes)
		expect_val(e->failed_bytes, want->failed_bytes);
	else
		assert_false(mw_known(e->failed_bytes));
}

static void read_all(const struct first *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		want = &list[i];
		oom_feed(want->text, NULL, 1, expect_first);
	}
}

#define INVOKED(comm) comm " invoked oom-killer: gfp_mask="

static void oom_killer(void **state)
{
	static const struct first list[] = {
		{ INVOKED("hog") "0x280da, order=0, oom_adj=-5\n", .comm = "hog", .mask = 0x280da },
		{ INVOKED("hog") "0x280da, order=3, oom_adj=-17, oom_score_adj=-1000\n",
		  .comm = "hog", .mask = 0x280da, .order = 3 },
		{ INVOKED("CPU 0/KVM") "0x3000d0, order=2, oom_score_adj=-998\n",
		  .comm = "CPU 0/KVM", .mask = 0x3000d0, .order = 2 },
		{ INVOKED("a (b)") "0x24000c0(GFP_KERNEL), order=1, oom_score_adj=0\n",
		  .comm = "a (b)", .gfp_names = "GFP_KERNEL", .mask = 0x24000c0, .order = 1 },
		{ INVOKED("hog") "0x24000c0(GFP_KERNEL), nodemask=0-1,3, order=0, "
				 "oom_score_adj=0\n",
		  .comm = "hog", .gfp_names = "GFP_KERNEL", .nodemask = "0-1,3",
		  .mask = 0x24000c0 },
		{ INVOKED("hog") "0x14000c0(GFP_KERNEL), nodemask=(null),  order=2, "
				 "oom_score_adj=0\nhog cpuset=a b mems_allowed=0-1\n",
		  .comm = "hog", .gfp_names = "GFP_KERNEL", .nodemask = "(null)", .cpuset = "a b",
		  .mems = "0-1", .mask = 0x14000c0, .order = 2 },
		{ INVOKED("hog") "0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0\n", MW_OOM_SYSRQ,
		  .comm = "hog", .gfp_names = "GFP_KERNEL", .mask = 0xcc0, .order = -1 },
		{ INVOKED("hog") "0x0(), order=0, oom_score_adj=0\n", .comm = "hog" },
		{ INVOKED("hog") "0x0, order=0, oom_score_adj=0\n", .comm = "hog" },
	};

	(void)state;
	read_all(list, sizeof(list) / sizeof(list[0]));
}

static void failures(void **state)
{
	static const struct first list[] = {
		{ "swapper: page allocation failure. order:0, mode:0x20\n", MW_OOM_ALLOC_FAILURE,
		  .comm = "swapper", .mask = 0x20 },
		{ "a: b: page allocation failure: order:5, mode:0x4020\n", MW_OOM_ALLOC_FAILURE,
		  .comm = "a: b", .mask = 0x4020, .order = 5 },
		{ "hog: page allocation failure: order:4, mode:0x14040c0(GFP_KERNEL|__GFP_COMP), "
		  "nodemask=(null)\nhog cpuset=/ mems_allowed=0-1\n",
		  MW_OOM_ALLOC_FAILURE, .comm = "hog", .gfp_names = "GFP_KERNEL|__GFP_COMP",
		  .nodemask = "(null)", .cpuset = "/", .mems = "0-1", .mask = 0x14040c0,
		  .order = 4 },
		{ "hog: page allocation failure: order:4, mode:0xcc0(GFP_KERNEL), "
		  "nodemask=0,2,cpuset=user.slice,mems_allowed=0-1,3\n",
		  MW_OOM_ALLOC_FAILURE, .comm = "hog", .gfp_names = "GFP_KERNEL", .nodemask = "0,2",
		  .cpuset = "user.slice", .mems = "0-1,3", .mask = 0xcc0, .order = 4 },
		{ "udevd: vmemmap alloc failure: order:9, mode:0x4cc0(GFP_KERNEL|"
		  "__GFP_RETRY_MAYFAIL), nodemask=(null),cpuset=/,mems_allowed=0\n",
		  MW_OOM_ALLOC_FAILURE, .comm = "udevd",
		  .gfp_names = "GFP_KERNEL|__GFP_RETRY_MAYFAIL", .nodemask = "(null)",
		  .cpuset = "/", .mems = "0", .mask = 0x4cc0, .order = 9 },
		{ "hog: page allocation stalls for 10001ms, order:0, mode:0x24000c0(GFP_KERNEL)\n",
		  MW_OOM_STALL, .comm = "hog", .gfp_names = "GFP_KERNEL", .mask = 0x24000c0 },
		{ "hog: page allocation stall for 12 secs: order:1, mode:0xcc0(GFP_KERNEL) "
		  "nodemask=(null),cpuset=/,mems_allowed=0\n",
		  MW_OOM_STALL, .comm = "hog", .gfp_names = "GFP_KERNEL", .nodemask = "(null)",
		  .cpuset = "/", .mems = "0", .mask = 0xcc0, .order = 1 },
	};

	(void)state;
	read_all(list, sizeof(list) / sizeof(list[0]));
}

#define KERNEL_REST "mode:0xcc0(GFP_KERNEL), nodemask=(null),cpuset=/,mems_allowed=0\n"
#define KERNEL_WANT                                                                    \
	.comm = "hog", .gfp_names = "GFP_KERNEL", .nodemask = "(null)", .cpuset = "/", \
	.mems = "0", .mask = 0xcc0, .order = -2

static void vmalloc(void **state)
{
	static const struct first list[] = {
		{ "hog: vmalloc: allocation failure: 8192 bytes, " KERNEL_REST, MW_OOM_VMALLOC,
		  KERNEL_WANT, .failed_bytes = 8192 },
		{ "hog: vmalloc: allocation failure, allocated 4096 of 8192 bytes, " KERNEL_REST,
		  MW_OOM_VMALLOC, KERNEL_WANT, .failed_bytes = 8192 },
		{ "hog: vmalloc error: size 8192, page order 0, failed to allocate "
		  "pages, " KERNEL_REST,
		  MW_OOM_VMALLOC, KERNEL_WANT, .failed_bytes = 8192,
		  .reason = "failed to allocate pages" },
		{ "hog: vmalloc error: size 8192, vm_struct allocation failed, " KERNEL_REST,
		  MW_OOM_VMALLOC, KERNEL_WANT, .failed_bytes = 8192,
		  .reason = "vm_struct allocation failed" },
		{ "hog: vmalloc error: size 8192, failed to allocated page array size "
		  "64, " KERNEL_REST,
		  MW_OOM_VMALLOC, KERNEL_WANT, .failed_bytes = 8192,
		  .reason = "failed to allocated page array size 64" },
	};

	(void)state;
	read_all(list, sizeof(list) / sizeof(list[0]));
}

static void slabs(void **state)
{
	static const struct first list[] = {
		{ "SLUB: Unable to allocate memory on node -1 (gfp=0x20)\n  cache: a, object size: "
		  "64, buffer size: 64, default order: 3, min order: 1\n",
		  MW_OOM_SLUB, .mask = 0x20, .order = 1 },
		{ "SLUB: Unable to allocate memory on CPU 3 (of node 0) on node -1, "
		  "gfp=0x820(GFP_ATOMIC)\n  cache: a, object size: 64, buffer size: 64, default "
		  "order: 3, min order: 0\n",
		  MW_OOM_SLUB, .gfp_names = "GFP_ATOMIC", .mask = 0x820 },
		{ "SLAB: Unable to allocate memory on node 0, gfp=0x820(GFP_ATOMIC)\n  cache: a, "
		  "object size: 64, order: 2\n",
		  MW_OOM_SLUB, .gfp_names = "GFP_ATOMIC", .mask = 0x820, .order = 2 },
	};

	(void)state;
	read_all(list, sizeof(list) / sizeof(list[0]));
}

static enum mw_oom_kind want_kind;

static void expect_kind(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	assert_int_equal(c->event->kind, want_kind);
	assert_false(c->event->kind_inferred);
}

/* Kinds that only a line at the end of the report tells. */
static void kinds(void **state)
{
	static const struct {
		const char *text;
		enum mw_oom_kind kind;
	} list[] = {
		{ INVOKED("hog") "0x200da, order=0, oom_adj=0\nNo available memory (MPOL_BIND): "
				 "kill "
				 "process 100 (a) score 1234 or a child\nKilled process 100 (a)\n",
		  MW_OOM_MEMPOLICY },
		{ "OOM request ignored because killer is disabled\n", MW_OOM_SYSRQ },
		{ "OOM request ignored. No task eligible\n", MW_OOM_SYSRQ },
		{ "Memory cgroup out of memory: OOM victim 7 (a) is already exiting. Skip killing "
		  "the task\n",
		  MW_OOM_MEMCG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		want_kind = list[i].kind;
		oom_feed(list[i].text, NULL, 1, expect_kind);
	}
}

struct guard {
	const char *text, *guard, *unit, *comm; /* NULL: none */
	uint64_t pid, uid;			/* 0: none */
};

static const struct guard *want_guard;

static void expect_guard(const struct mw_oom_case *c, const struct mw_findings *found)
{
	const struct mw_oom_event *e = c->event;

	(void)found;
	assert_int_equal(e->kind, MW_OOM_USERSPACE);
	expect_slice(e->guard, want_guard->guard);
	expect_slice(e->unit, want_guard->unit);
	assert_int_equal(e->n_victims, !!want_guard->pid);
	if (!want_guard->pid)
		return;
	expect_val(e->victim[0].pid, want_guard->pid);
	expect_slice(e->victim[0].comm, want_guard->comm);
	assert_int_equal(mw_or(e->victim[0].uid, 0), want_guard->uid);
}

#define SYSLOG(tag) "Jan  2 03:04:05 box " tag "[812]: "

static void guards(void **state)
{
	static const struct guard list[] = {
		{ SYSLOG("systemd-oomd") "Killed /user.slice/x.scope due to memory pressure for "
					 "/user.slice being 63.46% > 50.00% for > 20s with reclaim "
					 "activity\n",
		  "systemd-oomd", .unit = "/user.slice/x.scope" },
		{ SYSLOG("earlyoom") "sending SIGTERM to process 5410 uid 1000 \"Web Content\": "
				     "oom_score 1007, VmRSS 3008 MiB, cmdline \"firefox\"\n",
		  "earlyoom", NULL, "Web Content", 5410, 1000 },
		{ SYSLOG("earlyoom") "Killing process 5410 Web Content\n", "earlyoom", NULL,
		  "Web Content", 5410 },
		{ SYSLOG("nohang") "Sending SIGTERM to the victim tail[1234]\n", "nohang", NULL,
		  "tail", 1234 },
		{ "06-15 06:37:51.123  300  300 I lowmemorykiller: Kill 'com.example' (1234), uid "
		  "10001, oom_score_adj 900 to free 45000kB rss, 1000kB swap; reason: low\n",
		  "lmkd", NULL, "com.example", 1234, 10001 },
		{ SYSLOG("kubelet") "I0615 06:37:51.1 812 eviction_manager.go:345] \"Eviction "
				    "manager: must evict pod(s) to reclaim\" "
				    "resourceName=\"memory\"\n",
		  "kubelet" },
		{ SYSLOG("kubelet") "I0615 06:37:51.1 812 eviction_manager.go:338] eviction "
				    "manager: must evict pod(s) to reclaim memory\n",
		  "kubelet" },
		{ SYSLOG("kubelet") "I0615 06:37:51.1 812 eviction_manager.go:400] eviction "
				    "manager: pods web-0_default(1a) evicted, waiting for pod to "
				    "be cleaned up\n",
		  "kubelet", .unit = "web-0_default(1a)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		want_guard = &list[i];
		oom_feed(list[i].text, NULL, 1, expect_guard);
	}
	/* A full disk is no matter of memory. */
	oom_feed(SYSLOG("kubelet") "I0615 06:37:51.1 812 eviction_manager.go:345] \"Eviction "
				   "manager: "
				   "must evict pod(s) to reclaim\" "
				   "resourceName=\"ephemeral-storage\"\n",
		 NULL, 0, expect_guard);
	oom_feed(SYSLOG("kubelet") "I0615 06:37:51.1 812 eviction_manager.go:338] eviction "
				   "manager: must "
				   "evict pod(s) to reclaim nodefs\n",
		 NULL, 0, expect_guard);
}

static uint64_t want_tables;

static void expect_tables(const struct mw_oom_case *c, const struct mw_findings *found)
{
	(void)found;
	expect_val(c->event->victim[0].tables_bytes, want_tables);
}

/* 5.4 began with bytes under the name of kB. */
static void page_tables_of_the_victim(void **state)
{
	static const struct {
		const char *release, *vm, *tables;
		uint64_t bytes;
	} list[] = {
		{ "5.4.0-rc4-1.g9db4e16-default", "5012428", "10305536", 10305536 },
		{ "5.4.0-rc4-1.g9db4e16-default", "50124280", "10305536", 10305536 },
		{ "5.4.0-29-generic", "11672", "56", 56 * 1024 },
		{ "5.4.17-200.fc31.x86_64", "856872", "464", 464 * 1024 },
		{ "5.4.195", "9000000", "8192", 8192 * 1024 },
		{ "5.10.13", "9000000", "8192", 8192 * 1024 },
	};
	struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		want_tables = list[i].bytes;
		oom_feed(mw_fmt(&a,
				INVOKED("hog") "0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
					       "CPU: 1 PID: 77 Comm: hog Not tainted %s #1\n"
					       "Out of memory: Killed process 9 (hog) "
					       "total-vm:%skB, "
					       "anon-rss:4kB, file-rss:4kB, shmem-rss:0kB, UID:0 "
					       "pgtables:%skB oom_score_adj:0\n",
				list[i].release, list[i].vm, list[i].tables),
			 NULL, 1, expect_tables);
	}
	mw_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oom_killer),
		cmocka_unit_test(failures),
		cmocka_unit_test(vmalloc),
		cmocka_unit_test(slabs),
		cmocka_unit_test(kinds),
		cmocka_unit_test(guards),
		cmocka_unit_test(page_tables_of_the_victim),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
