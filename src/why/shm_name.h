/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_name - how shared memory without a path is called.
 */
#pragma once

#include "snap/snap.h"

/* "memfd", "sysv" ...: stable. */
const char *mw_shm_kind_name(enum mw_shm_kind kind);

/* "/memfd:name (deleted)" -> "name"; others lose " (deleted)" only. */
struct mw_str mw_shm_plain_name(const struct mw_shm_object *o);
