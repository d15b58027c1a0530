/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/btf.h"

#include <errno.h>
#include <string.h>

#define MAGIC 0xeB9F
#define HEADER_BYTES 24
#define TYPE_BYTES 12
#define DEPTH_MAX 16 /* structures within structures; modifiers before a type */

enum kind {
	KIND_INT = 1,
	KIND_PTR,
	KIND_ARRAY,
	KIND_STRUCT,
	KIND_UNION,
	KIND_ENUM,
	KIND_FWD,
	KIND_TYPEDEF,
	KIND_VOLATILE,
	KIND_CONST,
	KIND_RESTRICT,
	KIND_FUNC,
	KIND_FUNC_PROTO,
	KIND_VAR,
	KIND_DATASEC,
	KIND_FLOAT,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
	KINDS,
};

/* What follows a type: bytes once, and bytes for each of its parts. */
static const struct {
	uint8_t once, each;
} tail[KINDS] = {
	[KIND_INT] = { 4, 0 },	   [KIND_ARRAY] = { 12, 0 },   [KIND_STRUCT] = { 0, 12 },
	[KIND_UNION] = { 0, 12 },  [KIND_ENUM] = { 0, 8 },     [KIND_FUNC_PROTO] = { 0, 8 },
	[KIND_VAR] = { 4, 0 },	   [KIND_DATASEC] = { 0, 12 }, [KIND_DECL_TAG] = { 4, 0 },
	[KIND_ENUM64] = { 0, 12 },
};

struct type {
	uint32_t name, n_parts, size_or_type;
	enum kind kind;
	bool flag;	   /* of a structure: offsets hold the size of bit fields too */
	const char *parts; /* what follows */
};

static uint32_t u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Bytes the type at p takes; 0: it is malformed. */
static size_t type_bytes(const char *p, size_t left)
{
	uint32_t info, kind;
	size_t n;

	if (left < TYPE_BYTES)
		return 0;
	info = u32(p + 4);
	kind = info >> 24 & 0x1f;
	if (!kind || kind >= KINDS)
		return 0;
	n = TYPE_BYTES + tail[kind].once + (size_t)(info & 0xffff) * tail[kind].each;
	return n <= left ? n : 0;
}

static struct type type_at(const struct mw_btf *btf, uint32_t id)
{
	const char *p;

	if (!id || id >= btf->n_types)
		return (struct type){};
	p = btf->types.p + btf->place[id];
	return (struct type){ .name = u32(p),
			      .n_parts = u32(p + 4) & 0xffff,
			      .kind = u32(p + 4) >> 24 & 0x1f,
			      .flag = u32(p + 4) >> 31,
			      .size_or_type = u32(p + 8),
			      .parts = p + TYPE_BYTES };
}

/* The type itself, behind typedef, const ... */
static struct type plain(const struct mw_btf *btf, uint32_t id)
{
	struct type t = type_at(btf, id);

	for (int i = 0; i < DEPTH_MAX; i++) {
		if (t.kind != KIND_TYPEDEF && t.kind != KIND_VOLATILE && t.kind != KIND_CONST &&
		    t.kind != KIND_RESTRICT && t.kind != KIND_TYPE_TAG)
			return t;
		t = type_at(btf, t.size_or_type);
	}
	return (struct type){};
}

static bool is_named(const struct mw_btf *btf, uint32_t at, struct mw_str name)
{
	return at < btf->strings.n && btf->strings.n - at > name.n &&
	       !memcmp(btf->strings.p + at, name.p, name.n) && !btf->strings.p[at + name.n];
}

/* Structures and enumerations have names of their own kind each. */
static uint64_t name_key(struct mw_str name, enum kind kind)
{
	return mw_index_key(name) ^ (uint64_t)kind << 56;
}

static void index_name(struct mw_btf *btf, struct mw_arena *arena, uint32_t id)
{
	struct type t = type_at(btf, id);
	struct mw_str name;
	uint64_t key;
	size_t other;

	if ((t.kind != KIND_STRUCT && t.kind != KIND_ENUM) || t.name >= btf->strings.n)
		return;
	name = mw_str_from(btf->strings, t.name);
	name.n = mw_str_find(name, '\0');
	key = name_key(name, t.kind);
	if (name.n && !mw_index_get(&btf->by_name, key, &other))
		mw_index_put(&btf->by_name, arena, key, id);
}

