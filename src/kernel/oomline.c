/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oomline - which kind of line is this? By its own text, so that a line means the same wherever
 * it stands.
 */
#include "kernel/oomlog_private.h"

#include <string.h>

struct pattern {
	const char *text;
	enum mw_oom_line type;
};

static enum mw_oom_line by_start(struct mw_str s, const struct pattern *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mw_str_starts(s, p[i].text))
			return p[i].type;
	return MW_LINE_NONE;
}

/* Lines known by how they begin. */
static enum mw_oom_line fixed_start(struct mw_str s)
{
	static const struct pattern patterns[] = {
		{ "oom-kill:constraint=", MW_LINE_SUMMARY },
		{ "oom_reaper: ", MW_LINE_REAPER },
		{ "Mem-Info:", MW_LINE_MEMINFO },
		{ "Mem-info:", MW_LINE_MEMINFO },
		{ "lowmem_reserve[]:", MW_LINE_RESERVE },
		{ "CPU: ", MW_LINE_CPU },
		{ "Pid: ", MW_LINE_CPU },
		{ "Unreclaimable slab info:", MW_LINE_SLAB_HEAD },
		{ "Memory allocations", MW_LINE_SITES_HEAD },
		{ "Tasks state (memory values in pages)", MW_LINE_TASKS_TITLE },
		{ "[ pid ]", MW_LINE_TASKS_HEAD },
		{ "[  pid  ]", MW_LINE_TASKS_HEAD },
		{ "memory: usage ", MW_LINE_MEMCG_LIMIT },
		{ "memory+swap: usage ", MW_LINE_MEMCG_LIMIT },
		{ "swap: usage ", MW_LINE_MEMCG_LIMIT },
		{ "kmem: usage ", MW_LINE_MEMCG_LIMIT },
		{ "Memory cgroup stats", MW_LINE_MEMCG_STATS },
		{ "Memory limit reached of cgroup ", MW_LINE_MEMCG_TASK },
		{ "killed as a result of limit of ", MW_LINE_MEMCG_TASK },
		{ "Kernel panic - not syncing: ", MW_LINE_PANIC },
		{ "Out of memory and no killable processes", MW_LINE_NO_KILLABLE },
		{ "OOM request ignored", MW_LINE_NO_KILLABLE },
		{ "Free swap", MW_LINE_TAIL },
		{ "Total swap", MW_LINE_TAIL },
		{ "cache: ", MW_LINE_SLUB_CACHE },
		{ "vmap allocation for size ", MW_LINE_VMAP },
	};

	return by_start(s, patterns, sizeof(patterns) / sizeof(patterns[0]));
}

/* "12345 pages RAM" and the like: a number, then one of these. */
static bool is_tail(struct mw_str s)
{
	static const char *const tails[] = {
		"total pagecache pages", "pages in swap cache", "pages RAM",	    "pages HighMem",
		"pages reserved",	 "pages cma reserved",	"pages hwpoisoned", "pages shared",
		"pages non-shared",	 "pages of RAM",	"free pages",	    "reserved pages"
	};
	struct mw_str word;
	uint64_t v;

	if (!s.n || s.p[0] < '0' || s.p[0] > '9' || !mw_str_word(&s, &word) ||
	    mw_str_u64(word, &v) < 0)
		return false;
	s = mw_str_trim(s);
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (mw_str_starts(s, tails[i]))
			return true;
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Zones begin with a capital and hold letters and digits: "DMA32", "HighMem". */
static size_t zone_name(struct mw_str s)
{
	size_t n = 0;

	while (n < s.n && n < 12 &&
	       ((s.p[n] >= 'A' && s.p[n] <= 'Z') || (s.p[n] >= 'a' && s.p[n] <= 'z') ||
		is_digit(s.p[n])))
		n++;
	return n && s.p[0] >= 'A' && s.p[0] <= 'Z' ? n : 0;
}

/* "free:124kB min:", "per-cpu:", ": 1*4kB": after the name of a zone. */
static enum mw_oom_line after_zone(struct mw_str s)
{
	struct mw_str star;

	if (mw_str_starts(s, " free:"))
		return MW_LINE_ZONE;
	if (mw_str_starts(s, " per-cpu:"))
		return MW_LINE_PERCPU;
	if (!mw_str_starts(s, ": ") || s.n < 6 || !is_digit(s.p[2]))
		return MW_LINE_NONE;
	star = mw_str_from(s, 2);
	while (star.n && is_digit(star.p[0]))
		star = mw_str_from(star, 1);
	return star.n > 1 && star.p[0] == '*' && is_digit(star.p[1]) ? MW_LINE_BUDDY : MW_LINE_NONE;
}

/* "Node 0 DMA32 free:...", "Normal free:...", "Node 0 active_anon:..." */
static enum mw_oom_line of_zone(struct mw_str s)
{
	size_t n = 5;

	if (mw_str_starts(s, "Node ")) {
		while (n < s.n && is_digit(s.p[n]))
			n++;
		if (n == 5 || n >= s.n || s.p[n] != ' ')
			return MW_LINE_NONE;
		s = mw_str_from(s, n + 1);
		if (mw_str_starts(s, "active_anon:"))
			return MW_LINE_NODE;
		if (mw_str_starts(s, "hugepages_total="))
			return MW_LINE_HUGETLB;
	}
	n = zone_name(s);
	return n ? after_zone(mw_str_from(s, n)) : MW_LINE_NONE;
}

/* "active_anon:49698 inactive_anon:20": without a unit, which a piece of a zone's line has. */
static bool is_counters(struct mw_str s)
{
	static const char *const names[] = {
		"active_anon:",	  "active_file:",    "unevictable:", "slab_reclaimable:",
		"mapped:",	  "sec_pagetables:", "free:",	     "kernel_misc_reclaimable:",
		"inactive_dirty:"
	};
	size_t at;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!mw_str_starts(s, names[i]))
			continue;
		at = strlen(names[i]);
		while (at < s.n && is_digit(s.p[at]))
			at++;
		return at > strlen(names[i]) && (at == s.n || s.p[at] == ' ');
	}
	return false;
}

