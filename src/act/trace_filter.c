/* SPDX-License-Identifier: Apache-2.0 */
#include "act/trace_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(member) \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offsetof(struct seccomp_data, member))
#define JUMP_IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

#if defined(__x86_64__) && !defined(__ILP32__)
#define MACHINE MW_X86_64
#elif defined(__aarch64__)
#define MACHINE MW_AARCH64
#else
#define MACHINE MW_MACHINES
#endif

enum mw_machine mw_trace_machine(void)
{
	return MACHINE;
}

/* Programs of another width are let through: their numbers mean other calls.  Advice that gives
 * memory back cannot be refused for want of it, and allocators give it often. */
static size_t build(enum mw_machine machine, struct sock_filter *f)
{
	static const uint32_t arch[MW_MACHINES] = {
		[MW_X86_64] = AUDIT_ARCH_X86_64, [MW_AARCH64] = AUDIT_ARCH_AARCH64
	};
	uint32_t number[MW_CALL_NUMBERS], advice = mw_call_number(machine, "madvise");
	size_t n_numbers = mw_call_numbers(machine, number), n = 0;

	f[n++] = (struct sock_filter)LOAD(arch);
	f[n++] = (struct sock_filter)JUMP_IF(arch[machine], 1, 0);
	f[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	f[n++] = (struct sock_filter)LOAD(nr);
	f[n++] = (struct sock_filter)JUMP_IF(advice, 0, 3);
	f[n++] = (struct sock_filter)LOAD(args[2]);
	f[n++] = (struct sock_filter)JUMP_IF(MADV_DONTNEED, (uint8_t)n_numbers + 1, 0);
	f[n++] = (struct sock_filter)JUMP_IF(MADV_FREE, (uint8_t)n_numbers, (uint8_t)n_numbers + 1);
	for (size_t i = 0; i < n_numbers; i++)
		f[n++] = (struct sock_filter)JUMP_IF(number[i], (uint8_t)(n_numbers - i), 0);
	f[n++] = (struct sock_filter)RETURN(SECCOMP_RET_ALLOW);
	f[n++] = (struct sock_filter)RETURN(SECCOMP_RET_TRACE);
	return n;
}

static int install(const struct sock_fprog *program)
{
	/* Without the flag each task would pay for speculation barriers before 5.16. */
	if (!syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, program))
		return 0;
	if (errno != EINVAL)
		return -errno;
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program) < 0 ? -errno : 0;
}

int mw_trace_filter(enum mw_machine machine)
{
	struct sock_filter filter[MW_CALL_NUMBERS + 12];
	struct sock_fprog program = { (unsigned short)build(machine, filter), filter };
	int r = install(&program);

	if (r != -EACCES)
		return r;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return install(&program);
}
