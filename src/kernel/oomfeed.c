/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/oomfeed.h"

#include <errno.h>
#include <string.h>

#include "kernel/logscan.h"

/* In the cache of one core; a line longer than the rest is cut there. */
#define BUFFER_BYTES ((size_t)320 << 10)
#define PAGE_BYTES ((size_t)4096)
#define LINE_MAX_BYTES ((size_t)64 << 10)
/* journalctl -o export: how far around a message its host and time are looked for. */
#define ENTRY_BYTES 4096

int mw_oomfeed_init(struct mw_oomfeed *f, mw_oom_sink sink, void *to)
{
	*f = (struct mw_oomfeed){ .line = 1 };
	mw_oomlog_init(&f->log, sink, to);
	f->buffer = mw_arena_alloc(&f->arena, BUFFER_BYTES + PAGE_BYTES);
	if (!f->buffer)
		return -ENOMEM;
	/* The kernel copies faster to a whole page. */
	f->buffer += PAGE_BYTES - (uintptr_t)f->buffer % PAGE_BYTES;
	return 0;
}

char *mw_oomfeed_room(struct mw_oomfeed *f, size_t *ret_bytes)
{
	*ret_bytes = BUFFER_BYTES - f->filled_bytes;
	return f->buffer + f->filled_bytes;
}

static struct mw_str entry_field(struct mw_str entry, const char *name)
{
	struct mw_str line;

	while (mw_str_cut(&entry, '\n', &line))
		if (mw_str_starts(line, name))
			return mw_str_from(line, strlen(name));
	return (struct mw_str){};
}

/* The lines around one of an export entry, up to the empty lines that part entries. */
static void entry_context(struct mw_str text, size_t from, size_t to, struct mw_kmsg *k)
{
	size_t begin = from > ENTRY_BYTES ? from - ENTRY_BYTES : 0;
	struct mw_str before = { text.p + begin, from - begin }, after = mw_str_from(text, to);
	struct mw_str host, transport;
	size_t at;

	while ((at = mw_str_search(before, "\n\n")) < before.n)
		before = mw_str_from(before, at + 2);
	if (after.n > ENTRY_BYTES)
		after.n = ENTRY_BYTES;
	after.n = mw_str_search(after, "\n\n");
	host = entry_field(before, "_HOSTNAME=");
	if (!host.n)
		host = entry_field(after, "_HOSTNAME=");
	transport = entry_field(before, "SYSLOG_IDENTIFIER=");
	if (!transport.n)
		transport = entry_field(after, "SYSLOG_IDENTIFIER=");
	k->host = host;
	k->tag = transport;
	mw_stamp_realtime(entry_field(before, "__REALTIME_TIMESTAMP="), &k->stamp);
}

/* Is all there that entry_context() looks at behind a message that ends at `to`? */
static bool is_entry_there(struct mw_str text, size_t to)
{
	struct mw_str after = mw_str_from(text, to);

	return after.n >= ENTRY_BYTES || mw_str_search(after, "\n\n") < after.n;
}

static bool is_message(struct mw_str text, size_t from)
{
	return mw_str_starts(mw_str_from(text, from), "MESSAGE=");
}

static void give_line(struct mw_oomfeed *f, size_t from, size_t to, uint64_t line)
{
	struct mw_str text = { f->buffer, f->filled_bytes };
	struct mw_arena_mark mark = mw_arena_mark(&f->arena);
	struct mw_kmsg k;

	mw_kmsg_strip((struct mw_str){ text.p + from, to - from }, &f->arena, &k);
	if (is_message(text, from))
		entry_context(text, from, to, &k);
	mw_oomlog_line(&f->log, &k, f->offset + from, line);
	mw_arena_reset(&f->arena, mark);
}

