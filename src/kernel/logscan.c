/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "kernel/logscan_private.h"

#define MARKER(text, at, group)                   \
	{                                         \
		text, sizeof(text) - 1, at, group \
	}

/* What begins a report, or stands outside of one: what is within is read line by line anyway. */
const struct mw_marker mw_markers[] = {
	MARKER("vmalloc", 0, 0),
	MARKER("vmap alloc", 0, 0),
	MARKER("vmemmap alloc", 0, 0),
	MARKER("Kill", 0, 1), /* Killed process, Kill process, Killed /a.slice */
	MARKER(".oom.group", 0, 1),
	MARKER("OOM", 0, 2), /* OOM victim, OOM request, Manual OOM execution */
	MARKER("SLUB: Unable to allocate", 0, 3),
	MARKER("SLAB: Unable to allocate", 0, 3),
	MARKER("ending SIG", 7, 3), /* earlyoom, nohang */
	MARKER("oom-kill", 2, 4),   /* invoked oom-killer, oom-kill:constraint= */
	MARKER("oom_reaper", 2, 4),
	MARKER("total_vm", 4, 4), /* the heading of the task table */
	MARKER("ut of memory", 4, 5),
	MARKER("page allocation ", 0, 6),
	MARKER("callbacks suppressed", 12, 6),
	MARKER("viction manager", 6, 7), /* kubelet */
};

const size_t mw_marker_count = sizeof(mw_markers) / sizeof(mw_markers[0]);

size_t mw_logscan_verify(struct mw_str text, size_t from, size_t at)
{
	for (size_t i = 0; i < mw_marker_count; i++) {
		const struct mw_marker *m = &mw_markers[i];

		if (at < m->at || at - m->at < from || text.n - (at - m->at) < m->n)
			continue;
		if (!memcmp(text.p + at - m->at, m->text, m->n))
			return at - m->at;
	}
	return text.n;
}

/* The first bytes of all prints. */
static bool may_begin(char c)
{
	for (size_t i = 0; i < mw_marker_count; i++)
		if (mw_markers[i].text[mw_markers[i].at] == c)
			return true;
	return false;
}

static size_t find_from(struct mw_str text, size_t from, size_t at)
{
	bool begins[256];
	size_t found;

	for (size_t i = 0; i < 256; i++)
		begins[i] = may_begin((char)i);
	for (; at + MW_PRINT_BYTES <= text.n; at++) {
		if (!begins[(unsigned char)text.p[at]])
			continue;
		found = mw_logscan_verify(text, from, at);
		if (found < text.n)
			return found;
	}
	return text.n;
}

size_t mw_logscan_find_portable(struct mw_str text, size_t from)
{
	return find_from(text, from, from);
}

size_t mw_logscan_find(struct mw_str text, size_t from)
{
	size_t at = from, found = text.n;

	if (mw_logscan_vector_find(text, from, &at, &found) && found < text.n)
		return found;
	return find_from(text, from, at);
}

static size_t lines_from(struct mw_str text, size_t at)
{
	size_t lines = 0;

	for (; at < text.n; at++)
		lines += text.p[at] == '\n';
	return lines;
}

size_t mw_logscan_lines_portable(struct mw_str text)
{
	return lines_from(text, 0);
}

size_t mw_logscan_lines(struct mw_str text)
{
	size_t at = 0, lines = 0;

	mw_logscan_vector_lines(text, &at, &lines);
	return lines + lines_from(text, at);
}
