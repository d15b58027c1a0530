/* SPDX-License-Identifier: Apache-2.0 */
#include "why/address.h"

static bool starts(const struct mw_address_facts *f, const char *prefix)
{
	return mw_str_starts(f->place.map.path, prefix);
}

static bool is_shared(const struct mw_map *m)
{
	return m->perms.n >= 4 && m->perms.p[3] == 's';
}

static bool is_hugetlb(const struct mw_address_facts *f)
{
	if (f->block_why == MW_OK && f->block.flags.n)
		return mw_vm_flags_have(f->block.flags, "ht");
	return starts(f, "/anon_hugepage");
}

static enum mw_address_kind file_kind(const struct mw_address_facts *f)
{
	if (!is_shared(&f->place.map))
		return MW_ADDRESS_PRIVATE_FILE;
	if (f->shm_mount && starts(f, "/dev/zero"))
		return MW_ADDRESS_SHARED_ANON;
	if (f->shm_mount && starts(f, "/SYSV"))
		return MW_ADDRESS_SYSV;
	if (f->shm_mount && starts(f, "/memfd:"))
		return MW_ADDRESS_MEMFD;
	return f->shmem ? MW_ADDRESS_TMPFS : MW_ADDRESS_FILE;
}

static enum mw_address_kind kind_of(const struct mw_address_facts *f)
{
	if (f->maps_why != MW_OK)
		return MW_ADDRESS_UNKNOWN;
	if (!f->place.mapped)
		return MW_ADDRESS_HOLE;
	if (is_hugetlb(f))
		return MW_ADDRESS_HUGETLB;
	if (starts(f, "[vsyscall]"))
		return MW_ADDRESS_VSYSCALL;
	if (!mw_str_eq(f->place.map.inode, "0"))
		return file_kind(f);
	if (starts(f, "[heap]"))
		return MW_ADDRESS_HEAP;
	if (starts(f, "[stack"))
		return MW_ADDRESS_STACK;
	if (!f->place.map.path.n || starts(f, "[anon:"))
		return MW_ADDRESS_ANON;
	return MW_ADDRESS_SPECIAL;
}

static bool is_private_memory(enum mw_address_kind kind)
{
	return kind == MW_ADDRESS_ANON || kind == MW_ADDRESS_HEAP || kind == MW_ADDRESS_STACK;
}

static struct mw_val flag(const struct mw_address_facts *f, const char *code)
{
	if (f->block_why != MW_OK)
		return mw_no(f->block_why);
	return f->block.flags.n ? mw_ok(mw_vm_flags_have(f->block.flags, code)) : mw_no(MW_ABSENT);
}

/* accountable_mapping() (mm/mmap.c), shmem_acct_size(), shmem_acct_blocks() (mm/shmem.c). */
static enum mw_promise promise_of(const struct mw_address *a)
{
	if (a->kind == MW_ADDRESS_HUGETLB)
		return MW_PROMISE_POOL;
	if (mw_or(a->counted, 0))
		return MW_PROMISE_MAPPING;
	if (a->kind == MW_ADDRESS_MEMFD || a->kind == MW_ADDRESS_TMPFS)
		return MW_PROMISE_BLOCKS;
	if (a->kind == MW_ADDRESS_SYSV)
		return MW_PROMISE_OBJECT;
	if (a->kind == MW_ADDRESS_FILE || a->kind == MW_ADDRESS_VSYSCALL)
		return MW_PROMISE_NONE;
	if (!mw_known(a->counted))
		return MW_PROMISE_UNKNOWN;
	if (a->kind == MW_ADDRESS_SHARED_ANON)
		return mw_or(a->noreserve, 0) ? MW_PROMISE_BLOCKS : MW_PROMISE_OBJECT;
	return MW_PROMISE_NONE;
}

static void explain_hole(const struct mw_address_facts *f, struct mw_address *a)
{
	const struct mw_maps_place *p = &f->place;

	a->hole_start = p->has_below ? p->below.end : 0;
	a->hole_end = p->has_above ? p->above.start : 0;
	a->hole_bytes = p->has_above ? mw_ok(a->hole_end - a->hole_start) : mw_no(MW_ABSENT);
}

