/* SPDX-License-Identifier: Apache-2.0 */
/*
 * group_name - what the path of a cgroup tells of who made it: docker, containerd, CRI-O, podman,
 * kubelet (with either of its drivers), LXC, systemd.
 *
 * A guess by habit: whoever may make a group may give it such a name.
 */
#pragma once

#include "base/arena.h"

enum mw_group_kind {
	MW_GROUP_PLAIN,
	MW_GROUP_UNIT, /* of systemd: a service, a scope, a slice ... */
	MW_GROUP_POD,
	MW_GROUP_CONTAINER,
};

#define MW_UNIT_NAME_MAX 255 /* UNIT_NAME_MAX of systemd, less its NUL */

struct mw_group_name {
	enum mw_group_kind kind; /* of the innermost part that tells anything */
	const char *runtime;	 /* "docker", "containerd", "crio", "podman", "lxc"; NULL */
	struct mw_str container; /* its id, of LXC its name; empty: none */
	struct mw_str pod;	 /* its uid, as it stands there; empty: none */
	const char *qos;	 /* "burstable", "besteffort", "guaranteed"; NULL: no pod */
	struct mw_str unit; /* the innermost of systemd, without the '_' that its group may have
			     * before it (cg_escape() of systemd); empty: none */
};

/* Pure; slices of path. */
struct mw_group_name mw_group_name_of(struct mw_str path);

/* Can systemd have a unit of this name?  Length and bytes only (unit_name_is_valid()). */
bool mw_group_is_unit_name(struct mw_str name);

const char *mw_group_kind_name(enum mw_group_kind kind);

/* "container 4f5e0123abcd (docker)", "pod 1234 (burstable)", "unit a.service", ""; raw names. */
const char *mw_group_name_words(const struct mw_group_name *name, struct mw_arena *arena);
