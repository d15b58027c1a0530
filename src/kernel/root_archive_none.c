/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A static build loads no libraries: archives are not read.
 */
#include <errno.h>

#include "kernel/root_private.h"

int mw_archive_load(int fd, struct mw_arena *arena, struct mw_capture *ret,
		    struct mw_problem *ret_problem)
{
	(void)fd, (void)arena, (void)ret;
	*ret_problem =
		(struct mw_problem){ "not a capture; this static build reads no archives", 0 };
	return -EINVAL;
}