static enum mw_page_state state_of(const struct mw_address_facts *f, const struct mw_address *a,
				   const struct mw_page_bits *b)
{
	if (b->present)
		return MW_PAGE_PRESENT;
	if (mw_or(b->guard, 0))
		return MW_PAGE_GUARD;
	if (!b->swap)
		return is_private_memory(a->kind) ? MW_PAGE_UNTOUCHED : MW_PAGE_UNMAPPED;
	/* Where the type is hidden: a mapping of which nothing is swapped. */
	if (mw_or(b->swap_type, 0) >= MW_SWAP_TYPES_MAX ||
	    (!mw_known(b->swap_type) && f->block_why == MW_OK && mw_known(f->block.swap_bytes) &&
	     !f->block.swap_bytes.v))
		return MW_PAGE_SPECIAL;
	return MW_PAGE_SWAPPED;
}

/* The kernel's page of zeros is what a read finds in memory that nobody wrote to yet. */
static struct mw_val zero_of(const struct mw_page_entry *e, const struct mw_page_bits *b)
{
	if ((mw_known(e->scan) && e->scan.v & MW_SCAN_ZERO) ||
	    (mw_known(e->flags) && e->flags.v & MW_KPF_ZERO))
		return mw_ok(1);
	/* Not counted as mapped, and of no file (vm_normal_page(), mm/memory.c). */
	if (mw_or(b->exclusive, 0) || mw_or(b->file, 0) || mw_known(e->flags))
		return mw_ok(0);
	/* Of the huge page of zeros the scan does not say it (pagemap_thp_category()). */
	if (mw_known(e->scan) && !(e->scan.v & MW_SCAN_HUGE))
		return mw_ok(0);
	return mw_no(b->frame.why == MW_DENIED ? MW_DENIED : e->flags.why);
}

static void explain_block(const struct mw_address_facts *f, struct mw_address *a)
{
	const struct mw_page_entry *e = &f->page;
	const bool pmd = mw_known(e->scan) && e->scan.v & MW_SCAN_HUGE;

	a->huge = mw_no(a->flags.why);
	if (mw_known(a->flags))
		a->huge = mw_ok((a->flags.v & (MW_KPF_THP | MW_KPF_HUGE)) != 0 ||
				mw_or(e->block_pages, 1) > 1);
	else if (pmd || a->kind == MW_ADDRESS_HUGETLB)
		a->huge = mw_ok(1);
	a->block_bytes = mw_known(a->huge)
				 ? mw_mul(a->huge.v ? e->block_pages : mw_ok(1), f->host.page_bytes)
				 : mw_no(a->huge.why);
	a->huge_mapped = mw_no(e->scan.why);
	if (mw_known(e->scan))
		a->huge_mapped = mw_ok(pmd);
	else if (mw_known(a->huge) && !a->huge.v)
		a->huge_mapped = mw_ok(0);
	if (a->kind == MW_ADDRESS_HUGETLB) {
		a->huge_mapped = mw_ok(1);
		if (f->block_why == MW_OK && mw_known(f->block.page_bytes))
			a->block_bytes = f->block.page_bytes;
	}
}

static struct mw_val of_frame(const struct mw_address *a, struct mw_val v)
{
	if (a->moved)
		return mw_no(MW_RACED);
	return a->frame.why == MW_DENIED ? mw_no(MW_DENIED) : v;
}

static void explain_present(const struct mw_address_facts *f, const struct mw_page_bits *b,
			    struct mw_address *a)
{
	const struct mw_page_entry *e = &f->page;

	a->frame = b->frame;
	a->exclusive = b->exclusive;
	a->file_page = b->file;
	a->flags = of_frame(a, e->flags);
	a->cgroup_ino = of_frame(a, e->cgroup_ino);
	a->zero = a->moved ? mw_no(MW_RACED) : zero_of(e, b);
	a->map_count = of_frame(a, e->count);
	if (mw_or(a->zero, 0))
		a->map_count = mw_no(MW_ABSENT); /* the kernel does not count who maps it */
	else if (!mw_known(a->map_count) && mw_or(b->exclusive, 0))
		a->map_count = mw_ok(1);
	a->copy = mw_ok(0);
	if (a->kind == MW_ADDRESS_PRIVATE_FILE)
		a->copy = mw_known(a->zero) && mw_known(b->file) ? mw_ok(!a->zero.v && !b->file.v)
								 : b->file;
	explain_block(f, a);
}

