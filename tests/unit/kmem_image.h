/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmem_image - a reader of kernel memory that a test has made: pieces at addresses.
 */
#pragma once

#include <string.h>

#include "pages/kmem.h"

struct image_piece {
	uint64_t address;
	const void *bytes;
	size_t n;
};

struct image {
	struct mw_kmem k; /* first */
	struct image_piece piece[64];
	size_t n;
	char buffer[MW_BULK_BYTES];
};

static inline void image_read(struct image *i, uint64_t address, size_t bytes, char *to)
{
	memset(to, 0, bytes);
	for (size_t at = 0; at < bytes; at++) {
		bool found = false;

		for (size_t p = 0; p < i->n && !found; p++) {
			found = address + at - i->piece[p].address < i->piece[p].n;
			if (found)
				to[at] = ((const char *)i->piece[p]
						  .bytes)[address + at - i->piece[p].address];
		}
		i->k.failed_bytes += !found;
	}
}

static inline const void *image_bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	struct image *i = (struct image *)k;
	size_t at = 0;

	for (size_t p = 0; p < n; at += piece[p++].bytes)
		image_read(i, piece[p].address, piece[p].bytes, i->buffer + at);
	return i->buffer;
}

static inline int image_gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	for (size_t a = 0; a < n; a++)
		image_read((struct image *)k, ask[a].address, ask[a].bytes, ask[a].to);
	return 0;
}

static inline void image_start(struct image *i)
{
	memset(i, 0, sizeof(*i));
	i->k = (struct mw_kmem){ .bulk = image_bulk, .gather = image_gather, .name = "image" };
}

static inline void image_add(struct image *i, uint64_t address, const void *bytes, size_t n)
{
	i->piece[i->n++] = (struct image_piece){ address, bytes, n };
}
