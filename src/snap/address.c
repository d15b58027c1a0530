/* SPDX-License-Identifier: Apache-2.0 */
#include "snap/address.h"

#include <errno.h>

#include "base/fmt.h"
#include "kernel/cgroup_memory.h"
#include "kernel/mountinfo.h"
#include "kernel/pid_cgroup.h"
#include "snap/snap_private.h"

/* As for smaps_rollup: measured on 6.18, in pages of 4 KiB. */
#define SMAPS_PAGES_PER_US 16

struct take {
	struct mw_root *root;
	struct mw_at at;
	struct mw_arena *arena;
	struct mw_snap *s;
	const struct mw_snap_options *options;
	struct mw_address_facts *f;
};

static enum mw_why take_about(struct take *t, const char *what, struct mw_str *ret)
{
	return mw_take_at(&t->at,
			  mw_fmt(t->arena, "meta/%s/%llx", what, (unsigned long long)t->f->address),
			  t->arena, t->s, ret);
}

static enum mw_why malformed(struct take *t, const char *file)
{
	return mw_sources_note(&t->s->sources,
			       mw_str_of(mw_fmt(t->arena, "%s/%s", t->at.path, file)), -ENOMSG);
}

/* Is the mapped file shared memory?  The kernel's own mount is in no mount table. */
static void take_file_system(struct take *t)
{
	const uint64_t dev = mw_dev_parse(t->f->place.map.dev, true);
	struct mw_str text;
	struct mw_mount m;

	if (!dev || dev == UINT64_MAX)
		return;
	if (mw_take_text(t->root, "meta/shm_dev", t->arena, t->s, &text) == MW_OK)
		t->f->shm_mount = mw_dev_parse(mw_str_trim(text), false) == dev;
	t->f->shmem = t->f->shm_mount;
	if (t->f->shmem || mw_take_at(&t->at, "mountinfo", t->arena, t->s, &text) != MW_OK)
		return;
	while (!t->f->shmem && mw_mountinfo_next(&text, &m))
		t->f->shmem = mw_dev_parse(m.dev, false) == dev && mw_mount_is_shmem(&m);
}

static void take_block(struct take *t, struct mw_val rss_bytes)
{
	struct mw_address_facts *f = t->f;
	struct mw_str text, rest;
	struct mw_map m;

	f->smaps_cost_us = mw_or(rss_bytes, 0) / 4096 / SMAPS_PAGES_PER_US;
	f->block_why = MW_UNREAD;
	if (f->smaps_cost_us > t->options->smaps_budget_us)
		return;
	f->block_why = take_about(t, "smaps", &text);
	if (f->block_why == MW_OK && mw_smaps_block_parse(text, &f->block) < 0)
		f->block_why = malformed(t, "smaps");
	/* Not the mapping that maps had there a moment ago. */
	rest = text;
	if (f->block_why == MW_OK &&
	    (!mw_maps_next(&rest, &m) || !mw_str_same(m.range, f->place.map.range)))
		f->block_why = MW_RACED;
}

/* Of a line of the pseudo file: a failure is one of that file. */
static void note_line(struct take *t, const char *file, struct mw_val v)
{
	if (v.why == MW_DENIED)
		mw_sources_note(&t->s->sources, mw_str_of(file), -EACCES);
	else if (v.why == MW_BAD)
		mw_sources_note(&t->s->sources, mw_str_of(file), -ENOMSG);
}

static void take_page(struct take *t)
{
	struct mw_address_facts *f = t->f;
	struct mw_page_bits bits;
	struct mw_str text;

	f->page_why = take_about(t, "page", &text);
	if (f->page_why == MW_OK && mw_page_entry_parse(text, &f->page) < 0)
		f->page_why = malformed(t, "pagemap");
	if (f->page_why != MW_OK || !mw_known(f->page.pagemap))
		return;
	bits = mw_page_bits(f->page.pagemap.v, t->s->host.release);
	if (bits.frame.why == MW_DENIED ||
	    (bits.swap_type.why == MW_DENIED && !mw_or(bits.guard, 0)))
		mw_sources_note(&t->s->sources,
				mw_str_of(mw_fmt(t->arena, "%s/pagemap (frame)", t->at.path)),
				-EPERM);
	note_line(t, "proc/kpagecount", f->page.count);
	note_line(t, "proc/kpageflags", f->page.flags);
	note_line(t, "proc/kpagecgroup", f->page.cgroup_ino);
}

