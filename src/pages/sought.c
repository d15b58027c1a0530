/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/sought.h"

#include <errno.h>

#define BACK_MAX 8		     /* blocks */
#define BITS_MAX ((uint64_t)1 << 23) /* a MiB */
#define ENTRY_PRESENT 1
#define ENTRY_ADDRESS (((uint64_t)1 << 48) - 1)

struct build {
	const struct mw_walked *w;
	struct mw_arena *arena;
	struct mw_sought *ret;
	uint64_t only;
	bool plain;
};

const char *mw_form_name(enum mw_form form)
{
	static const char *const names[MW_FORMS] = { "page",  "address",  "inside", "list",
						     "entry", "physical", "frame" };

	return names[form];
}

static void add(struct build *b, uint64_t frame, uint64_t frames, uint32_t owner)
{
	struct mw_sought *s = b->ret;
	struct mw_sought_block *list;

	if (b->only != UINT64_MAX && b->only - frame >= frames)
		return;
	if (s->n >= MW_SOUGHT_MAX || frames > UINT32_MAX) {
		s->left_frames += frames;
		return;
	}
	list = mw_arena_grow(b->arena, s->block, s->n, sizeof(*list));
	if (!list)
		return;
	s->block = list;
	list[s->n++] = (struct mw_sought_block){ frame, (uint32_t)frames, owner };
	s->frames += frames;
}

/* Can a block that begins there be so long?  It begins at a multiple of its length, rounded up. */
static bool can_be(uint64_t frame, uint64_t frames)
{
	uint64_t room = 1;

	while (room < frames)
		room *= 2;
	return !(frame % room);
}

/* A frame that was not given out by itself: of the last block that can be as long, with those
 * between. */
static bool add_tail(struct build *b, uint64_t frame, uint32_t owner)
{
	struct mw_sought *s = b->ret;
	uint64_t start = frame;

	for (size_t i = s->n; i && s->n - i < BACK_MAX; i--) {
		struct mw_sought_block *head = &s->block[i - 1];

		if (head->frame + head->frames != start || head->owner != owner)
			return false;
		start = head->frame;
		if (!can_be(start, frame - start + 1))
			continue;
		head->frames = (uint32_t)(frame - start + 1);
		s->n = i;
		s->frames++;
		return true;
	}
	return false;
}

static bool nobody_known(const struct build *b, unsigned class)
{
	if (b->plain)
		return class == MW_PAGE_OTHER;
	return class == MW_PAGE_STATIC || class == MW_PAGE_OTHER || class == MW_PAGE_KMEM ||
	       class == MW_PAGE_TAIL;
}

/* Never the first of a block that was free: its list is as it was made at boot
 * (__init_single_page()).  So it was given out with the frames before it (alloc_pages_exact()). */
static bool is_part(const struct build *b, uint64_t frame, const char *p)
{
	int32_t at = b->w->l->page.lru;
	uint64_t link[2], own = mw_walked_page(b->w, frame) + (uint64_t)at;

	if (at < 0)
		return false;
	memcpy(link, p + at, sizeof(link));
	return link[0] == own || link[1] == own; /* the first is cleared with a compound page */
}

/* Block after block, by what the struct pages say now: some were given back since the walk. */
static int add_blocks(struct build *b, uint64_t frame, uint64_t end, uint32_t owner)
{
	size_t each = (size_t)b->w->l->page.bytes;

	while (frame < end) {
		uint64_t piece = MW_BULK_BYTES / each,
			 n = end - frame < piece ? end - frame : piece;
		const char *p = mw_kmem_bulk(b->w->k, mw_walked_page(b->w, frame), n * each);
		uint64_t at = 0;

		if (!p)
			return -EIO;
		/* What a block's second page says must be there too. */
		while (at < n && (at + 1 < n || !at || frame + n == end)) {
			struct mw_page page;

			mw_page_classify(b->w->l, 0, frame + at, p + at * each, (n - at) * each,
					 &page);
			page.frames =
				page.frames < end - frame - at ? page.frames : end - frame - at;
			if (b->only != UINT64_MAX || (nobody_known(b, page.class) &&
						      !(is_part(b, frame + at, p + at * each) &&
							add_tail(b, frame + at, owner))))
				add(b, frame + at, page.frames, owner);
			at += page.frames;
		}
		frame += at;
	}
	return b->arena->failed ? -ENOMEM : 0;
}

