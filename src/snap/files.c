/* SPDX-License-Identifier: Apache-2.0 */
/*
 * files - which files each process maps, and how much of them, and which it holds open.
 */
#include <stdlib.h>

#include "base/fmt.h"
#include "kernel/pid_files.h"
#include "snap/snap_private.h"

struct take {
	struct mw_at *at;
	struct mw_arena *arena, *temp;
	struct mw_index *named;
	struct mw_snap *s;
};

static void add(struct take *t, struct mw_file_use use, struct mw_str path)
{
	struct mw_file_use *list = mw_arena_grow(t->arena, t->s->use, t->s->n_uses, sizeof(*list));
	uint64_t key = use.ino * 0x9e3779b97f4a7c15 ^ use.dev;
	size_t at;

	if (!list || use.dev == UINT64_MAX)
		return;
	t->s->use = list;
	if (!mw_index_get(t->named, key, &at)) {
		mw_index_put(t->named, t->arena, key, 1);
		use.path = mw_fmt_unoctal(t->arena, path);
	}
	list[t->s->n_uses++] = use;
}

static void take_mapped(struct take *t, size_t proc)
{
	struct mw_proc *p = &t->s->proc[proc];
	struct mw_pid_file f;
	struct mw_str text;

	p->files_why = mw_take_at(t->at, "meta/files", t->temp, t->s, &text);
	while (mw_pid_files_next(&text, &f))
		add(t,
		    (struct mw_file_use){ .proc = proc,
					  .dev = mw_dev_parse(f.dev, false),
					  .ino = f.ino,
					  .rss_bytes = f.rss_bytes,
					  .pss_bytes = f.pss_bytes,
					  .locked_bytes = f.locked_bytes },
		    f.path);
}

static void take_open(struct take *t, size_t proc)
{
	struct mw_open_file f;
	struct mw_str text;

	mw_take_at(t->at, "meta/open_files", t->temp, t->s, &text);
	while (mw_meta_fds_next(&text, &f))
		add(t,
		    (struct mw_file_use){ .proc = proc,
					  .dev = mw_dev_parse(f.dev, false),
					  .ino = f.ino,
					  .open = true },
		    f.path);
}

void mw_take_files(struct mw_at *at, struct mw_arena *arena, struct mw_arena *temp,
		   struct mw_index *named, struct mw_snap *s, size_t proc)
{
	struct take t = { at, arena, temp, named, s };

	take_mapped(&t, proc);
	take_open(&t, proc);
}

static int by_process(const void *x, const void *y)
{
	const struct mw_file_use *a = x, *b = y;

	if (a->proc != b->proc)
		return a->proc < b->proc ? -1 : 1;
	if (a->open != b->open)
		return a->open ? 1 : -1;
	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

void mw_sort_files(struct mw_snap *s)
{
	if (s->n_uses)
		qsort(s->use, s->n_uses, sizeof(*s->use), by_process);
}
