/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "act/reaper.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH 0
#endif

static const int allowed[] = {
	/* reading, and records */
	SYS_read,
	SYS_pread64,
	SYS_readv,
	SYS_write,
	SYS_writev,
	SYS_pwrite64,
	SYS_openat,
	SYS_openat2,
	SYS_close,
	SYS_lseek,
	SYS_getdents64,
	SYS_readlinkat,
	SYS_newfstatat,
	SYS_fstat,
	SYS_statx,
	SYS_fcntl,
	SYS_fsync,
	SYS_fchmod,
	SYS_renameat,
	SYS_renameat2,
	SYS_unlinkat,
	SYS_mkdirat,
	SYS_dup,
	SYS_faccessat,
	/* the reaper, signals */
	SYS_pidfd_open,
	SYS_pidfd_send_signal,
	SYS_process_mrelease,
	SYS_kcmp,
	SYS_kill,
	SYS_tgkill,
	SYS_setpriority,
	SYS_getpriority,
	SYS_sched_setscheduler,
	SYS_sched_getscheduler,
	SYS_sched_getparam,
	SYS_sched_setaffinity,
	SYS_sched_getaffinity,
	SYS_sched_setattr,
	SYS_sched_getattr,
	SYS_sched_yield,
	SYS_wait4,
	SYS_waitid,
	/* waiting */
	SYS_ppoll,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_nanosleep,
	SYS_futex,
	SYS_restart_syscall,
	SYS_rt_sigreturn,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigtimedwait,
	SYS_sigaltstack, /* a thread that ends, with a sanitizer */
	/* sockets */
	SYS_socket,
	SYS_connect,
	SYS_sendto,
	SYS_sendmsg,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_accept4,
	SYS_accept,
	/* the C library */
	SYS_mmap,
	SYS_munmap,
	SYS_mremap,
	SYS_mprotect,
	SYS_madvise,
	SYS_brk,
	SYS_exit,
	SYS_exit_group,
	SYS_getpid,
	SYS_gettid,
	SYS_getuid,
	SYS_geteuid,
	SYS_uname,
	SYS_sysinfo,
	SYS_getrandom,
	SYS_prlimit64,
	SYS_set_robust_list,
	SYS_rseq,
#if defined(__x86_64__)
	SYS_open,
	SYS_poll,
	SYS_readlink,
	SYS_stat,
	SYS_lstat,
	SYS_time,
	SYS_rename,
	SYS_unlink,
	SYS_mkdir,
	SYS_access,
#endif
};

#define ALLOWED (sizeof(allowed) / sizeof(allowed[0]))

/* Of another instruction set nothing passes: the numbers mean something else there. */
static size_t make(struct sock_filter *f)
{
	size_t n = 0;

	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					      offsetof(struct seccomp_data, arch));
	f[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
					      offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < ALLOWED; i++)
		f[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)allowed[i], (uint8_t)(ALLOWED - i), 0);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	f[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return n;
}

int mw_sandbox_enter(void)
{
	struct sock_filter filter[ALLOWED + 8];
	struct sock_fprog program = { .filter = filter };

	if (!ARCH)
		return -ENOSYS;
	_Static_assert(ALLOWED < 255, "jumps are of 8 bits");
	program.len = (unsigned short)make(filter);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) <
			       0
		       ? -errno
		       : 0;
}
