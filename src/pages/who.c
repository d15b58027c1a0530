/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/who.h"

#include <errno.h>

#include "pages/anchor.h"
#include "pages/cost.h"

static void add_fact(const struct mw_who *who, const char *name, uint64_t value)
{
	struct mw_census *c = who->rows->c;
	struct mw_census_fact *list =
		mw_arena_grow(who->rows->arena, c->fact, c->n_facts, sizeof(*list));

	if (!list)
		return;
	c->fact = list;
	list[c->n_facts++] = (struct mw_census_fact){ mw_str_of(name), value };
}

/* What the reader has copied to its own memory must not count as a holder. */
static int find_own(const struct mw_who *who, struct mw_search *search)
{
	const struct mw_kmem *k = who->walked->k;
	uint64_t each = who->walked->frame_bytes, *own;

	own = mw_arena_alloc(who->rows->arena, (k->own_bytes / each + 2) * sizeof(*own));
	if (!own)
		return -ENOMEM;
	search->own = own;
	for (uint64_t at = 0; at < k->own_bytes; at += each)
		if (!mw_anchor_frame((const char *)k->own + at, each, &own[search->n_own]))
			search->n_own++;
	return 0;
}

static void say(const struct mw_who *who, const struct mw_holders *h, struct mw_cost cost)
{
	uint64_t each = who->walked->frame_bytes;

	add_fact(who, "who_sought_bytes", h->sought_frames * each);
	add_fact(who, "who_held_bytes", h->held_frames * each);
	add_fact(who, "who_left_bytes", h->left_frames * each);
	add_fact(who, "who_searched_bytes", h->searched_bytes);
	add_fact(who, "who_cpu_us", cost.cpu_us);
	add_fact(who, "who_wall_us", cost.wall_us);
}

static int search(const struct mw_who *who, struct mw_arena *temp, struct mw_holders *ret)
{
	struct mw_str iomem = {}, kallsyms = {};
	struct mw_image image;
	struct mw_search search = { .image = &image, .only = who->frame };
	int r = find_own(who, &search);

	if (r)
		return r;
	mw_root_read(who->root, "proc/iomem", temp, &iomem);
	mw_root_read(who->root, "proc/kallsyms", temp, &kallsyms);
	mw_image_of(iomem, kallsyms, &image);
	r = mw_holders_find(who->walked, &search, ret);
	if (r)
		return r;
	return mw_rows_holders(who->rows, who->walked->k, who->walked->l, who->areas, kallsyms,
			       ret);
}

int mw_who_statics(struct mw_root *root, const struct mw_walked *walked)
{
	_mw_arena_ struct mw_arena temp = {};
	struct mw_str iomem = {};
	struct mw_image image;
	const struct mw_search search = { .image = &image, .only = UINT64_MAX, .take = true };
	struct mw_holders holders;
	int r;

	mw_root_read(root, "proc/iomem", &temp, &iomem);
	mw_image_of(iomem, (struct mw_str){}, &image);
	r = image.n ? mw_holders_find(walked, &search, &holders) : 0;
	return r == -EOPNOTSUPP ? 0 : r;
}

int mw_who_take(const struct mw_who *who)
{
	_mw_arena_ struct mw_arena temp = {}; /* some megabytes of symbols */
	struct mw_cost start = mw_cost_now();
	struct mw_holders holders;
	int r = search(who, &temp, &holders);

	if (who->frame != UINT64_MAX)
		add_fact(who, "who_frame", who->frame);
	if (r == -ENOENT || r == -EOPNOTSUPP) {
		add_fact(who, "who_refused", (uint64_t)-r);
		return 0;
	}
	if (!r)
		say(who, &holders, mw_cost_since(start));
	return r;
}
