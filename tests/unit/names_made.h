/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names_made - where the kernel that a test has made keeps its files, cgroups and slab caches: a
 * few words each, so that any bytes soon make one.
 */
#pragma once

#include "pages_made.h"

struct made_inode {
	uint64_t ino, superblock, size;
	uint32_t nlink, rdev;
	uint64_t dentries;
};

struct made_superblock {
	uint32_t dev, magic;
	uint64_t type;
	char id[32];
};

struct made_dentry {
	uint64_t parent, name, alias;
};

struct made_node {
	uint64_t name, id, parent;
};

struct made_memcg {
	uint64_t cgroup, css_flags;
};

struct made_cache {
	uint64_t name;
	uint32_t size, pad;
};

static inline struct mw_layout made_names_layout(enum mw_memcg_form form)
{
	struct mw_layout l = made_layout();

	l.page.memcg_form = form;
	l.mapping.host = 0;
	l.inode.ino = offsetof(struct made_inode, ino);
	l.inode.superblock = offsetof(struct made_inode, superblock);
	l.inode.size = offsetof(struct made_inode, size);
	l.inode.nlink = offsetof(struct made_inode, nlink);
	l.inode.dentries = offsetof(struct made_inode, dentries);
	l.superblock.dev = offsetof(struct made_superblock, dev);
	l.superblock.magic = offsetof(struct made_superblock, magic);
	l.superblock.type = offsetof(struct made_superblock, type);
	l.superblock.id = offsetof(struct made_superblock, id);
	l.superblock.type_name = 0;
	l.dentry.parent = offsetof(struct made_dentry, parent);
	l.dentry.name = offsetof(struct made_dentry, name);
	l.dentry.alias = offsetof(struct made_dentry, alias);
	l.cache.name = offsetof(struct made_cache, name);
	l.cache.size = offsetof(struct made_cache, size);
	l.memcg.cgroup = offsetof(struct made_memcg, cgroup);
	l.memcg.css_flags = offsetof(struct made_memcg, css_flags);
	l.memcg.node = 0;
	l.memcg.node_name = offsetof(struct made_node, name);
	l.memcg.node_id = offsetof(struct made_node, id);
	l.memcg.node_parent = offsetof(struct made_node, parent);
	l.memcg.of_objcg = 0;
	return l;
}
