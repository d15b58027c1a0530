/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/layout.h"

#include <errno.h>

#define AT(member) offsetof(struct mw_layout, member)

struct place {
	/* In struct mw_layout; of several lines with one place the first that is found counts. */
	size_t at;
	const char *structure, *path; /* path NULL: the size of the structure */
	bool needed;
};

static const struct place places[] = {
	{ AT(page.bytes), "page", NULL, true },
	{ AT(page.flags), "page", "flags", true },
	{ AT(page.head), "page", "compound_head", false },
	{ AT(page.head), "page", "compound_info", true }, /* since 7.1 */
	{ AT(page.mapping), "page", "mapping", true },
	{ AT(page.private), "page", "private", true },
	{ AT(page.type), "page", "page_type", true },
	{ AT(page.refcount), "page", "_refcount", true },
	{ AT(page.memcg), "page", "memcg_data", false }, /* since 5.11 */
	{ AT(page.memcg), "page", "mem_cgroup", false },
	{ AT(page.lru), "page", "lru", false },
	{ AT(page.pool), "page", "pp", false },
	{ AT(page.pool_magic), "page", "pp_magic", false },
	{ AT(page.slab_cache), "slab", "slab_cache", false }, /* since 5.17 */
	{ AT(page.slab_cache), "page", "slab_cache", true },
	{ AT(page.table_mm), "ptdesc", "pt_mm", false }, /* since 6.6 */
	{ AT(page.table_mm), "page", "pt_mm", false },
	{ AT(mapping.host), "address_space", "host", true },
	{ AT(mapping.pages), "address_space", "i_pages.xa_head", false },
	{ AT(inode.ino), "inode", "i_ino", true },
	{ AT(inode.superblock), "inode", "i_sb", true },
	{ AT(inode.mode), "inode", "i_mode", true },
	{ AT(inode.size), "inode", "i_size", true },
	{ AT(inode.nlink), "inode", "i_nlink", true },
	{ AT(inode.dentries), "inode", "i_dentry", true },
	{ AT(superblock.dev), "super_block", "s_dev", true },
	{ AT(superblock.id), "super_block", "s_id", true },
	{ AT(superblock.magic), "super_block", "s_magic", true },
	{ AT(superblock.type), "super_block", "s_type", true },
	{ AT(superblock.type_name), "file_system_type", "name", true },
	{ AT(dentry.alias), "dentry", "d_u.d_alias", false },
	{ AT(dentry.alias), "dentry", "d_alias", true },
	{ AT(dentry.parent), "dentry", "d_parent", true },
	{ AT(dentry.name), "dentry", "d_name.name", true },
	{ AT(dentry.bytes), "dentry", NULL, true },
	{ AT(cache.name), "kmem_cache", "name", true },
	{ AT(cache.size), "kmem_cache", "size", true },
	{ AT(memcg.cgroup), "mem_cgroup", "css.cgroup", false },
	{ AT(memcg.css_flags), "mem_cgroup", "css.flags", false },
	{ AT(memcg.node), "cgroup", "kn", false },
	{ AT(memcg.node_name), "kernfs_node", "name", false },
	{ AT(memcg.node_id), "kernfs_node", "id", false },
	{ AT(memcg.node_parent), "kernfs_node", "__parent", false }, /* since 6.15 */
	{ AT(memcg.node_parent), "kernfs_node", "parent", false },
	{ AT(memcg.of_objcg), "obj_cgroup", "memcg", false },
	{ AT(task.tasks), "task_struct", "tasks", true },
	{ AT(task.stack), "task_struct", "stack", true },
	{ AT(task.stack_area), "task_struct", "stack_vm_area", false },
	{ AT(task.pid), "task_struct", "pid", true },
	{ AT(task.comm), "task_struct", "comm", true },
	{ AT(task.signal), "task_struct", "signal", true },
	{ AT(task.thread), "task_struct", "thread_node", true },
	{ AT(task.mm), "task_struct", "mm", true },
	{ AT(task.files), "task_struct", "files", true },
	{ AT(task.threads), "signal_struct", "thread_head", true },
	{ AT(task.pgd), "mm_struct", "pgd", true },
	{ AT(file.table), "files_struct", "fdt", true },
	{ AT(file.open), "fdtable", "fd", true },
	{ AT(file.mapping), "file", "f_mapping", true },
	{ AT(vmalloc.start), "vmap_area", "va_start", true },
	{ AT(vmalloc.end), "vmap_area", "va_end", true },
	{ AT(vmalloc.area), "vmap_area", "vm", true },
	{ AT(vmalloc.bytes), "vmap_area", NULL, true },
	{ AT(vmalloc.address), "vm_struct", "addr", true },
	{ AT(vmalloc.size), "vm_struct", "size", true },
	{ AT(vmalloc.caller), "vm_struct", "caller", true },
	{ AT(vmalloc.pages), "vm_struct", "pages", true },
	{ AT(vmalloc.count), "vm_struct", "nr_pages", true },
	{ AT(vmalloc.vm_bytes), "vm_struct", NULL, true },
};

