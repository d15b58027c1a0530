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
/* A line may be broken into so many pieces, and be so long. */
#define PIECES_MAX 40
#define BARE_PIECES_MAX 6
#define PENDING_MAX 8192
/* All open events together keep so many tasks at most. */
#define OPEN_TASKS_MAX 40000

const char *mw_oom_kind_name(enum mw_oom_kind kind)
{
	static const char *const names[MW_OOM_KINDS] = {
		[MW_OOM_GLOBAL] = "global",	    [MW_OOM_CPUSET] = "cpuset",
		[MW_OOM_MEMPOLICY] = "mempolicy",   [MW_OOM_MEMCG] = "memcg",
		[MW_OOM_SYSRQ] = "sysrq",	    [MW_OOM_ALLOC_FAILURE] = "alloc-failure",
		[MW_OOM_STALL] = "stall",	    [MW_OOM_SLUB] = "slub",
		[MW_OOM_VMALLOC] = "vmalloc",	    [MW_OOM_USERSPACE] = "userspace",
	};

	return names[kind];
}

void mw_oomlog_init(struct mw_oomlog *p, mw_oom_sink sink, void *to)
{
	*p = (struct mw_oomlog){ .sink = sink, .to = to };
}

static bool is_oom(const struct mw_oom_event *e)
{
	return e->kind <= MW_OOM_SYSRQ;
}

/* --- what a whole line says ------------------------------------------------------------- */

static void take_group(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str of = mw_text_after(body, "Tasks in ", "\n");
	size_t end = mw_str_search(of, " are going to be killed");

	if (!e->group_killed.n && end < of.n)
		e->group_killed = mw_arena_copy(&e->arena, (struct mw_str){ of.p, end });
}

static void take_line(struct mw_oom_event *e, enum mw_oom_line type, struct mw_str body)
{
	switch (type) {
	case MW_LINE_HEADER:
		mw_oomline_header(e, body);
		break;
	case MW_LINE_FAILURE:
	case MW_LINE_STALL:
		mw_oomline_failure(e, body);
		break;
	case MW_LINE_VMALLOC:
	case MW_LINE_VMAP:
		mw_oomline_vmalloc(e, body);
		break;
	case MW_LINE_SLUB:
		mw_oomline_slub(e, body);
		break;
	case MW_LINE_SLUB_CACHE:
		mw_oomline_slub_cache(e, body);
		break;
	case MW_LINE_SUMMARY:
		mw_oomline_summary(e, body);
		break;
	case MW_LINE_KILL:
		mw_oomline_kill(e, body, e->pending_line);
		break;
	case MW_LINE_GROUP:
		take_group(e, body);
		break;
	case MW_LINE_TASKS_HEAD:
		mw_oomline_tasks_head(e, body);
		break;
	case MW_LINE_TASK:
		mw_oomline_task(e, body);
		break;
	case MW_LINE_NO_KILLABLE:
		e->no_killable = true;
		break;
	case MW_LINE_PANIC:
		mw_oomline_panic(e, body);
		break;
	case MW_LINE_REAPER:
		mw_oomline_reaper(e, body);
		break;
	case MW_LINE_CPUSET:
		mw_oomline_cpuset(e, body);
		break;
	case MW_LINE_CPU:
		mw_oomline_cpu(e, body);
		break;
	case MW_LINE_FRAME:
		mw_oomline_frame(e, body);
		break;
	case MW_LINE_MEMINFO:
		e->seen |= MW_SEEN_MEMINFO;
		break;
	case MW_LINE_PERCPU:
		e->seen |= MW_SEEN_PERCPU;
		break;
	case MW_LINE_COUNTERS:
		mw_oomline_counters(e, body);
		break;
	case MW_LINE_NODE:
		mw_oomline_node(e, body);
		break;
	case MW_LINE_ZONE:
		mw_oomline_zone(e, body);
		break;
	case MW_LINE_RESERVE:
		mw_oomline_reserve(e, body);
		break;
	case MW_LINE_BUDDY:
		mw_oomline_buddy(e, body);
		break;
	case MW_LINE_HUGETLB:
		mw_oomline_hugetlb(e, body);
		break;
	case MW_LINE_TAIL:
		mw_oomline_tail(e, body);
		break;
	case MW_LINE_SLAB_HEAD:
		e->block = MW_BLOCK_SLABS;
		break;
	case MW_LINE_SITES_HEAD:
		e->block = MW_BLOCK_SITES;
		break;
	case MW_LINE_MEMCG_LIMIT:
	case MW_LINE_MEMCG_STATS:
	case MW_LINE_MEMCG_TASK:
		mw_oomline_memcg(e, type, body);
		break;
	case MW_LINE_GUARD:
	case MW_LINE_TASKS_TITLE:
	case MW_LINE_SUPPRESSED:
	case MW_LINE_DROPPED:
	case MW_LINE_NONE:
		break;
	}
}

