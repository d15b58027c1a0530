/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cgroups_report.h"

#include "base/fmt.h"

enum column {
	NAME,
	PATH,
	PARENT,
	DEPTH,
	INO,
	CHARGED,
	ANON,
	FILES,
	SHMEM,
	KERNEL,
	MAPPED_CHARGED,
	UNEVICTABLE,
	LOCKED,
	MAPPED,
	USED_ANON,
	UNPAID,
	MOVED,
	MOVED_PAYER,
	MOVED_PAYER_PATH,
	PROOF,
	PAYER,
	PAYER_PATH,
	REMOVED,
	REMOVED_AT_MOST,
	REMOVED_PAGES,
	REMOVED_COUNT,
	MAX,
	HIGH,
	LOW,
	MIN,
	SOFT,
	BITES,
	ROOM,
	MAX_COUNT,
	HIGH_COUNT,
	KILLS,
	PRESSURE,
	WORKING_SET,
	PROCESSES,
	UNREAD,
	KIND,
	RUNTIME,
	CONTAINER,
	POD,
	UNIT,
	WHAT,
	N_COLUMNS
};

static const struct mw_col columns[N_COLUMNS] = {
	[NAME] = { NULL, "CGROUP", MW_TYPE_STR },
	[PATH] = { "path", NULL, MW_TYPE_STR },
	[PARENT] = { "parent", NULL, MW_TYPE_STR },
	[DEPTH] = { "depth", NULL, MW_TYPE_COUNT },
	[INO] = { "inode", NULL, MW_TYPE_COUNT },
	[CHARGED] = { "charged_bytes", "CHARGED", MW_TYPE_BYTES },
	[ANON] = { "anon_bytes", "ANON", MW_TYPE_BYTES },
	[FILES] = { "file_bytes", "FILE", MW_TYPE_BYTES },
	[SHMEM] = { "shmem_bytes", NULL, MW_TYPE_BYTES },
	[KERNEL] = { "kernel_bytes", "KERNEL", MW_TYPE_BYTES },
	[MAPPED_CHARGED] = { "file_mapped_bytes", NULL, MW_TYPE_BYTES },
	[UNEVICTABLE] = { "unevictable_bytes", NULL, MW_TYPE_BYTES },
	[LOCKED] = { "used_locked_bytes", "LOCKED", MW_TYPE_BYTES },
	[MAPPED] = { "used_mapped_bytes", "MAPPED", MW_TYPE_BYTES },
	[USED_ANON] = { "used_anon_bytes", NULL, MW_TYPE_BYTES },
	[UNPAID] = { "unpaid_bytes", "UNPAID", MW_TYPE_BYTES },
	[MOVED] = { "moved_bytes", NULL, MW_TYPE_BYTES },
	[MOVED_PAYER] = { "moved_payer", NULL, MW_TYPE_STR },
	[MOVED_PAYER_PATH] = { "moved_payer_path", NULL, MW_TYPE_STR },
	[PROOF] = { "proof", NULL, MW_TYPE_STR },
	[PAYER] = { "payer", NULL, MW_TYPE_STR },
	[PAYER_PATH] = { "payer_path", NULL, MW_TYPE_STR },
	[REMOVED] = { "removed_bytes", "REMOVED", MW_TYPE_BYTES },
	[REMOVED_AT_MOST] = { "removed_at_most", NULL, MW_TYPE_BOOL },
	[REMOVED_PAGES] = { "removed_by_pages_bytes", NULL, MW_TYPE_BYTES },
	[REMOVED_COUNT] = { "removed_count", NULL, MW_TYPE_COUNT },
	[MAX] = { "max_bytes", "LIMIT", MW_TYPE_BYTES },
	[HIGH] = { "high_bytes", NULL, MW_TYPE_BYTES },
	[LOW] = { "low_bytes", NULL, MW_TYPE_BYTES },
	[MIN] = { "min_bytes", NULL, MW_TYPE_BYTES },
	[SOFT] = { "soft_bytes", NULL, MW_TYPE_BYTES },
	[BITES] = { "bites_first", NULL, MW_TYPE_STR },
	[ROOM] = { "room_bytes", NULL, MW_TYPE_BYTES },
	[MAX_COUNT] = { "max_count", NULL, MW_TYPE_COUNT },
	[HIGH_COUNT] = { "high_count", NULL, MW_TYPE_COUNT },
	[KILLS] = { "oom_kill_count", NULL, MW_TYPE_COUNT },
	[PRESSURE] = { "pressure_some10_permyriad", NULL, MW_TYPE_COUNT },
	[WORKING_SET] = { "working_set_bytes", NULL, MW_TYPE_BYTES },
	[PROCESSES] = { "processes", NULL, MW_TYPE_COUNT },
	[UNREAD] = { "unread", NULL, MW_TYPE_COUNT },
	[KIND] = { "kind", NULL, MW_TYPE_STR },
	[RUNTIME] = { "runtime", NULL, MW_TYPE_STR },
	[CONTAINER] = { "container", NULL, MW_TYPE_STR },
	[POD] = { "pod", NULL, MW_TYPE_STR },
	[UNIT] = { "unit", NULL, MW_TYPE_STR },
	[WHAT] = { NULL, "WHAT", MW_TYPE_STR },
};