/* The end of the line that begins at `from`; false: its end is not there yet. */
static bool line_end(struct mw_str text, size_t from, bool last, size_t *ret_end, size_t *ret_next)
{
	struct mw_str rest = mw_str_from(text, from);
	size_t n = mw_str_find(rest, '\n');

	if (n == rest.n && !last && n < LINE_MAX_BYTES)
		return false;
	*ret_end = from + (n < LINE_MAX_BYTES ? n : LINE_MAX_BYTES);
	*ret_next = n < rest.n ? from + n + 1 : text.n;
	return true;
}

static size_t lines_in(struct mw_str text, size_t from, size_t to)
{
	return mw_logscan_lines((struct mw_str){ text.p + from, to - from });
}

/* The begin of the line that holds offset `at`, not before `from`. */
static size_t line_begin(struct mw_str text, size_t from, size_t at)
{
	struct mw_str before = { text.p + from, at - from };
	size_t n = mw_str_rfind(before, '\n');

	return n == before.n ? from : from + n + 1;
}

/* Where the next line worth a look begins: the next one while a report is printed, else the one
 * with the next marker; text.n - what may be the begin of one: none. */
static size_t next_line(struct mw_oomfeed *f, struct mw_str text, size_t from, bool *ret_found)
{
	size_t at = from;

	*ret_found = true;
	if (!mw_oomlog_wants_all(&f->log)) {
		at = mw_logscan_find(text, from);
		*ret_found = at < text.n;
		at = line_begin(text, from, at);
	}
	return at;
}

/* All whole lines of the buffer; gives up to where it was looked at. */
static size_t look(struct mw_oomfeed *f, bool last)
{
	struct mw_str text = { f->buffer, f->filled_bytes };
	size_t at = f->looked_bytes, begin, end, next;
	bool found;

	while (at < text.n) {
		begin = next_line(f, text, at, &found);
		f->line += lines_in(text, at, begin);
		at = begin;
		mw_oomlog_reached(&f->log, f->offset + at);
		if (!found && !last)
			break;
		if (!line_end(text, at, last, &end, &next))
			break;
		if (found && !last && is_message(text, at) && !is_entry_there(text, end))
			break;
		if (found)
			give_line(f, at, end, f->line);
		f->skipping = next == text.n && text.p[next - 1] != '\n';
		f->line += next > at && text.p[next - 1] == '\n';
		at = next;
	}
	return at;
}

/* The rest of a line that was cut: passed over up to its end. */
static size_t skip(struct mw_oomfeed *f)
{
	struct mw_str rest = { f->buffer + f->looked_bytes, f->filled_bytes - f->looked_bytes };
	size_t n = mw_str_find(rest, '\n');

	if (n == rest.n)
		return f->filled_bytes;
	f->skipping = false;
	f->line++;
	return f->looked_bytes + n + 1;
}

/* A line without an end that fills the buffer, and holds no marker? */
static bool is_endless(const struct mw_oomfeed *f)
{
	size_t rest_bytes = f->filled_bytes - f->looked_bytes;

	return rest_bytes >= LINE_MAX_BYTES * 2 &&
	       !memchr(f->buffer + f->looked_bytes, '\n', rest_bytes);
}

static void drop_looked(struct mw_oomfeed *f)
{
	size_t n = f->looked_bytes > ENTRY_BYTES ? f->looked_bytes - ENTRY_BYTES : 0;

	f->looked_bytes -= n;
	f->filled_bytes -= n;
	f->offset += n;
	memmove(f->buffer, f->buffer + n, f->filled_bytes);
}

static void work(struct mw_oomfeed *f, bool last)
{
	if (f->skipping)
		f->looked_bytes = skip(f);
	if (!f->skipping)
		f->looked_bytes = look(f, last);
	if (is_endless(f)) {
		f->skipping = true;
		f->looked_bytes = f->filled_bytes;
	}
	drop_looked(f);
}

void mw_oomfeed_filled(struct mw_oomfeed *f, size_t bytes)
{
	f->filled_bytes += bytes;
	work(f, false);
}

void mw_oomfeed_done(struct mw_oomfeed *f)
{
	if (f->buffer && f->filled_bytes)
		work(f, true);
	mw_oomlog_done(&f->log);
	mw_arena_done(&f->arena);
}
