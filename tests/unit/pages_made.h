/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages_made - a kernel that a test has made: where its struct page has what (as 6.18, or older),
 * and an array of such pages.
 */
#pragma once

#include <string.h>

#include "pages/page.h"

#define MADE_FRAMES 0xffffea0000000000

static inline struct mw_layout made_layout(void)
{
	struct mw_layout l;

	memset(&l, 0xff, sizeof(l)); /* MW_NOWHERE everywhere */
	l.page.bytes = 64;
	l.page.flags = 0;
	l.page.head = l.page.pool_magic = l.page.lru = l.page.slab_cache = 8;
	l.page.pool = 16;
	l.page.mapping = 24;
	l.page.private = 40;
	l.page.type = 48;
	l.page.refcount = 52;
	l.page.memcg = 56;
	l.page.order = 64;
	l.page.locked_bit = 1 << 0;
	l.page.writeback_bit = 1 << 1;
	l.page.uptodate_bit = 1 << 3;
	l.page.dirty_bit = 1 << 4;
	l.page.lru_bit = 1 << 5;
	l.page.head_bit = 1 << 6;
	l.page.reserved_bit = 1 << 13;
	l.page.swapcache_bit = 1 << 14;
	l.page.swapbacked_bit = 1 << 15;
	l.page.slab_bit = 0;
	l.page.type_form = MW_TYPE_BYTE;
	l.page.memcg_form = MW_MEMCG_DATA;
	for (int i = 0; i < MW_PAGE_TYPES; i++)
		l.page.code[i] = 0;
	l.page.code[MW_TYPE_BUDDY] = 0xf0;
	l.page.code[MW_TYPE_OFFLINE] = 0xf1;
	l.page.code[MW_TYPE_TABLE] = 0xf2;
	l.page.code[MW_TYPE_GUARD] = 0xf3;
	l.page.code[MW_TYPE_HUGETLB] = 0xf4;
	l.page.code[MW_TYPE_SLAB] = 0xf5;
	l.page.code[MW_TYPE_ZSMALLOC] = 0xf6;
	l.page.code[MW_TYPE_UNACCEPTED] = 0xf7;
	l.page.code[MW_TYPE_LARGE_KMALLOC] = 0xf8;
	return l;
}

/* Up to 6.8: a slab is a flag, types are bits that are 0, hugetlb is a destructor. */
static inline struct mw_layout made_old_layout(void)
{
	struct mw_layout l = made_layout();

	for (int i = 0; i < MW_PAGE_TYPES; i++)
		l.page.code[i] = 0;
	l.page.slab_bit = 1 << 9;
	l.page.slab_cache = 24;
	l.page.type_form = MW_TYPE_INVERTED;
	l.page.code[MW_TYPE_BUDDY] = 0x80;
	l.page.code[MW_TYPE_OFFLINE] = 0x100;
	l.page.code[MW_TYPE_TABLE] = 0x200;
	l.page.code[MW_TYPE_GUARD] = 0x400;
	l.page.order = 64 + 17;
	l.page.destructor = 64 + 16;
	l.page.hugetlb_destructor = 2;
	return l;
}

struct made_page {
	uint64_t flags, head, word2, mapping, index, private;
	uint32_t type, refcount;
	uint64_t memcg;
};