/* What this version or group does not have is left out. */
static void cell(struct mw_row *row, size_t i, struct mw_val v)
{
	if (v.why != MW_ABSENT)
		mw_cell_val(row, i, v);
}

static void text(struct mw_row *row, size_t i, struct mw_str s)
{
	if (s.n)
		mw_cell_str(row, i, s);
}

static struct mw_str path_of(const struct cgroups_view *v, size_t at)
{
	return at == MW_NO_GROUP ? (struct mw_str){} : v->accounts->group[at].cgroup->path;
}

/* The last part of the path, further in the deeper it is. */
static const char *indented(struct mw_arena *a, const struct mw_account *g)
{
	struct mw_str path = g->cgroup->path;
	struct mw_str last = mw_str_from(path, mw_str_rfind(path, '/') + 1);

	if (!last.n)
		last = path;
	return mw_fmt(a, "%*s%.*s", (int)(2 * (g->depth < 32 ? g->depth : 32)), "", (int)last.n,
		      last.p);
}

static void charge_cells(struct mw_row *row, const struct mw_account *g)
{
	const struct mw_cgroup_stat *t = &g->cgroup->total;

	cell(row, CHARGED, g->cgroup->usage_bytes);
	cell(row, ANON, t->anon_bytes);
	cell(row, FILES, t->file_bytes);
	cell(row, SHMEM, t->shmem_bytes);
	cell(row, KERNEL, t->kernel_bytes);
	cell(row, MAPPED_CHARGED, t->mapped_bytes);
	cell(row, UNEVICTABLE, t->unevictable_bytes);
	cell(row, WORKING_SET, g->working_set_bytes);
	cell(row, REMOVED, g->removed_bytes);
	if (mw_known(g->removed_bytes))
		mw_cell_val(row, REMOVED_AT_MOST, mw_ok(g->removed_at_most));
	if (mw_known(g->removed_pages_bytes))
		cell(row, REMOVED_PAGES, g->removed_pages_bytes);
	cell(row, REMOVED_COUNT, g->removed_count);
}

static void use_cells(struct mw_row *row, const struct cgroups_view *v, const struct mw_account *g)
{
	mw_cell_val(row, PROCESSES, mw_ok(g->use_below.proc_count));
	mw_cell_val(row, UNREAD, mw_ok(g->use_below.unread_count));
	cell(row, LOCKED, g->use_below.locked_bytes);
	cell(row, MAPPED, g->use_below.mapped_bytes);
	cell(row, USED_ANON, g->use_below.anon_bytes);
	cell(row, UNPAID, g->unpaid_bytes);
	cell(row, MOVED, g->moved.bytes);
	mw_cell_str(row, MOVED_PAYER, mw_str_of(mw_payer_name(g->moved.payer)));
	text(row, MOVED_PAYER_PATH, path_of(v, g->moved.payer_at));
	mw_cell_str(row, PROOF, mw_str_of(mw_group_proof_name(g->proof)));
	mw_cell_str(row, PAYER, mw_str_of(mw_payer_name(g->payer)));
	text(row, PAYER_PATH, path_of(v, g->payer_at));
}

