/* SPDX-License-Identifier: Apache-2.0 */
#include "why/promise_rule.h"

static struct mw_val pages_of(const struct mw_snap *s, struct mw_val bytes)
{
	return mw_known(bytes) ? mw_ok(bytes.v / s->host.page_bytes) : bytes;
}

/* Of all sizes, free or not (hugetlb_total_pages()). */
static struct mw_val hugetlb_pages(const struct mw_snap *s, const struct mw_asker *a)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < a->n_pools; i++)
		sum = mw_add(sum, mw_mul(a->pool[i].total_count, a->pool[i].page_bytes));
	return pages_of(s, sum);
}

/* totalreserve_pages: of each zone its high mark and the largest lowmem_reserve
 * (calculate_totalreserve_pages()). */
static struct mw_val reserve_pages(const struct mw_snap *s)
{
	struct mw_val sum = mw_ok(0);

	for (size_t i = 0; i < s->zoneinfo.n_zones; i++) {
		const struct mw_zone *z = &s->zoneinfo.zone[i];
		uint64_t most = 0;
		struct mw_val one;

		for (size_t k = 0; k < z->n_lowmem_reserve; k++)
			if (z->lowmem_reserve_pages[k] > most)
				most = z->lowmem_reserve_pages[k];
		one = mw_add(z->high_pages, mw_ok(most));
		if (mw_known(one) && one.v > mw_or(z->managed_pages, UINT64_MAX))
			one = z->managed_pages;
		sum = mw_add(sum, one);
	}
	return s->zoneinfo.n_zones ? sum : mw_no(MW_UNREAD);
}

static void describe(const struct mw_snap *s, const struct mw_asker *a, struct mw_overcommit *o)
{
	const struct mw_meminfo *m = &s->meminfo;
	struct mw_val file = mw_add(m->cached_bytes, m->buffers_bytes);

	*o = (struct mw_overcommit){
		.release = s->host.release,
		.page_bytes = s->host.page_bytes,
		.ram_pages = pages_of(s, m->total_bytes),
		.swap_pages = pages_of(s, m->swap_total_bytes),
		.hugetlb_pages = hugetlb_pages(s, a),
		.ratio_percent = a->sysctl.overcommit_ratio,
		.limit_kib = a->sysctl.overcommit_kib,
		.admin_reserve_kib = a->sysctl.admin_reserve_kib,
		.user_reserve_kib = a->sysctl.user_reserve_kib,
		.committed_pages = pages_of(s, m->committed_bytes),
		.cpu_count = a->cpu_count,
		.free_pages = pages_of(s, m->free_bytes),
		.file_pages = pages_of(s, mw_add(file, m->swap_cached_bytes)),
		.shmem_pages = pages_of(s, m->shmem_bytes),
		.free_swap_pages = pages_of(s, m->swap_free_bytes),
		.reclaimable_pages =
			pages_of(s, mw_known(m->kreclaimable_bytes) ? m->kreclaimable_bytes
								    : m->slab_reclaimable_bytes),
		.reserve_pages = reserve_pages(s),
	};
}

void mw_promise_rule(const struct mw_snap *s, const struct mw_asker *a,
		     struct mw_overcommit *ret_machine, struct mw_overcommit_answer *ret_answer)
{
	struct mw_overcommit_asker who = {
		.admin = mw_or(a->init_userns, 0) &&
			 (mw_or(a->status.effective_caps, 0) & MW_CAP_SYS_ADMIN),
		.total_vm_pages = pages_of(s, a->status.address_space_bytes),
	};
	uint64_t mode = mw_or(a->sysctl.overcommit_mode, MW_OVERCOMMIT_GUESS);

	describe(s, a, ret_machine);
	if (mode > MW_OVERCOMMIT_NEVER)
		mode = MW_OVERCOMMIT_GUESS;
	mw_overcommit_ask(ret_machine, (enum mw_overcommit_mode)mode, &who, ret_answer);
}
