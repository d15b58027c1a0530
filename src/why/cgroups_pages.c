/* SPDX-License-Identifier: Apache-2.0 */
#include "why/cgroups_pages.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/fmt.h"
#include "why/cgroups_pages_private.h"

/* Was each page looked at, and told of which file it is? */
static bool tells(const struct mw_census *c)
{
	return mw_str_eq(c->how, "exact") && !mw_str_eq(c->reader, "kpage") && c->n_paid;
}

static void index_accounts(struct mw_page_join *j)
{
	size_t at;

	for (size_t i = 0; i < j->all->n; i++) {
		const struct mw_cgroup *g = j->all->group[i].cgroup;
		uint64_t key = mw_index_key(g->path);

		if (!mw_index_get(&j->by_path, key, &at))
			mw_index_put(&j->by_path, j->arena, key, i);
		if (g->ino && !mw_index_get(&j->by_ino, g->ino, &at))
			mw_index_put(&j->by_ino, j->arena, g->ino, i);
	}
}

static size_t by_path(const struct mw_page_join *j, struct mw_str path)
{
	size_t at;

	if (!path.n || !mw_index_get(&j->by_path, mw_index_key(path), &at) ||
	    !mw_str_same(j->all->group[at].cgroup->path, path))
		return MW_NO_GROUP;
	return at;
}

/* The nearest above a removed one that is there; one of its own name was made later. */
static size_t above(const struct mw_page_join *j, struct mw_str path)
{
	size_t at = MW_NO_GROUP;

	while (at == MW_NO_GROUP && path.n > 1) {
		path.n = mw_str_rfind(path, '/');
		at = by_path(j, path.n ? path : (struct mw_str){ path.p, 1 });
	}
	return at;
}

static size_t account_of(const struct mw_page_join *j, const struct mw_census_group *g)
{
	size_t at;

	if (g->dying)
		return above(j, g->path);
	return g->ino && mw_index_get(&j->by_ino, g->ino, &at) ? at : by_path(j, g->path);
}

static void take_payers(struct mw_page_join *j)
{
	const struct mw_census *c = &j->snap->census;
	size_t at;

	j->p->payer = mw_arena_alloc(j->arena, (c->n_groups + 1) * sizeof(*j->p->payer));
	for (size_t i = 0; j->p->payer && i < c->n_groups; i++) {
		const struct mw_census_group *g = &c->group[i];

		j->p->payer[j->p->n_payers++] = (struct mw_page_payer){ .group = g,
									.removed = g->dying,
									.at = account_of(j, g) };
		if (!mw_index_get(&j->payer_by_ino, g->ino, &at))
			mw_index_put(&j->payer_by_ino, j->arena, g->ino, i);
	}
}

static int by_inode(const void *x, const void *y)
{
	const struct mw_join_share *a = x, *b = y;

	if (a->dev != b->dev)
		return a->dev < b->dev ? -1 : 1;
	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->of.payer > b->of.payer) - (a->of.payer < b->of.payer);
}

static bool is_of_kind(const struct mw_census *c, uint64_t dev, const char *kind)
{
	for (size_t i = 0; i < c->n_fs; i++)
		if (c->fs[i].dev == dev)
			return mw_str_eq(c->fs[i].kind, kind);
	return false;
}

/* The inode of a block device has its number as its own, as the kernel packs it (MKDEV()). */
static struct mw_str device_name(struct mw_page_join *j, const struct mw_join_share *s)
{
	if (!is_of_kind(&j->snap->census, s->dev, "buffers"))
		return (struct mw_str){};
	return mw_str_of(mw_fmt(j->arena, "block device %" PRIu64 ":%" PRIu64, s->ino >> 20,
				s->ino & 0xfffff));
}

