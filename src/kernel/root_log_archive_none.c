/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A static build loads no libraries: compressed logs are not read.
 */
#include "kernel/root_log_private.h"

int mw_log_use_packed(struct mw_log *log, enum mw_log_kind kind)
{
	(void)kind;
	return mw_log_fail(log, "is compressed; this static build cannot unpack it");
}
