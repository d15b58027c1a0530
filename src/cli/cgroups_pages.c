/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cgroups_pages - what the pages tell: of each cgroup the files that others pay for, and of each
 * removed one what it is still charged for.
 */
#include "base/fmt.h"
#include "cli/cgroups_report.h"

#define FILES_SHOWN 3 /* of each removed cgroup */

static bool is_asked(const struct cgroups_view *v, size_t at)
{
	return v->at == MW_NO_GROUP ||
	       (at != MW_NO_GROUP && mw_group_is_in(v->accounts, at, v->at));
}

static void path_cell(struct mw_row *row, size_t i, const struct cgroups_view *v, size_t at)
{
	if (at != MW_NO_GROUP)
		mw_cell_str(row, i, v->accounts->group[at].cgroup->path);
}

static uint64_t lent(const struct mw_page_loan *l)
{
	return l->mapped_bytes + l->held_bytes;
}

/* The N largest of all are shown. */
static bool *choose(struct mw_arena *a, const struct cgroups_view *v)
{
	const struct mw_page_proof *p = v->accounts->pages;
	bool *shown = mw_arena_alloc(a, p->n_loans + 1);

	for (uint64_t n = 0; shown && n < v->top; n++) {
		size_t best = p->n_loans;

		for (size_t i = 0; i < p->n_loans; i++)
			if (!shown[i] && is_asked(v, p->loan[i].user) &&
			    (best == p->n_loans || lent(&p->loan[i]) > lent(&p->loan[best])))
				best = i;
		if (best == p->n_loans)
			break;
		shown[best] = true;
	}
	return shown;
}

void cli_cgroups_files(struct mw_report *r, const struct cgroups_view *v)
{
	static const struct mw_col columns[] = {
		{ "path", "CGROUP", MW_TYPE_STR },
		{ "file", "USES OF", MW_TYPE_STR },
		{ "dev", NULL, MW_TYPE_STR },
		{ "inode", NULL, MW_TYPE_COUNT },
		{ "mapped_bytes", "MAPPED", MW_TYPE_BYTES },
		{ "locked_bytes", "LOCKED", MW_TYPE_BYTES },
		{ "held_bytes", "HELD OPEN", MW_TYPE_BYTES },
		{ "payer", "CHARGED TO", MW_TYPE_STR },
		{ "payer_inode", NULL, MW_TYPE_COUNT },
		{ "payer_removed", "REMOVED", MW_TYPE_BOOL },
	};
	const struct mw_page_proof *p = v->accounts->pages;
	struct mw_table *t = mw_report_table(
		r,
		(struct mw_table){ .id = "used_files",
				   .col = columns,
				   .n_cols = sizeof(columns) / sizeof(columns[0]),
				   .title = "Used by one, charged to another; HELD OPEN is mapped "
					    "by nobody:" });
	bool *shown = choose(r->arena, v);

	for (size_t i = 0; shown && i < p->n_loans; i++) {
		const struct mw_page_loan *l = &p->loan[i];
		const struct mw_page_payer *w = &p->payer[l->payer];
		const struct mw_page_file *f = &p->file[l->file];
		struct mw_row *row;

		if (!is_asked(v, l->user))
			continue;
		row = mw_report_row(r, t, 0, !v->top || shown[i] ? MW_IN_BOTH : MW_IN_JSON);
		path_cell(row, 0, v, l->user);
		mw_cell_str(row, 1, mw_page_file_name(f, r->arena));
		mw_cell_str(
			row, 2,
			mw_str_of(mw_fmt(r->arena, "%llu:%llu", (unsigned long long)f->dev >> 32,
					 (unsigned long long)f->dev & UINT32_MAX)));
		mw_cell_val(row, 3, mw_ok(f->ino));
		mw_cell_val(row, 4, mw_ok(l->mapped_bytes));
		mw_cell_val(row, 5, mw_ok(l->locked_bytes));
		mw_cell_val(row, 6, mw_ok(l->held_bytes));
		if (w->group->path.n)
			mw_cell_str(row, 7, w->group->path);
		mw_cell_val(row, 8, mw_ok(w->group->ino));
		mw_cell_val(row, 9, mw_ok(w->removed));
	}
}

