/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owners - sums of frames by what their struct pages say: class, owner, cgroup word, node.
 *
 * Invariants: an owner is in it once; its number never changes.  32 bytes each, and 8 to 16 of the
 * index, which lives in a part of its own, so that what it outgrows is given back.
 */
#pragma once

#include "base/arena.h"
#include "pages/page.h"

struct mw_page_owner {
	uint64_t pointer, memcg, frames;
	uint32_t blocks; /* of frames; saturates */
	uint8_t class;	 /* enum mw_page_class */
	uint16_t node;
};

struct mw_page_owners {
	struct mw_page_owner **chunk;
	size_t n;
	uint32_t *slot; /* number + 1; 0: free */
	size_t n_slots;
	struct mw_arena items, index;
};

/* Beyond 2^31 owners, and without memory, .items.failed is set and 0 given. */
uint32_t mw_page_owners_find(struct mw_page_owners *o, enum mw_page_class class, uint64_t pointer,
			     uint64_t memcg, uint32_t node);
struct mw_page_owner *mw_page_owner_at(const struct mw_page_owners *o, size_t number);

/* Adds the frames and blocks of each to the owner that says the same, a new one where there is
 * none, and tells its number.  Many at once, at most MW_OWNERS_BATCH, are quicker than each alone.
 */
#define MW_OWNERS_BATCH 32
void mw_page_owners_add(struct mw_page_owners *o, const struct mw_page_owner *add, size_t n,
			uint32_t *ret);

/* Takes frames from an owner for one of another class and pointer, with the same cgroup and node:
 * the sum of all stays. */
void mw_page_owners_move(struct mw_page_owners *o, uint32_t from, enum mw_page_class class,
			 uint64_t pointer, uint64_t frames);

void mw_page_owners_done(struct mw_page_owners *o);
#define _mw_page_owners_ __attribute__((cleanup(mw_page_owners_done)))