static void flush(struct mw_oom_event *e)
{
	size_t n = e->pending_bytes;

	if (!n)
		return;
	e->pending_bytes = 0;
	take_line(e, (enum mw_oom_line)e->pending_type, (struct mw_str){ e->pending, n });
}

/* --- open and closed --------------------------------------------------------------------- */

static void close_first(struct mw_oomlog *p)
{
	struct mw_oom_event *e = p->open[0];

	flush(e);
	mw_oom_event_settle(e);
	p->n_open--;
	memmove(p->open, p->open + 1, p->n_open * sizeof(p->open[0]));
	p->sink(p->to, e);
	mw_arena_done(&e->arena);
	*e = (struct mw_oom_event){};
}

static uint64_t open_tasks(const struct mw_oomlog *p)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->n_open; i++)
		n += p->open[i]->n_tasks;
	return n;
}

static struct mw_oom_event *free_slot(struct mw_oomlog *p)
{
	for (size_t i = 0; i < MW_OOM_OPEN_MAX; i++) {
		bool taken = false;

		for (size_t k = 0; k < p->n_open; k++)
			taken |= p->open[k] == &p->slot[i];
		if (!taken)
			return &p->slot[i];
	}
	return NULL;
}

static bool in_context(const struct mw_oom_event *e, const struct mw_kmsg *k)
{
	bool other_host = e->host.n && k->host.n && !mw_str_same(e->host, k->host);
	bool other_caller = e->caller.n && k->caller.n && !mw_str_same(e->caller, k->caller);

	return !other_host && !other_caller;
}

static bool same_host(const struct mw_oom_event *e, const struct mw_kmsg *k)
{
	return !e->host.n || !k->host.n || mw_str_same(e->host, k->host);
}

static struct mw_oom_event *begin(struct mw_oomlog *p, const struct mw_kmsg *k,
				  enum mw_oom_kind kind)
{
	struct mw_oom_event *e;

	while (p->n_open == MW_OOM_OPEN_MAX || (p->n_open && open_tasks(p) > OPEN_TASKS_MAX))
		close_first(p);
	/* One context prints one report at a time: what it printed before is whole. */
	for (size_t i = 0; i < p->n_open; i++)
		if (in_context(p->open[i], k) && (k->caller.n || kind <= MW_OOM_SYSRQ) &&
		    is_oom(p->open[i]) == (kind <= MW_OOM_SYSRQ))
			p->open[i]->over = true;
	e = free_slot(p);
	*e = (struct mw_oom_event){ .kind = kind,
				    .offset = p->offset,
				    .line = p->line,
				    .last_offset = p->offset,
				    .last_line = p->line,
				    .prefixed = k->prefixed,
				    .suppressed_count = p->suppressed_count };
	p->suppressed_count = 0;
	e->stamp = k->stamp;
	e->stamp.text = mw_arena_copy(&e->arena, k->stamp.text);
	e->host = mw_arena_copy(&e->arena, k->host);
	e->caller = mw_arena_copy(&e->arena, k->caller);
	e->pending = mw_arena_alloc(&e->arena, PENDING_MAX);
	p->open[p->n_open++] = e;
	return e;
}

/* --- which event a line belongs to -------------------------------------------------------- */

/* A part of the report that comes before the kill, and so cannot come after it. */
static bool may_take(const struct mw_oom_event *e, enum mw_oom_line type)
{
	if (e->over || e->kind == MW_OOM_USERSPACE)
		return false;
	if (type == MW_LINE_MEMINFO && e->seen & MW_SEEN_MEMINFO)
		return false;
	if (type == MW_LINE_TASKS_HEAD || type == MW_LINE_TASK)
		return is_oom(e) && !(e->seen & MW_SEEN_KILL);
	if (type == MW_LINE_CPU && e->seen & MW_SEEN_STACK)
		return false;
	return !(e->seen & MW_SEEN_KILL);
}

static struct mw_oom_event *newest(struct mw_oomlog *p, const struct mw_kmsg *k,
				   enum mw_oom_line type)
{
	for (size_t i = p->n_open; i--;)
		if (in_context(p->open[i], k) && may_take(p->open[i], type))
			return p->open[i];
	return NULL;
}

