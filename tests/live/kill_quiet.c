/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From prepare to the reaper's end nothing is allocated, forked or created: malloc aborts, and a
 * seccomp filter of all threads kills at mmap, brk, clone, open with O_CREAT and their like.
 * What is planted to be caught is caught.
 *
 *	kill_quiet
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "act/group.h"
#include "act/reaper.h"
#include "act/sharers.h"
#include "live/victim.h"

#define BYTES ((size_t)32 << 20)

/* The C library's own, behind ours. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void __libc_free(void *p);

static volatile bool armed;

static void check(void)
{
	if (armed)
		abort();
}

void *malloc(size_t size)
{
	check();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	check();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	check();
	return __libc_realloc(p, size);
}

void free(void *p)
{
	check();
	__libc_free(p);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define DIE_IF(nr)                                     \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define DIE_IF_CREATES(nr, flags)                                                                 \
	LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open##flags, 0, 3),                     \
		LOAD(args[sizeof(#flags) > 1 ? 2 : 1]),                                           \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CREAT | (O_TMPFILE & ~O_DIRECTORY), 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)

/* For all threads, the reaper's too. */
static int forbid(void)
{
	struct sock_filter code[] = {
		LOAD(nr),
		DIE_IF(SYS_mmap),
		DIE_IF(SYS_mremap),
		DIE_IF(SYS_brk),
		DIE_IF(SYS_clone),
		DIE_IF(SYS_clone3),
		DIE_IF(SYS_execve),
		DIE_IF(SYS_mkdirat),
		DIE_IF(SYS_mknodat),
		DIE_IF(SYS_memfd_create),
#ifdef SYS_fork
		DIE_IF(SYS_fork),
		DIE_IF(SYS_vfork),
		DIE_IF(SYS_creat),
		DIE_IF(SYS_mkdir),
		DIE_IF_CREATES(nr, ),
#endif
		DIE_IF_CREATES(nr, at),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter))
		return -errno;
	return 0;
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

enum plant { NOTHING, MALLOC, FORK, CREATE, PLANTS };

static void do_planted(enum plant what)
{
	void *volatile kept; /* or the compiler takes it out */

	if (what == MALLOC)
		free((kept = malloc(100)));
	else if (what == FORK)
		syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	else if (what == CREATE)
		open("/tmp/memwhy_kill_quiet", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static bool is_over(const struct mw_kill_target *t, struct mw_kill_result *r, int n)
{
	bool over = true;

	for (int i = 0; i < n; i++) {
		mw_act_kill_look(&t[i], &r[i]);
		over &= r[i].gone && r[i].reap_error != EINPROGRESS;
	}
	return over;
}

/* All of a kill; the exit status says whether it did its work. */
static int kill_armed(const struct victim *v, enum plant what)
{
	static struct mw_reaper reaper;
	struct mw_arena arena = {};
	struct mw_kill_target t[4] = { { .pid = (uint64_t)v->pid } };
	struct mw_kill_result r[4] = {};
	struct mw_group_kill count = {};
	struct mw_problem problem;
	struct mw_killer k;
	struct mw_root *root;
	int n;

	if (mw_root_open(NULL, false, &root, &problem) < 0 ||
	    mw_act_killer_open(root, &arena, &k) < 0 || mw_reaper_start(&reaper) < 0)
		return 2;
	k.reaper = &reaper;
	if (mw_act_kill_prepare_now(&k, t) < 0)
		return 3;
	mw_act_kill_done(t, 1);
	t->seen_ticks = mw_act_kill_ticks() + 1;
	if (forbid() < 0)
		return 4;
	armed = true;
	if (mw_act_kill_prepare(&k, t) < 0)
		_exit(5);
	n = 1 + mw_act_sharers_find(&k, t, t + 1, 3);
	mw_act_kill(&k, t, (size_t)n, MW_KILL_ALL, r);
	do_planted(what);
	for (int ms = 0; ms < 20000 && !is_over(t, r, n); ms++)
		pause_ms(1);
	mw_act_kill_done(t, (size_t)n);
	mw_act_group_kill(&k, mw_str_of(v->group.path + v->group.root_n), MW_KILL_ALL, &count);
	_exit(r->gone && n == 2 && mw_or(r->freed_bytes, 0) > BYTES / 100 * 95 ? 0 : 6);
}

static int ended_by(enum plant what, const char **why)
{
	const struct victim_plan plan = { VICTIM_SHARER, BYTES, false };
	struct victim v;
	int status = -1;
	pid_t pid;

	*why = victim_start(&plan, &v);
	if (!*why) {
		pid = fork();
		if (!pid)
			_exit(kill_armed(&v, what));
		waitpid(pid, &status, 0);
	}
	victim_end(&v);
	return status;
}

int main(void)
{
	static const char *const plants[] = { "nothing", "a malloc", "a fork", "a new file" };
	const char *why = victims_begin();
	int failed = 0;

	for (enum plant what = 0; !why && what < PLANTS; what++) {
		int status = ended_by(what, &why);
		bool fine = what ? WIFSIGNALED(status) : status == 0;

		if (why)
			break;
		printf("%s kill quiet, %s planted: %s %d\n", fine ? "ok" : "not ok", plants[what],
		       WIFSIGNALED(status) ? "signal" : "exit",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		failed |= !fine;
	}
	if (why)
		printf("skip kill quiet: %s\n", why);
	return failed;
}
