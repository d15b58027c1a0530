/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/snap.h"

#include <errno.h>

#include "base/fmt.h"
#include "kernel/fields.h"
#include "snap/snap_private.h"

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

int mw_snap_take(struct mw_root *root, const struct mw_snap_options *options,
		 struct mw_arena *arena, struct mw_snap *ret)
{
	struct mw_snap s = { .sources.arena = arena,
			     .slab_why = MW_UNREAD,
			     .vmalloc_why = MW_UNREAD };
	int r;

	take_host(root, arena, &s);
	if (options->want & MW_WANT_NODES_ONLY) {
		mw_take_nodes(root, arena, &s);
		*ret = s;
		return arena->failed ? -ENOMEM : 0;
	}
	r = mw_take_counters(root, arena, &s);
	if (r < 0)
		return r;
	s.committed_bytes = s.meminfo.committed_bytes;
	if (options->want & MW_WANT_PAGES)
		mw_take_pages(root, options, arena, &s);
	if (options->want & MW_WANT_ZONES)
		mw_take_zones(root, arena, &s);
	if (options->want & MW_WANT_ZONES)
		mw_take_zone_rules(root, arena, &s);
	if (options->want & MW_WANT_KERNEL)
		mw_take_kernel(root, arena, &s);
	if (options->want & (MW_WANT_KERNEL | MW_WANT_OVERCOMMIT))
		mw_take_hugetlb(root, arena, &s);
	if (options->want & MW_WANT_OVERCOMMIT)
		mw_take_commit_sysctl(root, arena, &s);
	if (options->want & MW_WANT_CGROUPS)
		mw_take_cgroups(root, arena, &s);
	if (options->want & (MW_WANT_PROCS | MW_WANT_SHMEM | MW_WANT_OOM | MW_WANT_PROMISES |
			     MW_WANT_NUMA | MW_WANT_FILES))
		mw_take_procs(root, options, arena, &s);
	if (options->want & MW_WANT_CGROUPS)
		mw_take_cgroups_again(root, arena, &s);
	if (options->want & MW_WANT_PROMISES)
		mw_take_committed(root, arena, &s);
	if (arena->failed)
		return -ENOMEM;
	*ret = s;
	return 0;
}