enum dying_column {
	NAME,
	PARENT,
	INO,
	BYTES,
	FILE_BYTES,
	SHMEM,
	ANON,
	KERNEL,
	COPY,
	TOLD,
	PATH,
	LABEL,
	N_DYING
};

static const struct mw_col dying_columns[N_DYING] = {
	[NAME] = { "name", NULL, MW_TYPE_STR },
	[PARENT] = { "parent", NULL, MW_TYPE_STR },
	[INO] = { "inode", "INODE", MW_TYPE_COUNT },
	[BYTES] = { "bytes", "BYTES", MW_TYPE_BYTES },
	[FILE_BYTES] = { "file_bytes", "FILE", MW_TYPE_BYTES },
	[SHMEM] = { "shmem_bytes", "SHMEM", MW_TYPE_BYTES },
	[ANON] = { "anon_bytes", "ANON", MW_TYPE_BYTES },
	[KERNEL] = { "kernel_bytes", "KERNEL", MW_TYPE_BYTES },
	[COPY] = { "only_a_copy_moves_it", NULL, MW_TYPE_BOOL },
	[TOLD] = { "other_files_bytes", NULL, MW_TYPE_BYTES },
	[PATH] = { "path", NULL, MW_TYPE_STR },
	[LABEL] = { NULL, "REMOVED CGROUP, ITS LARGEST FILES", MW_TYPE_STR, .tree = true },
};

static void file_rows(struct mw_report *r, struct mw_table *t, const struct mw_page_proof *p,
		      const struct mw_page_payer *w, bool in_text)
{
	for (size_t i = 0; i < w->n_shares; i++) {
		const struct mw_page_share *s = &p->share[w->first_share + i];
		const struct mw_page_file *f = &p->file[s->file];
		struct mw_str name = mw_page_file_name(f, r->arena);
		struct mw_row *row = mw_report_row(
			r, t, 1, in_text && i < FILES_SHOWN ? MW_IN_BOTH : MW_IN_JSON);

		if (f->path.n)
			mw_cell_str(row, PATH, f->path);
		mw_cell_str(row, LABEL, name);
		mw_cell_val(row, INO, mw_ok(f->ino));
		mw_cell_val(row, BYTES, mw_ok(s->bytes));
		if (f->shmem)
			mw_cell_val(row, COPY, mw_ok(true));
	}
}

static void dying_row(struct mw_report *r, struct mw_table *t, const struct cgroups_view *v,
		      const struct mw_page_payer *w, bool in_text)
{
	const struct mw_census_group *g = w->group;
	struct mw_row *row = mw_report_row(r, t, 0, in_text ? MW_IN_BOTH : MW_IN_JSON);
	struct mw_val files = mw_add(mw_ok(g->file_bytes), mw_ok(g->shmem_bytes));

	if (g->path.n)
		mw_cell_str(row, NAME, g->path);
	mw_cell_str(
		row, LABEL,
		g->path.n ? g->path
			  : mw_str_of(mw_fmt(r->arena, "inode %llu", (unsigned long long)g->ino)));
	path_cell(row, PARENT, v, w->at);
	mw_cell_val(row, INO, mw_ok(g->ino));
	mw_cell_val(row, BYTES, mw_ok(g->bytes));
	mw_cell_val(row, FILE_BYTES, mw_ok(g->file_bytes));
	mw_cell_val(row, SHMEM, mw_ok(g->shmem_bytes));
	mw_cell_val(row, ANON, mw_ok(g->anon_bytes));
	mw_cell_val(row, KERNEL, mw_ok(g->kernel_bytes));
	mw_cell_val(row, TOLD, mw_sub(files, mw_ok(w->listed_bytes)));
	file_rows(r, t, v->accounts->pages, w, in_text);
}

