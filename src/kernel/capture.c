/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/capture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/errname.h"
#include "kernel/path.h"

#define MAGIC "memwhy-capture 1"
#define LINKS_MAX 16

struct reader {
	struct mw_str rest;
	size_t line; /* number of the line cut last */
	struct mw_arena *arena;
	const char *what; /* the first problem */
};

static int fail(struct reader *rd, const char *what)
{
	rd->what = what;
	return -EINVAL;
}

/* The next byte of an escaped text; -1: a bad escape. */
static int unescape_one(struct mw_str s, size_t *i)
{
	uint64_t byte;

	if (s.p[*i] != '\\')
		return (unsigned char)s.p[(*i)++];
	if (s.n - *i >= 2 && s.p[*i + 1] == '0') {
		*i += 2;
		return 0;
	}
	if (s.n - *i >= 2 && s.p[*i + 1] == '\\') {
		*i += 2;
		return '\\';
	}
	if (s.n - *i < 4 || s.p[*i + 1] != 'x' ||
	    mw_str_hex64((struct mw_str){ s.p + *i + 2, 2 }, &byte) < 0)
		return -1;
	*i += 4;
	return (int)byte;
}

static size_t newlines(struct mw_str s)
{
	struct mw_str line;
	size_t n = 0;

	while (mw_str_find(s, '\n') < s.n && mw_str_cut(&s, '\n', &line))
		n++;
	return n;
}

/* first_line: the number of the line in which s begins. */
static int unescape(struct reader *rd, struct mw_str s, size_t first_line, struct mw_str *ret)
{
	size_t n = 0;
	char *p;

	if (mw_str_find(s, '\\') == s.n) {
		*ret = s;
		return 0;
	}
	p = mw_arena_alloc(rd->arena, s.n);
	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < s.n;) {
		int c = unescape_one(s, &i);

		if (c < 0) {
			rd->line = first_line + newlines((struct mw_str){ s.p, i });
			return fail(rd, "a bad escape: only \\0, \\\\ and \\xNN are known");
		}
		p[n++] = (char)c;
	}
	*ret = (struct mw_str){ p, n };
	return 0;
}

/* "-- proc/1/smaps_rollup EACCES --" */
static int parse_header(struct reader *rd, struct mw_str line, struct mw_capture_file *f,
			bool *ret_nonl)
{
	struct mw_str inner, path, word;
	int r;

	*ret_nonl = false;
	if (line.n < 7 || !mw_str_starts(line, "-- ") || !mw_str_ends(line, " --"))
		return fail(rd,
			    "not a header: `-- PATH --`, `-- PATH nonl --` or `-- PATH ERRNO --`");
	inner = (struct mw_str){ line.p + 3, line.n - 6 };
	if (!mw_str_cut(&inner, ' ', &path) || !path.n || path.p[0] == '/')
		return fail(rd, "a header needs a path that does not begin with `/`");
	r = unescape(rd, path, rd->line, &f->path);
	if (!r && f->path.p[0] == '/')
		return fail(rd, "a header needs a path that does not begin with `/`");
	if (r < 0 || !inner.n)
		return r;
	word = inner;
	if (mw_str_eq(word, "nonl")) {
		*ret_nonl = true;
		return 0;
	}
	f->r = mw_errname_parse(word);
	return f->r ? 0 : fail(rd, "a header's second word is `nonl` or an errno name");
}

/* The lines up to the next header. */
static struct mw_str cut_body(struct reader *rd)
{
	struct mw_str body = { rd->rest.p, 0 }, line, ahead = rd->rest;

	while (!mw_str_starts(ahead, "-- ") && mw_str_cut(&ahead, '\n', &line)) {
		rd->line++;
		body.n = (size_t)(ahead.p - body.p);
		rd->rest = ahead;
	}
	return body;
}

static int parse_file(struct reader *rd, struct mw_str header, struct mw_capture_file *f)
{
	struct mw_str body;
	bool nonl;
	int r = parse_header(rd, header, f, &nonl);

	if (r < 0)
		return r;
	f->order = rd->line;
	body = cut_body(rd);
	r = unescape(rd, body, f->order + 1, &f->body);
	if (r < 0)
		return r;
	if (nonl && f->body.n)
		f->body.n--;
	if (f->r && f->body.n)
		return fail(rd, "a read that failed has no text");
	return 0;
}

static int parse_all(struct reader *rd, struct mw_capture *c)
{
	struct mw_str line;
	int r;

	if (!mw_str_cut(&rd->rest, '\n', &line) || !mw_str_eq(line, MAGIC))
		return fail(rd, "not a capture: the first line is not `" MAGIC "`");
	rd->line = 1;
	while (mw_str_cut(&rd->rest, '\n', &line)) {
		struct mw_capture_file f = {}, *file;

		rd->line++;
		if (mw_str_eq(line, "-- end --"))
			return rd->rest.n ? fail(rd, "text after `-- end --`") : 0;
		file = mw_arena_grow(rd->arena, c->file, c->n_files, sizeof(*file));
		if (!file)
			return -ENOMEM;
		c->file = file;
		r = parse_file(rd, line, &f);
		if (r < 0)
			return r;
		c->file[c->n_files++] = f;
	}
	return fail(rd, "the capture was cut: its last line is not `-- end --`");
}

