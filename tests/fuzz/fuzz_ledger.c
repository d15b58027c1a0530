/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole way of the data: a capture is opened as a root, a snapshot taken, the ledger built,
 * findings looked for, and both reports written.  What the headers promise must hold for each
 * machine anybody can write down.
 */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/fmt.h"
#include "fuzz.h"
#include "json_check.h"
#include "report/report.h"
#include "snap/snap.h"
#include "snap_text.h"
#include "why/find.h"

enum column { NAME, BYTES, PID, NOTE, N_COLUMNS };

static const struct mw_col columns[N_COLUMNS] = {
	[NAME] = { "name", "NAME", MW_TYPE_STR, .tree = true },
	[BYTES] = { "bytes", "SIZE", MW_TYPE_BYTES },
	[PID] = { "pid", "PID", MW_TYPE_COUNT },
	[NOTE] = { "note", "NOTE", MW_TYPE_STR },
};

static struct mw_val known_sum(struct mw_val sum, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_add(sum, bytes) : sum;
}

/* The known ones sum to the whole, wherever what is left over is known. */
static void must_partition(const struct mw_owner *owner, size_t n, struct mw_val whole)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < n; i++) {
		must_be_val(owner[i].bytes);
		sum = known_sum(sum, owner[i].bytes);
		if (owner[i].n_parts && mw_known(owner[i].bytes))
			must_partition(owner[i].part, owner[i].n_parts, owner[i].bytes);
		if (!strcmp(owner[i].kind, "remainder") && !mw_known(owner[i].bytes))
			return;
	}
	must(!n || (mw_known(sum) && mw_known(whole) && sum.v == whole.v));
}

static void check_ledger(const struct mw_ledger *l)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < MW_CLASS_COUNT; i++) {
		const struct mw_class *c = &l->class[i];

		must_be_val(c->bytes);
		must(c->id && c->label && c->source);
		sum = known_sum(sum, c->bytes);
		if (mw_known(c->bytes))
			must_partition(c->owner, c->n_owners, c->bytes);
	}
	if (mw_known(l->class[MW_UNACCOUNTED].bytes))
		must(mw_known(sum) && mw_known(l->total_bytes) && sum.v == l->total_bytes.v);
	must(mw_or(mw_ledger_named(l), 0) <= 10000);
	must(l->n_facts <= MW_FACTS_MAX);
}

static void put_owners(struct mw_report *r, struct mw_table *t, const struct mw_owner *owner,
		       size_t n, size_t depth)
{
	for (size_t i = 0; i < n; i++) {
		struct mw_row *row = mw_report_row(r, t, depth, MW_IN_BOTH);

		mw_cell_str(row, NAME, owner[i].name);
		mw_cell_val(row, BYTES, owner[i].bytes);
		mw_cell_val(row, PID, owner[i].pid);
		if (owner[i].note)
			mw_cell_str(row, NOTE, mw_str_of(owner[i].note));
		put_owners(r, t, owner[i].part, owner[i].n_parts, depth + 1);
	}
}

static void describe(struct mw_report *r, const struct mw_snap *s, const struct mw_ledger *l)
{
	struct mw_table *t =
		mw_report_table(r, (struct mw_table){ .id = "classes",
						      .child_id = { "owners", "parts" },
						      .col = columns,
						      .n_cols = N_COLUMNS,
						      .title = "Where it is:" });

	r->verdict = mw_fmt(r->arena, "%s", mw_fmt_val_bytes(r->arena, l->total_bytes));
	r->host = (struct mw_report_host){ s->host.kernel, s->host.machine, s->host.page_bytes,
					   s->host.time_ns };
	mw_report_figure(r, "total_bytes", l->total_bytes);
	for (size_t i = 0; i < MW_CLASS_COUNT; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, NAME, mw_str_of(l->class[i].id));
		mw_cell_val(row, BYTES, l->class[i].bytes);
		put_owners(r, t, l->class[i].owner, l->class[i].n_owners, 1);
	}
	for (size_t i = 0; i < l->n_groups; i++)
		mw_cell_str(mw_report_row(r, t, 0, MW_IN_BOTH), NAME, l->group[i].path);
	for (size_t i = 0; i < l->n_facts; i++)
		mw_cell_str(mw_report_row(r, t, 0, MW_IN_BOTH), NAME, mw_str_of(l->fact[i].id));
	for (size_t i = 0; i < s->sources.n; i++)
		mw_report_source(r,
				 (struct mw_report_source){ .path = s->sources.item[i].path,
							    .example = s->sources.item[i].example,
							    .error = mw_str_of("E"),
							    .reason = "reason",
							    .count = s->sources.item[i].count });
}

/* What people see holds nothing that a terminal obeys. */
static void must_be_harmless(struct mw_str text)
{
	while (text.n) {
		size_t n = text.p[0] == '\n' ? 1 : mw_utf8_shown(text);

		must(n);
		text = mw_str_from(text, n);
	}
}

/* Written into the arena, that two runs can be compared. */
static struct mw_str written(const struct mw_report *r, bool json, size_t width,
			     struct mw_arena *arena)
{
	struct mw_report_style style = { .width = width };
	struct mw_str copy;
	char *p = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&p, &n);

	must(out && !(json ? mw_report_json(r, &style, out) : mw_report_text(r, &style, out)));
	must(!fclose(out));
	copy = mw_arena_copy(arena, (struct mw_str){ p, n });
	free(p);
	return copy;
}

static struct mw_thresholds lowest(void)
{
	struct mw_thresholds t = mw_thresholds_normal();

	for (size_t i = 0; i < mw_threshold_count; i++)
		*(uint64_t *)((char *)&t + mw_threshold_table[i].offset) = 0;
	return t;
}

/* The report as JSON; empty where there is nothing to analyse. */
static struct mw_str run(struct mw_str text, struct mw_thresholds limit, struct mw_arena *arena)
{
	const struct mw_snap_options options = { .want = MW_WANT_ALL, .smaps_budget_us = 1000000 };
	_mw_root_ struct mw_root *root = fuzz_root(text);
	struct mw_findings findings = {};
	struct mw_ledger ledger;
	struct mw_report r;
	struct mw_snap snap;
	struct mw_str json;

	if (mw_snap_take(root, &options, arena, &snap) < 0)
		return (struct mw_str){};
	mw_ledger_build(&snap, arena, &ledger);
	check_ledger(&ledger);
	mw_find_all(&(struct mw_case){ &snap, &ledger, &limit, arena }, &findings);
	must_be_findings(&findings);
	mw_report_init(&r, arena, "memwhy.fuzz/1");
	r.findings = &findings;
	describe(&r, &snap, &ledger);
	must_be_harmless(written(&r, false, 0, arena));
	must_be_harmless(written(&r, false, 70, arena));
	json = written(&r, true, 0, arena);
	must(json_check(json));
	return json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_problem problem;
	struct mw_capture c;

	/* As the program does: in other locales libsmartcols 2.38 hangs on names in UTF-8. */
	must(setlocale(LC_CTYPE, "C.UTF-8"));
	if (mw_capture_parse(text, &arena, &c, &problem) < 0)
		return 0;
	must(mw_str_same(run(text, mw_thresholds_normal(), &arena),
			 run(text, mw_thresholds_normal(), &arena)));
	run(text, lowest(), &arena);
	must(!arena.failed);
	return 0;
}
