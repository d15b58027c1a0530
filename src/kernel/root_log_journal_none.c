/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A static build loads no libraries: journals are not read.
 */
#include <errno.h>

#include "kernel/root_log_private.h"

int mw_log_use_journal_file(struct mw_log *log)
{
	return mw_log_fail(log, "is a journal file; this static build cannot read it");
}

int mw_log_use_journal(struct mw_log *log, const char *directory)
{
	(void)log, (void)directory;
	return -ENOSYS;
}
