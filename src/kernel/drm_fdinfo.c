/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/drm_fdinfo.h"

#include <errno.h>
#include <stddef.h>

/* "drm-resident-system0:	123 KiB" */
static struct mw_val size_of(struct mw_str value)
{
	struct mw_str number, unit = {};
	uint64_t v;

	if (!mw_str_word(&value, &number) || mw_str_u64(number, &v) < 0)
		return mw_no(MW_BAD);
	if (!mw_str_word(&value, &unit))
		return mw_ok(v);
	if (mw_str_eq(unit, "KiB"))
		return mw_mul(mw_ok(v), 1024);
	return mw_str_eq(unit, "MiB") ? mw_mul(mw_ok(v), 1 << 20) : mw_no(MW_BAD);
}

/* Regions that are RAM, not memory on the card. */
static bool is_system(struct mw_str region)
{
	return mw_str_starts(region, "system") || mw_str_starts(region, "smem") ||
	       mw_str_starts(region, "gtt") || mw_str_starts(region, "memory") ||
	       mw_str_starts(region, "cpu");
}

struct sums {
	struct mw_val resident, total;
};

static void add(struct mw_val *sum, struct mw_val v)
{
	*sum = mw_add(sum->why == MW_ABSENT ? mw_ok(0) : *sum, v);
}

static void parse_line(struct mw_str key, struct mw_str value, struct mw_drm_client *c,
		       struct sums *sums)
{
	if (mw_str_eq(key, "drm-driver"))
		c->driver = mw_str_trim(value);
	else if (mw_str_eq(key, "drm-client-id"))
		c->client_id = mw_str_trim(value);
	else if (mw_str_eq(key, "drm-pdev"))
		c->device = mw_str_trim(value);
	else if (mw_str_starts(key, "drm-resident-") && is_system(mw_str_from(key, 13)))
		add(&sums->resident, size_of(value));
	else if (mw_str_starts(key, "drm-total-") && is_system(mw_str_from(key, 10)))
		add(&sums->total, size_of(value));
	else if (mw_str_starts(key, "drm-memory-") && is_system(mw_str_from(key, 11)))
		add(&sums->total, size_of(value));
}

int mw_drm_fdinfo_parse(struct mw_str text, struct mw_drm_client *ret)
{
	struct mw_drm_client c = {};
	struct sums sums = { mw_no(MW_ABSENT), mw_no(MW_ABSENT) };
	struct mw_str line, key;

	while (mw_str_cut(&text, '\n', &line))
		if (mw_str_cut(&line, ':', &key))
			parse_line(key, line, &c, &sums);
	if (!c.driver.n)
		return -ENODATA;
	c.system_bytes = sums.resident.why != MW_ABSENT ? sums.resident : sums.total;
	*ret = c;
	return 0;
}

bool mw_drm_uses_shmem(struct mw_str driver)
{
	static const char *const other[] = { "amdgpu", "radeon", "nouveau", "xe", "vmwgfx", "qxl" };

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (mw_str_eq(driver, other[i]))
			return false;
	return true;
}
