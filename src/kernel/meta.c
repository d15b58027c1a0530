/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/meta.h"

#include <errno.h>

/* The next two words must be `key` and a number. */
static bool keyed(struct mw_str *line, const char *key, uint64_t *ret)
{
	struct mw_str word;

	return mw_str_word(line, &word) && mw_str_eq(word, key) && mw_str_word(line, &word) &&
	       !mw_str_u64(word, ret);
}

static bool number(struct mw_str *line, uint64_t *ret)
{
	struct mw_str word;

	return mw_str_word(line, &word) && !mw_str_u64(word, ret);
}

static bool dev(struct mw_str *line, struct mw_str *ret)
{
	struct mw_str word;

	return mw_str_word(line, &word) && mw_str_eq(word, "dev") && mw_str_word(line, ret);
}

/* What is left of a line, without the blanks before it. */
static struct mw_str tail(struct mw_str line)
{
	return mw_str_trim(line);
}

int mw_meta_stat_parse(struct mw_str text, struct mw_file_stat *ret)
{
	struct mw_file_stat s = {};

	if (!dev(&text, &s.dev) || !keyed(&text, "ino", &s.ino) ||
	    !keyed(&text, "nlink", &s.nlink) || !keyed(&text, "bytes", &s.size_bytes) ||
	    !keyed(&text, "used", &s.used_bytes))
		return -EINVAL;
	*ret = s;
	return 0;
}

int mw_meta_cached_parse(struct mw_str text, struct mw_cached *ret)
{
	struct mw_cached c = { .dirty_bytes = mw_no(MW_ABSENT) };
	uint64_t dirty;

	if (!keyed(&text, "cached", &c.bytes))
		return -EINVAL;
	if (keyed(&text, "dirty", &dirty))
		c.dirty_bytes = mw_ok(dirty);
	*ret = c;
	return 0;
}

struct mw_val mw_meta_disk_speed(struct mw_str text)
{
	uint64_t bytes, ns;

	if (!keyed(&text, "bytes", &bytes) || !keyed(&text, "ns", &ns) || !bytes || !ns ||
	    bytes > UINT64_MAX / 1000000000)
		return mw_no(MW_BAD);
	return mw_ok(bytes * 1000000000 / ns);
}

int mw_meta_statfs_parse(struct mw_str text, struct mw_fs_stat *ret)
{
	struct mw_fs_stat s = {};
	struct mw_str word;

	if (!dev(&text, &s.dev) || !mw_str_word(&text, &word) || !mw_str_eq(word, "type") ||
	    !mw_str_word(&text, &word) || !keyed(&text, "block", &s.block_bytes) ||
	    !keyed(&text, "blocks", &s.blocks) || !keyed(&text, "free", &s.free_blocks) ||
	    !keyed(&text, "files", &s.inodes) || !keyed(&text, "ffree", &s.free_inodes))
		return -EINVAL;
	*ret = s;
	return 0;
}

int mw_meta_ns_parse(struct mw_str text, struct mw_ns *ret)
{
	struct mw_ns ns = {};
	struct mw_str line, key;

	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_cut(&line, ' ', &key))
			continue;
		if (mw_str_eq(key, "mnt"))
			ns.mnt = line;
		else if (mw_str_eq(key, "ipc"))
			ns.ipc = line;
		else if (mw_str_eq(key, "root"))
			ns.root = line;
	}
	if (!ns.mnt.n)
		return -EINVAL;
	*ret = ns;
	return 0;
}

static bool parse_fd(struct mw_str line, struct mw_open_file *ret)
{
	struct mw_open_file f = {};

	uint64_t fd;

	/* The descriptor is a number: it stands in commands to paste. */
	if (!mw_str_word(&line, &f.fd) || mw_str_u64(f.fd, &fd) < 0 ||
	    !mw_str_word(&line, &f.dev) || !number(&line, &f.ino) ||
	    !keyed(&line, "nlink", &f.nlink) || !keyed(&line, "used", &f.used_bytes))
		return false;
	f.path = tail(line);
	*ret = f;
	return f.path.n;
}

bool mw_meta_fds_next(struct mw_str *rest, struct mw_open_file *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_fd(line, ret))
			return true;
	return false;
}

bool mw_meta_folders_next(struct mw_str *rest, struct mw_folder *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line)) {
		struct mw_folder f = {};

		if (!number(&line, &f.ino))
			continue;
		f.path = tail(line);
		if (!mw_str_starts(f.path, "/"))
			continue;
		*ret = f;
		return true;
	}
	return false;
}

static bool parse_item(struct mw_str line, struct mw_tree_item *ret)
{
	struct mw_tree_item item = {};
	struct mw_str kind;

	if (!mw_str_word(&line, &kind))
		return false;
	item.is_dir = mw_str_eq(kind, "dir");
	if ((!item.is_dir && !mw_str_eq(kind, "file")) || !number(&line, &item.bytes))
		return false;
	if (!item.is_dir && (!number(&line, &item.ino) || !number(&line, &item.nlink)))
		return false;
	item.path = tail(line);
	*ret = item;
	return item.path.n;
}

bool mw_meta_tree_next(struct mw_str *rest, struct mw_tree_item *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_item(line, ret))
			return true;
	return false;
}

struct mw_val mw_meta_tree_bytes(struct mw_str text)
{
	uint64_t entries, bytes;
	struct mw_str line;

	while (mw_str_cut(&text, '\n', &line))
		if (keyed(&line, "entries", &entries) && keyed(&line, "bytes", &bytes))
			return mw_ok(bytes);
	return mw_no(MW_ABSENT);
}

bool mw_meta_tree_was_cut(struct mw_str text)
{
	return !mw_str_ends(text, "cut 0\n");
}

struct mw_val mw_meta_time(struct mw_str text, const char *clock)
{
	struct mw_str line;
	uint64_t v;

	while (mw_str_cut(&text, '\n', &line))
		if (keyed(&line, clock, &v))
			return mw_ok(v);
	return mw_no(MW_ABSENT);
}
