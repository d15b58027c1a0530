/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/page.h"

#include "pages/kmem.h"

#define BLOCK_ORDER_MAX 18 /* 1 GiB of 4 KiB pages */
#define MAPPING_ANON 1	   /* bits of page->mapping (include/linux/page-flags.h) */
#define MAPPING_KSM 2
#define MEMCG_VECTOR 1 /* bits of memcg_data (include/linux/memcontrol.h) */
#define MEMCG_KMEM 2
#define POOL_MAGIC 0xdead000000000040 /* PP_SIGNATURE (include/linux/poison.h) */

static const char *const names[MW_PAGE_CLASSES] = {
	[MW_PAGE_UNINIT] = "uninit",
	[MW_PAGE_FREE] = "free",
	[MW_PAGE_IDLE] = "idle",
	[MW_PAGE_RESERVED] = "reserved",
	[MW_PAGE_FILE] = "file",
	[MW_PAGE_ANON] = "anon",
	[MW_PAGE_KSM] = "ksm",
	[MW_PAGE_SWAPCACHE] = "swapcache",
	[MW_PAGE_SLAB] = "slab",
	[MW_PAGE_KMALLOC] = "kmalloc",
	[MW_PAGE_TABLE] = "page_table",
	[MW_PAGE_HUGETLB] = "hugetlb",
	[MW_PAGE_HUGETLB_FREE] = "hugetlb_free",
	[MW_PAGE_ZSMALLOC] = "zsmalloc",
	[MW_PAGE_OFFLINE] = "offline",
	[MW_PAGE_GUARD] = "guard",
	[MW_PAGE_UNACCEPTED] = "unaccepted",
	[MW_PAGE_POOL] = "page_pool",
	[MW_PAGE_KMEM] = "kmem",
	[MW_PAGE_OTHER] = "other",
	[MW_PAGE_TAIL] = "tail",
	[MW_PAGE_VMALLOC] = "vmalloc",
	[MW_PAGE_STACK] = "stack",
	[MW_PAGE_PERCPU] = "percpu",
	[MW_PAGE_STATIC] = "static",
	[MW_PAGE_SHMEM] = "shmem",
};

const char *mw_page_class_name(enum mw_page_class c)
{
	return names[c];
}

static inline uint64_t word(const char *p, int32_t at)
{
	uint64_t v;

	memcpy(&v, p + at, sizeof(v));
	return v;
}

static inline uint32_t half(const char *p, int32_t at)
{
	uint32_t v;

	memcpy(&v, p + at, sizeof(v));
	return v;
}

/* Up to 6.11 a type is a bit that is 0 in a word that else is all ones. */
static enum mw_page_type inverted_type(const struct mw_layout *l, uint32_t type)
{
	if (type >> 28 != 0xf || type == UINT32_MAX)
		return MW_TYPE_NONE;
	for (unsigned i = 1; i < MW_PAGE_TYPES; i++)
		if (l->page.code[i] && !(type & l->page.code[i]))
			return (enum mw_page_type)i;
	return MW_TYPE_NONE;
}

static enum mw_page_type byte_type(const struct mw_layout *l, uint32_t type)
{
	uint32_t code = type >> 24;

	if (code < 0xf0 || code == 0xff)
		return MW_TYPE_NONE;
	for (unsigned i = 1; i < MW_PAGE_TYPES; i++)
		if (l->page.code[i] == code)
			return (enum mw_page_type)i;
	return MW_TYPE_NONE;
}

static inline enum mw_page_type type_of(const struct mw_layout *l, uint64_t flags, uint32_t type)
{
	if (l->page.slab_bit & flags)
		return MW_TYPE_SLAB;
	return l->page.type_form == MW_TYPE_BYTE ? byte_type(l, type) : inverted_type(l, type);
}

/* 2^order frames, where the block can begin here. */
static inline uint64_t block(uint64_t order, unsigned max, uint64_t frame)
{
	return order <= max && !(frame & (((uint64_t)1 << order) - 1)) ? (uint64_t)1 << order : 1;
}

static inline uint64_t block_of_head(const struct mw_layout *l, uint64_t frame, const char *p,
				     size_t bytes)
{
	if ((size_t)l->page.order + 8 > bytes)
		return 1;
	return block(word(p, l->page.order) & 0xff, BLOCK_ORDER_MAX, frame);
}

/* Before hugetlb was a type (6.9): by the destructor of the block, or a flag of its second page. */
static bool is_old_hugetlb(const struct mw_layout *l, const char *p, size_t bytes)
{
	size_t second = (size_t)(l->page.bytes + l->page.flags);

	if (l->page.code[MW_TYPE_HUGETLB])
		return false;
	if (l->page.destructor >= 0)
		return (size_t)l->page.destructor < bytes &&
		       (unsigned char)p[l->page.destructor] == l->page.hugetlb_destructor;
	return l->page.hugetlb_bit >= 0 && second + 8 <= bytes &&
	       word(p, (int32_t)second) >> l->page.hugetlb_bit & 1;
}

