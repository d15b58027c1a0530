/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger_report - a ledger as rows: for the commands that show one.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fmt.h"
#include "cli/cmd.h"

enum column {
	WHAT,
	CLASS,
	LABEL,
	KIND,
	NAME,
	BYTES,
	SHARE,
	PID,
	COMM,
	MOUNT,
	INODE,
	LIMIT,
	HOLDERS,
	SOURCE,
	OWNERS,
	NOTE,
	JSON_NOTE,
	N_COLUMNS
};

static const struct mw_col columns[N_COLUMNS] = {
	[WHAT] = { NULL, "MEMORY", MW_TYPE_STR, .tree = true },
	[CLASS] = { "class", NULL, MW_TYPE_STR },
	[LABEL] = { "label", NULL, MW_TYPE_STR },
	[KIND] = { "kind", NULL, MW_TYPE_STR },
	[NAME] = { "name", NULL, MW_TYPE_STR },
	[BYTES] = { "bytes", "SIZE", MW_TYPE_BYTES },
	[SHARE] = { NULL, "%", MW_TYPE_PERCENT },
	[PID] = { "pid", NULL, MW_TYPE_COUNT },
	[COMM] = { "comm", NULL, MW_TYPE_STR },
	[MOUNT] = { "mount", NULL, MW_TYPE_STR },
	[INODE] = { "inode", NULL, MW_TYPE_COUNT },
	[LIMIT] = { "limit_bytes", NULL, MW_TYPE_BYTES },
	[HOLDERS] = { "holders", NULL, MW_TYPE_COUNT },
	[SOURCE] = { "source", NULL, MW_TYPE_STR },
	[OWNERS] = { "owners_read", NULL, MW_TYPE_STR },
	[NOTE] = { NULL, "NOTE", MW_TYPE_STR },
	[JSON_NOTE] = { "note", NULL, MW_TYPE_STR },
};

/* What is too small to be shown to people: less than 1/2000 of all. */
#define SMALL_PART 2000
/* Owners that exceed their class by this part of all are worth a line. */
#define EXCESS_PART 200

struct maker {
	struct mw_report *r;
	struct mw_table *t;
	const struct mw_ledger *l;
	uint64_t top;
};

static struct mw_val share(const struct maker *m, struct mw_val bytes)
{
	struct mw_val scaled = mw_mul(bytes, 10000);

	if (!mw_known(scaled) || !mw_or(m->l->total_bytes, 0))
		return mw_no(MW_UNREAD);
	return mw_ok(scaled.v / m->l->total_bytes.v);
}

static void size_cells(const struct maker *m, struct mw_row *row, struct mw_val bytes)
{
	mw_cell_val(row, BYTES, bytes);
	mw_cell_val(row, SHARE, share(m, bytes));
}

static void optional_val(struct mw_row *row, enum column c, struct mw_val v)
{
	if (v.why != MW_ABSENT)
		mw_cell_val(row, c, v);
}

static void optional_str(struct mw_row *row, enum column c, struct mw_str s)
{
	if (s.n)
		mw_cell_str(row, c, s);
}

static bool is_remainder(const struct mw_owner *o)
{
	return !strcmp(o->kind, "remainder");
}

/* "tmpfs /dev/shm, seen by pid 99 (java)" */
static const char *what(struct mw_arena *a, const struct mw_owner *o)
{
	const char *by = "";

	if (is_remainder(o) && !mw_known(o->bytes))
		return "too much";
	if (is_remainder(o) || !strcmp(o->kind, "zone") || !strcmp(o->kind, "in_use") ||
	    !strcmp(o->kind, "free") || !strcmp(o->kind, "file") || !strcmp(o->kind, "slab") ||
	    !strcmp(o->kind, "vmalloc"))
		return mw_arena_cstr(a, o->name);
	if (!strcmp(o->kind, "process"))
		return mw_fmt(a, "%.*s (pid %llu)", (int)o->name.n, o->name.p,
			      (unsigned long long)o->pid.v);
	if (mw_known(o->pid))
		by = mw_fmt(a, ", %s pid %llu (%.*s)",
			    mw_known(o->inode) && strcmp(o->kind, "sysv") ? "held by" : "seen by",
			    (unsigned long long)o->pid.v, (int)o->comm.n, o->comm.p);
	return mw_fmt(a, "%s %.*s%s", o->kind, (int)o->name.n, o->name.p, by);
}

