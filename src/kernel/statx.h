/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statx - statx(2) and its struct, also where the C library has neither (musl before 1.2.5).
 *
 * 0, or -1 with errno, as statx(2).
 */
#pragma once

#include <sys/stat.h>
#ifndef STATX_BASIC_STATS
#include <linux/stat.h>
#endif
#include <sys/syscall.h>
#include <unistd.h>

static inline int mw_statx(int dirfd, const char *name, int flags, unsigned mask, struct statx *ret)
{
	return (int)syscall(SYS_statx, dirfd, name, flags, mask, ret);
}
