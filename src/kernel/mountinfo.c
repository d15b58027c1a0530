/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/mountinfo.h"

#include <stdlib.h>

#define WAY_MAX 64

/* Optional fields ("shared:1 master:2") end with a lone "-". */
static bool skip_optional(struct mw_str *line)
{
	struct mw_str word;

	while (mw_str_word(line, &word))
		if (mw_str_eq(word, "-"))
			return true;
	return false;
}

static bool parse_line(struct mw_str line, struct mw_mount *ret)
{
	struct mw_mount m = {};

	if (!mw_str_word(&line, &m.id) || !mw_str_word(&line, &m.parent) ||
	    !mw_str_word(&line, &m.dev) || !mw_str_word(&line, &m.root) ||
	    !mw_str_word(&line, &m.point) || !mw_str_word(&line, &m.options) ||
	    !skip_optional(&line) || !mw_str_word(&line, &m.type))
		return false;
	/* An empty source prints as nothing at all. */
	if (mw_str_word(&line, &m.source) && !mw_str_word(&line, &m.super_options)) {
		m.super_options = m.source;
		m.source = (struct mw_str){};
	}
	*ret = m;
	return true;
}

bool mw_mountinfo_next(struct mw_str *rest, struct mw_mount *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_line(line, ret))
			return true;
	return false;
}

bool mw_mount_is_shmem(const struct mw_mount *m)
{
	return mw_str_eq(m->type, "tmpfs") || mw_str_eq(m->type, "devtmpfs") ||
	       mw_str_eq(m->type, "rootfs");
}

static bool is_local(struct mw_str type)
{
	static const char *const types[] = {
		"tmpfs",  "devtmpfs",  "rootfs", "ramfs",   "sysfs",   "proc",
		"cgroup", "cgroup2",   "devpts", "debugfs", "tracefs", "securityfs",
		"bpf",	  "hugetlbfs", "mqueue", "ext2",    "ext3",    "ext4",
		"xfs",	  "btrfs",     "f2fs",	 "zfs",	    "erofs",   "squashfs",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (mw_str_eq(type, types[i]))
			return true;
	return false;
}

static int by_id(const void *x, const void *y)
{
	return mw_str_cmp(((const struct mw_mount *)x)->id, ((const struct mw_mount *)y)->id);
}

void mw_mount_sort(struct mw_mount *all, size_t n)
{
	if (n)
		qsort(all, n, sizeof(*all), by_id);
}

bool mw_mount_never_waits(const struct mw_mount *all, size_t n, const struct mw_mount *m)
{
	for (size_t steps = 0; steps <= WAY_MAX; steps++) {
		struct mw_mount want = { .id = m->parent };
		const struct mw_mount *up;

		if (!is_local(m->type))
			return false;
		up = n ? bsearch(&want, all, n, sizeof(*all), by_id) : NULL;
		if (!up || up == m)
			return true;
		m = up;
	}
	return false;
}

bool mw_mount_option(struct mw_str options, const char *name, struct mw_str *ret)
{
	struct mw_str option, key;

	while (mw_str_cut(&options, ',', &option))
		if (mw_str_cut(&option, '=', &key) && mw_str_eq(key, name)) {
			*ret = option;
			return true;
		}
	return false;
}
