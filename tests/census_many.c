/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census_many - a machine that has N cached inodes of one page each, with a page table between each
 * two: what the walk takes, and the names.  Exit status 1 where the sums are wrong, or memory is
 * more than 32 MiB and 64 bytes an owner.
 *
 *	census_many [N]		default: a million
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "pages/cost.h"
#include "pages/names.h"
#include "pages/walk.h"
#include "unit/names_made.h"

#define ADDRESS 0xffff888100000000
#define SUPERBLOCK 0xffff888000001000
#define EACH_BYTES 1024 /* a mapping, which is in its inode, as ever */
#define STEP 7919	/* inodes lie next to one another as they do in memory: hardly */
#define PEAK_BYTES ((uint64_t)32 << 20)
#define OWNER_BYTES 64
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true /* has a shadow of its own */
#else
#define SANITIZED false
#endif

static uint64_t inodes;
static struct made_page buffer[MW_BULK_BYTES / sizeof(struct made_page)];

static struct made_page page_of(uint64_t frame)
{
	uint64_t inode = frame / 2 * STEP % inodes;

	if (frame & 1)
		return (struct made_page){ .type = 0xf2000000, .refcount = 1 };
	return (struct made_page){ .flags = 1 << 5,
				   .type = UINT32_MAX,
				   .refcount = 1,
				   .mapping = ADDRESS + inode * EACH_BYTES };
}

static const void *bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < piece[i].bytes; b += sizeof(buffer[0]))
			buffer[at++] =
				page_of((piece[i].address + b - k->frames) / sizeof(buffer[0]));
	return buffer;
}

/* What the names look for: one of the inodes, or the file system of all of them. */
static void look(uint64_t address, size_t bytes, char *to)
{
	struct {
		uint64_t host, pad;
		struct made_inode inode;
	} file = { .inode = { .superblock = SUPERBLOCK, .size = 4096, .nlink = 1 } };
	const struct {
		struct made_superblock superblock;
		uint64_t name;
		char text[8];
	} fs = { { 254 << 20, 0xef53, SUPERBLOCK + sizeof(struct made_superblock), "vda" },
		 SUPERBLOCK + sizeof(struct made_superblock) + 8,
		 "ext4" };
	const void *from = &fs;
	size_t n = sizeof(fs), at = address - SUPERBLOCK;

	if (address >= ADDRESS) {
		at = (address - ADDRESS) % EACH_BYTES;
		file.host = address - at + offsetof(typeof(file), inode);
		file.inode.ino = (address - ADDRESS) / EACH_BYTES + 1;
		from = &file;
		n = sizeof(file);
	}
	for (size_t i = 0; i < bytes; i++)
		to[i] = 0;
	if (at < n)
		memcpy(to, (const char *)from + at, bytes < n - at ? bytes : n - at);
}

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct made_page page;

		if (ask[i].address < k->frames) {
			look(ask[i].address, ask[i].bytes, ask[i].to);
			continue;
		}
		page = page_of((ask[i].address - k->frames) / sizeof(buffer[0]));
		memset(ask[i].to, 0, ask[i].bytes);
		memcpy(ask[i].to, &page, sizeof(page));
	}
	return 0;
}

static uint64_t peak_bytes(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (uint64_t)usage.ru_maxrss * 1024;
}

static void say(const char *what, const struct mw_page_owners *o, struct mw_cost since)
{
	struct mw_cost cost = mw_cost_since(since);

	printf("%s: %llu MiB at most (%llu bytes an owner), %llu ms\n", what,
	       (unsigned long long)peak_bytes() >> 20,
	       (unsigned long long)(peak_bytes() / (o->n + 1)),
	       (unsigned long long)cost.cpu_us / 1000);
}

/* Are all of one file system, each counted? */
static bool name(struct mw_kmem *k, const struct mw_layout *l, struct mw_page_owners *o)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c = {};
	struct mw_naming n = { .k = k,
			       .l = l,
			       .owners = o,
			       .frame_bytes = 4096,
			       .files_max = 100,
			       .paid_max = 100,
			       .arena = &arena };

	mw_page_owners_rest(o);
	return !mw_names_files(&n, &c) && !mw_names_groups(&n, &c) && !mw_names_paid(&n, &c) &&
	       !mw_names_rows(&n, &c) && c.n_fs == 1 && c.fs[0].files == inodes &&
	       c.fs[0].bytes == inodes * 4096 && c.n_files == 100;
}

int main(int argc, char *argv[])
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	struct mw_kmem k = { .bulk = bulk, .gather = gather, .frames = MADE_FRAMES };
	struct mw_layout l = made_names_layout(MW_MEMCG_DATA);
	struct mw_cost start = mw_cost_now();
	struct mw_frame_range range = {};
	struct mw_frames frames = { .range = &range, .n = 1 };
	uint64_t sum = 0;
	bool named;
	int r;

	inodes = strtoull(argc > 1 ? argv[1] : "1000000", NULL, 10);
	range.to = frames.total = 2 * inodes;
	r = mw_pages_walk(&k, &l, &frames, 10, &w);
	for (size_t i = 0; i < w.owners.n; i++)
		sum += mw_page_owner_at(&w.owners, i)->frames;
	say("walk", &w.owners, start);
	start = mw_cost_now();
	named = name(&k, &l, &w.owners);
	say("with names", &w.owners, start);
	r |= !named || sum != frames.total || w.owners.n != inodes + 1;
	r |= !SANITIZED && peak_bytes() > PEAK_BYTES + OWNER_BYTES * w.owners.n;
	printf("%s census_many (%llu inodes)\n", r ? "not ok" : "ok", (unsigned long long)inodes);
	return r != 0;
}