static bool find_mount(struct take *t, struct mw_cgroup_mount *ret)
{
	static const char *const tables[] = { "proc/self/mountinfo", "proc/1/mountinfo" };
	struct mw_str text;

	for (size_t i = 0; i < 2; i++)
		if (mw_take_text(t->root, tables[i], t->arena, t->s, &text) == MW_OK &&
		    mw_cgroup_mount_find(text, t->arena, ret))
			return true;
	return false;
}

/* Which group has the folder with that inode number (page_cgroup_ino(), mm/memcontrol.c)? */
static void take_page_cgroup(struct take *t)
{
	struct mw_address_facts *f = t->f;
	struct mw_cgroup_mount mount;
	struct mw_str text, below;

	f->cgroup_why = f->page.cgroup_ino.why;
	if (f->cgroup_why != MW_OK || !f->page.cgroup_ino.v)
		return;
	if (!find_mount(t, &mount)) {
		f->cgroup_why = MW_ABSENT;
		return;
	}
	f->cgroup_why =
		mw_take_text(t->root,
			     mw_fmt(t->arena, "%.*s/meta/inode/%llu", (int)mount.point.n,
				    mount.point.p, (unsigned long long)f->page.cgroup_ino.v),
			     t->arena, t->s, &text);
	if (f->cgroup_why != MW_OK)
		return;
	below = mw_fmt_unoctal(t->arena, mw_str_trim(text));
	if (mw_str_eq(below, "/"))
		below.n = 0;
	f->cgroup_folder = mw_str_of(mw_fmt(t->arena, "%.*s%.*s", (int)mount.point.n, mount.point.p,
					    (int)below.n, below.p));
	if (mw_str_eq(mount.root, "/"))
		mount.root.n = 0;
	f->page_cgroup = mw_str_of(mw_fmt(t->arena, "%.*s%.*s", (int)mount.root.n, mount.root.p,
					  (int)below.n, below.p));
	if (!f->page_cgroup.n)
		f->page_cgroup = mw_str_of("/");
}

static int take_process(struct take *t, struct mw_val *ret_rss)
{
	struct mw_pid_status status;
	struct mw_str text;
	enum mw_why why = mw_take_at(&t->at, "status", t->arena, t->s, &text);

	if (why == MW_ABSENT || why == MW_GONE)
		return -ESRCH;
	*ret_rss = mw_no(why);
	if (why != MW_OK || mw_pid_status_parse(text, t->arena, &status) < 0)
		return 0;
	t->f->comm = status.name;
	*ret_rss = status.rss_bytes;
	return status.rss_bytes.why == MW_ABSENT ? -ENODATA : 0;
}

static int take_all(struct take *t)
{
	struct mw_address_facts *f = t->f;
	struct mw_val rss;
	struct mw_str text;
	int r = take_process(t, &rss);

	if (r < 0)
		return r;
	f->maps_why = mw_take_at(&t->at, "maps", t->arena, t->s, &text);
	if (f->maps_why != MW_OK)
		return f->maps_why == MW_GONE ? -ESRCH : 0;
	if (!text.n)
		return -ENODATA; /* it left its memory behind meanwhile */
	f->place = mw_maps_place(text, f->address);
	f->overcommit_mode =
		mw_take_number(t->root, "proc/sys/vm/overcommit_memory", t->arena, t->s);
	if (!f->place.mapped)
		return 0;
	take_page(t);
	take_block(t, rss);
	take_file_system(t);
	if (mw_take_at(&t->at, "cgroup", t->arena, t->s, &text) == MW_OK)
		f->own_cgroup = mw_pid_cgroup_memory(text);
	take_page_cgroup(t);
	return 0;
}

int mw_take_address(struct mw_root *root, const struct mw_snap_options *options,
		    struct mw_arena *arena, struct mw_snap *s, uint64_t pid, uint64_t address,
		    struct mw_address_facts *ret)
{
	struct mw_address_facts f = { .pid = pid, .address = address, .host = s->host };
	struct take t = { .root = root, .arena = arena, .s = s, .options = options, .f = &f };
	int r = mw_root_at(root, mw_fmt(arena, "proc/%llu", (unsigned long long)pid), &t.at);

	if (r == -ENOENT)
		return -ESRCH;
	if (r < 0)
		return r;
	r = take_all(&t);
	mw_at_close(&t.at);
	if (arena->failed)
		return -ENOMEM;
	*ret = f;
	return r;
}