static void add_file(struct mw_page_join *j, const struct mw_join_share *s)
{
	struct mw_page_file *list =
		mw_arena_grow(j->arena, j->p->file, j->p->n_files, sizeof(*list));

	if (!list)
		return;
	j->p->file = list;
	list[j->p->n_files++] =
		(struct mw_page_file){ .dev = s->dev,
				       .ino = s->ino,
				       .shmem = is_of_kind(&j->snap->census, s->dev, "shmem"),
				       .path = device_name(j, s) };
}

/* By inode, and the files that they are of. */
static void take_shares(struct mw_page_join *j)
{
	const struct mw_census *c = &j->snap->census;

	j->share = mw_arena_alloc(j->arena, (c->n_paid + 1) * sizeof(*j->share));
	for (size_t i = 0; j->share && i < c->n_paid; i++) {
		const struct mw_census_paid *w = &c->paid[i];
		struct mw_join_share s = {
			.of.bytes = w->bytes, .left = w->bytes, .dev = w->dev, .ino = w->ino
		};

		if (mw_index_get(&j->payer_by_ino, w->group_ino, &s.of.payer))
			j->share[j->n_shares++] = s;
	}
	if (j->n_shares)
		qsort(j->share, j->n_shares, sizeof(*j->share), by_inode);
	for (size_t i = 0; i < j->n_shares && !j->arena->failed; i++) {
		struct mw_join_share *s = &j->share[i];

		if (!i || s[-1].dev != s->dev || s[-1].ino != s->ino)
			add_file(j, s);
		s->of.file = j->p->n_files - 1;
	}
}

/* n_files: it has no row. */
static size_t file_of(const struct mw_page_join *j, uint64_t dev, uint64_t ino)
{
	const struct mw_page_file *file = j->p->file;
	size_t low = 0, high = j->p->n_files;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (file[mid].dev < dev || (file[mid].dev == dev && file[mid].ino < ino))
			low = mid + 1;
		else
			high = mid;
	}
	return low < j->p->n_files && file[low].dev == dev && file[low].ino == ino ? low
										   : j->p->n_files;
}

static void take_names(struct mw_page_join *j)
{
	const struct mw_snap *s = j->snap;

	for (size_t i = 0; i < s->n_uses; i++) {
		size_t at = file_of(j, s->use[i].dev, s->use[i].ino);

		if (at < j->p->n_files && !j->p->file[at].path.n)
			j->p->file[at].path = s->use[i].path;
	}
	for (size_t i = 0; i < s->census.n_files; i++) {
		const struct mw_census_file *row = &s->census.file[i];
		size_t at = file_of(j, row->dev, row->ino);
		struct mw_page_file *f;

		if (at == j->p->n_files || j->p->file[at].row)
			continue;
		f = &j->p->file[at];
		f->row = row;
		f->deleted = !row->nlink;
		if (!f->path.n)
			f->path = row->path;
	}
}

static struct mw_str last_part(struct mw_str path)
{
	return mw_str_from(path, mw_str_rfind(path, '/') + 1);
}

static bool has_fs(const struct mw_census *c, uint64_t dev)
{
	for (size_t i = 0; i < c->n_fs; i++)
		if (c->fs[i].dev == dev)
			return true;
	return false;
}

/* overlayfs shows a file under a device of its own, mostly with its inode number (where all layers
 * are on one file system, ovl_map_ino(), fs/overlayfs/inode.c): by that and its name.  n_files:
 * there is none, or several. */
static size_t file_below(const struct mw_page_join *j, const struct mw_file_use *w)
{
	const struct mw_census *c = &j->snap->census;
	size_t found = j->p->n_files;

	for (size_t i = 0; i < c->n_files; i++) {
		const struct mw_census_file *row = &c->file[i];
		size_t at;

		if (row->ino != w->ino || !row->path.n ||
		    !mw_str_same(last_part(row->path), last_part(w->path)) ||
		    !is_of_kind(c, row->dev, "cache"))
			continue;
		at = file_of(j, row->dev, row->ino);
		if (found < j->p->n_files && at != found)
			return j->p->n_files;
		found = at;
	}
	return found;
}

