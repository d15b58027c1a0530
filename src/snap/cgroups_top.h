/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_top - is the top of the memory cgroups that are seen the top of the machine's?
 *
 * In a container it mostly is not: those above are not seen, what they pay is not known, and where
 * removed ones are charged may be hidden.
 */
#pragma once

#include "snap/snap.h"

/* Of a snapshot taken with MW_WANT_CGROUPS; a top that is not the machine's is noted in its
 * sources.  v2: the machine's has no memory.current; v1: no other has a release_agent
 * (CFTYPE_ONLY_ON_ROOT, kernel/cgroup/cgroup-v1.c). */
bool mw_cgroups_top_is_seen(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s);
