/* SPDX-License-Identifier: Apache-2.0 */
#include "act/thread.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STACK_BYTES (64u << 10)

int mw_thread_start(pthread_t *ret, void *(*run)(void *), void *arg)
{
	sigset_t all, old;
	pthread_attr_t attr;
	int e = pthread_attr_init(&attr);

	if (e)
		return -e;
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	e = pthread_create(ret, &attr, run, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return -e;
}

int mw_rights_keep(uint64_t keep, uint64_t *ret_had)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
	uint64_t had;

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	had = data[0].permitted | (uint64_t)data[1].permitted << 32;
	if (ret_had)
		*ret_had = had;
	for (unsigned i = 0; i < 2; i++) {
		data[i].permitted = data[i].effective = (uint32_t)((had & keep) >> (32 * i));
		data[i].inheritable = 0;
	}
	head.pid = 0;
	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}
