/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline_memcg - the blocks of named rows: a memory cgroup's limits and statistics, slab caches,
 * the allocation profile.
 */
#include <string.h>

#include "kernel/oomlog_private.h"

/* "memory: usage 524288kB, limit 524288kB, failcnt 20628" */
void mw_oomline_memcg_limit(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_oom_limit l = { .usage_bytes = mw_kib_after(body, "usage "),
				  .limit_bytes = mw_kib_after(body, "limit "),
				  .failcnt = mw_number_after(body, "failcnt ") };
	struct mw_oom_limit *slot = &e->memory;

	if (mw_str_starts(body, "memory+swap"))
		slot = &e->memsw;
	else if (mw_str_starts(body, "swap"))
		slot = &e->swap;
	else if (mw_str_starts(body, "kmem"))
		slot = &e->kmem;
	/* No limit is printed as the largest number of kB that the kernel's counter holds. */
	if (mw_known(l.limit_bytes) && l.limit_bytes.v >= UINT64_C(1) << 62)
		l.limit_bytes = mw_no(MW_ABSENT);
	if (l.limit_bytes.why == MW_BAD && mw_number_after(body, "limit ").v >> 52)
		l.limit_bytes = mw_no(MW_ABSENT);
	if (slot->usage_bytes.why == MW_UNREAD)
		*slot = l;
	if (slot == &e->memory)
		e->seen |= MW_SEEN_MEMCG;
}

/* "Task in /a/b killed as a result of limit of /a", "Memory limit reached of cgroup /a" */
void mw_oomline_memcg_task(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str of = mw_text_after(body, "limit of ", "\n");
	size_t end = mw_str_search(body, " killed as a result");

	if (mw_str_starts(body, "Memory limit reached of cgroup "))
		of = mw_str_from(body, 31);
	if (!e->oom_memcg.n && of.n)
		e->oom_memcg = mw_arena_copy(&e->arena, mw_str_trim(of));
	if (!e->task_memcg.n && mw_str_starts(body, "Task in ") && end > 8)
		e->task_memcg = mw_arena_copy(&e->arena, (struct mw_str){ body.p + 8, end - 8 });
}

static void add_stat(struct mw_oom_event *e, struct mw_str name, struct mw_val v)
{
	struct mw_oom_stat *list;

	for (size_t i = 0; i < e->n_stats; i++)
		if (mw_str_same(e->stat[i].name, name))
			return;
	if (e->n_stats == MW_OOM_ROWS_MAX)
		return;
	list = mw_arena_grow(&e->arena, e->stat, e->n_stats, sizeof(*list));
	if (!list)
		return;
	e->stat = list;
	list[e->n_stats++] =
		(struct mw_oom_stat){ .name = mw_arena_copy(&e->arena, name), .bytes = v };
}

/* Adds the figures of one more group of the subtree. */
static void sum_stat(struct mw_oom_event *e, struct mw_str name, struct mw_val v)
{
	for (size_t i = 0; i < e->n_stats; i++)
		if (mw_str_same(e->stat[i].name, name)) {
			e->stat[i].bytes = mw_add(e->stat[i].bytes, v);
			return;
		}
	add_stat(e, name, v);
}

/* False: it was there already, or there is no room to know. */
static bool is_new_group(struct mw_oom_event *e, struct mw_str group)
{
	struct mw_str *list;

	for (size_t i = 0; i < e->n_stat_groups; i++)
		if (mw_str_same(e->stat_group[i], group))
			return false;
	if (e->n_stat_groups == MW_OOM_ROWS_MAX)
		return false;
	list = mw_arena_grow(&e->arena, e->stat_group, e->n_stat_groups, sizeof(*list));
	if (!list)
		return false;
	e->stat_group = list;
	list[e->n_stat_groups++] = mw_arena_copy(&e->arena, group);
	return true;
}

/* "Memory cgroup stats for /a: cache:840KB rss:523448KB": 3.8 to 5.2 print the subtree in such
 * lines, each group's own figures; later kernels one group, its children in it, as rows that
 * follow.  The first is the one at its limit. */
