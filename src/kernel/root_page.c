/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pseudo files of the live machine about one page of a process, and what stands behind it.
 * Their texts are those of kernel/page_entry.h, kernel/smaps_block.h and kernel/meta.h.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/errname.h"
#include "kernel/page_entry.h"
#include "kernel/pid_maps.h"
#include "kernel/root_private.h"

/* More than one block of smaps can have: a path is at most 4 KiB, each byte at most 4 of text. */
#define BLOCK_MAX_BYTES ((size_t)32 << 10)
#define FOLDERS_MAX ((size_t)100000)
#define ORDERS_MAX 19 /* of 1 GiB in pages of 4 KiB, and one more */

/* Of <linux/fs.h> since 6.7. */
struct scan_arg {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
struct scan_region {
	uint64_t start, end, categories;
};
#define SCAN_IOCTL _IOWR('f', 16, struct scan_arg)

/* Eight bytes a page: 0, or -errno; -ENODATA beyond what the file knows. */
static int read_entry(int fd, uint64_t index, uint64_t *ret)
{
	ssize_t n = pread(fd, ret, sizeof(*ret), (off_t)(index * sizeof(*ret)));

	return n == sizeof(*ret) ? 0 : n < 0 ? -errno : -ENODATA;
}

struct lines {
	struct mw_arena *arena;
	const char *text;
};

static void line(struct lines *l, const char *key, int r, uint64_t v)
{
	struct mw_str name = mw_errname(r, l->arena);

	l->text = r ? mw_fmt(l->arena, "%s%s %.*s\n", l->text, key, (int)name.n, name.p)
		    : mw_fmt(l->arena, "%s%s %#llx\n", l->text, key, (unsigned long long)v);
}

static void scan(struct lines *l, int pagemap, uint64_t start, uint64_t page)
{
	struct scan_region region = {};
	struct scan_arg arg = { .size = sizeof(arg),
				.start = start,
				.end = start + page,
				.vec = (uint64_t)(uintptr_t)&region,
				.vec_len = 1,
				.return_mask = MW_SCAN_FILE | MW_SCAN_PRESENT | MW_SCAN_SWAPPED |
					       MW_SCAN_ZERO | MW_SCAN_HUGE };

	/* ENOTTY: before 6.7. */
	if (ioctl(pagemap, SCAN_IOCTL, &arg) >= 0)
		line(l, "scan", 0, region.categories);
	else if (errno != ENOTTY)
		line(l, "scan", -errno, 0);
}

/* A block of 2^n frames begins at a multiple of 2^n: below a part of it, the first such frame
 * that is a head is its own. */
static void block(struct lines *l, int flags_fd, uint64_t frame, uint64_t flags)
{
	uint64_t head = frame, f = flags, next;
	unsigned order = 0;

	if (!(flags & (MW_KPF_HEAD | MW_KPF_TAIL)))
		return;
	for (unsigned k = 1; !(f & MW_KPF_HEAD) && k < ORDERS_MAX; k++) {
		head = frame >> k << k;
		if (read_entry(flags_fd, head, &f) < 0)
			return;
	}
	if (!(f & MW_KPF_HEAD))
		return;
	line(l, "head", 0, head);
	line(l, "head_flags", 0, f);
	while (order < ORDERS_MAX && !read_entry(flags_fd, head + ((uint64_t)1 << order), &next) &&
	       next & MW_KPF_TAIL)
		order++;
	line(l, "block_pages", 0, (uint64_t)1 << order);
}

static void frame_lines(struct lines *l, uint64_t frame)
{
	static const char *const files[][2] = {
		{ "count", "/proc/kpagecount" },
		{ "flags", "/proc/kpageflags" },
		{ "cgroup", "/proc/kpagecgroup" },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = open(files[i][1], O_RDONLY | O_CLOEXEC);
		uint64_t v = 0;
		int r = fd < 0 ? -errno : read_entry(fd, frame, &v);

		line(l, files[i][0], r, v);
		if (!r && i == 1)
			block(l, fd, frame, v);
		if (fd >= 0)
			close(fd);
	}
}

int mw_live_page(int dirfd, const char *address, struct mw_arena *arena, struct mw_str *ret)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct lines l = { arena, "" };
	struct mw_page_bits bits;
	uint64_t at, entry = 0;
	int fd, r = mw_str_hex64(mw_str_of(address), &at);

