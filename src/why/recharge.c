/* SPDX-License-Identifier: Apache-2.0 */
#include "why/recharge.h"

#include <stdlib.h>

static enum mw_recharge_way way_of(const struct mw_used_file *f, bool mapped)
{
	if (f->hugetlb || (f->shmem && !f->named))
		return MW_RECHARGE_FIXED;
	if (!mw_known(f->cached_bytes))
		return MW_RECHARGE_UNKNOWN;
	if (!f->cached_bytes.v)
		return MW_RECHARGE_NONE;
	if (f->shmem)
		return MW_RECHARGE_COPY;
	if (f->program)
		return MW_RECHARGE_LEAVE;
	return mapped ? MW_RECHARGE_STOP : MW_RECHARGE_DROP;
}

static struct mw_recharge_file judge(const struct mw_used_file *f)
{
	struct mw_recharge_file r = { .file = f, .mapped_bytes = mw_ok(0) };

	for (size_t i = 0; i < f->n_users; i++) {
		const struct mw_file_user *u = &f->user[i];

		r.locked |= u->locked;
		r.holder_count += u->mapped;
		if (mw_or(u->mapped_bytes, 0) > r.mapped_bytes.v)
			r.mapped_bytes = u->mapped_bytes;
	}
	r.way = way_of(f, r.holder_count > 0);
	r.sync = mw_or(f->dirty_bytes, 1) > 0;
	return r;
}

static uint64_t weight(const struct mw_recharge_file *r)
{
	return mw_or(r->file->cached_bytes, r->file->size_bytes);
}

static int by_weight(const void *x, const void *y)
{
	const struct mw_recharge_file *a = x, *b = y;

	if (weight(a) != weight(b))
		return weight(a) > weight(b) ? -1 : 1;
	return (a->file > b->file) - (a->file < b->file);
}

/* ---- who is to be stopped */

static bool is_same(const struct mw_recharge_stop *s, const struct mw_group_name *name)
{
	if (name->kind != s->name.kind)
		return false;
	return name->kind == MW_GROUP_CONTAINER ? mw_str_same(name->container, s->name.container)
						: mw_str_same(name->unit, s->name.unit);
}

/* What is stopped as one: not a slice, and of a pod its container. */
static struct mw_group_name stops_as(const struct mw_proc *p)
{
	struct mw_group_name name = mw_group_name_of(p->cgroup);
	bool one = name.container.n || mw_str_ends(name.unit, ".service") ||
		   mw_str_ends(name.unit, ".scope");

	if (!one)
		return (struct mw_group_name){ .kind = MW_GROUP_PLAIN };
	name.kind = name.container.n ? MW_GROUP_CONTAINER : MW_GROUP_UNIT;
	return name;
}

static void add_stop(const struct mw_snap *snap, size_t proc, struct mw_arena *arena,
		     struct mw_recharge *ret)
{
	struct mw_group_name name = stops_as(&snap->proc[proc]);
	struct mw_recharge_stop *list;

	for (size_t i = 0; name.kind != MW_GROUP_PLAIN && i < ret->n_stops; i++)
		if (is_same(&ret->stop[i], &name)) {
			ret->stop[i].n_procs++;
			return;
		}
	list = mw_arena_grow(arena, ret->stop, ret->n_stops, sizeof(*list));
	if (!list)
		return;
	ret->stop = list;
	list[ret->n_stops++] = (struct mw_recharge_stop){ proc, 1, name };
}

/* Each process once, in the order of pids. */
static void find_stops(const struct mw_snap *snap, struct mw_arena *arena, struct mw_recharge *ret)
{
	bool *holds = mw_arena_alloc(arena, snap->n_procs + 1);

	if (!holds)
		return;
	for (size_t i = 0; i < ret->n_files; i++) {
		const struct mw_used_file *f = ret->file[i].file;

		if (ret->file[i].way != MW_RECHARGE_STOP)
			continue;
		for (size_t k = 0; k < f->n_users; k++)
			holds[f->user[k].proc] |= f->user[k].mapped;
	}
	for (size_t i = 0; i < snap->n_procs; i++)
		if (holds[i])
			add_stop(snap, i, arena, ret);
}

/* ---- where it is paid */

static struct mw_val evictable(const struct mw_cgroup_stat *s)
{
	return mw_add(s->inactive_file_bytes, s->active_file_bytes);
}

