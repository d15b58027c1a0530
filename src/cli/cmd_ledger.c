/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memwhy ledger - where did the memory go?
 */
#include <string.h>

#include "base/fmt.h"
#include "cli/cmd.h"
#include "cli/holders_report.h"
#include "cli/pages_report.h"

static const struct opt opts[] = {
	{ "top", 'n', "N", "show at most N owners of each class; 0 shows all", OPT_NUMBER,
	  offsetof(struct options, top) },
	{ "class", 'c', "CLASS", "show only this class, with all that is known of it", OPT_TEXT,
	  offsetof(struct options, class) },
	{ "counters", 0, NULL, "the counters alone: no processes, no owners", OPT_FLAG,
	  offsetof(struct options, counters) },
	{ "pages", 0, NULL, "look at each page frame: whose it is, files and removed cgroups too",
	  OPT_FLAG, offsetof(struct options, pages) },
	{ "reader", 0, "NAME", "with --pages: by bpf, kcore, kpage or sums alone", OPT_TEXT,
	  offsetof(struct options, reader) },
	{ "sample", 0, "SHARE", "with --pages: look at so much of memory, as 0.01 or 1%", OPT_SHARE,
	  offsetof(struct options, sample_ppm) },
	{ "who-points", 0, NULL, "with --pages: search the kernel's memory for who holds the rest",
	  OPT_FLAG, offsetof(struct options, who_points) },
	{ "frame", 0, "N", "with --pages: who holds this page frame, all of them", OPT_NUMBER,
	  offsetof(struct options, who_frame) },
	{ "explain", 'e', "FIELD", "explain a field of /proc/meminfo, with its figure here",
	  OPT_TEXT, offsetof(struct options, explain) },
};

/* Memory of processes by the group that pays. */
static void group_table(struct mw_report *r, const struct mw_ledger *l, bool in_text)
{
	static const struct mw_col columns[] = {
		{ "path", "CGROUP", MW_TYPE_STR },
		{ "processes", "PROCESSES", MW_TYPE_COUNT },
		{ "anon_bytes", "ANON", MW_TYPE_BYTES },
		{ "mapped_file_bytes", "MAPPED FILES", MW_TYPE_BYTES },
		{ "mapped_shmem_bytes", "MAPPED SHMEM", MW_TYPE_BYTES },
		{ "swap_bytes", "SWAP", MW_TYPE_BYTES },
		{ "measured", NULL, MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "cgroups",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = in_text ? "Memory of processes by cgroup:" : NULL });

	for (size_t i = 0; i < l->n_groups; i++) {
		const struct mw_group *g = &l->group[i];
		struct mw_row *row = mw_report_row(r, t, 0, MW_IN_BOTH);

		mw_cell_str(row, 0, g->path);
		mw_cell_val(row, 1, mw_ok(g->proc_count));
		mw_cell_val(row, 2, g->anon_bytes);
		mw_cell_val(row, 3, g->file_bytes);
		mw_cell_val(row, 4, g->shmem_bytes);
		mw_cell_val(row, 5, g->swap_bytes);
		mw_cell_str(row, 6, mw_str_of(g->rss_used ? "rss" : "pss"));
	}
}

static void fact_table(struct mw_report *r, const struct mw_ledger *l)
{
	static const struct mw_col columns[] = {
		{ "fact", NULL, MW_TYPE_STR },	    { "label", "ALSO", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES }, { "inside", "INSIDE", MW_TYPE_STR },
		{ "source", NULL, MW_TYPE_STR },
	};
	struct mw_table *t = mw_report_table(
		r, (struct mw_table){ .id = "facts",
				      .col = columns,
				      .n_cols = sizeof(columns) / sizeof(columns[0]),
				      .title = "Figures that overlap with these classes:" });

	for (size_t i = 0; i < l->n_facts; i++) {
		const struct mw_fact *f = &l->fact[i];
		bool zero = mw_known(f->bytes) && !f->bytes.v;
		struct mw_row *row = mw_report_row(r, t, 0, zero ? MW_IN_JSON : MW_IN_BOTH);

		mw_cell_str(row, 0, mw_str_of(f->id));
		mw_cell_str(row, 1, mw_str_of(f->label));
		mw_cell_val(row, 2, f->bytes);
		if (f->inside)
			mw_cell_str(row, 3, mw_str_of(f->inside));
		mw_cell_str(row, 4, mw_str_of(f->source));
	}
}

