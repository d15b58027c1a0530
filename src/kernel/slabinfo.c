/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/slabinfo.h"

static bool number(struct mw_str *line, uint64_t *ret)
{
	struct mw_str word;

	return mw_str_word(line, &word) && !mw_str_u64(word, ret);
}

/* What stands behind ": slabdata". */
static bool skip_to_slabdata(struct mw_str *line)
{
	struct mw_str word;

	while (mw_str_word(line, &word))
		if (mw_str_eq(word, "slabdata"))
			return true;
	return false;
}

static bool parse_line(struct mw_str line, struct mw_slab_cache *ret)
{
	struct mw_slab_cache c = {};
	uint64_t per_slab, active_slabs;

	if (!mw_str_word(&line, &c.name) || !number(&line, &c.active_count) ||
	    !number(&line, &c.object_count) || !number(&line, &c.object_bytes) ||
	    !number(&line, &per_slab) || !number(&line, &c.pages_per_slab) ||
	    !skip_to_slabdata(&line) || !number(&line, &active_slabs) ||
	    !number(&line, &c.slab_count))
		return false;
	*ret = c;
	return true;
}

bool mw_slabinfo_next(struct mw_str *rest, struct mw_slab_cache *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse_line(line, ret))
			return true;
	return false;
}

bool mw_slab_is_reclaimable_name(struct mw_str name)
{
	static const char *const names[] = { "dentry",		"buffer_head",
					     "radix_tree_node", "xfs_buf",
					     "xfs_ili",		"ext4_extent_status",
					     "lsm_inode_cache", "btrfs_extent_map" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (mw_str_eq(name, names[i]))
			return true;
	return mw_str_starts(name, "kmalloc-rcl-") || mw_str_ends(name, "inode_cache") ||
	       mw_str_ends(name, "_inode") || mw_str_ends(name, "dentry_cache");
}
