/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/anchor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pages/page.h"

#define PAGEMAP_PRESENT ((uint64_t)1 << 63)
#define PAGEMAP_FRAME (((uint64_t)1 << 55) - 1)
#define FRAMES_ALIGN 0xfffff /* the array stands on no less than that */
#define DIRECT_ALIGN ((uint64_t)1 << 30)
#define ENTRIES 512 /* of a page table */
#define ENTRY_PRESENT 1
#define ENTRY_LARGE 0x80
#define ENTRY_ADDRESS 0x000ffffffffff000

int mw_anchor_frame(const void *page, uint64_t frame_bytes, uint64_t *ret)
{
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	uint64_t entry = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, &entry, sizeof(entry), (off_t)((uintptr_t)page / frame_bytes * 8));
	close(fd);
	if (n != sizeof(entry) || !(entry & PAGEMAP_PRESENT))
		return -ENODATA;
	*ret = entry & PAGEMAP_FRAME;
	return *ret ? 0 : -EPERM; /* hidden */
}

int mw_anchor_make(uint64_t frame_bytes, struct mw_anchor *ret)
{
	struct stat st;

	*ret = (struct mw_anchor){ .fd = memfd_create("memwhy", MFD_CLOEXEC), .page = MAP_FAILED };
	if (ret->fd < 0 || ftruncate(ret->fd, (off_t)frame_bytes) < 0 || fstat(ret->fd, &st) < 0)
		return -errno;
	ret->ino = st.st_ino;
	ret->page = mmap(NULL, frame_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LOCKED,
			 ret->fd, 0);
	if (ret->page == MAP_FAILED)
		ret->page = mmap(NULL, frame_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ret->fd, 0);
	if (ret->page == MAP_FAILED)
		return -errno;
	*(volatile char *)ret->page = 1;
	return mw_anchor_frame(ret->page, frame_bytes, &ret->frame);
}

void mw_anchor_done(struct mw_anchor *a)
{
	if (a->page != MAP_FAILED)
		munmap(a->page, 1);
	if (a->fd >= 0)
		close(a->fd);
}

static uint64_t at(struct mw_kmem *k, uint64_t address, int32_t member)
{
	return mw_kmem_u64(k, address + (uint64_t)member);
}

/* From our task by way of the open file to its one page: only where k->task is ours. */
static uint64_t page_by_file(struct mw_kmem *k, const struct mw_layout *l, struct mw_anchor *a)
{
	uint64_t files = at(k, k->task, l->task.files), table = at(k, files, l->file.table);
	uint64_t file = mw_kmem_u64(k, at(k, table, l->file.open) + 8 * (uint64_t)a->fd);

	a->mapping = at(k, file, l->file.mapping);
	return at(k, a->mapping, l->mapping.pages);
}

/* Where struct page 0 would be, by the page of one anchor. */
static int find_frames(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		       uint64_t *ret)
{
	struct mw_anchor a;
	int r = mw_anchor_make(frame_bytes, &a);

	if (!r)
		*ret = page_by_file(k, l, &a) - a.frame * (uint64_t)l->page.bytes;
	mw_anchor_done(&a);
	return r;
}

/* The direct mapping begins on a GiB, at or below our page directory: there its struct page says
 * whose it is (page->pt_mm, x86). */
static uint64_t find_direct(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
			    uint64_t frames_max)
{
	uint64_t directory = at(k, k->mm, l->task.pgd);
	uint64_t base = directory & ~(DIRECT_ALIGN - 1);

	if (l->page.table_mm < 0 || !mw_kmem_is_address(directory))
		return 0;
	for (; (directory - base) / frame_bytes < frames_max; base -= DIRECT_ALIGN) {
		uint64_t page =
			k->frames + (directory - base) / frame_bytes * (uint64_t)l->page.bytes;

		if (at(k, page, l->page.table_mm) == k->mm)
			return base;
	}
	return 0;
}

int mw_anchor_find(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		   uint64_t frames_max, const char **ret_why)
{
	uint64_t frames[2];

	if (!k->frames) {
		*ret_why = "the frame of a page of our own is not known";
		for (int i = 0; i < 2; i++) {
			int r = find_frames(k, l, frame_bytes, &frames[i]);

			if (r < 0)
				return r;
		}
		*ret_why = "two pages of our own disagree on where struct pages are";
		if (frames[0] != frames[1] || frames[0] & FRAMES_ALIGN ||
		    !mw_kmem_is_address(frames[0]))
			return -EPROTO;
		k->frames = frames[0];
	}
	if (!k->direct)
		k->direct = find_direct(k, l, frame_bytes, frames_max);
	return 0;
}

static void look(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame, struct mw_page *ret)
{
	char page[2 * 256] = {};
	size_t bytes = 2 * (size_t)l->page.bytes;

	bytes = bytes < sizeof(page) ? bytes : sizeof(page);
	mw_kmem_read(k, k->frames + frame * (uint64_t)l->page.bytes, bytes, page);
	mw_page_classify(l, 0, frame, page, bytes, ret);
}

static int check_file(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		      const char **ret_why)
{
	struct mw_anchor a;
	struct mw_page page;
	uint64_t ino;
	int r = mw_anchor_make(frame_bytes, &a);

	*ret_why = "the frame of a page of our own is not known";
	if (!r) {
		look(k, l, a.frame, &page);
		*ret_why = "a page of our own memory file does not look like one";
		r = page.class == MW_PAGE_FILE ? 0 : -EPROTO;
	}
	if (!r) {
		ino = at(k, at(k, page.owner, l->mapping.host), l->inode.ino);
		*ret_why = "the inode of our own memory file is another";
		r = ino == a.ino ? 0 : -EPROTO;
	}
	mw_anchor_done(&a);
	return r;
}

#if defined(__x86_64__)
/* The first table that entry leads to, from the top to the last level (up to 6.1 the top one itself
 * has no type). */
static uint64_t last_table(struct mw_kmem *k, const struct mw_layout *l)
{
	uint64_t entry[ENTRIES], table = at(k, k->mm, l->task.pgd);

	for (int level = 0; level < 4; level++) {
		size_t i = 0, n = level ? ENTRIES : ENTRIES / 2;

		if (mw_kmem_read(k, table, sizeof(entry), entry) < 0)
			return 0;
		while (i < n && (!(entry[i] & ENTRY_PRESENT) || entry[i] & ENTRY_LARGE))
			i++;
		if (i == n)
			return 0;
		table = k->direct + (entry[i] & ENTRY_ADDRESS);
		if (level == 2)
			return table; /* of the last or the one before: both have the type */
	}
	return 0;
}

static int check_table(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		       const char **ret_why)
{
	uint64_t table;
	struct mw_page page;

	if (!k->direct || !mw_kmem_is_address(k->mm))
		return 0;
	table = last_table(k, l);
	if (!table)
		return 0;
	look(k, l, (table - k->direct) / frame_bytes, &page);
	*ret_why = "a page table of our own does not look like one";
	return page.class == MW_PAGE_TABLE ? 0 : -EPROTO;
}
#else
static int check_table(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		       const char **ret_why)
{
	(void)k, (void)l, (void)frame_bytes, (void)ret_why;
	return 0;
}
#endif

int mw_anchor_check(struct mw_kmem *k, const struct mw_layout *l, uint64_t frame_bytes,
		    const char **ret_why)
{
	int r = check_file(k, l, frame_bytes, ret_why);

	return r ? r : check_table(k, l, frame_bytes, ret_why);
}
