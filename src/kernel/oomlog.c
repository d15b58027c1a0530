/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomlog - which line belongs to which report: several may be printed at once, by several CPUs and
 * hosts, with other lines between, each line maybe broken into pieces.
 */
#include "kernel/oomlog.h"

#include <string.h>

#include "kernel/oomlog_private.h"

/* A report nothing was added to for so long has ended; what comes later of its victims is lost. */
#define ATTACH_BYTES 65536
/* Of a report being printed, so many foreign lines in a row are looked at. */
#define IDLE_LINES_MAX 256
/* A line may be broken into so many pieces. */
#define PIECES_MAX 40
#define BARE_PIECES_MAX 6

const char *mw_oom_kind_name(enum mw_oom_kind kind)
{
	static const char *const names[MW_OOM_KINDS] = {
		[MW_OOM_GLOBAL] = "global",	  [MW_OOM_CPUSET] = "cpuset",
		[MW_OOM_MEMPOLICY] = "mempolicy", [MW_OOM_MEMCG] = "memcg",
		[MW_OOM_SYSRQ] = "sysrq",	  [MW_OOM_ALLOC_FAILURE] = "alloc-failure",
		[MW_OOM_STALL] = "stall",	  [MW_OOM_SLUB] = "slub",
		[MW_OOM_VMALLOC] = "vmalloc",	  [MW_OOM_USERSPACE] = "userspace",
	};

	return names[kind];
}

void mw_oomlog_init(struct mw_oomlog *p, mw_oom_sink sink, void *to)
{
	*p = (struct mw_oomlog){ .sink = sink, .to = to };
}

/* Lines that are short, come in great number or never go on: taken at once. */
static bool is_whole(enum mw_oom_line type)
{
	return type == MW_LINE_FRAME || type == MW_LINE_MEMINFO || type == MW_LINE_TAIL ||
	       type == MW_LINE_PERCPU || type == MW_LINE_SLAB_HEAD || type == MW_LINE_SITES_HEAD ||
	       type == MW_LINE_TASKS_TITLE || type == MW_LINE_MEMCG_LIMIT ||
	       type == MW_LINE_NO_KILLABLE;
}

static void keep_pending(struct mw_oom_event *e, enum mw_oom_line type, struct mw_str body)
{
	if (!e->pending)
		return;
	if (body.n > MW_OOM_PENDING_MAX)
		body.n = MW_OOM_PENDING_MAX;
	memcpy(e->pending, body.p, body.n);
	e->pending_bytes = body.n;
	e->pending_type = (uint8_t)type;
	e->pieces = 0;
}

/* Mail is broken at blanks; a summary has none, so wherever it was broken nothing stood between. */
static void append(struct mw_oom_event *e, struct mw_str piece)
{
	if (piece.n + 1 > MW_OOM_PENDING_MAX - e->pending_bytes)
		return;
	if (e->pending_type != MW_LINE_SUMMARY)
		e->pending[e->pending_bytes++] = ' ';
	memcpy(e->pending + e->pending_bytes, piece.p, piece.n);
	e->pending_bytes += piece.n;
	e->pieces++;
}

/* Is this the rest of the line before?  In a log whose lines have prefixes, what has none is; in
 * one without, what means nothing by itself may be. */
static bool goes_on(const struct mw_oom_event *e, bool prefixed, enum mw_oom_line type)
{
	if (!e || !e->pending_bytes || prefixed)
		return false;
	if (e->prefixed)
		return e->pieces < PIECES_MAX;
	return type == MW_LINE_NONE && e->pieces < BARE_PIECES_MAX;
}

static bool take_row(struct mw_oom_event *e, struct mw_str s)
{
	switch ((enum mw_oom_block)e->block) {
	case MW_BLOCK_STATS:
		return mw_oomline_stat(e, s);
	case MW_BLOCK_SLABS:
		return mw_oomline_slab(e, s);
	case MW_BLOCK_SITES:
		return mw_oomline_site(e, s);
	case MW_BLOCK_NONE:
		return false;
	}
	return false;
}

static void belongs(struct mw_oomlog *p, struct mw_oom_event *e)
{
	e->idle_lines = 0;
	e->last_offset = p->offset;
	e->last_line = p->line;
}

static void note_lost(struct mw_oomlog *p, struct mw_oom_event *e, enum mw_oom_line type,
		      struct mw_str s)
{
	struct mw_str rest = s, word;
	uint64_t n = 0;

	if (mw_str_starts(rest, "** "))
		rest = mw_str_from(rest, 3);
	else
		rest = mw_str_from(rest, mw_str_search(rest, ": ") + 2);
	if (!mw_str_word(&rest, &word) || mw_str_u64(word, &n) < 0)
		return;
	if (type == MW_LINE_DROPPED && e)
		e->dropped_count += n < 1 << 30 ? n : 0;
	if (type == MW_LINE_SUPPRESSED &&
	    (mw_str_starts(s, "warn_alloc") || mw_str_starts(s, "oom_") ||
	     mw_str_starts(s, "dump_header") || mw_str_starts(s, "__alloc") ||
	     mw_str_starts(s, "slab_out_of_memory") || mw_str_starts(s, "out_of_memory")))
		p->suppressed_count += n < 1 << 30 ? n : 0;
}