static void limit_cells(struct mw_row *row, const struct cgroups_view *v,
			const struct mw_account *g)
{
	const struct mw_cgroup *c = g->cgroup;

	cell(row, MAX, c->max_bytes);
	cell(row, HIGH, c->high_bytes);
	cell(row, LOW, c->low_bytes);
	cell(row, MIN, c->min_bytes);
	cell(row, SOFT, c->soft_bytes);
	text(row, BITES, path_of(v, g->bites_at));
	cell(row, ROOM, g->room_bytes);
	cell(row, MAX_COUNT, c->max_count);
	cell(row, HIGH_COUNT, c->high_count);
	cell(row, KILLS, c->oom_kill_count);
	cell(row, PRESSURE, c->pressure.some_permyriad);
}

static void name_cells(struct mw_arena *a, struct mw_row *row, const struct cgroups_view *v,
		       const struct mw_account *g)
{
	mw_cell_str(row, NAME, mw_str_of(indented(a, g)));
	mw_cell_str(row, PATH, g->cgroup->path);
	text(row, PARENT, path_of(v, g->parent));
	mw_cell_val(row, DEPTH, mw_ok(g->depth));
	if (g->cgroup->ino)
		mw_cell_val(row, INO, mw_ok(g->cgroup->ino));
	mw_cell_str(row, KIND, mw_str_of(mw_group_kind_name(g->name.kind)));
	if (g->name.runtime)
		mw_cell_str(row, RUNTIME, mw_str_of(g->name.runtime));
	text(row, CONTAINER, g->name.container);
	text(row, POD, g->name.pod);
	text(row, UNIT, g->name.unit);
	/* A unit's name stands there anyway. */
	if (g->name.kind != MW_GROUP_UNIT)
		text(row, WHAT, mw_str_of(mw_group_name_words(&g->name, a)));
}

static uint64_t weight(const struct mw_account *g)
{
	uint64_t charged = mw_or(g->cgroup->usage_bytes, mw_or(g->cgroup->total.file_bytes, 0));
	uint64_t used = mw_or(g->unpaid_bytes, 0);

	return charged > used ? charged : used;
}

static void mark(const struct cgroups_view *v, bool *shown, size_t at)
{
	for (; at != MW_NO_GROUP && !shown[at]; at = v->accounts->group[at].parent)
		shown[at] = true;
}

static bool is_asked(const struct cgroups_view *v, size_t at)
{
	return v->at == MW_NO_GROUP || mw_group_is_in(v->accounts, at, v->at);
}

static size_t largest(const struct cgroups_view *v, const bool *shown)
{
	const struct mw_account *group = v->accounts->group;
	size_t best = MW_NO_GROUP;

	for (size_t i = 0; i < v->accounts->n; i++)
		if (!shown[i] && is_asked(v, i) && weight(&group[i]) &&
		    (best == MW_NO_GROUP || weight(&group[i]) > weight(&group[best])))
			best = i;
	return best;
}

/* The largest, who uses what others pay, and all above them. */
static void choose(const struct cgroups_view *v, bool *shown)
{
	for (size_t n = 0; n < v->top; n++)
		mark(v, shown, largest(v, shown));
	for (size_t i = 0; i < v->accounts->n; i++)
		if (is_asked(v, i) &&
		    (!v->top || mw_group_is_unpaid(v->found, &v->accounts->group[i])))
			mark(v, shown, i);
	mark(v, shown, v->at);
}

static void table(struct mw_report *r, const struct cgroups_view *v)
{
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "cgroups",
				      .col = columns,
				      .n_cols = N_COLUMNS,
				      .title = "Charged with all below; LOCKED and MAPPED by the "
					       "processes in it and below, whoever pays:" });
	bool *shown = mw_arena_alloc(r->arena, v->accounts->n + 1);
	size_t left_out = 0;

	if (!shown)
		return;
	choose(v, shown);
	for (size_t i = 0; i < v->accounts->n; i++) {
		const struct mw_account *g = &v->accounts->group[i];
		struct mw_row *row = mw_report_row(r, t, 0, shown[i] ? MW_IN_BOTH : MW_IN_JSON);

		name_cells(r->arena, row, v, g);
		charge_cells(row, g);
		use_cells(row, v, g);
		limit_cells(row, v, g);
		left_out += !shown[i];
	}
	if (left_out)
		mw_report_note(r, mw_fmt(r->arena,
					 "%zu smaller cgroups are not shown: --top 0 shows "
					 "all",
					 left_out));
}