void mw_oomline_memcg_stats(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = mw_text_after(body, "stats for ", "\n"), key, unit, group;
	size_t end = mw_str_search(rest, ": ");
	struct mw_val v;
	bool in_line;

	if (end == rest.n)
		end = rest.n - (rest.n && rest.p[rest.n - 1] == ':');
	group = (struct mw_str){ rest.p, end };
	rest = mw_str_from(rest, end + 1);
	in_line = mw_str_find(rest, ':') < rest.n;
	e->block = MW_BLOCK_NONE;
	if (!is_new_group(e, group) || (!in_line && e->n_stat_groups > 1))
		return;
	e->stats_of = e->stat_group[0];
	if (!in_line) {
		e->block = MW_BLOCK_STATS;
		mw_oomline_stat(e, mw_str_trim(rest));
		return;
	}
	while (mw_pair_next(&rest, &key, &v, &unit))
		sum_stat(e, key,
			 mw_str_eq(unit, "KB") || mw_str_eq(unit, "kB") ? mw_mul(v, 1024) : v);
}

static bool is_name(struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || s.p[i] == '_' ||
		      (s.p[i] >= '0' && s.p[i] <= '9' && i)))
			return false;
	return s.n;
}

/* "anon 534147072", also many of them in one line: where a console joined them. */
bool mw_oomline_stat(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = body, name, number;
	bool any = false;
	uint64_t v;

	while (mw_str_word(&rest, &name) && mw_str_word(&rest, &number)) {
		if (!is_name(name) || mw_str_u64(number, &v) < 0)
			break;
		add_stat(e, name, mw_ok(v));
		any = true;
	}
	return any;
}

/* "kmalloc-64      41KB         41KB": a name may hold blanks. */
bool mw_oomline_slab(struct mw_oom_event *e, struct mw_str body)
{
	struct mw_str rest = body, word, last[2] = {}, name;
	struct mw_oom_slab row, *list;
	uint64_t used, total;

	while (mw_str_word(&rest, &word)) {
		last[0] = last[1];
		last[1] = word;
	}
	if (!last[0].n || !mw_str_ends(last[0], "KB") || !mw_str_ends(last[1], "KB"))
		return mw_str_starts(body, "Name ");
	last[0].n -= 2, last[1].n -= 2;
	if (mw_str_u64(last[0], &used) < 0 || mw_str_u64(last[1], &total) < 0)
		return false;
	name = mw_str_trim((struct mw_str){ body.p, (size_t)(last[0].p - body.p) });
	if (!name.n || e->n_slabs == MW_OOM_ROWS_MAX)
		return true;
	for (size_t i = 0; i < e->n_slabs; i++)
		if (mw_str_same(e->slab[i].name, name))
			return true;
	list = mw_arena_grow(&e->arena, e->slab, e->n_slabs, sizeof(*list));
	if (!list)
		return true;
	row = (struct mw_oom_slab){ .name = mw_arena_copy(&e->arena, name),
				    .used_bytes = mw_mul(mw_ok(used), 1024),
				    .total_bytes = mw_mul(mw_ok(total), 1024) };
	e->slab = list;
	list[e->n_slabs++] = row;
	return true;
}

/* "1.23 GiB  1234 mm/filemap.c:12 func:f" or, in 6.10, plain bytes first. */
bool mw_oomline_site(struct mw_oom_event *e, struct mw_str body)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
	struct mw_str rest = body, number, word;
	struct mw_oom_site *list;
	uint64_t whole = 0, bytes;
	size_t dot;

	if (mw_str_search(body, "func:") == body.n || !mw_str_word(&rest, &number))
		return false;
	dot = mw_str_find(number, '.');
	if (mw_str_u64((struct mw_str){ number.p, dot }, &whole) < 0 || !mw_str_word(&rest, &word))
		return false;
	bytes = whole;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (mw_str_eq(word, units[i]) && whole < 1 << 20)
			bytes = whole << (10 * i);
	if (e->n_sites == MW_OOM_ROWS_MAX)
		return true;
	list = mw_arena_grow(&e->arena, e->site, e->n_sites, sizeof(*list));
	if (!list)
		return true;
	e->site = list;
	list[e->n_sites++] = (struct mw_oom_site){ .text = mw_arena_copy(&e->arena, body),
						   .bytes = mw_ok(bytes) };
	return true;
}
