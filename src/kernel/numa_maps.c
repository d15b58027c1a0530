/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/numa_maps.h"

#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "base/index.h"

/* No base page is larger. */
#define BASE_PAGE_MAX_BYTES ((uint64_t)64 << 10)

/* "KEY123": the number. */
static bool number_after(struct mw_str word, const char *key, uint64_t *ret)
{
	return mw_str_starts(word, key) && !mw_str_u64(mw_str_from(word, strlen(key)), ret);
}

static bool cut_policy(struct mw_str *rest, struct mw_str *ret)
{
	struct mw_str ahead, second;

	if (!mw_str_word(rest, ret))
		return false;
	ahead = *rest;
	if ((mw_str_eq(*ret, "prefer") && mw_str_word(&ahead, &second) &&
	     mw_str_starts(second, "(many)")) ||
	    (mw_str_eq(*ret, "weighted") && mw_str_word(&ahead, &second) &&
	     mw_str_starts(second, "interleave"))) {
		ret->n = (size_t)(second.p + second.n - ret->p);
		*rest = ahead;
	}
	return true;
}

static bool parse(struct mw_str line, struct mw_numa_map *ret)
{
	struct mw_numa_map m = {};
	struct mw_str word, rest;
	uint64_t v;

	if (!mw_str_word(&line, &word) || mw_str_hex64(word, &v) < 0 ||
	    !cut_policy(&line, &m.policy) || mw_str_find(m.policy, '\0') < m.policy.n)
		return false;
	m.counts = rest = line;
	while (mw_str_word(&rest, &word)) {
		m.huge |= mw_str_eq(word, "huge");
		m.shared |= number_after(word, "mapmax=", &v) && v > 1;
		if (number_after(word, "kernelpagesize_kB=", &v))
			m.page_bytes = v <= UINT64_MAX >> 10 ? v << 10 : 0;
	}
	if (!m.huge && m.page_bytes > BASE_PAGE_MAX_BYTES)
		m.page_bytes = 0;
	if (!m.page_bytes)
		m.counts = (struct mw_str){};
	*ret = m;
	return true;
}

bool mw_numa_map_next(struct mw_str *rest, struct mw_numa_map *ret)
{
	struct mw_str line;

	while (mw_str_cut(rest, '\n', &line))
		if (parse(line, ret))
			return true;
	return false;
}

/* A name of a file is one word, and begins with "file=". */
bool mw_numa_count_next(struct mw_str *counts, uint64_t *ret_node, uint64_t *ret_pages)
{
	struct mw_str word, node;
	uint64_t n, pages;

	while (mw_str_word(counts, &word)) {
		if (!mw_str_starts(word, "N") || !mw_str_cut(&word, '=', &node) ||
		    mw_str_u64(mw_str_from(node, 1), &n) < 0 || n >= MW_NODES_MAX ||
		    mw_str_u64(word, &pages) < 0)
			continue;
		*ret_node = n;
		*ret_pages = pages;
		return true;
	}
	return false;
}

/* Mappings of one kind. */
struct kind {
	struct mw_numa_map map;
	struct count {
		uint64_t node, pages;
	} * count; /* by node */
	size_t n_counts;
};

struct sums {
	struct mw_arena *arena;
	struct kind *kind;
	size_t n, last; /* mappings of one kind stand together */
	struct mw_index index;
};

static bool same_kind(const struct mw_numa_map *a, const struct mw_numa_map *b)
{
	return a->huge == b->huge && a->shared == b->shared && a->page_bytes == b->page_bytes &&
	       mw_str_same(a->policy, b->policy);
}

static struct kind *kind_of(struct sums *s, const struct mw_numa_map *m)
{
	uint64_t key = mw_index_key(m->policy) + m->page_bytes + m->huge * 2u + m->shared;
	struct kind *list;
	size_t at = s->n;

	if (s->last < s->n && same_kind(&s->kind[s->last].map, m))
		return &s->kind[s->last];
	if (!mw_index_get(&s->index, key, &at))
		mw_index_put(&s->index, s->arena, key, s->n);
	while (at < s->n && !same_kind(&s->kind[at].map, m))
		at++;
	if (at == s->n) {
		list = mw_arena_grow(s->arena, s->kind, s->n, sizeof(*list));
		if (!list)
			return NULL;
		s->kind = list;
		s->kind[s->n++] = (struct kind){ .map = *m };
	}
	s->last = at;
	return &s->kind[at];
}

static void add_count(struct sums *s, struct kind *k, uint64_t node, uint64_t pages)
{
	size_t at = k->n_counts;
	struct count *list;

	while (at && k->count[at - 1].node >= node)
		at--;
	if (at == k->n_counts || k->count[at].node != node) {
		list = mw_arena_grow(s->arena, k->count, k->n_counts, sizeof(*list));
		if (!list)
			return;
		k->count = list;
		memmove(list + at + 1, list + at, (k->n_counts++ - at) * sizeof(*list));
		list[at] = (struct count){ .node = node };
	}
	if (__builtin_add_overflow(k->count[at].pages, pages, &k->count[at].pages))
		k->count[at].pages = UINT64_MAX;
}

static const char *line_of(const struct kind *k, struct mw_arena *arena)
{
	const char *line = mw_fmt(arena, "0 %.*s%s%s", (int)k->map.policy.n, k->map.policy.p,
				  k->map.huge ? " huge" : "", k->map.shared ? " mapmax=2" : "");

	for (size_t i = 0; i < k->n_counts; i++)
		line = mw_fmt(arena, "%s N%" PRIu64 "=%" PRIu64, line, k->count[i].node,
			      k->count[i].pages);
	if (!k->map.page_bytes)
		return mw_fmt(arena, "%s\n", line);
	return mw_fmt(arena, "%s kernelpagesize_kB=%" PRIu64 "\n", line, k->map.page_bytes >> 10);
}

static struct mw_str join(const struct sums *s, struct mw_arena *arena)
{
	struct mw_str *line = mw_arena_alloc(s->arena, (s->n + 1) * sizeof(*line));
	struct mw_str text = {};
	char *p;

	for (size_t i = 0; line && i < s->n; i++) {
		line[i] = mw_str_of(line_of(&s->kind[i], s->arena));
		text.n += line[i].n;
	}
	text.p = p = mw_arena_alloc(arena, text.n + 1);
	if (!line || !p || s->arena->failed)
		return (struct mw_str){};
	for (size_t i = 0; i < s->n; i++)
		p = mempcpy(p, line[i].p, line[i].n);
	return text;
}

struct mw_str mw_numa_maps_sum(struct mw_str text, struct mw_arena *arena)
{
	_mw_arena_ struct mw_arena temp = {};
	struct sums s = { .arena = &temp };
	struct mw_numa_map m;
	struct mw_str sum;

	while (mw_numa_map_next(&text, &m)) {
		struct kind *k = kind_of(&s, &m);
		uint64_t node, pages;

		while (k && mw_numa_count_next(&m.counts, &node, &pages))
			add_count(&s, k, node, pages);
	}
	sum = join(&s, arena);
	arena->failed |= temp.failed;
	return sum;
}