static size_t worst(const struct cgroups_view *v, size_t *ret_more)
{
	size_t best = MW_NO_GROUP, n = 0;

	for (size_t i = 0; i < v->accounts->n; i++) {
		const struct mw_account *g = &v->accounts->group[i];

		if (!mw_group_is_serious(v->found, g) || !is_asked(v, i))
			continue;
		n++;
		if (best == MW_NO_GROUP ||
		    g->unpaid_bytes.v > v->accounts->group[best].unpaid_bytes.v)
			best = i;
	}
	*ret_more = n ? n - 1 : 0;
	return best;
}

/* "lock 256 MiB, 0 B of that is charged to it": what the proof rests on */
static const char *proof_words(struct mw_arena *a, const struct mw_account *g)
{
	bool locked = g->proof == MW_PROOF_LOCKED;

	if (g->proof == MW_PROOF_PAGES)
		return mw_or(g->unpaid_locked_bytes, 0)
			       ? mw_fmt(a, "of that its processes lock %s",
					mw_fmt_val_bytes(a, g->unpaid_locked_bytes))
			       : "mapped, not locked";
	return mw_fmt(a, "its processes %s %s, %s of that is charged to it",
		      locked ? "lock" : "map",
		      mw_fmt_val_bytes(a, locked ? g->use.locked_bytes : g->use.mapped_bytes),
		      mw_fmt_val_bytes(a, locked ? g->own.unevictable_bytes : g->own.mapped_bytes));
}

/* ", of /srv/index": the file that has most of it */
static const char *file_words(struct mw_arena *a, const struct cgroups_view *v, size_t at)
{
	const struct mw_page_proof *p = v->accounts->pages;
	size_t n, first;
	struct mw_str name;

	if (v->accounts->group[at].proof != MW_PROOF_PAGES)
		return "";
	first = mw_page_loans_of(p, at, &n);
	name = mw_page_file_name(&p->file[p->loan[first].file], a);
	return mw_fmt(a, ", %s %.*s", n > 1 ? "most of" : "of", (int)name.n, name.p);
}

static const char *unpaid_verdict(struct mw_arena *a, const struct cgroups_view *v, size_t at,
				  size_t more)
{
	const struct mw_account *g = &v->accounts->group[at];
	const char *said =
		mw_fmt(a, "%s uses %s that it does not pay for (%s%s): paid by %s; proof %s",
		       mw_group_called(v->found, at), mw_fmt_val_bytes(a, g->unpaid_bytes),
		       proof_words(a, g), file_words(a, v, at), mw_group_payer_words(v->found, g),
		       g->proof == MW_PROOF_PAGES ? "page by page" : "by processes");

	return more ? mw_fmt(a, "%s; and %zu more", said, more) : said;
}

/* What processes use was not asked. */
static const char *arithmetic_verdict(struct mw_arena *a, const struct cgroups_view *v,
				      const char *where)
{
	struct mw_val removed = v->at == MW_NO_GROUP ? v->accounts->removed_bytes
						     : v->accounts->group[v->at].removed_bytes;

	bool at_most = false;

	for (size_t i = 0; i < v->accounts->n; i++)
		at_most |= (v->at == MW_NO_GROUP || v->at == i) &&
			   v->accounts->group[i].removed_at_most &&
			   mw_or(v->accounts->group[i].removed_bytes, 0);
	return mw_fmt(a,
		      "%s: removed cgroups are still charged for %s%s; proof by arithmetic alone",
		      where, at_most ? "at most " : "", mw_fmt_val_bytes(a, removed));
}

/* "cgroup /a pays for what its processes lock and map, but for 20.0 MiB" */
static const char *paid_words(struct mw_arena *a, const struct cgroups_view *v, const char *where)
{
	struct mw_val rest = mw_ok(0);
	const char *said;

	for (size_t i = 0; i < v->accounts->n; i++)
		if (is_asked(v, i))
			rest = mw_add(rest, mw_ok(mw_or(v->accounts->group[i].unpaid_bytes, 0)));
	said = mw_fmt(a, "%s%s for what its processes lock and map", where,
		      v->at == MW_NO_GROUP ? ": each pays" : " pays");
	if (mw_or(rest, 0) >> 20)
		said = mw_fmt(a, "%s, but for %s", said, mw_fmt_val_bytes(a, rest));
	return said;
}

