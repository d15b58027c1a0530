/* SPDX-License-Identifier: Apache-2.0 */
#include "act/trace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "act/trace_filter.h"
#include "base/arena.h"

#define OPTIONS                                                               \
	(PTRACE_O_TRACESECCOMP | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | \
	 PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define NO_STATUS (-1)
/* Most of what a program leaves behind ends with it. */
#define PATIENCE_NS 500000000

/* aarch64 overwrites the first argument with the result: kept while the call runs. */
struct kept {
	pid_t thread;
	uint64_t arg;
};

struct run {
	const struct mw_trace *t;
	enum mw_machine machine;
	struct mw_arena arena;
	struct kept *kept;
	size_t n_kept;
	pid_t first;
	int first_status; /* as waitpid() has it; NO_STATUS: it runs */
	bool waits;	  /* it was told that others are waited for */
	sigset_t ending;  /* what ends that waiting */
};

/* What the child says where it cannot become the program. */
struct failure {
	enum mw_trace_step step;
	int error;
};

/* ---- signals: to whom they are passed on */

static volatile sig_atomic_t program;

static const int passed_on[] = { SIGINT,  SIGQUIT, SIGTERM, SIGHUP,
				 SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH };

#define N_PASSED (sizeof(passed_on) / sizeof(passed_on[0]))

/* What the terminal sends goes to its whole foreground group: the program has it already. */
static void pass_on(int signal, siginfo_t *info, void *context)
{
	int error = errno;

	(void)context;
	if (info->si_code <= 0 && program > 0)
		kill((pid_t)program, signal);
	errno = error;
}

static bool asks_to_end(int signal)
{
	return signal == SIGINT || signal == SIGQUIT || signal == SIGTERM || signal == SIGHUP;
}

/* Those that are ignored stay so, here and in the program (nohup). */
static void take_signals(struct run *run, struct sigaction *old)
{
	struct sigaction own = { .sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART };

	sigemptyset(&run->ending);
	for (size_t i = 0; i < N_PASSED; i++) {
		if (sigaction(passed_on[i], NULL, &old[i]) || old[i].sa_handler == SIG_IGN)
			continue;
		sigaction(passed_on[i], &own, NULL);
		if (asks_to_end(passed_on[i]))
			sigaddset(&run->ending, passed_on[i]);
	}
	signal(SIGCHLD, SIG_DFL); /* where it is ignored, none would come of a stop */
}

static void give_signals_back(const struct sigaction *old)
{
	program = 0;
	for (size_t i = 0; i < N_PASSED; i++)
		sigaction(passed_on[i], &old[i], NULL);
}

/* ---- the child until it is the program */

static void fail(int fd, enum mw_trace_step step, int error)
{
	struct failure f = { step, error };

	if (write(fd, &f, sizeof(f)) != sizeof(f))
		_exit(125);
	_exit(127);
}

/* Waits until it is traced: the filter without a tracer would fail its next call. */
static void become(const struct run *run, int go, int say)
{
	char byte;
	int r;

	if (read(go, &byte, 1) != 1)
		_exit(125);
	r = mw_trace_filter(run->machine);
	if (r < 0)
		fail(say, MW_TRACE_SECCOMP, r);
	execvp(run->t->argv[0], run->t->argv);
	fail(say, MW_TRACE_EXEC, -errno);
}

/* ---- stops */

static bool registers(const struct run *run, pid_t thread, struct mw_call_registers *ret)
{
	uint64_t set[64];
	struct iovec io = { set, sizeof(set) };

	return ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &io) == 0 &&
	       mw_call_registers(run->machine, set, io.iov_len, ret);
}

/* Is it a program of another width?  Unknown is no. */
static bool is_foreign(const struct run *run, pid_t thread)
{
	struct mw_call_registers regs;
	uint64_t set[64];
	struct iovec io = { set, sizeof(set) };

	return ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &io) == 0 &&
	       !mw_call_registers(run->machine, set, io.iov_len, &regs);
}

static struct kept *find_kept(struct run *run, pid_t thread)
{
	for (size_t i = 0; i < run->n_kept; i++)
		if (run->kept[i].thread == thread)
			return &run->kept[i];
	return NULL;
}

static void keep(struct run *run, pid_t thread)
{
	struct kept *k = find_kept(run, thread);
	struct mw_call_registers regs;

	if (!registers(run, thread, &regs))
		return;
	if (!k) {
		k = mw_arena_grow(&run->arena, run->kept, run->n_kept, sizeof(*k));
		if (!k)
			return;
		run->kept = k;
		k += run->n_kept++;
	}
	*k = (struct kept){ thread, regs.arg[0] };
}

static void restore(struct run *run, pid_t thread, struct mw_call_registers *regs)
{
	struct kept *k = find_kept(run, thread);

	if (!k)
		return;
	regs->arg[0] = k->arg;
	*k = run->kept[--run->n_kept];
}

/* The flags of clone3() are in memory: the first word of struct clone_args. */
static void look_up(pid_t thread, const struct mw_call_registers *regs, struct mw_call *call)
{
	long flags;

	if (strcmp(call->name, "clone3") != 0)
		return;
	errno = 0;
	flags = ptrace(PTRACE_PEEKDATA, thread, (void *)(uintptr_t)regs->arg[0], NULL);
	if (errno)
		return;
	call->flags = (uint64_t)flags;
	call->kind = mw_call_clone_kind(call->flags);
}

