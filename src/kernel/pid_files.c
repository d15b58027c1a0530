/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_files.h"

#include <inttypes.h>
#include <string.h>

#include "base/fmt.h"
#include "base/index.h"
#include "kernel/fields.h"
#include "kernel/smaps_block.h"

struct figures {
	struct mw_val rss, pss, anonymous, locked;
};

static const struct mw_field fields[] = {
	{ "Rss", offsetof(struct figures, rss), MW_FIELD_KIB },
	{ "Pss", offsetof(struct figures, pss), MW_FIELD_KIB },
	{ "Anonymous", offsetof(struct figures, anonymous), MW_FIELD_KIB },
	{ "Locked", offsetof(struct figures, locked), MW_FIELD_KIB },
};

struct sums {
	struct mw_arena *arena;
	struct mw_pid_file *file;
	size_t n;
	struct mw_index by_inode;
};

bool mw_pid_files_next(struct mw_str *rest, struct mw_pid_file *ret)
{
	struct mw_str line, ino, rss, pss, locked;

	while (mw_str_cut(rest, '\n', &line)) {
		struct mw_pid_file f = {};

		if (!mw_str_word(&line, &f.dev) || !mw_str_word(&line, &ino) ||
		    !mw_str_word(&line, &rss) || !mw_str_word(&line, &pss) ||
		    !mw_str_word(&line, &locked) || mw_str_u64(ino, &f.ino) < 0 ||
		    mw_str_u64(rss, &f.rss_bytes) < 0 || mw_str_u64(pss, &f.pss_bytes) < 0 ||
		    mw_str_u64(locked, &f.locked_bytes) < 0)
			continue;
		f.path = mw_str_from(line, 1);
		*ret = f;
		return true;
	}
	return false;
}

/* "fd:01" of maps as "253:1". */
static struct mw_str decimal(struct mw_str dev, struct mw_arena *arena)
{
	struct mw_str major;
	uint64_t a, b;

	if (!mw_str_cut(&dev, ':', &major) || mw_str_hex64(major, &a) < 0 ||
	    mw_str_hex64(dev, &b) < 0)
		return (struct mw_str){};
	return mw_str_of(mw_fmt(arena, "%" PRIu64 ":%" PRIu64, a, b));
}

static uint64_t less(struct mw_val a, struct mw_val b)
{
	return mw_or(mw_sub(a, b), 0); /* below zero: shared with a child, and counted in both */
}

static struct mw_pid_file *find(struct sums *s, const struct mw_map *m, uint64_t ino)
{
	/* The device is folded in: the one that is found must be the same, else it has its own. */
	uint64_t key = ino ^ mw_index_key(m->dev);
	struct mw_str dev = decimal(m->dev, s->arena);
	struct mw_pid_file *list;
	size_t at;

	if (mw_index_get(&s->by_inode, key, &at) && s->file[at].ino == ino &&
	    mw_str_same(s->file[at].dev, dev))
		return &s->file[at];
	list = mw_arena_grow(s->arena, s->file, s->n, sizeof(*list));
	if (!list || !dev.n)
		return NULL;
	s->file = list;
	list[s->n] = (struct mw_pid_file){ .dev = dev, .ino = ino, .path = m->path };
	if (!mw_index_get(&s->by_inode, key, &at))
		mw_index_put(&s->by_inode, s->arena, key, s->n);
	return &list[s->n++];
}

static void add(struct sums *s, const struct mw_smaps_mapping *m)
{
	struct figures f;
	struct mw_pid_file *file;
	uint64_t ino, pss, locked;

	if (mw_str_eq(m->map.inode, "0") || mw_str_u64(m->map.inode, &ino) < 0)
		return;
	mw_fields_parse(m->body, ':', fields, sizeof(fields) / sizeof(fields[0]), &f);
	file = find(s, &m->map, ino);
	if (!file)
		return;
	pss = less(f.pss, f.anonymous);
	locked = mw_or(f.locked, 0);
	file->rss_bytes += less(f.rss, f.anonymous);
	file->pss_bytes += pss;
	file->locked_bytes += locked < pss ? locked : pss;
}

static struct mw_str put(const struct sums *s)
{
	struct mw_str *number = mw_arena_alloc(s->arena, (s->n + 1) * sizeof(*number));
	size_t room = 1;
	char *text, *p;

	for (size_t i = 0; number && i < s->n; i++) {
		const struct mw_pid_file *f = &s->file[i];

		number[i] = mw_str_of(mw_fmt(s->arena,
					     " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " ",
					     f->ino, f->rss_bytes, f->pss_bytes, f->locked_bytes));
		room += f->dev.n + number[i].n + f->path.n + 1;
	}
	text = p = mw_arena_alloc(s->arena, room);
	for (size_t i = 0; number && text && i < s->n; i++) {
		p = mempcpy(p, s->file[i].dev.p, s->file[i].dev.n);
		p = mempcpy(p, number[i].p, number[i].n);
		if (s->file[i].path.n)
			p = mempcpy(p, s->file[i].path.p, s->file[i].path.n);
		*p++ = '\n';
	}
	return (struct mw_str){ text, text ? (size_t)(p - text) : 0 };
}

struct mw_str mw_pid_files_of_smaps(struct mw_str smaps, struct mw_arena *arena)
{
	struct sums s = { .arena = arena };
	struct mw_smaps_mapping m;

	while (mw_smaps_next(&smaps, &m))
		add(&s, &m);
	return put(&s);
}
