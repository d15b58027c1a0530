/* SPDX-License-Identifier: Apache-2.0 */
#include "why/shm_name.h"

const char *mw_shm_kind_name(enum mw_shm_kind kind)
{
	switch (kind) {
	case MW_SHM_MEMFD:
		return "memfd";
	case MW_SHM_SYSV:
		return "sysv";
	case MW_SHM_ANON:
		return "shared_anon";
	case MW_SHM_UNLINKED:
		return "unlinked";
	case MW_SHM_DETACHED:
		return "detached";
	case MW_SHM_KERNEL:
		return "kernel_shmem";
	}
	return "?";
}

struct mw_str mw_shm_plain_name(const struct mw_shm_object *o)
{
	struct mw_str name = o->name;

	if (mw_str_ends(name, " (deleted)"))
		name.n -= 10;
	if (o->kind == MW_SHM_MEMFD && mw_str_starts(name, "/memfd:"))
		name = mw_str_from(name, 7);
	if (o->kind == MW_SHM_ANON)
		name = mw_str_of("shared anonymous memory");
	return name;
}