/* The groups of the census come largest first. */
void cli_cgroups_dying(struct mw_report *r, const struct cgroups_view *v)
{
	const struct mw_page_proof *p = v->accounts->pages;
	struct mw_table *t;
	size_t n = 0;

	if (!p) { /* who they are only the pages tell */
		mw_report_figure(r, "dying", mw_no(MW_UNREAD));
		return;
	}
	t = mw_report_table(
		r, (struct mw_table){ .id = "dying",
				      .child_id = { "files" },
				      .col = dying_columns,
				      .n_cols = N_DYING,
				      .title = v->dying ? "Removed cgroups that are still charged, "
							  "by the pages:"
							: NULL });
	for (size_t i = 0; i < p->n_payers; i++)
		if (p->payer[i].removed && is_asked(v, p->payer[i].at))
			dying_row(r, t, v, &p->payer[i], !v->top || n++ < v->top);
	if (v->dying && v->top && n > v->top)
		mw_report_note(
			r, mw_fmt(r->arena,
				  "%zu smaller removed cgroups are not shown: --top 0 shows all",
				  n - (size_t)v->top));
}

enum group_column {
	G_PATH,
	G_CHARGED,
	G_USED,
	G_FOR_OTHERS,
	G_ELSEWHERE,
	G_HELD,
	G_REMOVED,
	G_BELOW,
	G_INO,
	G_BYTES,
	G_MAX,
	G_HIGH,
	G_ROOM,
	G_FIRST,
	N_GROUP
};

static const struct mw_col group_columns[N_GROUP] = {
	[G_PATH] = { "path", NULL, MW_TYPE_STR },
	[G_CHARGED] = { "charged_bytes", NULL, MW_TYPE_BYTES },
	[G_USED] = { "used_bytes", NULL, MW_TYPE_BYTES },
	[G_FOR_OTHERS] = { "paid_for_others_bytes", NULL, MW_TYPE_BYTES },
	[G_ELSEWHERE] = { "paid_elsewhere_bytes", NULL, MW_TYPE_BYTES },
	[G_HELD] = { "held_open_bytes", NULL, MW_TYPE_BYTES },
	[G_REMOVED] = { "removed", NULL, MW_TYPE_BOOL },
	[G_BELOW] = { "below", NULL, MW_TYPE_STR },
	[G_INO] = { "inode", NULL, MW_TYPE_COUNT },
	[G_BYTES] = { "bytes", NULL, MW_TYPE_BYTES },
	[G_MAX] = { "max_bytes", NULL, MW_TYPE_BYTES },
	[G_HIGH] = { "high_bytes", NULL, MW_TYPE_BYTES },
	[G_ROOM] = { "room_bytes", NULL, MW_TYPE_BYTES },
	[G_FIRST] = { "bites_first", NULL, MW_TYPE_BOOL },
};

static struct mw_row *listed(struct mw_report *r, struct mw_table *t, const char *list)
{
	struct mw_row *row = mw_report_row(r, t, 1, MW_IN_JSON);

	if (row)
		row->list = list;
	return row;
}

/* By the pages, of the group itself: each payer once, in the order of its largest file.  sum: of
 * each payer, 0. */
static void payers_by_pages(struct mw_report *r, struct mw_table *t, const struct cgroups_view *v,
			    size_t at, uint64_t *sum)
{
	const struct mw_page_proof *p = v->accounts->pages;
	size_t n, first = mw_page_loans_of(p, at, &n);

	for (size_t i = first; i < first + n; i++)
		sum[p->loan[i].payer] += p->loan[i].mapped_bytes;
	for (size_t i = first; i < first + n; i++) {
		const struct mw_page_payer *w = &p->payer[p->loan[i].payer];
		uint64_t *bytes = &sum[p->loan[i].payer];
		struct mw_row *row;

		if (!*bytes)
			continue; /* said before, or only held open */
		row = listed(r, t, "payers");
		if (w->group->path.n)
			mw_cell_str(row, G_PATH, w->group->path);
		mw_cell_val(row, G_REMOVED, mw_ok(w->removed));
		if (w->removed)
			path_cell(row, G_BELOW, v, w->at);
		mw_cell_val(row, G_INO, mw_ok(w->group->ino));
		mw_cell_val(row, G_BYTES, mw_ok(*bytes));
		*bytes = 0;
	}
}