/* "[ 1234]   0  1234 ...", not "[<ffffffff81...>]" */
static bool is_task(struct mw_str s)
{
	size_t n = 1;

	if (s.n < 4 || s.p[0] != '[')
		return false;
	while (n < s.n && s.p[n] == ' ')
		n++;
	if (n == s.n || !is_digit(s.p[n]))
		return false;
	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n + 1 < s.n && s.p[n] == ']' && s.p[n + 1] == ' ';
}

/* "caller+0x1d/0x2e" */
static bool is_frame(struct mw_str s)
{
	size_t at = mw_str_search(s, "+0x");

	return (at < s.n && mw_str_search(mw_str_from(s, at), "/0x") < s.n - at) ||
	       mw_str_eq(s, "<IRQ>");
}

/* Lines known by a part that may follow the name of a process. */
static enum mw_oom_line by_part(struct mw_str s)
{
	static const struct pattern parts[] = {
		{ " invoked oom-killer", MW_LINE_HEADER },
		{ ": page allocation failure", MW_LINE_FAILURE },
		{ ": page allocation stall", MW_LINE_STALL },
		{ "vmemmap alloc failure: order:", MW_LINE_FAILURE },
		{ "vmalloc: allocation failure", MW_LINE_VMALLOC },
		{ "vmalloc error: size ", MW_LINE_VMALLOC },
		{ "SLUB: Unable to allocate memory", MW_LINE_SLUB },
		{ "SLAB: Unable to allocate memory", MW_LINE_SLUB },
		{ "Killed process ", MW_LINE_KILL },
		{ "Kill process ", MW_LINE_KILL },
		{ ": kill process ", MW_LINE_KILL },
		{ "OOM victim ", MW_LINE_KILL },
		{ "due to memory.oom.group set", MW_LINE_GROUP },
		{ " callbacks suppressed", MW_LINE_SUPPRESSED },
		{ "printk messages dropped", MW_LINE_DROPPED },
		{ "killed as a result of limit of", MW_LINE_MEMCG_TASK },
	};
	size_t at;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (mw_str_search(s, parts[i].text) < s.n)
			return parts[i].type;
	at = mw_str_search(s, " cpuset=");
	if (at < s.n && at < 64 && mw_str_search(s, " mems_allowed=") < s.n)
		return MW_LINE_CPUSET;
	return mw_str_starts(s, "Task in /") ? MW_LINE_MEMCG_TASK : MW_LINE_NONE;
}

enum mw_oom_line mw_oomline_of(struct mw_str s)
{
	enum mw_oom_line type;

	if (s.n < 4)
		return MW_LINE_NONE;
	if (is_task(s))
		return MW_LINE_TASK;
	type = fixed_start(s);
	if (type)
		return type;
	type = of_zone(s);
	if (type)
		return type;
	if (is_counters(s))
		return MW_LINE_COUNTERS;
	if (is_tail(s))
		return MW_LINE_TAIL;
	return is_frame(s) ? MW_LINE_FRAME : by_part(s);
}
