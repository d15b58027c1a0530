/* SPDX-License-Identifier: Apache-2.0 */
#include "act/rights.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

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
