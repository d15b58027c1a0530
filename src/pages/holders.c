/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "pages/holders_private.h"

#define HOLDERS_MAX ((size_t)1 << 16)

/* A word that means a block, and where it stands. */
struct hit {
	size_t block;
	uint64_t physical;
	enum mw_form form;
};

const char *mw_holder_kind_name(enum mw_holder_kind kind)
{
	static const char *const names[MW_HOLDER_KINDS] = { "static",  "slab",	  "kmalloc",
							    "vmalloc", "percpu",  "page_table",
							    "boot",    "unknown", "stack" };

	return names[kind];
}

/* How likely a word means what it looks like: a variable is never freed; an address in the middle
 * may be any chain's that goes through the block; a stack has much that is long over. */
static uint32_t rank_of(enum mw_holder_kind kind, enum mw_form form)
{
	if (form >= MW_FORM_PHYSICAL)
		return 6;
	if (kind == MW_HOLDER_STACK)
		return 5;
	if (form == MW_FORM_INSIDE || kind == MW_HOLDER_BLOCK)
		return 4;
	if (form == MW_FORM_ENTRY)
		return 3;
	if (form == MW_FORM_LIST || kind == MW_HOLDER_BOOT)
		return 2;
	return kind != MW_HOLDER_STATIC;
}