static inline uint64_t memcg_of(const struct mw_layout *l, const char *p)
{
	return l->page.memcg < 0 ? 0 : word(p, l->page.memcg);
}

static bool is_pool(const struct mw_layout *l, const char *p)
{
	return l->page.pool_magic >= 0 &&
	       (word(p, l->page.pool_magic) & ~(uint64_t)3) == POOL_MAGIC;
}

/* A page that has no type. */
static void classify_plain(const struct mw_layout *l, uint64_t flags, const char *p,
			   struct mw_page *ret)
{
	uint64_t mapping = word(p, l->page.mapping), memcg = memcg_of(l, p);
	uint64_t swap = l->page.swapcache_bit | l->page.swapbacked_bit;
	uint64_t any = l->page.lru_bit | l->page.uptodate_bit | l->page.locked_bit |
		       l->page.swapbacked_bit | l->page.writeback_bit | l->page.dirty_bit;
	int32_t refcount = (int32_t)half(p, l->page.refcount);

	ret->memcg = memcg;
	if (flags & l->page.reserved_bit) {
		ret->class = MW_PAGE_RESERVED;
		ret->memcg = 0;
	} else if (mapping & MAPPING_ANON) {
		ret->class = mapping & MAPPING_KSM ? MW_PAGE_KSM : MW_PAGE_ANON;
		ret->owner = mapping & ~(uint64_t)3;
	} else if ((flags & swap) == swap) {
		ret->class = MW_PAGE_SWAPCACHE;
	} else if (mw_kmem_is_address(mapping) && !(mapping & 3) && flags & any && refcount > 0) {
		ret->class = MW_PAGE_FILE;
		ret->owner = mapping;
	} else if (is_pool(l, p)) {
		ret->class = MW_PAGE_POOL;
		ret->owner = l->page.pool < 0 ? 0 : word(p, l->page.pool);
		ret->memcg = 0;
	} else if (!refcount) {
		ret->class = flags || half(p, l->page.type) ? MW_PAGE_IDLE : MW_PAGE_UNINIT;
		ret->memcg = 0;
	} else if (l->page.memcg_form != MW_MEMCG_POINTER && memcg & MEMCG_KMEM) {
		ret->class = MW_PAGE_KMEM;
	} else {
		ret->class = MW_PAGE_OTHER;
		ret->memcg = 0;
	}
}

static void classify_typed(const struct mw_layout *l, enum mw_page_type type, const char *p,
			   struct mw_page *ret)
{
	static const enum mw_page_class class[MW_PAGE_TYPES] = {
		[MW_TYPE_OFFLINE] = MW_PAGE_OFFLINE,
		[MW_TYPE_TABLE] = MW_PAGE_TABLE,
		[MW_TYPE_GUARD] = MW_PAGE_GUARD,
		[MW_TYPE_SLAB] = MW_PAGE_SLAB,
		[MW_TYPE_HUGETLB] = MW_PAGE_HUGETLB,
		[MW_TYPE_ZSMALLOC] = MW_PAGE_ZSMALLOC,
		[MW_TYPE_LARGE_KMALLOC] = MW_PAGE_KMALLOC,
		[MW_TYPE_UNACCEPTED] = MW_PAGE_UNACCEPTED,
		[MW_TYPE_KMEM] = MW_PAGE_KMEM,
	};

	ret->class = class[type];
	if (type == MW_TYPE_SLAB)
		ret->owner = word(p, l->page.slab_cache);
	else if (type == MW_TYPE_TABLE || type == MW_TYPE_LARGE_KMALLOC || type == MW_TYPE_KMEM ||
		 type == MW_TYPE_HUGETLB)
		ret->memcg = memcg_of(l, p);
	if (type != MW_TYPE_HUGETLB)
		return;
	if (!half(p, l->page.refcount))
		ret->class = MW_PAGE_HUGETLB_FREE;
	else if (!(word(p, l->page.mapping) & MAPPING_ANON))
		ret->owner = word(p, l->page.mapping);
}

void mw_page_classify(const struct mw_layout *l, unsigned max_order, uint64_t frame, const char *p,
		      size_t bytes, struct mw_page *ret)
{
	uint64_t flags = word(p, l->page.flags), head = word(p, l->page.head);
	enum mw_page_type type = type_of(l, flags, half(p, l->page.type));

	*ret = (struct mw_page){ .frames = 1 };
	if (type == MW_TYPE_BUDDY) {
		ret->class = MW_PAGE_FREE;
		ret->frames = block(word(p, l->page.private), max_order, frame);
		return;
	}
	if (head & 1 && type != MW_TYPE_SLAB) {
		ret->class = MW_PAGE_TAIL;
		return;
	}
	if (flags & l->page.head_bit) {
		ret->frames = block_of_head(l, frame, p, bytes);
		if (type == MW_TYPE_NONE && ret->frames > 1 && is_old_hugetlb(l, p, bytes))
			type = MW_TYPE_HUGETLB;
	}
	if (type == MW_TYPE_NONE)
		classify_plain(l, flags, p, ret);
	else
		classify_typed(l, type, p, ret);
}