static void at_end_of_call(struct run *run, pid_t thread)
{
	struct mw_call_registers regs;
	struct mw_call call;

	if (!registers(run, thread, &regs))
		return;
	if (run->machine == MW_AARCH64)
		restore(run, thread, &regs);
	if (!mw_call_refused(run->machine, &regs, &call))
		return;
	look_up(thread, &regs, &call);
	run->t->refused(run->t->arg, (uint64_t)thread, &call);
}

/* A stopped thread goes on as its stop wants it. */
static void go_on(struct run *run, pid_t thread, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	switch (event) {
	case PTRACE_EVENT_SECCOMP:
		if (run->machine == MW_AARCH64)
			keep(run, thread);
		ptrace(PTRACE_SYSCALL, thread, NULL, NULL);
		return;
	case PTRACE_EVENT_STOP:
		/* The whole process is stopped, by ^Z for instance, or a new one begins. */
		ptrace(signal == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN, thread, NULL, NULL);
		return;
	case PTRACE_EVENT_EXEC:
		if (is_foreign(run, thread))
			run->t->unseen(run->t->arg, (uint64_t)thread);
		ptrace(PTRACE_CONT, thread, NULL, NULL);
		return;
	case 0:
		break;
	default: /* fork, vfork, clone: it succeeded */
		ptrace(PTRACE_CONT, thread, NULL, NULL);
		return;
	}
	if (signal == SYSCALL_STOP) {
		at_end_of_call(run, thread);
		signal = 0;
	}
	ptrace(PTRACE_CONT, thread, NULL, signal);
}

/* From now on nobody is there to pass a signal on to: await_others() takes it. */
static void first_ended(struct run *run, int status)
{
	sigset_t set = run->ending;

	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	run->first_status = status;
	program = 0;
}

/* Until something happens to one of those that are left; false: this process shall end. */
static bool await_others(struct run *run)
{
	const struct timespec patience = { .tv_nsec = PATIENCE_NS };
	sigset_t set = run->ending;
	int signal;

	sigaddset(&set, SIGCHLD);
	signal = sigtimedwait(&set, NULL, run->waits ? NULL : &patience);
	if (signal < 0 && errno == EAGAIN) {
		run->waits = true;
		run->t->waits(run->t->arg);
	}
	return signal < 0 || signal == SIGCHLD;
}

/* Until all of them have ended; or the first has, and a signal says that it is enough. */
static void watch(struct run *run)
{
	for (;;) {
		int status, flags = run->first_status == NO_STATUS ? __WALL : __WALL | WNOHANG;
		pid_t thread = waitpid(-1, &status, flags);

		if (thread < 0 && errno == EINTR)
			continue;
		if (thread < 0 || (!thread && !await_others(run)))
			return;
		if (!thread)
			continue;
		if (WIFSTOPPED(status))
			go_on(run, thread, status);
		else if (thread == run->first)
			first_ended(run, status);
	}
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the child said before it became the program; else it is at its end by now. */
static int finish(const struct run *run, int say, struct mw_trace_end *ret)
{
	struct failure f;

	if (read(say, &f, sizeof(f)) == sizeof(f)) {
		ret->failed = f.step;
		return f.error;
	}
	ret->exit_status = run->first_status == NO_STATUS ? 125 : exit_status(run->first_status);
	return 0;
}

static int start(struct run *run, const int go[2], const int say[2], struct mw_trace_end *ret)
{
	int r;

	run->first = fork();
	r = run->first < 0 ? -errno : 0;
	if (!run->first) {
		close(go[1]);
		become(run, go[0], say[1]);
	}
	close(go[0]);
	close(say[1]);
	if (!r && ptrace(PTRACE_SEIZE, run->first, NULL, OPTIONS) < 0) {
		r = -errno;
		ret->failed = MW_TRACE_PTRACE;
	}
	if (!r) {
		program = run->first;
		return 0;
	}
	close(go[1]); /* a child that was not traced ends then */
	if (run->first > 0)
		waitpid(run->first, NULL, 0);
	return r;
}

static int start_and_watch(struct run *run, struct mw_trace_end *ret)
{
	struct sigaction old[N_PASSED];
	int go[2], say[2], r;

	if (pipe2(go, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(say, O_CLOEXEC) < 0) {
		r = -errno;
		close(go[0]);
		close(go[1]);
		return r;
	}
	r = start(run, go, say, ret);
	if (!r) {
		take_signals(run, old);
		r = write(go[1], "", 1) == 1 ? 0 : -errno;
		close(go[1]);
		watch(run);
		give_signals_back(old);
		if (!r)
			r = finish(run, say[0], ret);
	}
	close(say[0]);
	return r;
}

int mw_trace_run(const struct mw_trace *t, struct mw_trace_end *ret)
{
	struct run run = { .t = t, .machine = mw_trace_machine(), .first_status = NO_STATUS };
	struct mw_trace_end end = { .failed = MW_TRACE_RUNS };
	int r;

	if (run.machine == MW_MACHINES) {
		end.failed = MW_TRACE_PTRACE;
		*ret = end;
		return -ENOSYS;
	}
	r = start_and_watch(&run, &end);
	if (r < 0 && end.failed == MW_TRACE_RUNS)
		end.failed = MW_TRACE_FORK;
	mw_arena_done(&run.arena);
	*ret = end;
	return r;
}