/* By processes there is one, or one that is not known. */
static void payers(struct mw_report *r, struct mw_table *t, const struct cgroups_view *v, size_t at,
		   uint64_t *sum)
{
	const struct mw_account *g = &v->accounts->group[at];
	struct mw_row *row;

	if (g->by_pages) {
		payers_by_pages(r, t, v, at, sum);
		return;
	}
	if (g->payer == MW_PAYER_NONE)
		return;
	row = listed(r, t, "payers");
	path_cell(row, g->payer == MW_PAYER_REMOVED ? G_BELOW : G_PATH, v, g->payer_at);
	mw_cell_val(row, G_REMOVED,
		    g->payer == MW_PAYER_EITHER || g->payer == MW_PAYER_UNKNOWN
			    ? mw_no(MW_UNREAD)
			    : mw_ok(g->payer == MW_PAYER_REMOVED));
	mw_cell_val(row, G_BYTES, g->unpaid_bytes);
}

static void limits(struct mw_report *r, struct mw_table *t, const struct cgroups_view *v, size_t of)
{
	const struct mw_account *group = v->accounts->group;

	for (size_t at = of; at != MW_NO_GROUP; at = group[at].parent) {
		const struct mw_cgroup *c = group[at].cgroup;
		struct mw_row *row;

		if (!mw_known(c->max_bytes) && !mw_known(c->high_bytes))
			continue;
		row = listed(r, t, "limits");
		path_cell(row, G_PATH, v, at);
		if (c->max_bytes.why != MW_ABSENT) {
			mw_cell_val(row, G_MAX, c->max_bytes);
			mw_cell_val(row, G_ROOM, mw_sub(c->max_bytes, c->usage_bytes));
		}
		if (c->high_bytes.why != MW_ABSENT)
			mw_cell_val(row, G_HIGH, c->high_bytes);
		mw_cell_val(row, G_FIRST, mw_ok(group[of].bites_at == at));
	}
}

/* Mapped by nobody, open there, charged outside. */
static struct mw_val held(const struct cgroups_view *v, size_t at)
{
	const struct mw_page_proof *p = v->accounts->pages;
	size_t n, first = p ? mw_page_loans_of(p, at, &n) : 0;
	struct mw_val sum = p ? mw_ok(0) : mw_no(MW_UNREAD);

	for (size_t i = first; p && i < first + n; i++)
		sum = mw_add(sum, mw_ok(p->loan[i].held_bytes));
	return sum;
}

void cli_cgroups_groups(struct mw_report *r, const struct cgroups_view *v)
{
	struct mw_table *t = mw_report_table(r, (struct mw_table){ .id = "groups",
								   .child_id = { "payers" },
								   .col = group_columns,
								   .n_cols = N_GROUP });
	const struct mw_page_proof *p = v->accounts->pages;
	uint64_t *sum = mw_arena_alloc(r->arena, ((p ? p->n_payers : 0) + 1) * sizeof(*sum));

	for (size_t i = 0; sum && i < v->accounts->n; i++) {
		const struct mw_account *g = &v->accounts->group[i];
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_JSON);

		path_cell(row, G_PATH, v, i);
		mw_cell_val(row, G_CHARGED, g->cgroup->usage_bytes);
		mw_cell_val(row, G_USED,
			    mw_sub(mw_add(g->cgroup->usage_bytes, g->elsewhere_bytes),
				   g->for_others_bytes));
		mw_cell_val(row, G_FOR_OTHERS, g->for_others_bytes);
		mw_cell_val(row, G_ELSEWHERE, g->elsewhere_bytes);
		mw_cell_val(row, G_HELD, held(v, i));
		payers(r, t, v, i, sum);
		limits(r, t, v, i);
	}
}
