/* SPDX-License-Identifier: Apache-2.0 */
#include "model/overcommit.h"

static bool newer(struct mw_release r, uint64_t major, uint64_t minor)
{
	return !mw_release_is_known(r) || mw_release_at_least(r, major, minor);
}

/* 2.6.32 to 3.9 and el6: reserves are parts of 1/32 in place of settings (3.10 has them). */
static bool by_parts(struct mw_release r)
{
	return !newer(r, 3, 10);
}

static struct mw_val kib_to_pages(const struct mw_overcommit *o, struct mw_val kib)
{
	if (!mw_known(kib))
		return kib;
	return o->page_bytes < 1024 ? mw_no(MW_BAD) : mw_ok(kib.v / (o->page_bytes / 1024));
}

struct mw_val mw_commit_limit_ram_pages(const struct mw_overcommit *o)
{
	struct mw_val ram = mw_sub(o->ram_pages, o->hugetlb_pages);

	if (mw_known(o->limit_kib) && o->limit_kib.v)
		return kib_to_pages(o, o->limit_kib);
	if (!mw_known(o->limit_kib) && o->limit_kib.why != MW_ABSENT)
		return o->limit_kib;
	if (!mw_known(ram) || !mw_known(o->ratio_percent))
		return mw_known(ram) ? o->ratio_percent : ram;
	ram = mw_mul(ram, o->ratio_percent.v);
	return mw_known(ram) ? mw_ok(ram.v / 100) : ram;
}

struct mw_val mw_commit_limit_pages(const struct mw_overcommit *o)
{
	return mw_add(mw_commit_limit_ram_pages(o), o->swap_pages);
}

bool mw_committed_is_exact(struct mw_release release)
{
	return newer(release, 5, 9);
}

struct mw_val mw_commit_batch_pages(const struct mw_overcommit *o, enum mw_overcommit_mode mode)
{
	uint64_t cpus = mw_or(o->cpu_count, 1), batch = 2 * cpus > 32 ? 2 * cpus : 32, part;

	if (!mw_known(o->cpu_count) || !o->cpu_count.v || cpus > UINT32_MAX)
		return mw_known(o->cpu_count) ? mw_no(MW_BAD) : o->cpu_count;
	/* 3.11 to 3.15 were not read: as 3.16. */
	if (!newer(o->release, 3, 11))
		return mw_ok(batch);
	if (!mw_known(o->ram_pages))
		return o->ram_pages;
	part = o->ram_pages.v / cpus / 256;
	if (newer(o->release, 5, 9) && mode != MW_OVERCOMMIT_NEVER)
		part = o->ram_pages.v / cpus / 4;
	if (part > INT32_MAX)
		part = INT32_MAX;
	return mw_ok(part > batch ? part : batch);
}

/* A CPU folds what it holds as soon as that reaches the batch.  The one that asks does so itself
 * where the request is that large: then only the others hold something back. */
static struct mw_val drift_pages(const struct mw_overcommit *o, struct mw_val most_pages)
{
	struct mw_val batch = mw_commit_batch_pages(o, MW_OVERCOMMIT_NEVER);
	uint64_t cpus = mw_or(o->cpu_count, 1);

	if (!mw_known(batch))
		return batch;
	if (mw_or(most_pages, 0) >= batch.v)
		cpus--;
	return mw_mul(mw_ok(batch.v - 1), cpus);
}

/* v less 1/32 of it. */
static struct mw_val less_a_part(struct mw_val v)
{
	return mw_known(v) ? mw_ok(v.v - v.v / 32) : v;
}

/* Up to 5.1: free pages, page cache that is no shmem, free swap, and caches of the kernel that can
 * be freed; less the reserves. */
static struct mw_val free_by_parts(const struct mw_overcommit *o, bool admin)
{
	struct mw_val f = mw_add(mw_add(o->file_pages, o->free_swap_pages), o->reclaimable_pages);
	struct mw_val n = mw_sub(o->free_pages, o->reserve_pages);

	if (!admin) {
		f = less_a_part(f);
		n = less_a_part(n);
	}
	/* Where nothing is free above the reserve, only what can be freed counts. */
	return n.why == MW_RACED ? f : mw_add(f, n);
}

static struct mw_val free_of_old(const struct mw_overcommit *o, bool admin)
{
	struct mw_val cache = mw_sub(o->file_pages, o->shmem_pages);
	struct mw_val f = mw_add(mw_add(o->free_pages, cache),
				 mw_add(o->free_swap_pages, o->reclaimable_pages));

