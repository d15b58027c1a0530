/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_private - what the search, the choice and the place in an object share.
 */
#pragma once

#include "pages/holders.h"

#define CLAIMS 4 /* of a block that are kept, the least by chance */
#define NOBODY UINT32_MAX

/* A holder has a word of the block, at this byte of memory. */
struct claim {
	uint64_t physical;
	uint32_t holder; /* NOBODY: none */
	uint32_t rank;	 /* the smaller, the less by chance */
};

/* The slab of the last word, and the objects of its cache. */
struct place {
	uint64_t slab, slab_frames, cache;
	uint32_t object_bytes, pad;
};

struct search {
	const struct mw_walked *w;
	const struct mw_search *what;
	struct mw_arena scratch;
	struct mw_sought sought;
	struct claim (*claim)[CLAIMS]; /* of each block, by rank */
	struct mw_index by_key;
	struct mw_holders *ret;
	struct place place;
	/* The piece that is being read, and the words in it that mean a block. */
	enum mw_holder_kind kind;
	uint64_t pointer; /* of its owner */
	struct hit *hit;
	size_t n_hits;
};

/* The holder that is like this one; NOBODY: there are too many. */
uint32_t mw_holders_like(struct search *s, const struct mw_holder *h);

/* holders_place.c: the word at that byte of memory is in an object: where, widens first_byte to
 * last_byte.  Nothing is done where h is no slab.  0, negative errno. */
int mw_holders_place(struct search *s, uint64_t physical, struct mw_holder *h);

/* holders_pick.c: of the claims of each block one, and what holders then hold. */
int mw_holders_pick(struct search *s);
