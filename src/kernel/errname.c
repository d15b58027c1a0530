/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/errname.h"

#include <errno.h>

#include "base/fmt.h"

static const struct {
	const char *name;
	int err;
} names[] = {
	{ "E2BIG", E2BIG },	{ "EACCES", EACCES },
	{ "EAGAIN", EAGAIN },	{ "EBADF", EBADF },
	{ "EBUSY", EBUSY },	{ "EFAULT", EFAULT },
	{ "EFBIG", EFBIG },	{ "EINTR", EINTR },
	{ "EINVAL", EINVAL },	{ "EIO", EIO },
	{ "EISDIR", EISDIR },	{ "ELOOP", ELOOP },
	{ "EMFILE", EMFILE },	{ "ENAMETOOLONG", ENAMETOOLONG },
	{ "ENFILE", ENFILE },	{ "ENODATA", ENODATA },
	{ "ENODEV", ENODEV },	{ "ENOENT", ENOENT },
	{ "ENOMEM", ENOMEM },	{ "ENOSYS", ENOSYS },
	{ "ENOTDIR", ENOTDIR }, { "ENOTCONN", ENOTCONN },
	{ "ENXIO", ENXIO },	{ "EOPNOTSUPP", EOPNOTSUPP },
	{ "EPERM", EPERM },	{ "ESRCH", ESRCH },
	{ "ESTALE", ESTALE },	{ "ETIMEDOUT", ETIMEDOUT },
	{ "EXDEV", EXDEV },
};

#define N_NAMES (sizeof(names) / sizeof(names[0]))
#define ERRNO_MAX 4095

struct mw_str mw_errname(int r, struct mw_arena *arena)
{
	for (size_t i = 0; i < N_NAMES; i++)
		if (names[i].err == -r)
			return mw_str_of(names[i].name);
	return mw_str_of(mw_fmt(arena, "E%d", -r));
}

int mw_errname_parse(struct mw_str word)
{
	uint64_t n;

	for (size_t i = 0; i < N_NAMES; i++)
		if (mw_str_eq(word, names[i].name))
			return -names[i].err;
	if (mw_str_starts(word, "E") && !mw_str_u64(mw_str_from(word, 1), &n) && n &&
	    n <= ERRNO_MAX)
		return -(int)n;
	return 0;
}
