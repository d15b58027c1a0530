/* SPDX-License-Identifier: Apache-2.0 */
/*
 * btf - where the members of the kernel's structures stand, from /sys/kernel/btf/vmlinux (the BPF
 * type format, include/uapi/linux/btf.h, since 5.4 where it is built in).
 *
 * Invariants: answers are in bytes from the start of the structure; members of unnamed structures
 * and unions inside it are its own.  Names are compared as they stand in the kernel's source.
 */
#pragma once

#include "base/index.h"

struct mw_btf {
	struct mw_str types, strings;
	const uint32_t *place; /* of each type in types, by id; id 0 is void */
	uint32_t n_types;
	struct mw_index by_name; /* ids of structures and enumerations */
};

/* Pure.  -EINVAL: it is no such file, or of another byte order; -ENOMEM.  Keeps slices of file. */
int mw_btf_open(struct mw_str file, struct mw_arena *arena, struct mw_btf *ret);

/* -1: there is no such structure, or it has no such member.  A path goes through members:
 * "css.cgroup". */
int64_t mw_btf_offset(const struct mw_btf *btf, const char *structure, const char *path);
int64_t mw_btf_size(const struct mw_btf *btf, const char *structure);

/* The value of an enumerator of the named enumeration; -1: none. */
int64_t mw_btf_enumerator(const struct mw_btf *btf, const char *enumeration, const char *name);
