/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/frames.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fmt.h"

#define BLOCKS "sys/devices/system/memory/"
#define NODES "sys/devices/system/node"

static void add(struct mw_frames *f, struct mw_arena *arena, struct mw_frame_range r)
{
	struct mw_frame_range *list;

	if (r.from >= r.to)
		return;
	f->total += r.to - r.from;
	if (f->n && f->range[f->n - 1].to == r.from && f->range[f->n - 1].node == r.node) {
		f->range[f->n - 1].to = r.to;
		return;
	}
	list = mw_arena_grow(arena, f->range, f->n, sizeof(*list));
	if (!list)
		return;
	f->range = list;
	list[f->n++] = r;
}

/* "00100000-bfffffff : System RAM" */
static bool parse_line(struct mw_str line, uint64_t *ret_first, uint64_t *ret_last)
{
	struct mw_str name = mw_str_from(line, mw_str_find(line, ':')), range, first;

	if (mw_str_starts(line, " ") || !mw_str_eq(name, ": System RAM") ||
	    !mw_str_word(&line, &range) || !mw_str_cut(&range, '-', &first))
		return false;
	return !mw_str_hex64(first, ret_first) && !mw_str_hex64(range, ret_last) &&
	       *ret_first <= *ret_last;
}

int mw_frames_of_iomem(struct mw_str iomem, uint64_t frame_bytes, struct mw_arena *arena,
		       struct mw_frames *ret)
{
	struct mw_frames f = {};
	struct mw_str line;
	uint64_t first, last, end = 0;
	bool hidden = false;

	while (mw_str_cut(&iomem, '\n', &line)) {
		if (!parse_line(line, &first, &last))
			continue;
		hidden |= !last;
		if (!last || last == UINT64_MAX || first < end)
			continue; /* hidden, or not in order: no kernel prints that */
		end = last + 1;
		add(&f, arena,
		    (struct mw_frame_range){ (first + frame_bytes - 1) / frame_bytes,
					     end / frame_bytes, 0 });
	}
	if (arena->failed)
		return -ENOMEM;
	if (!f.n)
		return hidden ? -EACCES : -ENODATA;
	*ret = f;
	return 0;
}

void mw_frames_cut(const struct mw_frames *f, const struct mw_memory_block *block, size_t n,
		   uint64_t block_frames, struct mw_arena *arena, struct mw_frames *ret)
{
	struct mw_frames cut = { .node_known = true };
	size_t b = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct mw_frame_range *r = &f->range[i];

		while (b < n && (block[b].number + 1) * block_frames <= r->from)
			b++;
		for (size_t k = b; k < n && block[k].number * block_frames < r->to; k++) {
			uint64_t from = block[k].number * block_frames, to = from + block_frames;

			add(&cut, arena,
			    (struct mw_frame_range){ from > r->from ? from : r->from,
						     to < r->to ? to : r->to, block[k].node });
		}
	}
	*ret = cut;
}

/* "memory12" -> 12 */
static bool number_after(struct mw_str name, const char *prefix, uint64_t *ret)
{
	return mw_str_starts(name, prefix) &&
	       !mw_str_u64(mw_str_from(name, mw_str_of(prefix).n), ret);
}

static bool is_online(struct mw_root *root, uint64_t number, struct mw_arena *arena)
{
	struct mw_str text;

	return mw_root_read(root,
			    mw_fmt(arena, BLOCKS "memory%llu/state", (unsigned long long)number),
			    arena, &text) < 0 ||
	       !mw_str_starts(text, "offline");
}

/* The blocks of a folder: that of a node, or of all. */
static void take_blocks(struct mw_root *root, const char *folder, uint32_t node,
			struct mw_arena *arena, struct mw_memory_block **block, size_t *n)
{
	struct mw_names names = {};
	uint64_t number;

	if (mw_root_list(root, folder, arena, &names) < 0)
		return;
	for (size_t i = 0; i < names.n; i++) {
		struct mw_memory_block *list;

		if (!number_after(names.item[i], "memory", &number) ||
		    !is_online(root, number, arena))
			continue;
		list = mw_arena_grow(arena, *block, *n, sizeof(*list));
		if (!list)
			return;
		*block = list;
		list[(*n)++] = (struct mw_memory_block){ number, node };
	}
}

static int by_number(const void *x, const void *y)
{
	const struct mw_memory_block *a = x, *b = y;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->node > b->node) - (a->node < b->node);
}

/* A block that lies on two nodes is listed by both: the first one has it. */
static size_t sort_once(struct mw_memory_block *block, size_t n)
{
	size_t once = 0;

	if (n)
		qsort(block, n, sizeof(*block), by_number);
	for (size_t i = 0; i < n; i++)
		if (!once || block[once - 1].number != block[i].number)
			block[once++] = block[i];
	return once;
}

static void take_all_blocks(struct mw_root *root, struct mw_arena *arena,
			    struct mw_memory_block **block, size_t *n)
{
	struct mw_names nodes = {};
	uint64_t node;

	if (!mw_root_list(root, NODES, arena, &nodes))
		for (size_t i = 0; i < nodes.n; i++)
			if (number_after(nodes.item[i], "node", &node) && node < UINT32_MAX)
				take_blocks(root, mw_fmt(arena, NODES "/node%u", (unsigned)node),
					    (uint32_t)node, arena, block, n);
	if (!*n)
		take_blocks(root, "sys/devices/system/memory", 0, arena, block, n);
	*n = sort_once(*block, *n);
}

int mw_frames_take(struct mw_root *root, uint64_t frame_bytes, struct mw_arena *arena,
		   struct mw_frames *ret)
{
	struct mw_memory_block *block = NULL;
	struct mw_frames f;
	struct mw_str text;
	uint64_t bytes;
	size_t n = 0;
	int r = mw_root_read(root, "proc/iomem", arena, &text);

	if (!r)
		r = mw_frames_of_iomem(text, frame_bytes, arena, &f);
	if (r < 0)
		return r;
	*ret = f;
	if (mw_root_read(root, BLOCKS "block_size_bytes", arena, &text) < 0 ||
	    mw_str_hex64(mw_str_trim(text), &bytes) < 0 || bytes < frame_bytes)
		return 0; /* no memory hotplug: all of it is online */
	take_all_blocks(root, arena, &block, &n);
	if (n)
		mw_frames_cut(&f, block, n, bytes / frame_bytes, arena, ret);
	return arena->failed ? -ENOMEM : 0;
}