static const char *text_note(struct mw_arena *a, const struct mw_owner *o)
{
	const char *limit = mw_known(o->limit_bytes)
				    ? mw_fmt(a, "limit %s", mw_fmt_bytes(a, o->limit_bytes.v))
				    : "";
	const char *holders =
		mw_or(o->holder_count, 0) > 1
			? mw_fmt(a, "%llu holders", (unsigned long long)o->holder_count.v)
			: "";

	if (!strcmp(o->kind, "sysv"))
		limit = ""; /* its size, no limit */
	return mw_fmt(a, "%s%s%s%s%s", limit, *limit && *holders ? ", " : "", holders,
		      (*limit || *holders) && o->note ? ", " : "", o->note ? o->note : "");
}

static void owner_row(const struct maker *m, const struct mw_owner *o, size_t depth,
		      enum mw_row_in in)
{
	struct mw_row *row = mw_report_row(m->r, m->t, depth, in);
	struct mw_arena *a = m->r->arena;

	mw_cell_str(row, WHAT, mw_str_of(what(a, o)));
	mw_cell_str(row, KIND, mw_str_of(o->kind));
	mw_cell_str(row, NAME, o->name);
	size_cells(m, row, o->bytes);
	optional_val(row, PID, o->pid);
	optional_str(row, COMM, o->comm);
	optional_str(row, MOUNT, o->mount);
	optional_val(row, INODE, o->inode);
	optional_val(row, LIMIT, o->limit_bytes);
	optional_val(row, HOLDERS, o->holder_count);
	mw_cell_str(row, NOTE, mw_str_of(text_note(a, o)));
	if (o->note)
		mw_cell_str(row, JSON_NOTE, mw_str_of(o->note));
}

static bool is_small(const struct maker *m, struct mw_val bytes)
{
	return mw_known(bytes) && bytes.v < mw_or(m->l->total_bytes, 0) / SMALL_PART;
}

/* The first ones and the remainder, as far as they matter: also that the owners exceed their class,
 * where it is by much. */
static bool is_shown(const struct maker *m, const struct mw_owner *o, size_t i)
{
	if (is_remainder(o) && !mw_known(o->bytes))
		return mw_or(o->excess_bytes, 0) >= mw_or(m->l->total_bytes, 0) / EXCESS_PART;
	return !m->top || ((i < m->top || is_remainder(o)) && !is_small(m, o->bytes));
}

/* All owners; those that are not shown to people stand there in one line. */
static void owner_rows(const struct maker *m, const struct mw_owner *owner, size_t n, size_t depth,
		       bool parent_shown)
{
	struct mw_val hidden_bytes = mw_ok(0);
	uint64_t hidden = 0, shown = 0;

	for (size_t i = 0; i < n; i++) {
		bool show = parent_shown && is_shown(m, &owner[i], i);

		hidden += !show && (mw_known(owner[i].bytes) || !is_remainder(&owner[i]));
		shown += show;
		if (!show)
			hidden_bytes = mw_add(hidden_bytes, mw_ok(mw_or(owner[i].bytes, 0)));
		owner_row(m, &owner[i], depth, show ? MW_IN_BOTH : MW_IN_JSON);
		owner_rows(m, owner[i].part, owner[i].n_parts, depth + 1, show);
	}
	if (hidden && shown) {
		struct mw_row *row = mw_report_row(m->r, m->t, depth, MW_IN_TEXT);

		mw_cell_str(
			row, WHAT,
			mw_str_of(mw_fmt(m->r->arena, "%llu more", (unsigned long long)hidden)));
		size_cells(m, row, hidden_bytes);
	}
}

static const char *owners_note(struct mw_arena *a, const struct mw_class *c)
{
	if (c->owners_why == MW_DENIED)
		return "owners are shown to root only";
	if (c->owners_why != MW_OK && c->owners_why != MW_UNREAD)
		return mw_fmt(a, "owners: %s", mw_why_name(c->owners_why));
	return c->note ? c->note : "";
}

