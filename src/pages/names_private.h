/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_private - what the files of names share: inodes, read by the batch.
 */
#pragma once

#include "pages/names.h"

#define MW_NAMES_BATCH 128
#define MW_INODE_ROOM 1024 /* of a struct inode, from its start: all that is asked lies there */

static inline bool mw_names_is_pointer(uint64_t a)
{
	return mw_kmem_is_address(a) && !(a & 7);
}

/* Of a struct inode, that hold all that is asked. */
uint32_t mw_names_inode_bytes(const struct mw_layout *l);
uint64_t mw_names_in_inode(const char *inode, int32_t member, size_t bytes);

/* Of at most MW_NAMES_BATCH files.  0 or negative errno. */
int mw_names_hosts(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		   uint64_t *ret);
int mw_names_inodes(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		    char (*ret)[MW_INODE_ROOM]);
/* Who they are now: asked after all else that is read of them. */
int mw_names_again(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		   uint64_t *ret_host, uint64_t *ret_ino);