static int by_path(const void *x, const void *y)
{
	const struct mw_capture_file *a = x, *b = y;
	int c = mw_str_cmp(a->path, b->path);

	return c ? c : (a->order > b->order) - (a->order < b->order);
}

bool mw_capture_is(struct mw_str text)
{
	return mw_str_starts(text, "memwhy-capture ");
}

int mw_capture_parse(struct mw_str text, struct mw_arena *arena, struct mw_capture *ret,
		     struct mw_problem *ret_problem)
{
	struct reader rd = { .rest = text, .arena = arena, .line = 1 };
	struct mw_capture c = {};
	int r = parse_all(&rd, &c);

	*ret_problem = (struct mw_problem){ rd.what, rd.line };
	if (r < 0)
		return r;
	if (c.n_files)
		qsort(c.file, c.n_files, sizeof(*c.file), by_path);
	for (size_t i = 1; i < c.n_files; i++)
		if (mw_str_same(c.file[i - 1].path, c.file[i].path)) {
			*ret_problem = (struct mw_problem){ "this path stands in the capture twice",
							    c.file[i].order };
			return -EINVAL;
		}
	*ret = c;
	return 0;
}

void mw_capture_sort(struct mw_capture *c)
{
	size_t n = 0;

	if (!c->n_files)
		return;
	qsort(c->file, c->n_files, sizeof(*c->file), by_path);
	for (size_t i = 0; i < c->n_files; i++) {
		if (i + 1 < c->n_files && mw_str_same(c->file[i].path, c->file[i + 1].path))
			continue;
		c->file[n++] = c->file[i];
	}
	c->n_files = n;
}

/* Index of the first file whose path is not below `path`. */
static size_t lower_bound(const struct mw_capture *c, struct mw_str path)
{
	size_t lo = 0, hi = c->n_files;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (mw_str_cmp(c->file[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static const struct mw_capture_file *find(const struct mw_capture *c, struct mw_str path)
{
	size_t i = lower_bound(c, path);

	return i < c->n_files && mw_str_same(c->file[i].path, path) ? &c->file[i] : NULL;
}

/* The path with the first link in it replaced by its target; false where it holds no link. */
static bool follow(const struct mw_capture *c, struct mw_arena *arena, struct mw_str *path)
{
	for (size_t n = 1; n <= path->n; n++) {
		struct mw_str head = { path->p, n };
		const struct mw_capture_file *f;
		size_t up;

		if (n < path->n && path->p[n] != '/')
			continue;
		f = find(c, head);
		if (!f || !f->link)
			continue;
		up = mw_str_rfind(head, '/');
		if (f->body.n && f->body.p[0] == '/')
			up = 0;
		*path = mw_path_join(arena, (struct mw_str){ path->p, up == n ? 0 : up }, f->body,
				     mw_str_from(*path, n));
		return true;
	}
	return false;
}

int mw_capture_read(const struct mw_capture *c, struct mw_str path, struct mw_arena *arena,
		    struct mw_str *ret)
{
	for (size_t links = 0; links <= LINKS_MAX; links++) {
		const struct mw_capture_file *f = find(c, path);

		if (f && !f->link) {
			if (!f->r)
				*ret = f->body;
			return f->r;
		}
		if (!follow(c, arena, &path))
			return -ENOENT;
	}
	return -ELOOP;
}

/* The name in folder `dir` of which `path` is a part; empty when it is not below it. */
static struct mw_str child_of(struct mw_str dir, struct mw_str path)
{
	struct mw_str name;

	if (dir.n) {
		if (path.n <= dir.n + 1 || path.p[dir.n] != '/' || memcmp(path.p, dir.p, dir.n))
			return (struct mw_str){};
		path = mw_str_from(path, dir.n + 1);
	}
	name = (struct mw_str){ path.p, mw_str_find(path, '/') };
	return name;
}

static int list_at(const struct mw_capture *c, struct mw_str dir, struct mw_arena *arena,
		   struct mw_names *ret)
{
	const struct mw_capture_file *self = find(c, dir);
	struct mw_names names = {};
	size_t i = lower_bound(c, dir);
	bool exists = false;

	if (self && self->r)
		return self->r;
	for (; i < c->n_files; i++) {
		struct mw_str path = c->file[i].path, name = child_of(dir, path), *item;

		if (dir.n && (path.n < dir.n || memcmp(path.p, dir.p, dir.n)))
			break;
		exists |= path.n > dir.n && path.p[dir.n] == '/';
		if (!name.n || (names.n && mw_str_same(names.item[names.n - 1], name)))
			continue; /* most doubles; mw_names_sort() drops the rest */
		item = mw_arena_grow(arena, names.item, names.n, sizeof(*item));
		if (!item)
			return -ENOMEM;
		names.item = item;
		names.item[names.n++] = name;
	}
	if (!exists && !names.n)
		return -ENOENT;
	mw_names_sort(&names);
	*ret = names;
	return 0;
}

int mw_capture_list(const struct mw_capture *c, struct mw_str path, struct mw_arena *arena,
		    struct mw_names *ret)
{
	for (size_t links = 0; links <= LINKS_MAX; links++) {
		int r = list_at(c, path, arena, ret);

		if (r != -ENOENT || !follow(c, arena, &path))
			return r;
	}
	return -ELOOP;
}