	f = mw_sub(f, o->reserve_pages);
	if (!admin)
		f = mw_sub(f, kib_to_pages(o, o->admin_reserve_kib));
	return f.why == MW_RACED ? mw_ok(0) : f; /* below 0: every request is refused */
}

static void ask_guess(const struct mw_overcommit *o, const struct mw_overcommit_asker *asker,
		      struct mw_overcommit_answer *ret)
{
	struct mw_val f;

	ret->drift_pages = mw_ok(0);
	if (newer(o->release, 5, 2)) {
		ret->rule = MW_RULE_ONE_REQUEST;
		ret->most_pages = mw_add(o->ram_pages, o->swap_pages);
		return;
	}
	ret->rule = MW_RULE_FREE;
	f = by_parts(o->release) ? free_by_parts(o, asker->admin) : free_of_old(o, asker->admin);
	/* What is free must exceed the request. */
	ret->most_pages = mw_known(f) ? mw_ok(f.v ? f.v - 1 : 0) : f;
}

/* What an address space leaves to others: 1/32 of it, at most the reserve. */
static struct mw_val user_reserve(const struct mw_overcommit *o,
				  const struct mw_overcommit_asker *asker)
{
	struct mw_val reserve = kib_to_pages(o, o->user_reserve_kib);
	struct mw_val own = asker->total_vm_pages;

	if (!mw_known(own))
		return own;
	own.v /= 32;
	if (by_parts(o->release))
		return own;
	if (!mw_known(reserve))
		return own.v ? reserve : own;
	return own.v < reserve.v ? own : reserve;
}

/* Numbers that the kernel compares with a sign. */
static struct mw_val small_or_bad(struct mw_val v)
{
	return mw_known(v) && v.v > INT64_MAX ? mw_no(MW_BAD) : v;
}

static void ask_never(const struct mw_overcommit *o, const struct mw_overcommit_asker *asker,
		      struct mw_overcommit_answer *ret)
{
	struct mw_val ram = mw_commit_limit_ram_pages(o), all;
	int64_t left;

	ret->rule = MW_RULE_LIMIT;
	ret->admin_reserve_pages = mw_ok(0);
	if (!asker->admin)
		ret->admin_reserve_pages = !by_parts(o->release)
						   ? kib_to_pages(o, o->admin_reserve_kib)
					   : mw_known(ram) ? mw_ok(ram.v / 32)
							   : ram;
	ret->user_reserve_pages = user_reserve(o, asker);
	all = mw_add(mw_add(ram, o->swap_pages),
		     mw_add(ret->admin_reserve_pages, ret->user_reserve_pages));
	ret->limit_known = small_or_bad(all);
	ret->most_pages = ret->limit_known;
	ret->drift_pages = ret->limit_known;
	if (!mw_known(ret->limit_known))
		return;
	ret->limit_pages = (int64_t)(ram.v + o->swap_pages.v) -
			   (int64_t)(ret->admin_reserve_pages.v + ret->user_reserve_pages.v);
	/* Without a sign up to 3.16 (3.17 to 4.3 were not read): below 0 is more than all. */
	if (ret->limit_pages < 0 && !newer(o->release, 4, 4)) {
		ret->most_pages = mw_ok(UINT64_MAX);
		ret->drift_pages = mw_ok(0);
		return;
	}
	ret->most_pages = small_or_bad(o->committed_pages);
	if (!mw_known(ret->most_pages))
		return;
	if (__builtin_sub_overflow(ret->limit_pages, (int64_t)o->committed_pages.v, &left))
		left = 0;
	ret->most_pages = mw_ok(left > 1 ? (uint64_t)left - 1 : 0);
	ret->drift_pages = drift_pages(o, ret->most_pages);
}

void mw_overcommit_ask(const struct mw_overcommit *o, enum mw_overcommit_mode mode,
		       const struct mw_overcommit_asker *asker, struct mw_overcommit_answer *ret)
{
	*ret = (struct mw_overcommit_answer){ .limit_known = mw_no(MW_ABSENT) };
	switch (mode) {
	case MW_OVERCOMMIT_GUESS:
		ask_guess(o, asker, ret);
		return;
	case MW_OVERCOMMIT_NEVER:
		ask_never(o, asker, ret);
		return;
	case MW_OVERCOMMIT_ALWAYS:
		ret->rule = MW_RULE_ALWAYS;
		ret->most_pages = mw_ok(UINT64_MAX);
		ret->drift_pages = mw_ok(0);
		return;
	}
}

struct mw_val mw_overcommit_passes(const struct mw_overcommit_answer *a, uint64_t pages)
{
	return mw_known(a->most_pages) ? mw_ok(pages <= a->most_pages.v) : a->most_pages;
}