static void site_table(struct mw_report *r, const struct mw_snap *s)
{
	static const struct mw_col columns[] = {
		{ "site", "KERNEL SOURCE", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ "calls", "CALLS", MW_TYPE_COUNT },
	};
	struct mw_table *t;

	if (!s->n_alloc_sites)
		return;
	t = mw_report_table(
		r,
		(struct mw_table){
			.id = "alloc_sites",
			.col = columns,
			.n_cols = 3,
			.title = "Kernel allocations by line of source (all classes together):" });
	for (size_t i = 0; i < s->n_alloc_sites; i++) {
		struct mw_row *row = mw_report_row(r, t, 0, i < 10 ? MW_IN_BOTH : MW_IN_JSON);

		mw_cell_str(row, 0, s->alloc_site[i].site);
		mw_cell_val(row, 1, mw_ok(s->alloc_site[i].bytes));
		mw_cell_val(row, 2, mw_ok(s->alloc_site[i].calls));
	}
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_letters(struct mw_str a, struct mw_str b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return a.n == b.n;
}

/* The entry of one field in the page: from its heading to the next. */
static struct mw_str find_entry(struct mw_str page, struct mw_str field, struct mw_str *ret_name)
{
	struct mw_str line, start = {};

	while (mw_str_cut(&page, '\n', &line)) {
		if (start.p && mw_str_starts(line, "#"))
			return (struct mw_str){ start.p, (size_t)(line.p - start.p) };
		if (mw_str_starts(line, "## ") && same_letters(mw_str_from(line, 3), field)) {
			*ret_name = mw_str_from(line, 3);
			start = page;
		}
	}
	return start.p ? (struct mw_str){ start.p, (size_t)(page.p - start.p) } : start;
}

static const char *figure_of(struct cli_job *job, struct mw_str field)
{
	bool kib;
	struct mw_val v = mw_meminfo_line(job->snap.meminfo_text, field, &kib);

	if (v.why == MW_ABSENT)
		return "this kernel does not print it";
	if (kib)
		return mw_fmt(&job->arena, "%s here",
			      mw_fmt_val_bytes(&job->arena, mw_mul(v, 1024)));
	return mw_known(v) ? mw_fmt(&job->arena, "%llu here", (unsigned long long)v.v)
			   : mw_why_name(v.why);
}

static int explain(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_str field = mw_str_of(o->explain), entry;
	struct mw_report r;
	int status = cli_job_start(&job, o, 0);
	bool kib;

	if (status)
		return status;
	entry = find_entry(mw_str_of(cli_page_find(mw_str_of("meminfo"))), field, &field);
	if (!entry.n) {
		fprintf(stderr, "memwhy: %s: no such field of /proc/meminfo is known\n",
			o->explain);
		return EXIT_USAGE;
	}
	mw_report_init(&r, &job.arena, "memwhy.ledger.explain/1");
	r.verdict = mw_fmt(&job.arena, "%.*s: %s", (int)field.n, field.p, figure_of(&job, field));
	if (o->json || o->ndjson) {
		struct mw_val v = mw_meminfo_line(job.snap.meminfo_text, field, &kib);

		mw_report_figure(&r, kib ? "value_kib" : "value", v);
		mw_report_string(&r, "field", mw_arena_cstr(&job.arena, field));
		mw_report_string(&r, "text", mw_arena_cstr(&job.arena, entry));
		return cli_job_emit(&job, o, &r);
	}
	printf("%s\n%.*s", r.verdict, (int)entry.n, entry.p);
	return EXIT_DONE;
}

static bool class_exists(const struct mw_ledger *l, const char *id)
{
	for (size_t i = 0; i < MW_CLASS_COUNT; i++)
		if (!strcmp(l->class[i].id, id))
			return true;
	return false;
}

static void describe(struct mw_report *r, const struct cli_job *job, const struct mw_ledger *l,
		     const struct options *o)
{
	r->verdict = cli_ledger_verdict(l, r->arena);
	cli_ledger_figures(r, l);
	cli_ledger_table(r, l, o->class ? 0 : o->top, o->class);
	group_table(r, l, !o->class && l->n_groups > 1);
	if (!o->class)
		fact_table(r, l);
	site_table(r, &job->snap);
	if (o->pages) {
		struct mw_pages p;

		mw_pages_build(&job->snap.census, r->arena, &p);
		cli_pages_report(r, &job->snap, &p, o->top);
		cli_holders_report(r, &job->snap.census,
				   o->who_points || o->who_frame != UINT64_MAX, o->top);
	}
}

static int run(const struct options *o)
{
	_cli_job_ struct cli_job job = {};
	struct mw_findings findings = {};
	struct mw_ledger ledger;
	struct mw_report r;
	int status;

	if (o->explain)
		return explain(o);
	if (o->reader && strcmp(o->reader, "bpf") && strcmp(o->reader, "kcore") &&
	    strcmp(o->reader, "kpage") && strcmp(o->reader, "sums"))
		return cli_wrong("reader", o->reader);
	status = cli_job_start(&job, o,
			       (o->counters ? 0 : MW_WANT_LEDGER) | (o->pages ? MW_WANT_PAGES : 0));
	if (status)
		return status;
	mw_ledger_build(&job.snap, &job.arena, &ledger);
	if (o->class && !class_exists(&ledger, o->class)) {
		fprintf(stderr, "memwhy: %s: no such class (memwhy ledger --json names them)\n",
			o->class);
		return EXIT_USAGE;
	}
	if (!o->counters)
		mw_find_all(&(struct mw_case){ &job.snap, &ledger, &o->threshold, &job.arena },
			    &findings);
	mw_report_init(&r, &job.arena, "memwhy.ledger/1");
	describe(&r, &job, &ledger, o);
	r.findings = o->counters ? NULL : &findings;
	return cli_job_emit(&job, o, &r);
}

const struct cmd cmd_ledger = {
	.name = "ledger",
	.summary = "where did the memory go?",
	.opt = opts,
	.n_opts = sizeof(opts) / sizeof(opts[0]),
	.run = run,
};