static void take(struct mw_oomlog *p, const struct mw_kmsg *k, enum mw_oom_line type,
		 struct mw_str s)
{
	struct mw_oom_event *e;

	/* A new line ends the one before, and what that said decides where this one belongs. */
	for (size_t i = 0; i < p->n_open; i++)
		if (mw_oomlog_in_context(p->open[i], k))
			mw_oomlog_flush(p->open[i]);
	e = mw_oomlog_target(p, k, type, s);
	if (!e)
		return;
	mw_oomlog_flush(e); /* a line of another context may belong here: the reaper's */
	belongs(p, e);
	e->pending_line = p->line;
	if (type != MW_LINE_TAIL && type != MW_LINE_FRAME)
		e->block = MW_BLOCK_NONE;
	if (type != MW_LINE_RESERVE && type != MW_LINE_ZONE)
		e->last_was_zone = false;
	if (type == MW_LINE_GUARD)
		mw_oomline_guard(e, s, k->tag);
	else if (type == MW_LINE_TASK ? !mw_oomline_task(e, s) : !is_whole(type))
		keep_pending(e, type, s);
	else if (type != MW_LINE_TASK)
		mw_oomline_take(e, type, s);
}

static bool is_kernel_tag(struct mw_str tag)
{
	return !tag.n || mw_str_eq(tag, "kernel") || mw_str_eq(tag, "klogd") ||
	       mw_str_eq(tag, "vmunix");
}

static void one_line(struct mw_oomlog *p, const struct mw_kmsg *k, struct mw_str body,
		     bool prefixed)
{
	struct mw_str s = mw_str_trim(body);
	enum mw_oom_line type = is_kernel_tag(k->tag) ? mw_oomline_of(s) : MW_LINE_NONE;
	struct mw_oom_event *e = mw_oomlog_newest(p, k, MW_LINE_NONE);

	if (!e && p->n_open && p->open[p->n_open - 1]->pending_bytes)
		e = p->open[p->n_open - 1];
	if ((type == MW_LINE_NONE || type == MW_LINE_KILL) && mw_oomline_is_guard(s, k->tag))
		type = MW_LINE_GUARD;
	if (!s.n) {
		if (e)
			mw_oomlog_flush(e);
	} else if (type == MW_LINE_NONE && e && e->block && !e->pending_bytes && take_row(e, s)) {
		belongs(p, e);
	} else if (goes_on(e, prefixed, type)) {
		append(e, s);
		belongs(p, e);
	} else if (type == MW_LINE_SUPPRESSED || type == MW_LINE_DROPPED) {
		note_lost(p, e, type, s);
	} else if (type != MW_LINE_NONE) {
		take(p, k, type, s);
	} else if (e) {
		if (e->pending_type == MW_LINE_MEMCG_STATS)
			mw_oomlog_flush(e); /* its rows follow, each a line */
		if (e->block && take_row(e, s))
			belongs(p, e);
	}
}

void mw_oomlog_line(struct mw_oomlog *p, const struct mw_kmsg *k, uint64_t offset, uint64_t line)
{
	struct mw_str rest = k->body, piece;
	bool prefixed = k->prefixed;

	p->offset = offset;
	p->line = line;
	for (size_t i = 0; i < p->n_open; i++)
		p->open[i]->idle_lines++;
	if (!rest.n)
		one_line(p, k, rest, prefixed);
	while (rest.n) {
		size_t octal = mw_str_search(rest, "#012"), newline = mw_str_find(rest, '\n');
		size_t end = octal < newline ? octal : newline;

		piece = (struct mw_str){ rest.p, end };
		rest = mw_str_from(rest, end + (end == octal ? 4 : 1));
		one_line(p, k, piece, prefixed);
		prefixed = true; /* whole lines that a logger joined */
	}
}

static bool is_being_printed(const struct mw_oom_event *e)
{
	if (e->pending_bytes && e->idle_lines < 8)
		return true;
	if (e->over || e->kind == MW_OOM_USERSPACE || e->seen & MW_SEEN_KILL)
		return false;
	return e->idle_lines < IDLE_LINES_MAX;
}

bool mw_oomlog_wants_all(const struct mw_oomlog *p)
{
	for (size_t i = 0; i < p->n_open; i++)
		if (is_being_printed(p->open[i]))
			return true;
	return false;
}

void mw_oomlog_reached(struct mw_oomlog *p, uint64_t offset)
{
	for (size_t i = 0; i < p->n_open; i++)
		if (!is_being_printed(p->open[i]))
			mw_oomlog_flush(p->open[i]);
	while (p->n_open && offset > p->open[0]->last_offset &&
	       offset - p->open[0]->last_offset > ATTACH_BYTES)
		mw_oomlog_close_first(p);
}

void mw_oomlog_done(struct mw_oomlog *p)
{
	while (p->n_open)
		mw_oomlog_close_first(p);
}
