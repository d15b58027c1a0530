/* SPDX-License-Identifier: Apache-2.0 */
/*
 * btf_made - a BTF file that a test writes type by type.
 */
#pragma once

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"

enum { BTF_INT = 1, BTF_PTR, BTF_ARRAY, BTF_STRUCT, BTF_UNION, BTF_ENUM, BTF_TYPEDEF = 8 };

struct made_btf {
	char types[1 << 16], strings[1 << 15], file[1 << 17];
	uint32_t n_types, type_bytes, string_bytes;
	uint32_t *parts; /* of the type made last: how many it has */
};

static inline void btf_start(struct made_btf *b)
{
	memset(b, 0, sizeof(*b));
	b->string_bytes = 1;
}

static inline void btf_u32(struct made_btf *b, uint32_t v)
{
	assert(b->type_bytes + 4 <= sizeof(b->types));
	memcpy(b->types + b->type_bytes, &v, 4);
	b->type_bytes += 4;
}

static inline uint32_t btf_name(struct made_btf *b, const char *name)
{
	uint32_t at = b->string_bytes;
	size_t n = strlen(name) + 1;

	if (n == 1)
		return 0;
	assert(at + n <= sizeof(b->strings));
	memcpy(b->strings + at, name, n);
	b->string_bytes += (uint32_t)n;
	return at;
}

/* Its id. */
static inline uint32_t btf_type(struct made_btf *b, uint32_t kind, const char *name, uint32_t size)
{
	btf_u32(b, btf_name(b, name));
	b->parts = (uint32_t *)(b->types + b->type_bytes);
	btf_u32(b, kind << 24);
	btf_u32(b, size);
	if (kind == BTF_INT)
		btf_u32(b, 0);
	return ++b->n_types;
}

static inline void btf_member(struct made_btf *b, const char *name, uint32_t type, uint32_t bytes)
{
	++*b->parts;
	btf_u32(b, btf_name(b, name));
	btf_u32(b, type);
	btf_u32(b, bytes * 8);
}

static inline void btf_enumerator(struct made_btf *b, const char *name, uint32_t v)
{
	++*b->parts;
	btf_u32(b, btf_name(b, name));
	btf_u32(b, v);
}

static inline struct mw_str btf_file(struct made_btf *b)
{
	const uint32_t head[6] = { 0x1eb9f, 24, 0, b->type_bytes, b->type_bytes, b->string_bytes };

	memcpy(b->file, head, 24);
	memcpy(b->file + 24, b->types, b->type_bytes);
	memcpy(b->file + 24 + b->type_bytes, b->strings, b->string_bytes);
	return (struct mw_str){ b->file, 24 + b->type_bytes + b->string_bytes };
}
