/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/capture.h"

#include <string.h>

#include "kernel/errname.h"

/* Text that is written twice: once to count, once to store. */
struct sink {
	char *p; /* NULL while counting */
	size_t n;
};

static void put(struct sink *s, struct mw_str text)
{
	if (s->p && text.n)
		memcpy(s->p + s->n, text.p, text.n);
	s->n += text.n;
}

static void put_escaped(struct sink *s, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[4] = { '\\', 'x', hex[c >> 4], hex[c & 15] };

	if (!c)
		put(s, mw_str_of("\\0"));
	else if (c == '\\')
		put(s, mw_str_of("\\\\"));
	else
		put(s, (struct mw_str){ text, 4 });
}

static bool is_literal(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != '\\';
}

static void put_path(struct sink *s, struct mw_str path)
{
	bool end = mw_str_eq(path, "end"); /* else it would read as the last line */

	for (size_t i = 0; i < path.n; i++)
		if (is_literal((unsigned char)path.p[i]) && !end)
			put(s, (struct mw_str){ path.p + i, 1 });
		else
			put_escaped(s, (unsigned char)path.p[i]);
}

static void put_body(struct sink *s, struct mw_str body)
{
	struct mw_str line;

	while (mw_str_cut(&body, '\n', &line)) {
		bool header = mw_str_starts(line, "-- ");

		for (size_t i = 0; i < line.n; i++) {
			unsigned char c = (unsigned char)line.p[i];

			if (!(header && !i) && (is_literal(c) || c == ' ' || c == '\t'))
				put(s, (struct mw_str){ line.p + i, 1 });
			else
				put_escaped(s, c);
		}
		put(s, mw_str_of("\n"));
	}
}

static void put_all(struct sink *s, const struct mw_capture *c, struct mw_arena *arena)
{
	put(s, mw_str_of("memwhy-capture 1\n"));
	for (size_t i = 0; i < c->n_files; i++) {
		const struct mw_capture_file *f = &c->file[i];

		put(s, mw_str_of("-- "));
		put_path(s, f->path);
		if (f->r) {
			put(s, mw_str_of(" "));
			put(s, mw_errname(f->r, arena));
		} else if (f->body.n && f->body.p[f->body.n - 1] != '\n') {
			put(s, mw_str_of(" nonl"));
		}
		put(s, mw_str_of(" --\n"));
		if (!f->r)
			put_body(s, f->body);
	}
	put(s, mw_str_of("-- end --\n"));
}

struct mw_str mw_capture_encode(const struct mw_capture *c, struct mw_arena *arena)
{
	struct sink count = {}, store = {};

	put_all(&count, c, arena);
	store.p = mw_arena_alloc(arena, count.n);
	if (!store.p)
		return (struct mw_str){};
	put_all(&store, c, arena);
	return (struct mw_str){ store.p, store.n };
}

/* "proc/123/cmdline", not the kernel's own "proc/cmdline" */
static bool is_cmdline(struct mw_str path)
{
	struct mw_str part;
	uint64_t pid;

	return mw_str_cut(&path, '/', &part) && mw_str_eq(part, "proc") &&
	       mw_str_cut(&path, '/', &part) && !mw_str_u64(part, &pid) &&
	       mw_str_eq(path, "cmdline");
}

void mw_capture_scrub(struct mw_capture *c)
{
	for (size_t i = 0; i < c->n_files; i++) {
		struct mw_capture_file *f = &c->file[i];

		if (!is_cmdline(f->path))
			continue;
		f->body.n = mw_str_find(f->body, '\0');
		/* Programs that rewrite their title leave one text with blanks. */
		f->body.n = mw_str_find(f->body, ' ');
	}
}