static void explain_page(const struct mw_address_facts *f, struct mw_address *a)
{
	const struct mw_page_entry *e = &f->page;
	/* Where it is, without who maps it and whether it was written. */
	const uint64_t place = (uint64_t)3 << 62 | (((uint64_t)1 << 55) - 1);
	struct mw_page_bits b;

	a->state_why = f->page_why != MW_OK ? f->page_why : e->pagemap.why;
	if (a->kind == MW_ADDRESS_VSYSCALL) {
		a->state = MW_PAGE_OUTSIDE;
		a->state_why = MW_OK;
	}
	if (a->state_why != MW_OK || a->state == MW_PAGE_OUTSIDE)
		return;
	b = mw_page_bits(e->pagemap.v, f->host.release);
	a->moved = mw_known(e->again) && (e->pagemap.v ^ e->again.v) & place;
	a->state = state_of(f, a, &b);
	a->soft_dirty = b.soft_dirty;
	if (b.present)
		explain_present(f, &b, a);
	if (a->state == MW_PAGE_SWAPPED) {
		a->swap_type = b.swap_type;
		a->swap_offset = b.swap_offset;
	}
}

static struct mw_val file_offset(const struct mw_address_facts *f)
{
	const struct mw_map *m = &f->place.map;
	uint64_t offset, page = f->host.page_bytes;

	if (mw_str_eq(m->inode, "0"))
		return mw_no(MW_ABSENT);
	if (mw_str_hex64(m->offset, &offset) < 0)
		return mw_no(MW_BAD);
	return mw_add(mw_ok(offset), mw_ok((f->address - m->start) / page * page));
}

void mw_address_explain(const struct mw_address_facts *f, struct mw_address *ret)
{
	const struct mw_val none = mw_no(MW_ABSENT);
	struct mw_address a = { .kind = kind_of(f), .state_why = MW_ABSENT };

	a.hole_bytes = a.frame = a.map_count = a.exclusive = a.zero = a.file_page = none;
	a.copy = a.huge = a.huge_mapped = a.block_bytes = a.flags = none;
	a.swap_type = a.swap_offset = a.soft_dirty = a.file_offset_bytes = a.cgroup_ino = none;
	a.counted = a.noreserve = none;
	if (a.kind == MW_ADDRESS_HOLE)
		explain_hole(f, &a);
	if (f->maps_why == MW_OK && f->place.mapped) {
		a.counted = flag(f, "ac");
		a.noreserve = flag(f, "nr");
		a.promise = promise_of(&a);
		a.file_offset_bytes = file_offset(f);
		explain_page(f, &a);
		a.charged_elsewhere = mw_known(a.cgroup_ino) && f->page_cgroup.n &&
				      f->own_cgroup.n &&
				      !mw_str_same(f->page_cgroup, f->own_cgroup);
	} else if (f->maps_why != MW_OK) {
		a.state_why = f->maps_why;
	}
	*ret = a;
}

const char *mw_address_kind_name(enum mw_address_kind kind)
{
	static const char *const names[] = {
		[MW_ADDRESS_HOLE] = "no mapping",
		[MW_ADDRESS_UNKNOWN] = "not known",
		[MW_ADDRESS_ANON] = "private anonymous memory",
		[MW_ADDRESS_HEAP] = "heap",
		[MW_ADDRESS_STACK] = "stack",
		[MW_ADDRESS_SHARED_ANON] = "shared anonymous memory",
		[MW_ADDRESS_MEMFD] = "memfd",
		[MW_ADDRESS_SYSV] = "SysV segment",
		[MW_ADDRESS_TMPFS] = "shared mapping of a tmpfs file",
		[MW_ADDRESS_FILE] = "shared mapping of a file",
		[MW_ADDRESS_PRIVATE_FILE] = "private mapping of a file",
		[MW_ADDRESS_HUGETLB] = "huge pages of hugetlb",
		[MW_ADDRESS_SPECIAL] = "memory of the kernel's, shown to the process",
		[MW_ADDRESS_VSYSCALL] = "the kernel's vsyscall page",
	};

	return names[kind];
}

const char *mw_promise_name(enum mw_promise promise)
{
	static const char *const names[] = {
		[MW_PROMISE_UNKNOWN] = NULL,	[MW_PROMISE_MAPPING] = "mapping",
		[MW_PROMISE_OBJECT] = "object", [MW_PROMISE_BLOCKS] = "blocks",
		[MW_PROMISE_POOL] = "hugetlb",	[MW_PROMISE_NONE] = "none",
	};

	return names[promise];
}

const char *mw_page_state_name(enum mw_page_state state)
{
	static const char *const names[] = {
		[MW_PAGE_UNKNOWN] = NULL,	   [MW_PAGE_PRESENT] = "present",
		[MW_PAGE_SWAPPED] = "swapped",	   [MW_PAGE_UNTOUCHED] = "untouched",
		[MW_PAGE_UNMAPPED] = "not_mapped", [MW_PAGE_GUARD] = "guard",
		[MW_PAGE_SPECIAL] = "special",	   [MW_PAGE_OUTSIDE] = "outside",
	};

	return names[state];
}