#define N_PLACES (sizeof(places) / sizeof(places[0]))

static const struct {
	size_t at; /* a mask */
	const char *name;
} bits[] = {
	{ AT(page.head_bit), "PG_head" },
	{ AT(page.lru_bit), "PG_lru" },
	{ AT(page.reserved_bit), "PG_reserved" },
	{ AT(page.slab_bit), "PG_slab" }, /* up to 6.9 */
	{ AT(page.swapcache_bit), "PG_swapcache" },
	{ AT(page.swapbacked_bit), "PG_swapbacked" },
	{ AT(page.uptodate_bit), "PG_uptodate" },
	{ AT(page.locked_bit), "PG_locked" },
	{ AT(page.dirty_bit), "PG_dirty" },
	{ AT(page.writeback_bit), "PG_writeback" },
};

/* Names of the types: since 6.12, and from 6.9 or so up to 6.11. */
static const struct {
	const char *byte, *inverted;
} types[MW_PAGE_TYPES] = {
	[MW_TYPE_BUDDY] = { "PGTY_buddy", "PG_buddy" },
	[MW_TYPE_OFFLINE] = { "PGTY_offline", "PG_offline" },
	[MW_TYPE_TABLE] = { "PGTY_table", "PG_table" },
	[MW_TYPE_GUARD] = { "PGTY_guard", "PG_guard" },
	[MW_TYPE_SLAB] = { "PGTY_slab", "PG_slab" },
	[MW_TYPE_HUGETLB] = { "PGTY_hugetlb", "PG_hugetlb" },
	[MW_TYPE_ZSMALLOC] = { "PGTY_zsmalloc", "PG_zsmalloc" },
	[MW_TYPE_LARGE_KMALLOC] = { "PGTY_large_kmalloc", NULL },
	[MW_TYPE_UNACCEPTED] = { "PGTY_unaccepted", NULL },
};

static int32_t *slot(struct mw_layout *l, size_t at)
{
	return (int32_t *)((char *)l + at);
}

static int64_t place_of(const struct mw_btf *btf, const struct place *p)
{
	return p->path ? mw_btf_offset(btf, p->structure, p->path) : mw_btf_size(btf, p->structure);
}

static int find_places(const struct mw_btf *btf, struct mw_layout *l, const char **ret_missed)
{
	for (size_t i = 0; i < N_PLACES; i++)
		*slot(l, places[i].at) = MW_NOWHERE;
	for (size_t i = 0; i < N_PLACES; i++) {
		int32_t *p = slot(l, places[i].at);

		if (*p == MW_NOWHERE)
			*p = (int32_t)place_of(btf, &places[i]);
		if (*p == MW_NOWHERE && places[i].needed) {
			*ret_missed = places[i].path ? places[i].path : places[i].structure;
			return -ENODATA;
		}
	}
	return 0;
}

