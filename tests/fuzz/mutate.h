/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate - a text with some of its lines lost, doubled, moved, cut or run together, as a log comes
 * out of consoles, loggers and mails.  The same seed gives the same text.
 */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"

#define MUTATE_LINES 3000 /* of longer logs some part */

struct mutate {
	struct mw_arena *arena;
	uint64_t seed;
	struct mw_str line[MUTATE_LINES * 2];
	size_t n;
};

static inline uint64_t mutate_next(struct mutate *m)
{
	uint64_t z = m->seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline size_t mutate_below(struct mutate *m, size_t n)
{
	return n ? (size_t)(mutate_next(m) % n) : 0;
}

/* Some lines in a row; of most logs all. */
static inline void mutate_take(struct mutate *m, const struct mw_str *line, size_t n)
{
	size_t from = 0;

	if (n > MUTATE_LINES) {
		from = mutate_below(m, n - MUTATE_LINES);
		n = MUTATE_LINES;
	}
	memcpy(m->line, line + from, n * sizeof(*line));
	m->n = n;
}

static inline void mutate_delete(struct mutate *m, size_t at, size_t n)
{
	n = n < m->n - at ? n : m->n - at;
	memmove(m->line + at, m->line + at + n, (m->n - at - n) * sizeof(m->line[0]));
	m->n -= n;
}

static inline void mutate_insert(struct mutate *m, size_t at, struct mw_str s)
{
	if (m->n == MUTATE_LINES * 2)
		return;
	memmove(m->line + at + 1, m->line + at, (m->n - at) * sizeof(m->line[0]));
	m->line[at] = s;
	m->n++;
}

/* An empty one may lie nowhere. */
static inline char *mutate_put(char *p, struct mw_str s)
{
	if (s.n)
		memcpy(p, s.p, s.n);
	return p + s.n;
}

/* The front of one and the end of another: what a lost newline, or a lost piece, makes. */
static inline struct mw_str mutate_joined(struct mutate *m, struct mw_str a, struct mw_str b)
{
	size_t n = mutate_below(m, a.n + 1);
	char *p;

	b = mw_str_from(b, mutate_below(m, b.n + 1));
	p = mw_arena_alloc(m->arena, n + b.n + 1);
	must(p);
	a.n = n;
	mutate_put(mutate_put(p, a), b);
	return (struct mw_str){ p, n + b.n };
}

/* One accident; other: a line of another log. */
static inline void mutate_once(struct mutate *m, struct mw_str other)
{
	size_t a = mutate_below(m, m->n), b = mutate_below(m, m->n);
	struct mw_str kept = m->line[a];

	switch (mutate_below(m, 9)) {
	case 0:
		mutate_delete(m, a, 1);
		return;
	case 1:
		mutate_delete(m, a, 1 + mutate_below(m, 40));
		return;
	case 2:
		mutate_insert(m, b, kept);
		return;
	case 3:
		m->line[a] = m->line[b];
		m->line[b] = kept;
		return;
	case 4:
		mutate_delete(m, a, 1);
		mutate_insert(m, a < m->n ? a + 1 : m->n, kept);
		return;
	case 5:
		m->line[a].n = mutate_below(m, kept.n + 1);
		return;
	case 6:
		m->line[a] = mutate_joined(m, kept, m->line[b]);
		return;
	case 7:
		m->line[a] = mutate_joined(m, kept, kept); /* a piece of it lost, or twice */
		return;
	case 8:
		mutate_insert(m, a, other);
		return;
	}
}

/* The lines as a text, in the arena. */
static inline struct mw_str mutate_text(struct mutate *m)
{
	size_t bytes = 1;
	char *p, *q;

	for (size_t i = 0; i < m->n; i++)
		bytes += m->line[i].n + 1;
	p = q = mw_arena_alloc(m->arena, bytes);
	must(p);
	for (size_t i = 0; i < m->n; i++) {
		q = mutate_put(q, m->line[i]);
		*q++ = '\n';
	}
	return (struct mw_str){ p, (size_t)(q - p) };
}
