/* SPDX-License-Identifier: Apache-2.0 */
#include "act/kill.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "act/listing.h"
#include "act/process.h"
#include "act/reaper.h"
#include "act/thread.h"
#include "kernel/pid_cgroup.h"
#include "kernel/pid_stat.h"

#define GROUPS_BYTES 16384
#define SHARES_DEFAULT 1024
#define WEIGHT_DEFAULT 100
#define MOVE_PATIENCE_US 50000
#define MOVE_PAUSE_US 200

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t mw_act_kill_ticks(void)
{
	return clock_ns(CLOCK_BOOTTIME) / MW_TICK_NS;
}

static int procs_of_root(const struct mw_hierarchy *h)
{
	int fd = mw_hierarchy_file(h, h->mount.root, "cgroup.procs", O_WRONLY);

	return fd < 0 ? -1 : fd;
}

/* Nobody is moved in v2: that would take a process out of its unit. */
static int open_controller(struct mw_root *root, const char *controller, struct mw_arena *arena,
			   struct mw_hierarchy *ret, int *ret_procs)
{
	int r = mw_hierarchy_open(root, controller, arena, ret);

	*ret_procs = r || ret->mount.v2 ? -1 : procs_of_root(ret);
	return r;
}

int mw_act_killer_open(struct mw_root *root, struct mw_arena *arena, struct mw_killer *ret)
{
	struct mw_killer k = { .memory.dir = -1,
			       .cpu.dir = -1,
			       .freezer.dir = -1,
			       .cpu_procs = -1,
			       .freezer_procs = -1 };
	int r;

	if (!mw_root_is_live(root) || !mw_act_process_numbers_are_ours())
		return -EPERM;
	r = mw_hierarchy_open(root, "memory", arena, &k.memory);
	if (!r)
		r = open_controller(root, "cpu", arena, &k.cpu, &k.cpu_procs);
	if (!r)
		r = open_controller(root, "freezer", arena, &k.freezer, &k.freezer_procs);
	if (r < 0) {
		mw_act_killer_close(&k);
		return r;
	}
	*ret = k;
	return 0;
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void mw_act_killer_close(struct mw_killer *k)
{
	mw_hierarchy_close(&k->memory);
	mw_hierarchy_close(&k->cpu);
	mw_hierarchy_close(&k->freezer);
	close_if_open(&k->cpu_procs);
	close_if_open(&k->freezer_procs);
}

static int read_at(int dir, const char *name, char *buf, size_t size, struct mw_str *ret)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, size);
	*ret = (struct mw_str){ buf, n < 0 ? 0 : (size_t)n };
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

static int start_of(int dir, uint64_t *ret_ticks)
{
	struct mw_pid_stat stat;
	struct mw_str text;
	char buf[1024];

	if (read_at(dir, "stat", buf, sizeof(buf), &text) < 0 || mw_pid_stat_parse(text, &stat) < 0)
		return -ESRCH;
	*ret_ticks = stat.start_ticks;
	return 0;
}

static struct mw_val number_of(struct mw_str text)
{
	uint64_t v;

