/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmstat.h"

#include <stddef.h>

#include "kernel/fields.h"

#define COUNT(key, member)                                              \
	{                                                               \
		key, offsetof(struct mw_vmstat, member), MW_FIELD_COUNT \
	}

static const struct mw_field fields[] = {
	COUNT("nr_zspages", zspages_pages),
	COUNT("nr_isolated_anon", isolated_anon_pages),
	COUNT("nr_isolated_file", isolated_file_pages),
	COUNT("nr_memmap_pages", memmap_pages),
	COUNT("nr_memmap_boot_pages", memmap_boot_pages),
	COUNT("workingset_refault", refault_count),
	COUNT("workingset_refault_anon", refault_anon_count),
	COUNT("workingset_refault_file", refault_file_count),
	COUNT("pswpin", swap_in_pages),
	COUNT("pswpout", swap_out_pages),
	COUNT("allocstall", allocstall_count),
	COUNT("allocstall_dma", allocstall_class_count[0]),
	COUNT("allocstall_dma32", allocstall_class_count[1]),
	COUNT("allocstall_normal", allocstall_class_count[2]),
	COUNT("allocstall_high", allocstall_class_count[3]),
	COUNT("allocstall_movable", allocstall_class_count[4]),
	COUNT("allocstall_device", allocstall_class_count[5]),
	COUNT("kswapd_low_wmark_hit_quickly", low_hit_quickly_count),
	COUNT("kswapd_high_wmark_hit_quickly", high_hit_quickly_count),
	COUNT("pageoutrun", pageoutrun_count),
};

void mw_vmstat_parse(struct mw_str text, struct mw_vmstat *ret)
{
	mw_fields_parse(text, ' ', fields, sizeof(fields) / sizeof(fields[0]), ret);
}

struct mw_val mw_vmstat_allocstall(const struct mw_vmstat *v)
{
	struct mw_val sum = v->allocstall_count;

	for (size_t i = 0; i < sizeof(v->allocstall_class_count) / sizeof(struct mw_val); i++) {
		struct mw_val one = v->allocstall_class_count[i];

		if (one.why != MW_ABSENT)
			sum = mw_add(sum.why == MW_ABSENT ? mw_ok(0) : sum, one);
	}
	return sum;
}

struct mw_val mw_vmstat_refault(const struct mw_vmstat *v)
{
	return v->refault_count.why == MW_ABSENT
		       ? mw_add(v->refault_anon_count, v->refault_file_count)
		       : v->refault_count;
}