static struct mw_oom_event *newest_oom(struct mw_oomlog *p, const struct mw_kmsg *k)
{
	for (size_t i = p->n_open; i--;)
		if (is_oom(p->open[i]) && in_context(p->open[i], k))
			return p->open[i];
	return NULL;
}

/* The report a kill belongs to: the one that knows the pid; else the newest that has none yet, or
 * whose whole cgroup dies, or whose chosen one is a parent that lives on. */
static struct mw_oom_event *of_kill(struct mw_oomlog *p, const struct mw_kmsg *k,
				    struct mw_str body)
{
	struct mw_val pid = mw_oomline_pid(body);
	bool sharing = mw_str_search(body, " sharing same memory") < body.n;
	struct mw_oom_event *e;

	for (size_t i = p->n_open; i--;) {
		e = p->open[i];
		if (is_oom(e) && same_host(e, k) && mw_oom_victim_known(e, pid))
			return e;
	}
	e = newest_oom(p, k);
	if (e && (!(e->seen & MW_SEEN_KILL) || e->group_killed.n || sharing))
		return e;
	return NULL;
}

static struct mw_oom_event *of_pid(struct mw_oomlog *p, const struct mw_kmsg *k, struct mw_val pid)
{
	for (size_t i = p->n_open; i--;)
		if (same_host(p->open[i], k) && mw_oom_victim_known(p->open[i], pid))
			return p->open[i];
	return NULL;
}

static bool is_about_memory(struct mw_str panic)
{
	return mw_str_search(panic, "emory") < panic.n || mw_str_search(panic, "oom") < panic.n;
}

/* A failure right after the line of vmalloc is its second line (up to 4.8). */
static struct mw_oom_event *of_failure(struct mw_oomlog *p, const struct mw_kmsg *k,
				       enum mw_oom_line type)
{
	struct mw_oom_event *e = p->n_open ? p->open[p->n_open - 1] : NULL;
	bool fresh;

	if (!e || !in_context(e, k) || e->kind != MW_OOM_VMALLOC)
		return NULL;
	fresh = !(e->seen & (MW_SEEN_FRAMES | MW_SEEN_STACK | MW_SEEN_MEMINFO));
	if (fresh && type == MW_LINE_FAILURE)
		e->kind = MW_OOM_ALLOC_FAILURE;
	return fresh ? e : NULL;
}

static struct mw_oom_event *of_slub(struct mw_oomlog *p, const struct mw_kmsg *k)
{
	struct mw_oom_event *e = p->n_open ? p->open[p->n_open - 1] : NULL;

	if (!e || !in_context(e, k) ||
	    (e->kind != MW_OOM_SLUB && e->kind != MW_OOM_ALLOC_FAILURE))
		return NULL;
	return e;
}

static struct mw_oom_event *begin_kill(struct mw_oomlog *p, const struct mw_kmsg *k,
				       struct mw_str body)
{
	bool memcg = mw_str_search(body, "emory cgroup out of memory") < body.n;

	return begin(p, k, memcg ? MW_OOM_MEMCG : MW_OOM_GLOBAL);
}

static struct mw_oom_event *or_begin(struct mw_oomlog *p, const struct mw_kmsg *k,
				     struct mw_oom_event *e, enum mw_oom_kind kind)
{
	return e ? e : begin(p, k, kind);
}

static struct mw_oom_event *target(struct mw_oomlog *p, const struct mw_kmsg *k,
				   enum mw_oom_line type, struct mw_str body)
{
	struct mw_oom_event *e;

