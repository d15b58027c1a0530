/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox - a filter of system calls: what the guard does not need fails with EPERM, so that a
 * mistake in the list is an error that is said, and no death in the night.
 */
#pragma once

/* For all threads, for ever.  0; -ENOSYS: not of this kernel or machine, ... */
int mw_sandbox_enter(void);
