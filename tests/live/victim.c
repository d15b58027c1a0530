/* SPDX-License-Identifier: Apache-2.0 */
#include "live/victim.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/knob.h"

#define CPU_GROUPS "/sys/fs/cgroup/cpu"
#define FREEZERS "/sys/fs/cgroup/freezer"
#define THREADS 200
#define SLACK_BYTES (64u << 20) /* page tables, stacks of threads */

static const char *const names[VICTIM_WAYS] = {
	[VICTIM_PLAIN] = "plain",     [VICTIM_NICE19] = "nice 19",
	[VICTIM_IDLE] = "SCHED_IDLE", [VICTIM_SHARES] = "cpu.shares 2",
	[VICTIM_QUOTA] = "1 % quota", [VICTIM_THREADS] = "200 threads",
	[VICTIM_LOCKED] = "mlocked",  [VICTIM_RT_HOG] = "RT hog",
	[VICTIM_D_STATE] = "D state", [VICTIM_FROZEN] = "v1 frozen",
	[VICTIM_STOPPED] = "stopped", [VICTIM_SHARED] = "shmem",
	[VICTIM_SHARER] = "sharer",
};

const char *victim_name(enum victim_way way)
{
	return names[way];
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static void keep_to_first_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void be_ordinary(void)
{
	const struct sched_param none = {};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sched_setscheduler(0, SCHED_OTHER, &none);
	setpriority(PRIO_PROCESS, 0, 0);
	keep_to_first_cpu();
}

/* --- the file server that never answers a lookup ---------------------------------------------- */

static void answer(int fd, const struct fuse_in_header *in, int error, size_t body_bytes,
		   const void *body)
{
	char text[512] = {};
	struct fuse_out_header *out = (void *)text;

	out->unique = in->unique;
	out->error = error;
	out->len = (uint32_t)(sizeof(*out) + body_bytes);
	if (body_bytes)
		memcpy(out + 1, body, body_bytes);
	if (write(fd, text, out->len) < 0)
		_exit(1);
}

static void serve(int fd)
{
	static char text[1 << 18];
	const struct fuse_in_header *in = (void *)text;
	const struct fuse_attr_out attr = {
		.attr_valid = 1000, .attr.ino = 1, .attr.mode = S_IFDIR | 0755, .attr.nlink = 2
	};
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION,
				      .max_write = 4096,
				      .max_background = 4,
				      .congestion_threshold = 3 };

	for (;;) {
		if (read(fd, text, sizeof(text)) < 0) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			_exit(0);
		}
		switch (in->opcode) {
		case FUSE_INIT:
			init.minor = ((const struct fuse_init_in *)(in + 1))->minor;
			answer(fd, in, 0, sizeof(init), &init);
			break;
		case FUSE_GETATTR:
			answer(fd, in, 0, sizeof(attr), &attr);
			break;
		case FUSE_LOOKUP:
		case FUSE_INTERRUPT:
		case FUSE_FORGET:
			break;
		default:
			answer(fd, in, -ENOSYS, 0, NULL);
		}
	}
}

static const char *start_server(struct victim *v)
{
	char options[96];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return "no /dev/fuse";
	snprintf(v->mount, sizeof(v->mount), "/tmp/memwhy_kill.XXXXXX");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	if (!mkdtemp(v->mount) || mount("memwhy", v->mount, "fuse", 0, options) < 0) {
		close(fd);
		return "may not mount a file system of a program";
	}
	v->server = fork();
	if (!v->server) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(fd);
	}
	close(fd);
	return NULL;
}

/* --- the victim itself ------------------------------------------------------------------------ */

static _Noreturn int sleep_on(void *arg)
{
	(void)arg;
	for (;;)
		pause();
}

static void *stack_of(size_t bytes)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p + bytes;
}

static void start_threads(void)
{
	const int flags =
		CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;

	for (int i = 0; i < THREADS; i++)
		if (clone(sleep_on, stack_of(16384), flags, NULL) < 0)
			_exit(1);
}

