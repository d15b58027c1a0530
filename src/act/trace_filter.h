/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_filter - the seccomp filter that stops the calls of kernel/memcall.h for a tracer.
 */
#pragma once

#include "kernel/memcall.h"

/* What this program was built for; MW_MACHINES: nothing that is known. */
enum mw_machine mw_trace_machine(void);

/* For the calling thread and all that it starts.  Needs no_new_privs without CAP_SYS_ADMIN, and
 * sets it only then: it keeps programs from gaining rights by set-user-ID.  0 or -errno. */
int mw_trace_filter(enum mw_machine machine);