static int index_types(struct mw_btf *btf, struct mw_arena *arena)
{
	size_t at = 0, n = 1, bytes;
	uint32_t *place;

	for (; at < btf->types.n; at += bytes, n++) {
		bytes = type_bytes(btf->types.p + at, btf->types.n - at);
		if (!bytes || n == UINT32_MAX)
			return -EINVAL;
	}
	place = mw_arena_alloc(arena, n * sizeof(*place));
	if (!place)
		return -ENOMEM;
	btf->place = place;
	btf->n_types = (uint32_t)n;
	at = 0;
	for (uint32_t i = 1; i < n; i++) {
		place[i] = (uint32_t)at;
		at += type_bytes(btf->types.p + at, btf->types.n - at);
		index_name(btf, arena, i);
	}
	return arena->failed ? -ENOMEM : 0;
}

/* A part of the file, by where it stands behind the header. */
static bool slice(struct mw_str file, size_t header, uint32_t at, uint32_t n, struct mw_str *ret)
{
	if (header > file.n || at > file.n - header || n > file.n - header - at)
		return false;
	*ret = (struct mw_str){ file.p + header + at, n };
	return true;
}

int mw_btf_open(struct mw_str file, struct mw_arena *arena, struct mw_btf *ret)
{
	struct mw_btf btf = {};
	uint32_t header;
	int r;

	if (file.n < HEADER_BYTES || (u32(file.p) & 0xffff) != MAGIC)
		return -EINVAL;
	header = u32(file.p + 4);
	if (!slice(file, header, u32(file.p + 8), u32(file.p + 12), &btf.types) ||
	    !slice(file, header, u32(file.p + 16), u32(file.p + 20), &btf.strings))
		return -EINVAL;
	r = index_types(&btf, arena);
	if (r < 0)
		return r;
	*ret = btf;
	return 0;
}

static struct type find(const struct mw_btf *btf, enum kind kind, const char *name)
{
	struct mw_str wanted = mw_str_of(name);
	struct type t = {};
	size_t id;

	if (mw_index_get(&btf->by_name, name_key(wanted, kind), &id))
		t = type_at(btf, (uint32_t)id);
	return t.kind == kind && is_named(btf, t.name, wanted) ? t : (struct type){};
}

struct member {
	int64_t bits;
	uint32_t type;
};

static struct member member_at(const struct type *t, uint32_t i)
{
	const char *p = t->parts + (size_t)i * 12;
	uint32_t offset = u32(p + 8);

	return (struct member){ t->flag ? offset & 0xffffff : offset, u32(p + 4) };
}

static bool is_composite(const struct type *t)
{
	return t->kind == KIND_STRUCT || t->kind == KIND_UNION;
}

/* Looks through unnamed structures too. */
static bool find_member(const struct mw_btf *btf, const struct type *t, struct mw_str name,
			int depth, struct member *ret)
{
	for (uint32_t i = 0; i < t->n_parts; i++) {
		struct member m = member_at(t, i), inner;
		uint32_t called = u32(t->parts + (size_t)i * 12);
		struct type type;

		if (is_named(btf, called, name)) {
			*ret = m;
			return true;
		}
		if (!is_named(btf, called, mw_str_of("")) || depth == DEPTH_MAX)
			continue;
		type = plain(btf, m.type);
		if (is_composite(&type) && find_member(btf, &type, name, depth + 1, &inner)) {
			*ret = (struct member){ m.bits + inner.bits, inner.type };
			return true;
		}
	}
	return false;
}

int64_t mw_btf_offset(const struct mw_btf *btf, const char *structure, const char *path)
{
	struct type t = find(btf, KIND_STRUCT, structure);
	struct mw_str rest = mw_str_of(path), name;
	int64_t bits = 0;

	if (!rest.n)
		return -1;
	while (mw_str_cut(&rest, '.', &name)) {
		struct member m;

		if (!name.n || !is_composite(&t) || !find_member(btf, &t, name, 0, &m))
			return -1;
		bits += m.bits;
		t = plain(btf, m.type);
	}
	return bits / 8;
}

int64_t mw_btf_size(const struct mw_btf *btf, const char *structure)
{
	struct type t = find(btf, KIND_STRUCT, structure);

	return t.kind ? (int64_t)t.size_or_type : -1;
}

int64_t mw_btf_enumerator(const struct mw_btf *btf, const char *enumeration, const char *name)
{
	struct type t = find(btf, KIND_ENUM, enumeration);

	for (uint32_t i = 0; i < t.n_parts; i++)
		if (is_named(btf, u32(t.parts + (size_t)i * 8), mw_str_of(name)))
			return u32(t.parts + (size_t)i * 8 + 4);
	return -1;
}
