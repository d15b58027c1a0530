/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace - runs a program and tells of each call of it, its threads and children that was refused
 * with ENOMEM or EAGAIN.
 *
 * A seccomp filter stops the calls of kernel/memcall.h alone; all others run at full speed.
 * ptrace shows how such a call ended, and the caller stands still while it is told of.
 *
 * Invariants:
 *  - Acts on the program it started and its descendants, nobody else.
 *  - They die with this process (PTRACE_O_EXITKILL): with the filter and without a tracer each of
 *    those calls would fail with ENOSYS.  So it waits for all of them, not for the first alone.
 *  - Signals sent to this process are passed on to the program; those of the terminal reach both.
 *    Once the program has ended, one that asks to end (SIGINT, SIGTERM ...) ends the waiting, and
 *    those that are left die with this process.
 */
#pragma once

#include "kernel/memcall.h"

struct mw_trace {
	char *const *argv; /* found in PATH; ends with NULL */
	void *arg;
	/* thread: who called, stopped until this returns. */
	void (*refused)(void *arg, uint64_t thread, const struct mw_call *call);
	/* A program whose calls cannot be decoded (32 bit) was started. */
	void (*unseen)(void *arg, uint64_t pid);
	/* The program has ended, some that it left behind have not. */
	void (*waits)(void *arg);
};

enum mw_trace_step {
	MW_TRACE_RUNS,
	MW_TRACE_FORK,
	MW_TRACE_PTRACE,
	MW_TRACE_SECCOMP,
	MW_TRACE_EXEC
};

struct mw_trace_end {
	enum mw_trace_step failed; /* MW_TRACE_RUNS: it ran */
	int exit_status;	   /* 128 + the signal that killed it */
};

/* 0; or -errno of the step that failed, and the program did not run; -ENOSYS: not on this
 * machine. */
int mw_trace_run(const struct mw_trace *t, struct mw_trace_end *ret);
