/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate_oom - real reports, damaged at random: each is read, explained and written, and no figure
 * in it may be one that cannot be.
 *
 *	mutate_oom SEED COUNT LOG...	so many mutations, each by its own number from SEED on
 *	mutate_oom SEED 0 LOG...	prints the one text of that number, to look at
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/oom_report.h"
#include "json_check.h"
#include "kernel/logscan.h"
#include "mutate.h"
#include "oom_check.h"

struct log {
	struct mw_str text, *line;
	size_t n_lines;
};

static uint64_t number; /* of the mutation at work: for the last words */
static size_t n_reports;

/* Only what a handler of signals may call. */
static void last_words(int sig)
{
	static const char before[] = "not ok oom-mutations: a promise broken or a crash at number ";
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t v = number;
	ssize_t n;

	digits[--at] = '\n';
	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	n = write(1, before, sizeof(before) - 1);
	n += write(1, digits + at, sizeof(digits) - at);
	_exit(n > 0 ? 1 : 128 + sig);
}

/* No number of ours is that large: what is, was below zero. */
static void must_be_numbers(struct mw_str json)
{
	for (size_t i = 0; i < json.n; i++) {
		uint64_t v = 0;

		if (json.p[i] == '"')
			for (i++; i < json.n && json.p[i] != '"'; i++)
				i += json.p[i] == '\\';
		for (; i < json.n && json.p[i] >= '0' && json.p[i] <= '9'; i++) {
			must(!__builtin_mul_overflow(v, 10, &v));
			must(!__builtin_add_overflow(v, (uint64_t)(json.p[i] - '0'), &v));
		}
		must(v <= INT64_MAX);
	}
}

static void must_be_cells(const struct mw_report *r)
{
	for (const struct mw_table *t = r->first; t; t = t->next)
		for (const struct mw_row *row = t->first; row; row = row->next)
			for (size_t i = 0; i < t->n_cols; i++)
				must(t->col[i].type != MW_TYPE_PERCENT || !row->cell[i].set ||
				     mw_or(row->cell[i].val, 0) <= 10000);
}

static void must_be_written(const struct mw_report *r)
{
	static const struct mw_report_style style = { .compact = true };
	char *json = NULL, *text = NULL;
	size_t json_bytes = 0, text_bytes = 0;
	FILE *out = open_memstream(&json, &json_bytes);

	must(out && !mw_report_json(r, &style, out) && !fclose(out));
	out = open_memstream(&text, &text_bytes);
	must(out && !mw_report_text(r, &style, out) && !fclose(out));
	must(text_bytes && json_check((struct mw_str){ json, json_bytes }));
	must_be_numbers((struct mw_str){ json, json_bytes });
	free(json);
	free(text);
}

static void seen(void *to, struct mw_oom_event *e)
{
	const struct mw_thresholds limit = mw_thresholds_normal();
	_mw_arena_ struct mw_arena arena = {};
	struct mw_findings found;
	struct mw_oom_case c;
	struct mw_report r;

	(void)to;
	mw_oom_explain(e, NULL, NULL, &arena, &c);
	mw_find_oom(&c, &limit, &found);
	must_be_explained(&c, &found);
	cli_oom_report(&r, &c, &found, 10);
	must_be_cells(&r);
	must_be_written(&r);
	must(!arena.failed);
	n_reports++;
}

/* Most logs with some accidents, some with many. */
static struct mw_str mutated(const struct log *log, size_t n_logs, struct mw_arena *arena)
{
	struct mutate *m = mw_arena_alloc(arena, sizeof(*m));
	const struct log *own, *other;
	size_t times;

	must(m);
	m->arena = arena;
	m->seed = number;
	own = &log[mutate_below(m, n_logs)];
	other = &log[mutate_below(m, n_logs)];
	mutate_take(m, own->line, own->n_lines);
	times = 1 + mutate_below(m, mutate_below(m, 8) ? 8 : m->n / 4 + 8);
	while (times-- && m->n)
		mutate_once(m, other->line[mutate_below(m, other->n_lines)]);
	return mutate_text(m);
}

static bool read_log(const char *path, struct mw_arena *arena, struct log *ret)
{
	FILE *f = fopen(path, "r");
	struct mw_str rest, line;
	char *p = NULL;
	size_t bytes = 0;

	if (!f || getdelim(&p, &bytes, EOF, f) < 0)
		return false;
	fseek(f, 0, SEEK_END);
	ret->text = mw_arena_copy(arena, (struct mw_str){ p, (size_t)ftell(f) });
	free(p);
	fclose(f);
	rest = ret->text;
	ret->line = mw_arena_alloc(arena, (mw_logscan_lines(rest) + 1) * sizeof(line));
	must(ret->line);
	while (mw_str_cut(&rest, '\n', &line))
		ret->line[ret->n_lines++] = line;
	return ret->n_lines;
}

int main(int argc, char *argv[])
{
	_mw_arena_ struct mw_arena kept = {};
	size_t n_logs = argc > 3 ? (size_t)argc - 3 : 0, count;
	struct log *log = mw_arena_alloc(&kept, (n_logs + 1) * sizeof(*log));
	uint64_t seed;

	if (!n_logs || !log || !setlocale(LC_CTYPE, "C.UTF-8"))
		return 2;
	seed = strtoull(argv[1], NULL, 10);
	count = strtoul(argv[2], NULL, 10);
	for (size_t i = 0; i < n_logs; i++)
		if (!read_log(argv[i + 3], &kept, &log[i])) {
			printf("not ok oom-mutations: cannot read %s\n", argv[i + 3]);
			return 1;
		}
	signal(SIGABRT, last_words);
	signal(SIGSEGV, last_words);
	for (size_t i = 0; i <= count; i++) {
		_mw_arena_ struct mw_arena arena = {};
		struct mw_str text;

		number = seed + i;
		if (i == count && count)
			break;
		text = mutated(log, n_logs, &arena);
		if (!count)
			return fwrite(text.p, 1, text.n, stdout) != text.n;
		feed_oom(text, seen);
	}
	printf("ok oom-mutations %zu mutations from number %s on, of %zu logs: %zu reports\n",
	       count, argv[1], n_logs, n_reports);
	return 0;
}