static void class_rows(const struct maker *m, const struct mw_class *c, bool alone)
{
	bool show = alone || (c->bytes.why != MW_ABSENT && (!mw_known(c->bytes) || c->bytes.v));
	struct mw_row *row = mw_report_row(m->r, m->t, 0, show ? MW_IN_BOTH : MW_IN_JSON);

	mw_cell_str(row, WHAT, mw_str_of(c->label));
	mw_cell_str(row, CLASS, mw_str_of(c->id));
	mw_cell_str(row, LABEL, mw_str_of(c->label));
	size_cells(m, row, c->bytes);
	mw_cell_str(row, SOURCE, mw_str_of(c->source));
	mw_cell_str(row, OWNERS,
		    mw_str_of(c->owners_why == MW_OK	   ? "yes"
			      : c->owners_why == MW_UNREAD ? "no"
							   : mw_why_name(c->owners_why)));
	mw_cell_str(row, NOTE, mw_str_of(owners_note(m->r->arena, c)));
	if (c->note)
		mw_cell_str(row, JSON_NOTE, mw_str_of(c->note));
	owner_rows(m, c->owner, c->n_owners, 1, show && (alone || !is_small(m, c->bytes)));
}

static int by_bytes(const void *x, const void *y)
{
	const struct mw_class *a = *(const struct mw_class *const *)x;
	const struct mw_class *b = *(const struct mw_class *const *)y;
	uint64_t m = mw_or(a->bytes, 0), n = mw_or(b->bytes, 0);

	if (m != n)
		return m < n ? 1 : -1;
	return (a > b) - (a < b);
}

void cli_ledger_table(struct mw_report *r, const struct mw_ledger *l, uint64_t top,
		      const char *class)
{
	struct maker m = { .r = r, .l = l, .top = top };
	const struct mw_class *order[MW_CLASS_COUNT];

	m.t = mw_report_table(r, (struct mw_table){ .id = "classes",
						    .child_id = { "owners", "parts" },
						    .col = columns,
						    .n_cols = N_COLUMNS,
						    .title = "Where it is:" });
	for (size_t i = 0; i < MW_CLASS_COUNT; i++)
		order[i] = &l->class[i];
	qsort(order, MW_UNACCOUNTED, sizeof(order[0]), by_bytes);
	for (size_t i = 0; i < MW_CLASS_COUNT; i++)
		if (!class || !strcmp(class, order[i]->id))
			class_rows(&m, order[i], class);
}

void cli_ledger_figures(struct mw_report *r, const struct mw_ledger *l)
{
	mw_report_figure(r, "total_bytes", l->total_bytes);
	mw_report_figure(r, "named_per_10000", mw_ledger_named(l));
}

static const char *class_share(const struct mw_ledger *l, struct mw_arena *a, size_t i)
{
	const struct mw_class *c = &l->class[i];
	uint64_t permille = mw_permille(c->bytes.v, mw_or(l->total_bytes, 0));

	return mw_fmt(a, "%s %s (%llu.%llu %%)", c->label, mw_fmt_bytes(a, c->bytes.v),
		      (unsigned long long)permille / 10, (unsigned long long)permille % 10);
}

const char *cli_ledger_verdict(const struct mw_ledger *l, struct mw_arena *a)
{
	const char *text = mw_fmt(a, "%s of RAM", mw_fmt_val_bytes(a, l->total_bytes));
	struct mw_val named = mw_ledger_named(l);
	bool taken[MW_CLASS_COUNT] = {};

	for (size_t k = 0; k < 4; k++) {
		size_t best = mw_ledger_largest(l, taken);

		if (best == MW_CLASS_COUNT)
			break;
		taken[best] = true;
		text = mw_fmt(a, "%s%s%s", text, k ? ", " : ": ", class_share(l, a, best));
	}
	if (!mw_known(named))
		return mw_fmt(a, "%s; the classes exceed the whole: %s", text,
			      mw_why_name(named.why));
	return mw_fmt(a, "%s; %llu.%02llu %% is in named classes", text,
		      (unsigned long long)named.v / 100, (unsigned long long)named.v % 100);
}