static const char *verdict(struct mw_arena *a, const struct cgroups_view *v)
{
	const struct mw_accounts *all = v->accounts;
	size_t more, at = worst(v, &more);
	const char *where = v->at == MW_NO_GROUP
				    ? mw_fmt(a, "%zu cgroup%s", all->n, all->n == 1 ? "" : "s")
				    : mw_group_called(v->found, v->at);

	if (!all->n)
		return "No memory cgroups are mounted here: nobody keeps account";
	if (!all->proofs)
		return arithmetic_verdict(a, v, where);
	if (all->proofs == MW_BY_PAGES && !all->pages)
		return mw_fmt(a, "%s: not known who uses what: the pages do not tell here", where);
	if (at != MW_NO_GROUP)
		return unpaid_verdict(a, v, at, more);
	if (all->unread_count && all->unread_count >= v->snap->n_procs / 2)
		return mw_fmt(a, "%s: who uses what could not be read of %zu of %zu processes",
			      where, all->unread_count, v->snap->n_procs);
	if (mw_or(all->removed_bytes, 0) > v->found->limit->cg_floor_mib << 20 &&
	    v->at == MW_NO_GROUP)
		return mw_fmt(
			a,
			"%s: each pays for what its processes lock and map; removed cgroups are "
			"still charged for %s; proof %s",
			where, mw_fmt_val_bytes(a, all->removed_bytes),
			all->pages ? "page by page" : "by arithmetic");
	return paid_words(a, v, where);
}

static void refusals(struct mw_report *r, const struct mw_census *c)
{
	for (size_t i = 0; i < c->n_refusals; i++) {
		const struct mw_census_refusal *f = &c->refusal[i];

		mw_report_note(r, mw_fmt(r->arena, "pages: reader %.*s not used: %.*s: %.*s",
					 (int)f->reader.n, f->reader.p, (int)f->reason.n,
					 f->reason.p, (int)f->error.n, f->error.p));
	}
}

static void pages_note(struct mw_report *r, const struct cgroups_view *v)
{
	const struct mw_page_proof *p = v->accounts->pages;

	if (!v->pages) {
		mw_report_note(r,
			       "not page by page: --pages would name the files, and each removed "
			       "cgroup");
		return;
	}
	refusals(r, &v->snap->census);
	if (!p)
		mw_report_note(r, "not page by page: no page could be told by file and cgroup");
	else if (p->unseen_bytes)
		mw_report_note(r,
			       mw_fmt(r->arena,
				      "page by page: of %s that processes map it is not known who "
				      "pays: other file systems, or too small a part to be listed",
				      mw_fmt_bytes(r->arena, p->unseen_bytes)));
}

static void notes(struct mw_report *r, const struct cgroups_view *v)
{
	const struct mw_accounts *all = v->accounts;

	if (!all->n)
		return;
	pages_note(r, v);
	if (all->unread_count)
		mw_report_note(r,
			       mw_fmt(r->arena,
				      "what %zu of %zu processes use is not known: others may use "
				      "more, and pay less for others, than it seems",
				      all->unread_count, v->snap->n_procs));
	if (all->outside_count)
		mw_report_note(
			r, mw_fmt(r->arena, "%zu process%s in cgroups that are not seen from here",
				  all->outside_count, all->outside_count == 1 ? " is" : "es are"));
}

void cli_cgroups_report(struct mw_report *r, const struct cgroups_view *v)
{
	const struct mw_accounts *all = v->accounts;

	r->verdict = verdict(r->arena, v);
	notes(r, v);
	mw_report_string(r, "version", !all->n ? NULL : all->v2 ? "v2" : "v1");
	mw_report_figure(r, "unpaid_bytes", all->unpaid_bytes);
	mw_report_figure(r, "removed_bytes", all->removed_bytes);
	mw_report_figure(r, "process_count", mw_ok(v->snap->n_procs));
	mw_report_figure(r, "unread_count", mw_ok(all->unread_count));
	if (all->pages)
		mw_report_string(r, "pages_reader",
				 mw_arena_cstr(r->arena, v->snap->census.reader));
	if (v->at != MW_NO_GROUP)
		mw_report_string(r, "asked", mw_group_path(v->found, v->at));
	if (v->found->n_expected)
		cli_cgroups_expected(r, v);
	table(r, v);
	if (all->pages)
		cli_cgroups_files(r, v);
	if (v->dying)
		cli_cgroups_removed(r, v);
	cli_cgroups_dying(r, v);
	cli_cgroups_groups(r, v);
	if (v->at != MW_NO_GROUP)
		cli_cgroups_detail(r, v);
}
