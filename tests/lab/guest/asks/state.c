/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory is driven page by page: a shared segment a node, kept from reclaim and from compaction.
 * A node is filled while the marks are low, then pages are given back, zone by zone, as pieces of
 * the order wanted; then the marks are set as they should be.
 */
#include <sys/ipc.h>
#include <sys/shm.h>

#include "asks.h"

#define LOW_MARKS_KIB 1024
#define SLACK_PAGES 64
#define BOOST "/proc/sys/vm/watermark_boost_factor"
#define SEGMENT_BYTES (512 * MIB)

struct segment {
	char *base;
	size_t pages; /* touched */
	unsigned long *pfn;
};

static struct segment segments[MAX_NODES];
static int n_nodes, pagemap;

static void set_number(const char *path, long number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%ld", number);
	write_file(path, digits);
}

static void set_marks(long kib)
{
	set_number("/proc/sys/vm/min_free_kbytes", kib);
}

static void set_reserve(const char *ratios)
{
	write_file("/proc/sys/vm/lowmem_reserve_ratio", ratios);
}

static bool make_segment(struct segment *s, int node)
{
	unsigned long mask = 1ul << node;
	int id = shmget(IPC_PRIVATE, SEGMENT_BYTES, IPC_CREAT | SHM_NORESERVE | 0600);

	if (id < 0 || shmctl(id, SHM_LOCK, NULL) < 0)
		return false;
	s->base = shmat(id, NULL, 0);
	shmctl(id, IPC_RMID, NULL);
	s->pages = 0;
	return s->base != (void *)-1 &&
	       syscall(SYS_mbind, s->base, SEGMENT_BYTES, 2 /* BIND */, &mask, 64ul, 0u) == 0;
}

bool state_prepare(int nodes)
{
	n_nodes = nodes;
	write_file("/proc/sys/vm/overcommit_memory", "1");
	write_file("/proc/sys/kernel/shmmax", "4294967296");
	write_file("/proc/sys/kernel/shmall", "4294967296");
	write_file("/proc/sys/kernel/numa_balancing", "0");
	write_file("/proc/sys/vm/compact_unevictable_allowed", "0");
	write_file("/proc/sys/vm/compaction_proactiveness", "0");
	write_file("/sys/kernel/mm/transparent_hugepage/enabled", "never");
	/* Short per-CPU lists: from 6.7 on they grow to thousands of pages, which are not free. */
	write_file("/proc/sys/vm/percpu_pagelist_high_fraction", "100000");
	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < nodes; i++)
		segments[i].pfn = map_private(SEGMENT_BYTES / PAGE * sizeof(unsigned long));
	return pagemap >= 0;
}

/* What order 0 can still take from the node without waiting. */
static long left_on(int node)
{
	struct zones now;
	long sum = 0;

	zones_read(&now);
	for (int i = 0; i < now.n; i++)
		if (now.z[i].node == node && now.z[i].free > now.z[i].low + SLACK_PAGES)
			sum += now.z[i].free - now.z[i].low - SLACK_PAGES;
	return sum;
}

static void look_up(struct segment *s)
{
	for (size_t done = 0; done < s->pages;) {
		ssize_t got = pread(pagemap, s->pfn + done, (s->pages - done) * 8,
				    (off_t)(((uintptr_t)s->base / PAGE + done) * 8));

		if (got <= 0)
			break;
		done += (size_t)got / 8;
	}
	for (size_t i = 0; i < s->pages; i++)
		s->pfn[i] &= ((1ul << 55) - 1);
}

static bool fill(int node)
{
	struct segment *s = &segments[node];
	long left;

	if (!make_segment(s, node))
		return false;
	while ((left = left_on(node)) > 0) {
		size_t step = (size_t)(left / 2 + 1);

		if ((s->pages + step) * PAGE > SEGMENT_BYTES)
			break;
		touch(s->base + s->pages * PAGE, step * PAGE);
		s->pages += step;
	}
	look_up(s);
	return true;
}

static long free_in(const struct zone *z)
{
	struct zones now;

	zones_read(&now);
	for (int i = 0; i < now.n; i++)
		if (now.z[i].start == z->start)
			return now.z[i].free;
	return 0;
}

/* Gives back what the zone lacks to its target.  Of pieces of order n each second one is kept, so
 * that no two become one. */
static void give_back(struct segment *s, const struct zone *z, long target, int order)
{
	long missing = target - free_in(z), given = 0;

	for (size_t i = 0; i < s->pages && given < missing; i++) {
		unsigned long pfn = s->pfn[i];

		if (!pfn || pfn < z->start || pfn - z->start >= z->spanned)
			continue;
		if (order >= 0 && !((pfn >> order) & 1))
			continue;
		madvise(s->base + i * PAGE, PAGE, MADV_REMOVE);
		s->pfn[i] = 0;
		given++;
	}
}

/* What the per-CPU lists gave back late is taken again; the highest zone of a node comes first. */
static void trim(struct segment *s, const struct zone *z, long target)
{
	long more;

	sleep_ms(300);
	more = free_in(z) - target;
	if (more <= 0 || (s->pages + (size_t)more) * PAGE > SEGMENT_BYTES)
		return;
	touch(s->base + s->pages * PAGE, (size_t)more * PAGE);
	s->pages += (size_t)more;
}

/* Under the mark means: by half of what is kept from requests for higher zones, too. */
static long target_of(const struct zone *z, const struct state *s)
{
	switch (s->level) {
	case ROOMY:
		return z->high * 2 + 1500 + z->reserve;
	case EDGE:
		return z->low + z->reserve + 44;
	case BETWEEN:
		return z->low - (z->low - z->min) / 8 - 8 + z->reserve;
	case UNDER:
		return z->min - z->min / 5 + z->reserve / 2;
	}
	return 0;
}

void state_drive(const struct state *s)
{
	struct zones goal;

	set_reserve(s->reserve ? "8 8 8 8" : "256 256 32 0");
	set_marks(s->min_kib);
	zones_read(&goal);
	if (!s->nodes)
		return;
	/* While it is filled no mark may move by itself. */
	write_file(BOOST, "0");
	set_reserve("0 0 0 0");
	set_marks(LOW_MARKS_KIB);
	for (int node = 0; node < n_nodes; node++)
		if (s->nodes >> node & 1)
			fill(node);
	for (int i = 0; i < goal.n; i++) {
		const struct zone *z = &goal.z[i];

		if (!(s->nodes >> z->node & 1))
			continue;
		give_back(&segments[z->node], z, target_of(z, s), s->order);
		if (s->level != ROOMY && (i + 1 == goal.n || z[1].node != z->node))
			trim(&segments[z->node], z, target_of(z, s));
	}
	set_reserve(s->reserve ? "8 8 8 8" : "256 256 32 0");
	set_marks(s->min_kib);
	/* A boost of all zones at once would leave nothing to run with. */
	write_file(BOOST, s->nodes == ALL_NODES ? "0" : "15000");
	sleep_ms(100);
}

void state_leave(void)
{
	set_marks(LOW_MARKS_KIB);
	for (int node = 0; node < n_nodes; node++)
		if (segments[node].base) {
			shmdt(segments[node].base);
			segments[node].base = NULL;
			segments[node].pages = 0;
		}
	sleep_ms(100);
}