static void find_bits(const struct mw_btf *btf, struct mw_layout *l)
{
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		int64_t bit = mw_btf_enumerator(btf, "pageflags", bits[i].name);

		*(uint64_t *)((char *)l + bits[i].at) = bit < 0 ? 0 : (uint64_t)1 << bit;
	}
}

/* Codes that stand in no BTF: they were macros (include/linux/page-flags.h, up to 6.8). */
static void old_codes(struct mw_layout *l)
{
	bool kmem = l->page.memcg_form == MW_MEMCG_POINTER;

	l->page.code[MW_TYPE_BUDDY] = 0x80;
	l->page.code[MW_TYPE_OFFLINE] = 0x100;
	l->page.code[MW_TYPE_KMEM] = kmem ? 0x200 : 0;
	l->page.code[MW_TYPE_TABLE] = kmem ? 0x400 : 0x200;
	l->page.code[MW_TYPE_GUARD] = kmem ? 0x800 : 0x400;
}

static void find_types(const struct mw_btf *btf, struct mw_layout *l)
{
	bool byte = mw_btf_enumerator(btf, "pagetype", "PGTY_buddy") > 0;
	bool named = byte || mw_btf_enumerator(btf, "pagetype", "PG_buddy") > 0;

	l->page.type_form = byte ? MW_TYPE_BYTE : MW_TYPE_INVERTED;
	if (!named)
		old_codes(l);
	for (size_t i = 0; named && i < MW_PAGE_TYPES; i++) {
		const char *name = byte ? types[i].byte : types[i].inverted;
		int64_t code = name ? mw_btf_enumerator(btf, "pagetype", name) : -1;

		l->page.code[i] = code < 0 ? 0 : (uint32_t)code;
	}
}

/* The order of a block, and what says that it is of hugetlb, are kept in its second page. */
static void find_second(const struct mw_btf *btf, struct mw_layout *l)
{
	int64_t order = mw_btf_offset(btf, "page", "compound_order");
	int64_t destructor = mw_btf_offset(btf, "page", "compound_dtor");

	if (order >= 0)
		order += l->page.bytes;
	if (order < 0)
		order = mw_btf_offset(btf, "folio", "_folio_order");
	if (order < 0)
		order = mw_btf_offset(btf, "folio", "_flags_1");
	if (destructor >= 0)
		destructor += l->page.bytes;
	if (destructor < 0)
		destructor = mw_btf_offset(btf, "folio", "_folio_dtor");
	l->page.order = (int32_t)order;
	l->page.destructor = (int32_t)destructor;
	l->page.hugetlb_destructor =
		mw_btf_enumerator(btf, "compound_dtor_id", "HUGETLB_PAGE_DTOR");
	l->page.hugetlb_bit = mw_btf_enumerator(btf, "pageflags", "PG_hugetlb");
}

int mw_layout_of(const struct mw_btf *btf, struct mw_layout *ret, const char **ret_missed)
{
	struct mw_layout l = {};
	int r = find_places(btf, &l, ret_missed);

	if (r < 0)
		return r;
	l.page.memcg_form = mw_btf_offset(btf, "mem_cgroup_per_node", "objcg") >= 0 ? MW_MEMCG_OBJCG
			    : mw_btf_offset(btf, "page", "memcg_data") >= 0	    ? MW_MEMCG_DATA
									    : MW_MEMCG_POINTER;
	find_bits(btf, &l);
	find_types(btf, &l);
	find_second(btf, &l);
	if (l.page.order < 0 || !l.page.head_bit || !l.page.lru_bit) {
		*ret_missed = l.page.order < 0 ? "compound_order" : "pageflags";
		return -ENODATA;
	}
	*ret = l;
	return 0;
}