static char *eat(const struct victim_plan *plan)
{
	int kind = plan->way == VICTIM_SHARED ? MAP_SHARED : MAP_PRIVATE;
	char *p;

	prctl(PR_SET_THP_DISABLE, !plan->huge, 0, 0, 0);
	p = mmap(NULL, plan->bytes, PROT_READ | PROT_WRITE, kind | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		_exit(1);
	if (plan->huge)
		madvise(p, plan->bytes, MADV_HUGEPAGE);
	for (size_t i = 0; i < plan->bytes; i += 4096)
		p[i] = 1;
	if (plan->way == VICTIM_LOCKED && mlock(p, plan->bytes) < 0)
		_exit(1);
	return p;
}

/* As the last part of its life: it is ready just before. */
static void be_victim(const struct victim *v, int fd)
{
	char path[96];
	struct stat st;
	pid_t sharer = 0;

	be_ordinary();
	if (lab_group_join(&v->group) < 0)
		_exit(1);
	eat(&v->plan);
	if (v->plan.way == VICTIM_THREADS) {
		setpriority(PRIO_PROCESS, 0, 19);
		start_threads();
	}
	if (v->plan.way == VICTIM_SHARER)
		sharer = clone(sleep_on, stack_of(16384), CLONE_VM | CLONE_PARENT | SIGCHLD, NULL);
	if (write(fd, &sharer, sizeof(sharer)) < 0)
		_exit(1);
	snprintf(path, sizeof(path), "%s/file", v->mount);
	if (v->plan.way == VICTIM_D_STATE && !stat(path, &st))
		_exit(1);
	for (volatile int spins = v->plan.way == VICTIM_QUOTA; spins;)
		;
	sleep_on(NULL);
}

static pid_t start_hog(bool realtime)
{
	const struct sched_param ten = { .sched_priority = 10 };
	pid_t pid = fork();

	if (pid)
		return pid;
	be_ordinary();
	if (realtime && sched_setscheduler(0, SCHED_FIFO, &ten) < 0)
		_exit(1);
	for (volatile int on = 1; on;)
		;
	_exit(0);
}

/* --- what is done to it ----------------------------------------------------------------------- */

static int put(const char *group, const char *file, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", group, file);
	return lab_knob_write(path, text);
}

static const char *into_group(char *group, size_t size, const char *root, pid_t pid)
{
	char text[16];

	snprintf(group, size, "%s/memwhy_kill_%d", root, getpid());
	snprintf(text, sizeof(text), "%d", pid);
	if ((mkdir(group, 0755) < 0 && errno != EEXIST) || put(group, "cgroup.procs", text) < 0) {
		*group = 0;
		return "no v1 hierarchy of that controller to write to";
	}
	return NULL;
}

static const char *slow_cpu(struct victim *v, bool quota)
{
	const char *why;
	int r;

	if (v->group.v2) {
		r = quota ? put(v->group.path, "cpu.max", "1000 100000")
			  : put(v->group.path, "cpu.weight", "1");
		return r < 0 ? "the group has no cpu controller" : NULL;
	}
	why = into_group(v->cpu_group, sizeof(v->cpu_group), CPU_GROUPS, v->pid);
	if (why)
		return why;
	if (quota) {
		r = put(v->cpu_group, "cpu.cfs_period_us", "100000");
		if (!r)
			r = put(v->cpu_group, "cpu.cfs_quota_us", "1000");
	} else {
		r = put(v->cpu_group, "cpu.shares", "2");
	}
	return r < 0 ? "no quota or shares" : NULL;
}

static char state_of(pid_t pid)
{
	char path[64], buf[512];
	int r;
	struct mw_str text;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	text = lab_knob_read(path, buf, sizeof(buf), &r);
	text = mw_str_from(text, mw_str_rfind(text, ')') + 2);
	return text.n ? text.p[0] : 0;
}

static const char *freeze(struct victim *v)
{
	const char *why = into_group(v->freezer_group, sizeof(v->freezer_group), FREEZERS, v->pid);
	char path[160], buf[32];
	int r = 0;

	if (why)
		return why;
	put(v->freezer_group, "freezer.state", "FROZEN");
	snprintf(path, sizeof(path), "%s/freezer.state", v->freezer_group);
	for (int i = 0; i < 200; i++, pause_ms(5))
		if (mw_str_starts(lab_knob_read(path, buf, sizeof(buf), &r), "FROZEN"))
			return NULL;
	return "it does not freeze";
}

static const char *stands_in(pid_t pid, char state)
{
	for (int i = 0; i < 400; i++, pause_ms(5))
		if (state_of(pid) == state)
			return NULL;
	return "it does not reach the state it should be in";
}

static const char *shape(struct victim *v)
{
	const struct sched_param none = {};
	enum victim_way way = v->plan.way;

	switch (way) {
	case VICTIM_NICE19:
		setpriority(PRIO_PROCESS, (id_t)v->pid, 19);
		return NULL;
	case VICTIM_IDLE:
		return sched_setscheduler(v->pid, SCHED_IDLE, &none) < 0 ? "no SCHED_IDLE" : NULL;
	case VICTIM_SHARES:
	case VICTIM_QUOTA:
		return slow_cpu(v, way == VICTIM_QUOTA);
	case VICTIM_FROZEN:
		return freeze(v);
	case VICTIM_D_STATE:
		return stands_in(v->pid, 'S'); /* 'D' once it is killed */
	case VICTIM_STOPPED:
		kill(v->pid, SIGSTOP);
		return stands_in(v->pid, 'T');
	case VICTIM_PLAIN:
	case VICTIM_THREADS:
	case VICTIM_LOCKED:
	case VICTIM_RT_HOG:
	case VICTIM_SHARED:
	case VICTIM_SHARER:
	case VICTIM_WAYS:
		break;
	}
	return NULL;
}

static void start_hogs(struct victim *v)
{
	enum victim_way way = v->plan.way;
	int n = way == VICTIM_RT_HOG ? 1
		: way == VICTIM_NICE19 || way == VICTIM_IDLE || way == VICTIM_SHARES ||
				way == VICTIM_THREADS
			? VICTIM_HOGS
			: 0;

	for (int i = 0; i < n; i++)
		v->hog[i] = start_hog(way == VICTIM_RT_HOG);
}

static const char *start(struct victim *v)
{
	const char *why = v->plan.way == VICTIM_D_STATE ? start_server(v) : NULL;
	int fds[2];

	if (why)
		return why;
	if (lab_group_make(&v->group) < 0 ||
	    lab_group_limit(&v->group, v->plan.bytes + v->plan.bytes / 8 + SLACK_BYTES) < 0 ||
	    pipe2(fds, O_CLOEXEC) < 0)
		return "no memory cgroup of its own";
	v->pid = fork();
	if (!v->pid)
		be_victim(v, fds[1]);
	close(fds[1]);
	if (read(fds[0], &v->sharer, sizeof(v->sharer)) != sizeof(v->sharer))
		why = "it could not have its memory";
	close(fds[0]);
	if (!why)
		why = shape(v);
	if (!why)
		start_hogs(v);
	pause_ms(50);
	return why;
}

const char *victims_begin(void)
{
	struct lab_group root;

	if (geteuid())
		return "needs root";
	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "may not have a mount namespace of its own";
	return lab_group_find(&root);
}

const char *victim_start(const struct victim_plan *plan, struct victim *ret)
{
	struct victim v = { .plan = *plan };
	struct lab_group root;
	char name[48];
	const char *why = lab_group_find(&root);

	snprintf(name, sizeof(name), LAB_GROUP_PREFIX "kill_%d", getpid());
	if (!why && lab_group_below(&root, name, &v.group) < 0)
		why = "path too long";
	if (!why)
		why = start(&v);
	*ret = v;
	return why;
}

static void finish(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

static void remove_group(char *group)
{
	for (int i = 0; *group && i < 400 && rmdir(group) < 0 && errno == EBUSY; i++)
		pause_ms(5);
	*group = 0;
}

void victim_end(struct victim *v)
{
	for (int i = 0; i < VICTIM_HOGS; i++)
		finish(&v->hog[i]);
	if (*v->freezer_group)
		put(v->freezer_group, "freezer.state", "THAWED");
	if (*v->cpu_group) {
		put(v->cpu_group, "cpu.shares", "1024");
		put(v->cpu_group, "cpu.cfs_quota_us", "-1");
	}
	if (v->group.v2) {
		put(v->group.path, "cpu.max", "max");
		put(v->group.path, "cpu.weight", "100");
	}
	finish(&v->server);
	if (v->pid > 0)
		setpriority(PRIO_PROCESS, (id_t)v->pid, 0);
	finish(&v->sharer);
	finish(&v->pid);
	if (*v->mount) {
		umount2(v->mount, MNT_DETACH);
		rmdir(v->mount);
	}
	remove_group(v->cpu_group);
	remove_group(v->freezer_group);
	lab_group_remove(&v->group);
}
