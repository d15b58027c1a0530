/* SPDX-License-Identifier: Apache-2.0 */
#include "act/migrate.h"

#include <errno.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* Those that no other process has mapped (include/uapi/linux/mempolicy.h). */
#define MPOL_MF_MOVE 2

struct batch {
	void *page[MW_MIGRATE_PAGES_MAX];
	int node[MW_MIGRATE_PAGES_MAX];
	int status[MW_MIGRATE_PAGES_MAX];
	size_t n;
};

/* nodes == NULL asks.  A number above 0 is that of pages that did not move, since 4.17. */
static int move_pages(const struct mw_migrate *m, struct batch *b, const int *nodes)
{
	return syscall(SYS_move_pages, (pid_t)m->pid, b->n, b->page, nodes, b->status,
		       MPOL_MF_MOVE) < 0
		       ? -errno
		       : 0;
}

/* The pages from m->address on, as many as are looked at together. */
static int look(struct mw_migrate *m, struct batch *b)
{
	b->n = 0;
	for (uint64_t at = m->address; at < m->end && b->n < MW_MIGRATE_PAGES_MAX;
	     at += m->page_bytes)
		b->page[b->n++] = (void *)(uintptr_t)at; // NOLINT: an address of another process
	return b->n ? move_pages(m, b, NULL) : 0;
}

/* Keeps those on the node; m->address goes on behind the last that was looked at. */
static void choose(struct mw_migrate *m, struct batch *b)
{
	size_t n = 0, i = 0;

	for (; i < b->n && (n + 1) * m->page_bytes <= m->most_bytes; i++)
		if (b->status[i] == (int)m->from) {
			b->page[n] = b->page[i];
			b->node[n++] = (int)m->to;
		}
	m->address += i * m->page_bytes;
	b->n = n;
}

static void count(struct mw_migrate *m, struct batch *b, int error)
{
	size_t on = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->status[i] == (int)m->from) {
			m->left_bytes += m->page_bytes;
			m->error = error;
		} else {
			on += b->status[i] == (int)m->to;
		}
	m->moved_bytes = on * m->page_bytes;
}

int mw_act_migrate(struct mw_migrate *m)
{
	struct batch b;
	int r, error = 0;

	m->moved_bytes = m->left_bytes = 0;
	m->error = 0;
	r = look(m, &b);
	if (r < 0)
		return r;
	choose(m, &b);
	if (!b.n)
		return 0;
	r = move_pages(m, &b, b.node);
	if (r < 0 && r != -ENOENT && r != -ENOMEM && r != -EBUSY)
		return r;
	error = r;
	for (size_t i = 0; !error && i < b.n; i++)
		if (b.status[i] < 0 && b.status[i] != -ENOENT)
			error = b.status[i];
	r = move_pages(m, &b, NULL);
	if (r < 0)
		return r;
	count(m, &b, error);
	return 0;
}