static uint64_t key_of(const struct mw_file_use *w)
{
	return w->ino * 0x9e3779b97f4a7c15 ^ w->dev;
}

/* Each file once: of several uses of one the first that was read has its path. */
static void find_below(struct mw_page_join *j)
{
	const struct mw_snap *s = j->snap;
	size_t at;

	for (size_t i = 0; i < s->n_uses; i++) {
		const struct mw_file_use *w = &s->use[i];
		size_t file;

		if (!w->path.n || has_fs(&s->census, w->dev) ||
		    mw_index_get(&j->below, key_of(w), &at))
			continue;
		file = file_below(j, w);
		if (file < j->p->n_files)
			mw_index_put(&j->below, j->arena, key_of(w), file);
	}
}

static size_t file_used(const struct mw_page_join *j, const struct mw_file_use *w)
{
	size_t file = file_of(j, w->dev, w->ino), at;

	if (file == j->p->n_files && mw_index_get(&j->below, key_of(w), &at) &&
	    j->p->file[at].ino == w->ino)
		return at;
	return file;
}

static int by_file(const void *x, const void *y)
{
	const struct mw_join_user *a = x, *b = y;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

/* One for each file and group, whatever the process. */
static void take_users(struct mw_page_join *j)
{
	const struct mw_snap *s = j->snap;
	struct mw_join_user *list = mw_arena_alloc(j->arena, (s->n_uses + 1) * sizeof(*list));
	size_t all = 0;

	for (size_t i = 0; i < s->n_procs; i++)
		if (s->proc[i].charged < j->all->n)
			j->read[s->proc[i].charged] += s->proc[i].files_why == MW_OK;
	for (size_t i = 0; list && i < s->n_uses; i++) {
		const struct mw_file_use *w = &s->use[i];
		size_t group = s->proc[w->proc].charged, file = file_used(j, w);

		if (group >= j->all->n)
			continue;
		if (file < j->p->n_files)
			list[all++] = (struct mw_join_user){ file, group, w->pss_bytes,
							     w->locked_bytes, 0 };
		else
			j->unseen[group] += w->pss_bytes;
	}
	if (all)
		qsort(list, all, sizeof(*list), by_file);
	for (size_t i = 0; i < all; i++)
		if (j->n_users && !by_file(&list[j->n_users - 1], &list[i])) {
			list[j->n_users - 1].pss += list[i].pss;
			list[j->n_users - 1].locked += list[i].locked;
		} else {
			list[j->n_users++] = list[i];
		}
	j->user = list;
}

static int by_payer(const void *x, const void *y)
{
	const struct mw_page_share *a = x, *b = y;

	if (a->payer != b->payer)
		return a->payer < b->payer ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return (a->file > b->file) - (a->file < b->file);
}

static void list_shares(struct mw_page_join *j)
{
	struct mw_page_proof *p = j->p;

	p->share = mw_arena_alloc(j->arena, (j->n_shares + 1) * sizeof(*p->share));
	for (size_t i = 0; p->share && i < j->n_shares; i++)
		p->share[p->n_shares++] = j->share[i].of;
	if (p->n_shares)
		qsort(p->share, p->n_shares, sizeof(*p->share), by_payer);
	for (size_t i = 0; i < p->n_shares; i++) {
		struct mw_page_payer *w = &p->payer[p->share[i].payer];

		if (!w->n_shares++)
			w->first_share = i;
		w->listed_bytes += p->share[i].bytes;
	}
}

static void add_to(struct mw_val *sum, uint64_t bytes)
{
	*sum = mw_add(*sum, mw_ok(bytes));
}

/* v2 has no figure of removed groups but this. */
static void take_removed(struct mw_page_join *j)
{
	struct mw_accounts *all = j->all;

	for (size_t i = 0; i < all->n; i++) {
		struct mw_account *g = &all->group[i];

		g->removed_pages_bytes = mw_ok(0);
		if (!all->v2)
			continue;
		g->removed_by_pages = true;
		g->removed_at_most = false;
		g->removed = (struct mw_cgroup_stat){ .anon_bytes = mw_ok(0),
						      .file_bytes = mw_ok(0),
						      .shmem_bytes = mw_ok(0),
						      .kernel_bytes = mw_ok(0) };
	}
	for (size_t i = 0; i < j->p->n_payers; i++) {
		const struct mw_page_payer *w = &j->p->payer[i];
		const struct mw_census_group *c = w->group;
		struct mw_account *g = w->at == MW_NO_GROUP ? NULL : &all->group[w->at];

		if (!g || !w->removed)
			continue;
		/* file_bytes of memory.stat has shared memory in it, that of the census has not. */
		add_to(&g->removed_pages_bytes, c->file_bytes);
		add_to(&g->removed_pages_bytes, c->shmem_bytes);
		if (!all->v2)
			continue;
		add_to(&g->removed.file_bytes, c->file_bytes);
		add_to(&g->removed.file_bytes, c->shmem_bytes);
		add_to(&g->removed.shmem_bytes, c->shmem_bytes);
		add_to(&g->removed.anon_bytes, c->anon_bytes);
		add_to(&g->removed.kernel_bytes, c->kernel_bytes);
	}
	if (all->v2)
		all->removed_bytes = mw_ok(0);
	for (size_t i = 0; i < all->n && all->v2; i++) {
		all->group[i].removed_bytes = all->group[i].removed.file_bytes;
		all->removed_bytes = mw_add(all->removed_bytes, all->group[i].removed_bytes);
	}
}

void mw_accounts_pages(struct mw_accounting *b)
{
	struct mw_page_join j = { .snap = b->snap, .all = b->all, .arena = b->arena };
	size_t n = b->all->n + 1;

	if (b->snap->census_why != MW_OK || !tells(&b->snap->census))
		return;
	j.p = mw_arena_alloc(b->arena, sizeof(*j.p));
	j.unseen = mw_arena_alloc(b->arena, n * sizeof(*j.unseen));
	j.read = mw_arena_alloc(b->arena, n * sizeof(*j.read));
	if (!j.p || !j.unseen || !j.read)
		return;
	index_accounts(&j);
	take_payers(&j);
	take_shares(&j);
	take_names(&j);
	find_below(&j);
	take_users(&j);
	mw_page_join_settle(&j);
	list_shares(&j);
	if (b->arena->failed)
		return;
	mw_page_join_conclude(&j, b->floor_bytes);
	take_removed(&j);
	b->all->pages = j.p;
}

size_t mw_page_loans_of(const struct mw_page_proof *p, size_t user, size_t *ret_n)
{
	size_t low = 0, high = p->n_loans, n = 0;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (p->loan[mid].user < user)
			low = mid + 1;
		else
			high = mid;
	}
	while (low + n < p->n_loans && p->loan[low + n].user == user)
		n++;
	*ret_n = n;
	return low;
}

struct mw_str mw_page_file_name(const struct mw_page_file *f, struct mw_arena *arena)
{
	if (f->path.n)
		return f->path;
	return mw_str_of(mw_fmt(arena, "inode %" PRIu64 " of %" PRIu64 ":%" PRIu64, f->ino,
				f->dev >> 32, f->dev & UINT32_MAX));
}

const char *mw_page_payer_name(const struct mw_page_payer *p, struct mw_arena *arena)
{
	struct mw_str path = p->group->path;
	struct mw_group_name name = mw_group_name_of(path);
	const char *called = name.kind == MW_GROUP_CONTAINER || name.kind == MW_GROUP_POD
				     ? mw_group_name_words(&name, arena)
				     : mw_fmt(arena, "cgroup %.*s", (int)path.n, path.p);

	if (!path.n)
		return mw_fmt(arena, "a %scgroup without a name (inode %" PRIu64 ")",
			      p->removed ? "removed " : "", p->group->ino);
	return p->removed ? mw_fmt(arena, "removed %s (inode %" PRIu64 ")", called, p->group->ino)
			  : called;
}