	return mw_str_u64(mw_str_trim(text), &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

static struct mw_val setting(const struct mw_hierarchy *h, struct mw_str path, const char *name)
{
	char buf[32];
	int r;
	struct mw_str text = mw_hierarchy_read(h, path, name, buf, sizeof(buf), &r);

	return r < 0 ? mw_no(mw_why_of_errno(r)) : number_of(text);
}

/* A quota of -1 (v1) or "max" is none, and no number here. */
static bool has_quota(const struct mw_hierarchy *cpu, struct mw_str path)
{
	char buf[64];
	int r;
	struct mw_str text, word = {};

	text = mw_hierarchy_read(cpu, path, cpu->mount.v2 ? "cpu.max" : "cpu.cfs_quota_us", buf,
				 sizeof(buf), &r);
	return mw_str_word(&text, &word) && mw_known(number_of(word));
}

static bool slows(const struct mw_hierarchy *cpu, struct mw_str path)
{
	const char *share = cpu->mount.v2 ? "cpu.weight" : "cpu.shares";
	uint64_t usual = cpu->mount.v2 ? WEIGHT_DEFAULT : SHARES_DEFAULT;

	return has_quota(cpu, path) || mw_or(setting(cpu, path, share), usual) < usual ||
	       mw_or(setting(cpu, path, "cpu.idle"), 0);
}

static bool is_slowed(const struct mw_hierarchy *cpu, struct mw_str path)
{
	for (; path.n > 1; path.n = mw_str_rfind(path, '/'))
		if (slows(cpu, path))
			return true;
	return false;
}

static void look_at_groups(const struct mw_killer *k, struct mw_kill_target *t)
{
	char buf[GROUPS_BYTES];
	struct mw_str text = {}, path;
	bool v2;

	if (read_at(t->dir, "cgroup", buf, sizeof(buf), &text) < 0)
		return;
	if (text.n == sizeof(buf)) /* the last line is a part of one */
		text.n = mw_str_rfind(text, '\n');
	t->usage = mw_hierarchy_file(
		&k->memory, mw_pid_cgroup_memory(text),
		k->memory.mount.v2 ? "memory.current" : "memory.usage_in_bytes", O_RDONLY);
	path = mw_pid_cgroup_of(text, "cpu", &v2);
	t->is_slowed = is_slowed(&k->cpu, path);
	/* With CONFIG_RT_GROUP_SCHED a group has no right to it, unless it was given one. */
	t->may_be_realtime = mw_or(setting(&k->cpu, path, "cpu.rt_runtime_us"), 1);
	t->is_frozen =
		k->freezer_procs >= 0 &&
		mw_or(mw_hierarchy_frozen(&k->freezer, mw_pid_cgroup_of(text, "freezer", &v2)), 0);
}

/* Its folder is opened first and asked last: if it still answers, nobody else had the number when
 * the descriptor was made. */
int mw_act_kill_prepare_now(const struct mw_killer *k, struct mw_kill_target *t)
{
	char path[32];
	int r;

	t->dir = t->pidfd = t->usage = -1;
	t->reap = NULL;
	t->is_slowed = t->may_be_realtime = t->is_frozen = false;
	if (!t->pid || t->pid > INT32_MAX)
		return -ESRCH;
	snprintf(path, sizeof(path), "/proc/%llu", (unsigned long long)t->pid);
	t->dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (t->dir < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	t->pidfd = (int)syscall(SYS_pidfd_open, (pid_t)t->pid, 0);
	r = t->pidfd < 0 ? -errno : start_of(t->dir, &t->start_ticks);
	if (r < 0)
		mw_act_kill_done(t, 1);
	else
		look_at_groups(k, t);
	return r;
}

int mw_act_kill_prepare(const struct mw_killer *k, struct mw_kill_target *t)
{
	uint64_t start_ticks = t->start_ticks;
	int r;

	if (start_ticks >= t->seen_ticks)
		return -EAGAIN;
	r = mw_act_kill_prepare_now(k, t);
	if (!r && t->start_ticks != start_ticks) {
		mw_act_kill_done(t, 1);
		r = -ESRCH;
	}
	t->start_ticks = start_ticks;
	return r;
}

static bool is_gone(const struct mw_kill_target *t)
{
	struct pollfd p = { .fd = t->pidfd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

static bool boost_thread(pid_t tid, bool realtime)
{
	int policy = mw_scheduled(tid) & ~SCHED_RESET_ON_FORK;

	if (policy != SCHED_OTHER && policy != SCHED_BATCH && policy != SCHED_IDLE)
		return false;
	if (realtime && !mw_schedule(tid, SCHED_FIFO, 1))
		return true;
	if (policy != SCHED_OTHER)
		mw_schedule(tid, SCHED_OTHER, 0);
	return !setpriority(PRIO_PROCESS, (id_t)tid, -20);
}

/* Neither a quota nor shares hold who is realtime, exiting or not. */
static unsigned boost(const struct mw_kill_target *t, bool realtime)
{
	struct mw_listing threads;
	unsigned count = 0;
	int tid;

	if (mw_listing_open(t->dir, "task", &threads) < 0)
		return 0;
	while (!is_gone(t) && (tid = mw_listing_next_pid(&threads)))
		count += boost_thread(tid, realtime);
	mw_listing_close(&threads);
	return count;
}

/* Before the signal, for a thread that exits is not moved any more (cgroup_migrate_add_task(),
 * kernel/cgroup/cgroup.c), and not by who kills: others may hold the lock of all cgroups. */
static bool move_out(const struct mw_killer *k, const struct mw_kill_target *t)
{
	const struct timespec pause = { .tv_nsec = MOVE_PAUSE_US * 1000 };
	struct mw_reap_job job = { .cpu_procs = k->cpu_procs,
				   .freezer_procs = -1,
				   .pid = (int)t->pid };
	struct mw_reap_result r = {};
	struct mw_reap *reap;

	job.pidfd = fcntl(t->pidfd, F_DUPFD_CLOEXEC, 0);
	if (job.pidfd < 0)
		return false;
	reap = k->reaper ? mw_reaper_put(k->reaper, &job) : NULL;
	if (!reap) {
		if (!k->reaper)
			r = mw_reap_now(&job);
		close(job.pidfd);
		return r.unthrottled;
	}
	for (int us = 0; us < MOVE_PATIENCE_US && !mw_reap_look(reap, &r); us += MOVE_PAUSE_US)
		nanosleep(&pause, NULL);
	mw_reap_drop(reap);
	return r.unthrottled;
}

static struct mw_val usage_of(const struct mw_kill_target *t)
{
	char buf[32];
	ssize_t n = t->usage < 0 ? 0 : pread(t->usage, buf, sizeof(buf), 0);

	if (t->usage < 0)
		return mw_no(MW_ABSENT);
	return n < 0 ? mw_no(mw_why_of_errno(-errno))
		     : number_of((struct mw_str){ buf, (size_t)n });
}

static void take_result(const struct mw_kill_target *t, const struct mw_reap_result *reaped,
			struct mw_kill_result *r)
{
	r->reap_error = reaped->error;
	r->reaped_ns = reaped->error == ECANCELED ? 0 : reaped->done_ns - t->killed_ns;
	r->thawed = reaped->thawed;
}

static void give_back(const struct mw_killer *k, struct mw_kill_target *t, unsigned steps,
		      struct mw_kill_result *r)
{
	const struct mw_reap_job job = {
		.pidfd = t->pidfd,
		.pid = (int)t->pid,
		.reap = steps & MW_KILL_REAP,
		.cpu_procs = -1,
		.freezer_procs = steps & MW_KILL_THAW && t->is_frozen ? k->freezer_procs : -1,
	};
	struct mw_reap_result now;

	if (!job.reap && job.freezer_procs < 0)
		return;
	if (k->reaper) {
		t->reap = mw_reaper_put(k->reaper, &job);
		r->reap_error = t->reap ? EINPROGRESS : EBUSY;
		return;
	}
	now = mw_reap_now(&job);
	take_result(t, &now, r);
}

static int send_kill(const struct mw_kill_target *t)
{
	return syscall(SYS_pidfd_send_signal, t->pidfd, SIGKILL, NULL, 0) < 0 ? errno : 0;
}

/* The reaper first: 200 threads take 3 ms. */
static void hasten(const struct mw_killer *k, struct mw_kill_target *t, unsigned steps,
		   struct mw_kill_result *r)
{
	bool realtime = steps & MW_KILL_UNTHROTTLE && t->is_slowed && t->may_be_realtime;

	give_back(k, t, steps, r);
	if (steps & MW_KILL_BOOST)
		r->boosted_count = boost(t, realtime);
	r->unthrottled |= realtime && r->boosted_count;
}

void mw_act_kill(const struct mw_killer *k, struct mw_kill_target *t, size_t n, unsigned steps,
		 struct mw_kill_result *ret)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);

	for (size_t i = 0; i < n; i++) {
		ret[i] = (struct mw_kill_result){ .reap_error = ECANCELED };
		t[i].before_bytes = usage_of(&t[i]);
		t[i].killed_ns = start_ns;
		if (steps & MW_KILL_UNTHROTTLE && t[i].is_slowed && !t[i].may_be_realtime &&
		    k->cpu_procs >= 0)
			ret[i].unthrottled = move_out(k, &t[i]);
	}
	for (size_t i = 0; i < n && steps & MW_KILL_SIGNAL; i++) {
		ret[i].error = send_kill(&t[i]);
		if (!ret[i].error)
			ret[i].signal_ns = clock_ns(CLOCK_MONOTONIC) - start_ns;
	}
	for (size_t i = 0; i < n; i++)
		if (!ret[i].error)
			hasten(k, &t[i], steps, &ret[i]);
}

void mw_act_kill_look(const struct mw_kill_target *t, struct mw_kill_result *r)
{
	struct mw_reap_result reaped;

	if (t->reap && mw_reap_look(t->reap, &reaped))
		take_result(t, &reaped, r);
	r->gone = is_gone(t);
	r->freed_bytes = mw_sub(t->before_bytes, usage_of(t));
}

void mw_act_kill_done(struct mw_kill_target *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (t[i].reap) {
			mw_reap_drop(t[i].reap);
			t[i].pidfd = -1;
		}
		t[i].reap = NULL;
		close_if_open(&t[i].pidfd);
		close_if_open(&t[i].dir);
		close_if_open(&t[i].usage);
	}
}
