/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive of a directory (.tar, .tar.gz, .tar.xz, .tar.zst ...) or a compressed capture, read
 * through libarchive, which is loaded when first needed.  Only proc/, sys/ and meta/ are kept,
 * at the top or one folder below it (as in a sosreport).
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kernel/root_libarchive.h"
#include "kernel/root_private.h"

#define KEPT_MAX_BYTES ((size_t)256 << 20)
#define UNPACKED_MAX_BYTES ((int64_t)8 << 30)
#define ENTRIES_MAX ((size_t)2000000)

struct loader {
	struct mw_libarchive lib;
	struct archive *a;
	struct mw_arena *arena;
	struct mw_capture capture;
	struct mw_problem problem;
	size_t n_entries, kept_bytes;
	bool raw;
};

static int fail(struct loader *ld, const char *what)
{
	ld->problem = (struct mw_problem){ .what = what };
	return -EINVAL;
}

static bool is_kernel_folder(struct mw_str name)
{
	return mw_str_eq(name, "proc") || mw_str_eq(name, "sys") || mw_str_eq(name, "meta");
}

/* Is it below proc/, sys/ or meta/, at the top or one folder down? */
static bool is_wanted(struct mw_str path)
{
	struct mw_str first, second;

	if (!mw_str_cut(&path, '/', &first) || !mw_str_cut(&path, '/', &second))
		return false;
	return is_kernel_folder(first) || (is_kernel_folder(second) && path.n);
}

static int read_body(struct loader *ld, struct mw_capture_file *f)
{
	size_t room = 4096, n = 0;
	char *p = mw_arena_alloc(ld->arena, room);

	while (p) {
		la_ssize_t k = ld->lib.data(ld->a, p + n, room - n);

		if (k < 0)
			return fail(ld, "the archive is damaged");
		n += (size_t)k;
		if (!k)
			break;
		if (n > MW_FILE_MAX_BYTES && !ld->raw) {
			f->r = -EFBIG;
			return 0;
		}
		if (ld->kept_bytes + n > KEPT_MAX_BYTES)
			return fail(ld, "the archive unpacks to more than 256 MiB of kernel files");
		if (n == room) {
			char *bigger = mw_arena_alloc(ld->arena, room * 2);

			if (bigger)
				memcpy(bigger, p, n);
			p = bigger;
			room *= 2;
		}
	}
	if (!p)
		return -ENOMEM;
	ld->kept_bytes += n;
	f->body = (struct mw_str){ p, n };
	return 0;
}

static int add(struct loader *ld, struct mw_capture_file f)
{
	struct mw_capture *c = &ld->capture;
	struct mw_capture_file *file;

	file = mw_arena_grow(ld->arena, c->file, c->n_files, sizeof(*file));
	if (!file)
		return -ENOMEM;
	c->file = file;
	f.order = c->n_files;
	c->file[c->n_files++] = f;
	return 0;
}

static int load_entry(struct loader *ld, struct archive_entry *entry)
{
	const char *name = ld->lib.pathname(entry), *target = ld->lib.symlink(entry);
	struct mw_capture_file f = {};
	int r;

	if (!name)
		return fail(ld, "the archive holds a name that cannot be read");
	if (name[0] == '/')
		return fail(ld, "the archive holds an absolute path");
	if (mw_path_climbs(mw_str_of(name)))
		return fail(ld, "the archive holds a path with `..`");
	if (ld->lib.size(entry) > UNPACKED_MAX_BYTES ||
	    ld->lib.filter_bytes(ld->a, 0) > UNPACKED_MAX_BYTES)
		return fail(ld, "the archive unpacks to more than 8 GiB");
	f.path = mw_path_join(ld->arena, (struct mw_str){}, mw_str_of(name), (struct mw_str){});
	if (!is_wanted(f.path))
		return ld->arena->failed ? -ENOMEM : 0;
	if (!target && ld->lib.hardlink(entry))
		return fail(ld, "the archive holds hard links: unpack it and give the folder");
	if (target) {
		f.link = true;
		f.body = mw_arena_copy(ld->arena, mw_str_of(target));
		return add(ld, f);
	}
	if (ld->lib.filetype(entry) != AE_IFREG)
		return 0;
	r = read_body(ld, &f);
	return r < 0 ? r : add(ld, f);
}

static int load_raw(struct loader *ld)
{
	struct mw_capture_file f = {};
	int r;

	ld->raw = true;
	r = read_body(ld, &f);
	if (r < 0)
		return r;
	if (!mw_capture_is(f.body))
		return fail(ld, "neither a capture nor an archive of a machine's files");
	return mw_capture_parse(f.body, ld->arena, &ld->capture, &ld->problem);
}

static int load_entries(struct loader *ld)
{
	struct archive_entry *entry;
	int k, r = 0;

	while ((k = ld->lib.next_header(ld->a, &entry)) == ARCHIVE_OK || k == ARCHIVE_WARN) {
		if (ld->lib.format(ld->a) == ARCHIVE_FORMAT_RAW)
			return load_raw(ld);
		if (ld->n_entries++ > ENTRIES_MAX)
			return fail(ld, "the archive holds more than 2,000,000 files");
		r = load_entry(ld, entry);
		if (r < 0)
			return r;
	}
	if (k != ARCHIVE_EOF)
		return fail(ld, ld->n_entries
					? "the archive is damaged or was cut"
					: "neither a capture nor an archive of a machine's files");
	return 0;
}

/* sosreport-host-2026/proc/meminfo -> proc/meminfo, unless there is a proc/ at the top. */
static int strip_top(struct loader *ld)
{
	struct mw_capture *c = &ld->capture;
	struct mw_str top = {};
	size_t n = 0;

	for (size_t i = 0; i < c->n_files; i++)
		if (mw_str_starts(c->file[i].path, "proc/"))
			return 0;
	for (size_t i = 0; i < c->n_files; i++) {
		struct mw_capture_file f = c->file[i];
		struct mw_str head = { f.path.p, mw_str_find(f.path, '/') };

		f.path = mw_str_from(f.path, head.n + 1);
		if (mw_str_find(f.path, '/') == f.path.n)
			continue;
		if (top.n && !mw_str_same(top, head))
			return fail(ld, "the archive holds more than one machine");
		top = head;
		c->file[n++] = f;
	}
	c->n_files = n;
	return 0;
}

int mw_archive_load(int fd, struct mw_arena *arena, struct mw_capture *ret,
		    struct mw_problem *ret_problem)
{
	struct loader ld = { .arena = arena };
	int r = mw_libarchive_load(&ld.lib);

	if (r < 0) {
		*ret_problem = (struct mw_problem){
			.what = "not a capture; to read archives install libarchive13"
		};
		return -EINVAL;
	}
	ld.a = ld.lib.new();
	if (!ld.a)
		return -ENOMEM;
	ld.lib.filter_all(ld.a);
	ld.lib.format_tar(ld.a);
	ld.lib.format_raw(ld.a);
	r = ld.lib.open_fd(ld.a, fd, 64 << 10) == ARCHIVE_OK
		    ? load_entries(&ld)
		    : fail(&ld, "neither a capture nor an archive of a machine's files");
	ld.lib.free(ld.a);
	if (!r && !ld.raw)
		r = strip_top(&ld);
	*ret_problem = ld.problem;
	if (r < 0)
		return r;
	if (!ld.raw)
		mw_capture_sort(&ld.capture);
	*ret = ld.capture;
	return 0;
}
