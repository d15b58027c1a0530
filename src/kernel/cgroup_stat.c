/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup_stat.h"

#include <stddef.h>

#include "kernel/fields.h"

struct both {
	struct mw_cgroup_stat own, total;
};

#define OWN(key, member)                                               \
	{                                                              \
		key, offsetof(struct both, own.member), MW_FIELD_COUNT \
	}
#define TOTAL(key, member)                                               \
	{                                                                \
		key, offsetof(struct both, total.member), MW_FIELD_COUNT \
	}

static const struct mw_field v1_fields[] = {
	OWN("cache", file_bytes),
	OWN("rss", anon_bytes),
	OWN("shmem", shmem_bytes),
	OWN("mapped_file", mapped_bytes),
	OWN("inactive_file", inactive_file_bytes),
	OWN("active_file", active_file_bytes),
	OWN("unevictable", unevictable_bytes),
	TOTAL("total_cache", file_bytes),
	TOTAL("total_rss", anon_bytes),
	TOTAL("total_shmem", shmem_bytes),
	TOTAL("total_mapped_file", mapped_bytes),
	TOTAL("total_inactive_file", inactive_file_bytes),
	TOTAL("total_active_file", active_file_bytes),
	TOTAL("total_unevictable", unevictable_bytes),
};

static const struct mw_field v2_fields[] = {
	TOTAL("anon", anon_bytes),
	TOTAL("file", file_bytes),
	TOTAL("kernel", kernel_bytes),
	TOTAL("shmem", shmem_bytes),
	TOTAL("file_mapped", mapped_bytes),
	TOTAL("inactive_file", inactive_file_bytes),
	TOTAL("active_file", active_file_bytes),
	TOTAL("unevictable", unevictable_bytes),
	TOTAL("slab_reclaimable", slab_reclaimable_bytes),
};

/* What "kernel" is since 5.18, as far as older kernels list it. */
struct parts {
	struct mw_val part[4];
};

static struct mw_val kernel_sum(struct mw_str text)
{
	static const struct mw_field fields[] = {
		{ "kernel_stack", offsetof(struct parts, part[0]), MW_FIELD_COUNT },
		{ "pagetables", offsetof(struct parts, part[1]), MW_FIELD_COUNT },
		{ "percpu", offsetof(struct parts, part[2]), MW_FIELD_COUNT },
		{ "slab", offsetof(struct parts, part[3]), MW_FIELD_COUNT },
	};
	struct parts p;
	struct mw_val sum = mw_no(MW_ABSENT);

	mw_fields_parse(text, ' ', fields, sizeof(fields) / sizeof(fields[0]), &p);
	for (size_t i = 0; i < sizeof(p.part) / sizeof(p.part[0]); i++)
		if (p.part[i].why != MW_ABSENT)
			sum = sum.why == MW_ABSENT ? p.part[i] : mw_add(sum, p.part[i]);
	return sum;
}

static void clear(struct mw_cgroup_stat *s)
{
	struct mw_val *v = (struct mw_val *)s;

	for (size_t i = 0; i < sizeof(*s) / sizeof(*v); i++)
		v[i] = mw_no(MW_ABSENT);
}

void mw_cgroup_stat_parse(struct mw_str text, bool v2, struct mw_cgroup_stat *ret_own,
			  struct mw_cgroup_stat *ret_total)
{
	struct both b;

	clear(&b.own);
	clear(&b.total);
	if (v2)
		mw_fields_parse(text, ' ', v2_fields, sizeof(v2_fields) / sizeof(v2_fields[0]), &b);
	else
		mw_fields_parse(text, ' ', v1_fields, sizeof(v1_fields) / sizeof(v1_fields[0]), &b);
	if (v2 && b.total.kernel_bytes.why == MW_ABSENT)
		b.total.kernel_bytes = kernel_sum(text);
	*ret_own = b.own;
	*ret_total = b.total;
}
