/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rights - the capabilities of one thread.
 */
#pragma once

#include <linux/capability.h>
#include <stdint.h>

#define MW_RIGHT(cap) ((uint64_t)1 << (cap))

/* All others are given up by this thread, for good.  ret_had: what it had; may be NULL.  0 or
 * negative errno. */
int mw_rights_keep(uint64_t keep, uint64_t *ret_had);