/* What kind of memory this is; false: it is not read. */
static bool kind_of(const struct mw_page_owner *o, enum mw_holder_kind *ret)
{
	static const struct {
		enum mw_page_class class;
		enum mw_holder_kind kind;
	} kinds[] = {
		{ MW_PAGE_SLAB, MW_HOLDER_SLAB },	{ MW_PAGE_KMALLOC, MW_HOLDER_KMALLOC },
		{ MW_PAGE_VMALLOC, MW_HOLDER_VMALLOC }, { MW_PAGE_PERCPU, MW_HOLDER_PERCPU },
		{ MW_PAGE_TABLE, MW_HOLDER_TABLE },	{ MW_PAGE_RESERVED, MW_HOLDER_BOOT },
		{ MW_PAGE_OTHER, MW_HOLDER_BLOCK },	{ MW_PAGE_KMEM, MW_HOLDER_BLOCK },
		{ MW_PAGE_STACK, MW_HOLDER_STACK },	{ MW_PAGE_STATIC, MW_HOLDER_BLOCK },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (o->class == kinds[i].class) {
			*ret = kinds[i].kind;
			return true;
		}
	return false;
}

static void note(struct search *s, size_t block, enum mw_form form, uint64_t physical)
{
	enum mw_holder_kind best = s->kind == MW_HOLDER_BOOT ? MW_HOLDER_STATIC : s->kind;
	struct hit *list;

	/* Links in the array of struct page are from page to page, or to itself. */
	if (form == MW_FORM_LIST && s->kind == MW_HOLDER_BOOT)
		return;
	if (s->what->only == UINT64_MAX &&
	    (form >= MW_FORM_PHYSICAL || rank_of(best, form) >= s->claim[block][CLAIMS - 1].rank))
		return;
	list = mw_arena_grow(&s->scratch, s->hit, s->n_hits, sizeof(*list));
	if (!list)
		return;
	s->hit = list;
	list[s->n_hits++] = (struct hit){ block, physical, form };
}

static void look(struct search *s, const char *p, size_t bytes, uint64_t physical)
{
	bool pointers = s->what->only == UINT64_MAX && s->kind != MW_HOLDER_TABLE;

	for (size_t at = 0; at + 8 <= bytes; at += 8) {
		enum mw_form form = MW_FORM_ENTRY;
		uint64_t word;
		size_t block;

		memcpy(&word, p + at, sizeof(word));
		if (!word || (pointers && !mw_kmem_is_address(word)))
			continue;
		block = s->kind == MW_HOLDER_TABLE ? mw_sought_of_entry(&s->sought, word)
						   : mw_sought_of_word(&s->sought, word, &form);
		if (block != MW_SOUGHT_NONE)
			note(s, block, form, physical + at);
	}
}

uint32_t mw_holders_like(struct search *s, const struct mw_holder *h)
{
	uint64_t word[4] = { h->pointer, h->kind, h->form,
			     (uint64_t)h->class << 1 | (uint64_t)h->chained };
	uint64_t key = mw_index_key((struct mw_str){ (const char *)word, sizeof(word) });
	struct mw_holder *list;
	size_t at;

	if (mw_index_get(&s->by_key, key, &at))
		return (uint32_t)at;
	if (s->ret->n >= HOLDERS_MAX)
		return NOBODY;
	list = mw_arena_grow(s->w->arena, s->ret->item, s->ret->n, sizeof(*list));
	if (!list)
		return NOBODY;
	s->ret->item = list;
	list[s->ret->n] = *h;
	mw_index_put(&s->by_key, &s->scratch, key, s->ret->n);
	return (uint32_t)s->ret->n++;
}

/* Of one holder a block has one claim; the least likely one gives way. */
static void claim(struct search *s, size_t block, struct claim c)
{
	struct claim *list = s->claim[block];
	size_t at = CLAIMS - 1;

	for (size_t i = 0; i < CLAIMS; i++)
		if (list[i].holder == c.holder)
			return;
	if (c.rank >= list[at].rank)
		return;
	for (; at && list[at - 1].rank > c.rank; at--)
		list[at] = list[at - 1];
	list[at] = c;
}

static int take_hit(struct search *s, const struct hit *hit)
{
	const struct mw_sought_block *b = &s->sought.block[hit->block];
	struct mw_holder h = { .kind = s->kind,
			       .pointer = s->pointer,
			       .form = hit->form,
			       .class = mw_page_owner_at(&s->w->walk->owners, b->owner)->class,
			       .first_byte = UINT32_MAX };
	uint32_t holder;

	/* What it has itself is no reason for it to be there. */
	if (mw_sought_of_frame(&s->sought, hit->physical / s->w->frame_bytes) == hit->block)
		return 0;
	if (h.kind == MW_HOLDER_BOOT) {
		if (mw_image_has(s->what->image, hit->physical, &h.pointer))
			h.kind = MW_HOLDER_STATIC;
		else
			h.pointer = 0;
	}
	if (s->what->take && (h.kind != MW_HOLDER_STATIC || hit->form > MW_FORM_ADDRESS))
		return 0;
	holder = mw_holders_like(s, &h);
	if (holder == NOBODY)
		return 0;
	if (s->what->only == UINT64_MAX) {
		claim(s, hit->block,
		      (struct claim){ hit->physical, holder, rank_of(h.kind, h.form) });
		return 0;
	}
	s->ret->item[holder].blocks++; /* of words: there is one block */
	return mw_holders_place(s, hit->physical, &s->ret->item[holder]);
}

static bool is_own(const struct search *s, uint64_t frame)
{
	for (size_t i = 0; i < s->what->n_own; i++)
		if (s->what->own[i] == frame)
			return true;
	return false;
}

static int read_piece(struct search *s, uint64_t frame, uint64_t frames)
{
	uint64_t each = s->w->frame_bytes;
	const char *p = mw_kmem_bulk(s->w->k, s->w->k->direct + frame * each, frames * each);
	int r = 0;

	if (!p)
		return -EIO;
	s->n_hits = 0;
	look(s, p, frames * each, frame * each);
	s->ret->searched_bytes += frames * each;
	for (size_t i = 0; i < s->n_hits && !r; i++)
		r = take_hit(s, &s->hit[i]);
	return r;
}

/* Those parts of the image that are still the kernel's own. */
static int read_variables(struct search *s, const struct mw_moved_at *at)
{
	const struct mw_image *image = s->what->image;
	uint64_t each = s->w->frame_bytes, most = MW_BULK_BYTES / each;
	int r = 0;

	s->kind = MW_HOLDER_BOOT;
	for (size_t i = 0; i < image->n && !r; i++) {
		uint64_t from = image->part[i].from / each, to = (image->part[i].to - 1) / each + 1;

		from = from > at->frame ? from : at->frame;
		to = to < at->frame + at->frames ? to : at->frame + at->frames;
		for (; from < to && !r; from += most)
			r = read_piece(s, from, to - from < most ? to - from : most);
	}
	return r;
}

/* The reader's own memory is of vmalloc(): that is looked at frame by frame. */
static int read_segment(struct search *s, const struct mw_moved_at *at)
{
	const struct mw_page_owner *o = mw_page_owner_at(&s->w->walk->owners, at->owner);
	uint64_t most = MW_BULK_BYTES / s->w->frame_bytes;
	int r = 0;

	if (s->what->take)
		return o->class == MW_PAGE_RESERVED ? read_variables(s, at) : 0;
	if (!kind_of(o, &s->kind))
		return 0;
	if (s->kind == MW_HOLDER_VMALLOC && s->what->n_own)
		most = 1;
	s->pointer = s->kind == MW_HOLDER_SLAB || s->kind == MW_HOLDER_VMALLOC ||
				     s->kind == MW_HOLDER_STACK
			     ? o->pointer
			     : 0;
	for (uint64_t i = 0; i < at->frames && !r; i += most)
		if (most > 1 || !is_own(s, at->frame + i))
			r = read_piece(s, at->frame + i,
				       at->frames - i < most ? at->frames - i : most);
	return r;
}

static int search(struct search *s)
{
	struct mw_moved_at at = { .w = s->w };
	int r = mw_sought_take(s->w, s->what->only, s->what->take, &s->scratch, &s->sought);

	if (r)
		return r;
	s->claim = mw_arena_alloc(&s->scratch, (s->sought.n + 1) * sizeof(*s->claim));
	if (!s->claim)
		return -ENOMEM;
	for (size_t i = 0; i < s->sought.n; i++)
		for (size_t k = 0; k < CLAIMS; k++)
			s->claim[i][k] = (struct claim){ 0, NOBODY, UINT32_MAX };
	s->ret->sought_frames = s->sought.frames;
	s->ret->left_frames = s->sought.left_frames;
	while (!r && s->sought.n && mw_moved_next(&at))
		r = read_segment(s, &at);
	return r ? r : mw_holders_pick(s);
}

int mw_holders_find(const struct mw_walked *w, const struct mw_search *what, struct mw_holders *ret)
{
	struct search s = { .w = w, .what = what, .ret = ret };
	int r;

	*ret = (struct mw_holders){};
	if (!w->k->direct || !w->moved)
		return -EOPNOTSUPP;
	r = search(&s);
	if (!r && (s.scratch.failed || w->arena->failed))
		r = -ENOMEM;
	mw_arena_done(&s.scratch);
	return r;
}
