/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/snap.h"

#include <errno.h>

#include "base/fmt.h"
#include "kernel/fields.h"
#include "snap/snap_private.h"

#define TRIES 20

enum mw_why mw_take_text(struct mw_root *root, const char *path, struct mw_arena *arena,
			 struct mw_snap *s, struct mw_str *ret)
{
	*ret = (struct mw_str){};
	return mw_sources_note(&s->sources, mw_str_of(path), mw_root_read(root, path, arena, ret));
}

enum mw_why mw_take_at(struct mw_at *at, const char *name, struct mw_arena *arena,
		       struct mw_snap *s, struct mw_str *ret)
{
	int r;

	*ret = (struct mw_str){};
	r = mw_at_read(at, name, arena, ret);
	if (!r)
		return MW_OK;
	return mw_sources_note(&s->sources, mw_str_of(mw_fmt(arena, "%s/%s", at->path, name)), r);
}

struct mw_val mw_take_number(struct mw_root *root, const char *path, struct mw_arena *arena,
			     struct mw_snap *s)
{
	struct mw_str text;
	enum mw_why why = mw_take_text(root, path, arena, s, &text);

	return why == MW_OK ? mw_number_parse(text) : mw_no(why);
}

uint64_t mw_dev_parse(struct mw_str text, bool hex)
{
	int (*parse)(struct mw_str, uint64_t *) = hex ? mw_str_hex64 : mw_str_u64;
	struct mw_str major;
	uint64_t a, b;

	if (!mw_str_cut(&text, ':', &major) || parse(major, &a) < 0 || parse(text, &b) < 0 ||
	    a > UINT32_MAX || b > UINT32_MAX)
		return UINT64_MAX;
	return MW_DEV(a, b);
}

static void take_host(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_host *h = &s->host;
	struct mw_str text;
	struct mw_val page;

	if (mw_take_text(root, "meta/release", arena, s, &text) != MW_OK &&
	    mw_take_text(root, "proc/sys/kernel/osrelease", arena, s, &text) != MW_OK &&
	    mw_take_text(root, "proc/version", arena, s, &text) == MW_OK)
		text = mw_release_of_version(text);
	h->kernel = mw_str_trim(text);
	h->release = mw_release_parse(h->kernel);
	mw_take_text(root, "meta/machine", arena, s, &text);
	h->machine = mw_str_trim(text);
	page = mw_take_number(root, "meta/page_bytes", arena, s);
	h->page_bytes_assumed = !mw_known(page) || page.v < 1024 || page.v > (1 << 20);
	h->page_bytes = h->page_bytes_assumed ? 4096 : page.v;
	mw_take_text(root, "meta/time", arena, s, &text);
	h->time_ns = mw_meta_time(text, "realtime_ns");
	h->euid = mw_take_number(root, "meta/user", arena, s);
}

static struct mw_val distance(struct mw_val a, struct mw_val b)
{
	return mw_or(a, 0) > mw_or(b, 0) ? mw_sub(a, b) : mw_sub(b, a);
}

/* How far did the counters move since they were read?  All that a process can take or give back
 * counts: what it frees may go to the per-CPU lists and leave MemFree as it was. */
static struct mw_val moved(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	const struct mw_meminfo *then = &s->meminfo;
	struct mw_meminfo now;
	struct mw_str text;
	enum mw_why why = mw_take_text(root, "meta/again/proc/meminfo", arena, s, &text);
	struct mw_val sum;

	if (why != MW_OK)
		return mw_no(why);
	if (mw_meminfo_parse(text, &now) < 0)
		return mw_no(MW_BAD);
	sum = mw_add(distance(now.free_bytes, then->free_bytes),
		     distance(now.anon_bytes, then->anon_bytes));
	sum = mw_add(sum, distance(now.cached_bytes, then->cached_bytes));
	return mw_add(sum, distance(now.slab_bytes, then->slab_bytes));
}

/* The three files tell of one instant only when little moved meanwhile: try again, a few times.
 * Of a capture each try reads the same, so that it ends as the live one did. */
static int take_counters(struct mw_root *root, struct mw_arena *arena, struct mw_snap *s)
{
	struct mw_str text;
	int r;

	for (int i = 0; i < TRIES; i++) {
		r = mw_root_read(root, "proc/meminfo", arena, &s->meminfo_text);
		if (r < 0)
			return r;
		mw_take_text(root, "proc/zoneinfo", arena, s, &text);
		r = mw_zoneinfo_parse(text, arena, &s->zoneinfo);
		if (r == -ENOMEM)
			return r;
		r = mw_meminfo_parse(s->meminfo_text, &s->meminfo);
		if (r < 0)
			return r;
		s->moved_bytes = moved(root, arena, s);
		if (!mw_known(s->moved_bytes) ||
		    s->moved_bytes.v <= mw_or(s->meminfo.total_bytes, 0) / 10000)
			break;
	}
	mw_take_text(root, "proc/vmstat", arena, s, &text);
	mw_vmstat_parse(text, &s->vmstat);
	return 0;
}

int mw_snap_take(struct mw_root *root, const struct mw_snap_options *options,
		 struct mw_arena *arena, struct mw_snap *ret)
{
	struct mw_snap s = { .sources.arena = arena,
			     .slab_why = MW_UNREAD,
			     .vmalloc_why = MW_UNREAD };
	int r = take_counters(root, arena, &s);

	if (r < 0)
		return r;
	take_host(root, arena, &s);
	if (options->want & MW_WANT_KERNEL)
		mw_take_kernel(root, arena, &s);
	if (options->want & (MW_WANT_PROCS | MW_WANT_SHMEM))
		mw_take_procs(root, options, arena, &s);
	if (arena->failed)
		return -ENOMEM;
	*ret = s;
	return 0;
}
