/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_inodes - the inodes behind some address_spaces, in one go.
 */
#include <string.h>

#include "pages/names_private.h"

/* What lies behind the largest member that is asked of an inode. */
uint32_t mw_names_inode_bytes(const struct mw_layout *l)
{
	const int32_t member[] = { l->inode.ino, l->inode.superblock, l->inode.size,
				   l->inode.nlink };
	int32_t end = 0;

	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		end = member[i] + 8 > end ? member[i] + 8 : end;
	return (uint32_t)end;
}

uint64_t mw_names_in_inode(const char *inode, int32_t member, size_t bytes)
{
	uint64_t v = 0;

	memcpy(&v, inode + member, bytes);
	return v;
}

int mw_names_hosts(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		   uint64_t *ret)
{
	struct mw_kmem_place place[MW_NAMES_BATCH];

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ file[i].mapping, n->l->mapping.host };
	return mw_names_numbers(n->k, place, count, ret);
}

int mw_names_inodes(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		    char (*ret)[MW_INODE_ROOM])
{
	struct mw_kmem_ask ask[MW_NAMES_BATCH];
	uint32_t bytes = mw_names_inode_bytes(n->l);
	size_t m = 0;

	for (size_t i = 0; i < count; i++) {
		memset(ret[i], 0, bytes);
		if (mw_names_is_pointer(file[i].host))
			ask[m++] = (struct mw_kmem_ask){ file[i].host, bytes, ret[i] };
	}
	return n->k->gather(n->k, ask, m);
}

int mw_names_again(struct mw_naming *n, const struct mw_named_file *file, size_t count,
		   uint64_t *ret_host, uint64_t *ret_ino)
{
	struct mw_kmem_place place[MW_NAMES_BATCH];
	int r = mw_names_hosts(n, file, count, ret_host);

	for (size_t i = 0; i < count; i++)
		place[i] = (struct mw_kmem_place){ file[i].host, n->l->inode.ino };
	return r ? r : mw_names_numbers(n->k, place, count, ret_ino);
}