static size_t paid_at(const struct mw_recharge_ask *ask)
{
	const struct mw_account *g;

	if (ask->at == MW_NO_GROUP)
		return ask->above;
	g = &ask->groups->group[ask->at];
	return g->payer == MW_PAYER_REMOVED || g->payer == MW_PAYER_ABOVE ||
			       g->payer == MW_PAYER_EITHER
		       ? g->payer_at
		       : MW_NO_GROUP;
}

/* v2 has what removed groups are charged for in "own". */
static struct mw_val paid_there(const struct mw_recharge_ask *ask, const struct mw_account *p)
{
	enum mw_payer payer =
		ask->at == MW_NO_GROUP ? MW_PAYER_EITHER : ask->groups->group[ask->at].payer;

	if (ask->groups->v2 || payer == MW_PAYER_ABOVE)
		return evictable(&p->own);
	if (payer == MW_PAYER_REMOVED)
		return evictable(&p->removed);
	return mw_add(evictable(&p->own), evictable(&p->removed));
}

static void price_reclaim(const struct mw_recharge_ask *ask, struct mw_recharge *ret)
{
	size_t at = paid_at(ask);
	const struct mw_account *p;
	struct mw_val there, rest;

	ret->reclaim_at = at;
	ret->gain_bytes = ret->price_bytes = mw_no(MW_ABSENT);
	if (at == MW_NO_GROUP)
		return;
	p = &ask->groups->group[at];
	ret->reclaim_refused = ask->groups->v2
				       ? !mw_release_at_least(ask->snap->host.release, 5, 19)
				       : p->parent == MW_NO_GROUP;
	there = paid_there(ask, p);
	ret->price_bytes = mw_sub(evictable(&p->cgroup->total), there);
	rest = mw_sub(there, mw_ok(ret->bytes[MW_RECHARGE_DROP]));
	ret->gain_bytes = rest.why == MW_RACED ? mw_ok(0) : rest;
	ret->reclaim_worth = !ret->reclaim_refused && mw_known(ret->gain_bytes) &&
			     mw_known(ret->price_bytes) && ret->gain_bytes.v > ask->floor_bytes &&
			     ret->gain_bytes.v >= ret->price_bytes.v;
}

void mw_recharge_build(const struct mw_recharge_ask *ask, struct mw_arena *arena,
		       struct mw_recharge *ret)
{
	const struct mw_used_files *files = ask->files;

	*ret = (struct mw_recharge){ .at = ask->at, .above = ask->above };
	ret->file = mw_arena_alloc(arena, (files->n + 1) * sizeof(*ret->file));
	for (size_t i = 0; ret->file && i < files->n; i++) {
		struct mw_recharge_file r = judge(&files->item[i]);

		ret->file[ret->n_files++] = r;
		/* Hostile figures do not wrap. */
		ret->bytes[r.way] = mw_or(
			mw_add(mw_ok(ret->bytes[r.way]), mw_ok(mw_or(r.file->cached_bytes, 0))),
			UINT64_MAX);
		ret->count[r.way]++;
	}
	if (ret->n_files)
		qsort(ret->file, ret->n_files, sizeof(*ret->file), by_weight);
	find_stops(ask->snap, arena, ret);
	price_reclaim(ask, ret);
	ret->again_bytes = mw_or(
		mw_add(mw_ok(ret->bytes[MW_RECHARGE_DROP]), mw_ok(ret->bytes[MW_RECHARGE_STOP])),
		UINT64_MAX);
	ret->stop_needed =
		ret->bytes[MW_RECHARGE_STOP] &&
		!(ret->reclaim_worth && ret->gain_bytes.v >= ret->bytes[MW_RECHARGE_STOP] / 10 * 9);
}

struct mw_val mw_recharge_read_ms(uint64_t bytes, struct mw_val speed)
{
	if (!mw_known(speed))
		return speed;
	if (!speed.v)
		return mw_no(MW_BAD);
	if (bytes > UINT64_MAX / 1000)
		return mw_ok(bytes / speed.v * 1000);
	return mw_ok(bytes * 1000 / speed.v);
}

const char *mw_recharge_way_name(enum mw_recharge_way way)
{
	static const char *const names[] = {
		[MW_RECHARGE_NONE] = "none",	   [MW_RECHARGE_LEAVE] = "leave",
		[MW_RECHARGE_DROP] = "drop",	   [MW_RECHARGE_STOP] = "stop",
		[MW_RECHARGE_COPY] = "copy",	   [MW_RECHARGE_FIXED] = "fixed",
		[MW_RECHARGE_UNKNOWN] = "unknown",
	};

	return names[way];
}