static int add_segment(struct build *b, const struct mw_moved_at *at)
{
	const struct mw_page_owners *o = &b->w->walk->owners;

	if (b->only == UINT64_MAX ? !nobody_known(b, mw_page_owner_at(o, at->owner)->class)
				  : b->only - at->frame >= at->frames)
		return 0;
	if (at->walked == at->owner || mw_page_owner_at(o, at->walked)->class != MW_PAGE_IDLE)
		return add_blocks(b, at->frame, at->frame + at->frames, at->owner);
	if (!add_tail(b, at->frame, at->owner))
		add(b, at->frame, at->frames, at->owner);
	return b->arena->failed ? -ENOMEM : 0;
}

static int make_bits(struct build *b)
{
	struct mw_sought *s = b->ret;

	while (s->span_frames >> s->shift >= BITS_MAX)
		s->shift++;
	s->bits = mw_arena_alloc(b->arena, ((s->span_frames >> s->shift) / 64 + 1) * 8);
	if (!s->bits)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++)
		for (uint64_t bit = s->block[i].frame >> s->shift,
			      end = (s->block[i].frame + s->block[i].frames - 1) >> s->shift;
		     bit <= end; bit++)
			s->bits[bit / 64] |= (uint64_t)1 << bit % 64;
	return 0;
}

int mw_sought_take(const struct mw_walked *w, uint64_t only, bool plain, struct mw_arena *arena,
		   struct mw_sought *ret)
{
	struct build b = { w, arena, ret, only, plain };
	struct mw_moved_at at = { .w = w };
	int r = 0;

	*ret = (struct mw_sought){
		.direct = w->k->direct,
		.pages = w->k->frames,
		.frame_bytes = w->frame_bytes,
		.page_bytes = (uint64_t)w->l->page.bytes,
		.list_at = w->l->page.lru > 0 ? (uint64_t)w->l->page.lru : UINT64_MAX,
		.span_frames = w->frames->n ? w->frames->range[w->frames->n - 1].to : 0,
	};
	while (!r && mw_moved_next(&at))
		r = add_segment(&b, &at);
	if (!r && only != UINT64_MAX && !ret->n)
		r = -ENOENT;
	return r ? r : make_bits(&b);
}

size_t mw_sought_of_frame(const struct mw_sought *s, uint64_t frame)
{
	size_t from = 0, to = s->n;

	if (frame >= s->span_frames ||
	    !(s->bits[(frame >> s->shift) / 64] >> (frame >> s->shift) % 64 & 1))
		return MW_SOUGHT_NONE;
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (s->block[middle].frame + s->block[middle].frames <= frame)
			from = middle + 1;
		else
			to = middle;
	}
	return from < s->n && s->block[from].frame <= frame ? from : MW_SOUGHT_NONE;
}

/* Of a number only the first frame counts, where a block has several. */
static size_t first_of(const struct mw_sought *s, uint64_t frame)
{
	size_t i = mw_sought_of_frame(s, frame);

	return i != MW_SOUGHT_NONE && s->block[i].frame == frame ? i : MW_SOUGHT_NONE;
}

size_t mw_sought_of_word(const struct mw_sought *s, uint64_t word, enum mw_form *ret_form)
{
	uint64_t ram = s->span_frames * s->frame_bytes, at;
	size_t i;

	if (s->direct && word - s->direct < ram) {
		i = mw_sought_of_frame(s, (word - s->direct) / s->frame_bytes);
		if (i != MW_SOUGHT_NONE)
			*ret_form = word - s->direct == s->block[i].frame * s->frame_bytes
					    ? MW_FORM_ADDRESS
					    : MW_FORM_INSIDE;
		return i;
	}
	if (word - s->pages < s->span_frames * s->page_bytes) {
		at = (word - s->pages) % s->page_bytes;
		*ret_form = at ? MW_FORM_LIST : MW_FORM_PAGE;
		return !at || at == s->list_at
			       ? mw_sought_of_frame(s, (word - s->pages) / s->page_bytes)
			       : MW_SOUGHT_NONE;
	}
	if (word >= ram)
		return MW_SOUGHT_NONE;
	*ret_form = word % s->frame_bytes ? MW_FORM_FRAME : MW_FORM_PHYSICAL;
	return first_of(s, word % s->frame_bytes ? word : word / s->frame_bytes);
}

size_t mw_sought_of_entry(const struct mw_sought *s, uint64_t entry)
{
	if (!(entry & ENTRY_PRESENT))
		return MW_SOUGHT_NONE;
	return mw_sought_of_frame(s, (entry & ENTRY_ADDRESS) / s->frame_bytes);
}
