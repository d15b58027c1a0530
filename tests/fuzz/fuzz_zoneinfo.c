/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zoneinfo.h"

#include "fuzz.h"

static void check_zone(struct mw_str text, const struct mw_zone *z)
{
	const struct mw_val figures[] = { z->free_pages,
					  z->boost_pages,
					  z->min_pages,
					  z->low_pages,
					  z->high_pages,
					  z->spanned_pages,
					  z->present_pages,
					  z->managed_pages,
					  z->cma_pages,
					  z->percpu_list_pages,
					  z->promo_pages,
					  z->free_cma_pages,
					  z->start_pfn,
					  z->unreclaimable,
					  z->reserved_highatomic_pages,
					  z->free_highatomic_pages };

	must_lie_in(text, z->name);
	must(z->name.n);
	must_be_read(figures, sizeof(figures));
	must(z->n_lowmem_reserve <= MW_ZONE_CLASSES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str text = fuzz_text(data, size);
	struct mw_zoneinfo zi = {};

	if (mw_zoneinfo_parse(text, &arena, &zi) < 0) {
		must(!zi.n_zones);
		return 0;
	}
	must(zi.n_zones);
	for (size_t i = 0; i < zi.n_zones; i++)
		check_zone(text, &zi.zone[i]);
	must_be_val(mw_zoneinfo_managed_pages(&zi));
	must_be_val(mw_zoneinfo_free_pages(&zi));
	must_be_val(mw_zoneinfo_percpu_list_pages(&zi));
	return 0;
}