	switch (type) {
	case MW_LINE_HEADER:
		return begin(p, k, MW_OOM_GLOBAL);
	case MW_LINE_FAILURE:
		return or_begin(p, k, of_failure(p, k, type), MW_OOM_ALLOC_FAILURE);
	case MW_LINE_STALL:
		return begin(p, k, MW_OOM_STALL);
	case MW_LINE_VMALLOC:
	case MW_LINE_VMAP:
		return or_begin(p, k, of_failure(p, k, type), MW_OOM_VMALLOC);
	case MW_LINE_SLUB:
		return or_begin(p, k, of_slub(p, k), MW_OOM_SLUB);
	case MW_LINE_GUARD:
		return begin(p, k, MW_OOM_USERSPACE);
	case MW_LINE_KILL:
		e = of_kill(p, k, body);
		return e ? e : begin_kill(p, k, body);
	case MW_LINE_SUMMARY:
		e = newest_oom(p, k);
		if (e && (e->over || e->seen & (MW_SEEN_SUMMARY | MW_SEEN_KILL)))
			e = NULL;
		return or_begin(p, k, e, MW_OOM_GLOBAL);
	case MW_LINE_GROUP:
		return or_begin(p, k, newest_oom(p, k), MW_OOM_MEMCG);
	case MW_LINE_TASKS_HEAD:
		e = newest(p, k, type);
		return or_begin(p, k, e, MW_OOM_GLOBAL);
	case MW_LINE_NO_KILLABLE:
		e = newest_oom(p, k);
		return or_begin(p, k, e && !(e->seen & MW_SEEN_KILL) ? e : NULL, MW_OOM_GLOBAL);
	case MW_LINE_PANIC:
		if (!is_about_memory(body))
			return NULL;
		return or_begin(p, k, newest_oom(p, k), MW_OOM_GLOBAL);
	case MW_LINE_REAPER:
		return of_pid(p, k, mw_oomline_pid(body));
	case MW_LINE_SLUB_CACHE:
		return of_slub(p, k);
	case MW_LINE_CPUSET:
	case MW_LINE_CPU:
	case MW_LINE_FRAME:
	case MW_LINE_MEMINFO:
	case MW_LINE_PERCPU:
	case MW_LINE_COUNTERS:
	case MW_LINE_NODE:
	case MW_LINE_ZONE:
	case MW_LINE_RESERVE:
	case MW_LINE_BUDDY:
	case MW_LINE_HUGETLB:
	case MW_LINE_TAIL:
	case MW_LINE_SLAB_HEAD:
	case MW_LINE_SITES_HEAD:
	case MW_LINE_TASKS_TITLE:
	case MW_LINE_TASK:
	case MW_LINE_MEMCG_LIMIT:
	case MW_LINE_MEMCG_STATS:
	case MW_LINE_MEMCG_TASK:
		return newest(p, k, type);
	case MW_LINE_SUPPRESSED:
	case MW_LINE_DROPPED:
	case MW_LINE_NONE:
		return NULL;
	}
	return NULL;
}

/* --- lines ---------------------------------------------------------------------------------- */

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
	if (body.n > PENDING_MAX)
		body.n = PENDING_MAX;
	memcpy(e->pending, body.p, body.n);
	e->pending_bytes = body.n;
	e->pending_type = (uint8_t)type;
	e->pieces = 0;
}

/* Mail is broken at blanks; a summary has none, so wherever it was broken nothing stood between. */
static void append(struct mw_oom_event *e, struct mw_str piece)
{
	if (piece.n + 1 > PENDING_MAX - e->pending_bytes)
		return;
	if (e->pending_type != MW_LINE_SUMMARY)
		e->pending[e->pending_bytes++] = ' ';
	memcpy(e->pending + e->pending_bytes, piece.p, piece.n);
	e->pending_bytes += piece.n;
	e->pieces++;
}

/* Is this the rest of the line before?  In a log whose lines have prefixes, what has none is; in one
 * without, what means nothing by itself may be. */
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
		if (in_context(p->open[i], k))
			flush(p->open[i]);
	e = target(p, k, type, s);
	if (!e)
		return;
	flush(e); /* a line of another context may belong here: the reaper's */
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
		take_line(e, type, s);
}

static bool is_kernel_tag(struct mw_str tag)
{
	return !tag.n || mw_str_eq(tag, "kernel") || mw_str_eq(tag, "klogd") ||
	       mw_str_eq(tag, "vmunix");
}

static void one_line(struct mw_oomlog *p, const struct mw_kmsg *k, struct mw_str body, bool prefixed)
{
	struct mw_str s = mw_str_trim(body);
	enum mw_oom_line type = is_kernel_tag(k->tag) ? mw_oomline_of(s) : MW_LINE_NONE;
	struct mw_oom_event *e = newest(p, k, MW_LINE_NONE);

	if (!e && p->n_open && p->open[p->n_open - 1]->pending_bytes)
		e = p->open[p->n_open - 1];
	if ((type == MW_LINE_NONE || type == MW_LINE_KILL) && mw_oomline_is_guard(s, k->tag))
		type = MW_LINE_GUARD;
	if (!s.n) {
		if (e)
			flush(e);
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
			flush(e); /* its rows follow, each a line */
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
			flush(p->open[i]);
	while (p->n_open && offset > p->open[0]->last_offset &&
	       offset - p->open[0]->last_offset > ATTACH_BYTES)
		close_first(p);
}

void mw_oomlog_done(struct mw_oomlog *p)
{
	while (p->n_open)
		close_first(p);
}