	if (r < 0)
		return r;
	fd = openat(dirfd, "pagemap", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = read_entry(fd, at / page, &entry);
	line(&l, "pagemap", r, entry);
	if (!r) {
		scan(&l, fd, at / page * page, page);
		bits = mw_page_bits(entry, (struct mw_release){});
		if (mw_known(bits.frame))
			frame_lines(&l, bits.frame.v);
		r = read_entry(fd, at / page, &entry);
		line(&l, "again", r, entry);
	}
	close(fd);
	*ret = mw_str_of(l.text);
	return arena->failed ? -ENOMEM : 0;
}

struct stream {
	char buf[BLOCK_MAX_BYTES];
	size_t n;    /* bytes in it */
	size_t line; /* where the first line begins that nobody looked at */
	bool inside; /* the buffer begins with the block that is wanted */
};

/* The lines that came in: 1: what stands before .line is the block; 0: read on; -ESRCH: no mapping
 * has the address. */
static int look(struct stream *s, uint64_t address)
{
	struct mw_map m;

	for (;;) {
		struct mw_str rest = { s->buf + s->line, s->n - s->line }, text;
		size_t bytes = mw_str_find(rest, '\n') + 1;

		if (bytes > rest.n)
			return 0;
		text = (struct mw_str){ rest.p, bytes };
		if (mw_maps_next(&text, &m)) {
			if (s->inside)
				return 1;
			if (m.start > address)
				return -ESRCH;
			s->inside = m.end > address;
		}
		if (s->inside) {
			s->line += bytes;
			continue;
		}
		s->n -= bytes;
		memmove(s->buf, s->buf + bytes, s->n);
	}
}

/* smaps walks the pages of each mapping that it shows, so it is read in small pieces, and no
 * further than to the mapping that is wanted. */
int mw_live_smaps(int dirfd, const char *address, struct mw_arena *arena, struct mw_str *ret)
{
	struct stream s = {};
	uint64_t at;
	ssize_t k;
	int fd, r = mw_str_hex64(mw_str_of(address), &at);

	if (r < 0)
		return r;
	fd = openat(dirfd, "smaps", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while (!r) {
		size_t room = sizeof(s.buf) - s.n;

		k = read(fd, s.buf + s.n, room < 1024 ? room : 1024);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0) {
			r = k < 0 ? -errno : !room ? -EFBIG : s.inside ? 1 : -ESRCH;
			s.line = s.n;
			break;
		}
		s.n += (size_t)k;
		r = look(&s, at);
	}
	close(fd);
	if (r < 0)
		return r;
	*ret = mw_arena_copy(arena, (struct mw_str){ s.buf, s.line });
	return arena->failed ? -ENOMEM : 0;
}

/* Adds the folders in `dir` to the list; true when one of them is the wanted one, as the last. */
static bool add_folders(int dir, uint64_t ino, struct mw_str path, struct mw_arena *arena,
			struct mw_names *list)
{
	struct dirent *entry;
	struct mw_str *item;
	DIR *d = fdopendir(dir);
	bool found = false;

	if (!d) {
		close(dir);
		return false;
	}
	while (!found && list->n < FOLDERS_MAX && (entry = readdir(d))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		item = mw_arena_grow(arena, list->item, list->n, sizeof(*item));
		if (!item)
			break;
		list->item = item;
		item[list->n++] =
			mw_str_of(mw_fmt(arena, "%.*s/%s", (int)path.n, path.p, entry->d_name));
		found = entry->d_ino == ino;
	}
	closedir(d);
	return found;
}

/* The folder below dirfd that has this inode number, as a path: "/", "/system.slice/x.service". */
int mw_live_inode(int dirfd, const char *number, struct mw_arena *arena, struct mw_str *ret)
{
	struct mw_names list = {};
	struct mw_str path = {};
	size_t next = 0;
	struct stat st;
	uint64_t ino;
	int dir = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0 || fstat(dir, &st) < 0 || mw_str_u64(mw_str_of(number), &ino) < 0) {
		if (dir >= 0)
			close(dir);
		return dir < 0 ? -errno : -EINVAL;
	}
	if (st.st_ino == ino) {
		close(dir);
		*ret = mw_str_of("/\n");
		return 0;
	}
	/* Breadth first; the list is also the queue. */
	while (!add_folders(dir, ino, path, arena, &list)) {
		do {
			if (next >= list.n)
				return arena->failed ? -ENOMEM : -ENOENT;
			path = list.item[next++];
			dir = openat(dirfd, mw_arena_cstr(arena, mw_str_from(path, 1)),
				     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		} while (dir < 0);
	}
	path = mw_fmt_octal(arena, list.item[list.n - 1]);
	*ret = mw_str_of(mw_fmt(arena, "%.*s\n", (int)path.n, path.p));
	return arena->failed ? -ENOMEM : 0;
}
