/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/drm_fdinfo.h"

#include <errno.h>

#include "helper.h"

static const char i915[] =
	"pos:\t0\nflags:\t02100002\nmnt_id:\t26\nino:\t1061\ndrm-driver:\ti915\ndrm-client-id:"
	"\t39\n"
	"drm-pdev:\t0000:00:02.0\ndrm-total-system0:\t19816 KiB\ndrm-shared-system0:\t9408 KiB\n"
	"drm-resident-system0:\t10 MiB\ndrm-total-stolen-system0:\t0\n"
	"drm-resident-stolen-system0:\t0\ndrm-resident-local0:\t99 MiB\n"
	"drm-engine-render:\t9288864723 ns\n";

static struct mw_drm_client parse(const char *text)
{
	struct mw_drm_client c;

	assert_int_equal(mw_drm_fdinfo_parse(mw_str_of(text), &c), 0);
	return c;
}

static void of_i915(void **state)
{
	struct mw_drm_client c = parse(i915);

	(void)state;
	expect_str(c.driver, "i915");
	expect_str(c.client_id, "39");
	expect_str(c.device, "0000:00:02.0");
	expect_val(c.system_bytes, 10 << 20);
}

static void of_amdgpu(void **state)
{
	struct mw_drm_client c =
		parse("drm-driver:\tamdgpu\ndrm-client-id:\t5\n"
		      "drm-memory-vram:\t5000 KiB\ndrm-memory-gtt:\t100 KiB\n"
		      "drm-memory-cpu:\t28 KiB\namd-memory-visible-vram:\t7 KiB\n");

	(void)state;
	expect_val(c.system_bytes, 128 * 1024);
	expect_str(c.device, "");
}

static void resident_is_better_than_total(void **state)
{
	struct mw_drm_client c = parse("drm-driver: x\ndrm-total-memory: 9 KiB\n"
				       "drm-resident-memory: 0\ndrm-total-gtt: 8 KiB\n");

	(void)state;
	expect_val(c.system_bytes, 0);
	c = parse("drm-driver: x\ndrm-total-memory: 9 KiB\ndrm-total-smem: 1 KiB\n");
	expect_val(c.system_bytes, 10 * 1024);
}

static void regions_are_summed(void **state)
{
	struct mw_drm_client c = parse("drm-driver: x\ndrm-resident-system0: 1 KiB\n"
				       "drm-resident-system1: 2 KiB\ndrm-resident-gtt: 512\n"
				       "drm-resident-vram0: 7 MiB\n");

	(void)state;
	expect_val(c.system_bytes, 3 * 1024 + 512);
}

static void no_region_is_absent(void **state)
{
	(void)state;
	expect_why(parse("drm-driver: x\ndrm-resident-vram: 7 MiB\n").system_bytes, MW_ABSENT);
	expect_why(parse("drm-driver: x\n").system_bytes, MW_ABSENT);
}

static void other_files_are_no_clients(void **state)
{
	static const char *const bad[] = { "",
					   "pos:\t0\nflags:\t02\n",
					   "drm-driver:\n",
					   "drm-driver:  \t\n",
					   "drm-client-id: 5\n",
					   "drm-driverx: y\n",
					   "drm-driver y\n" };
	struct mw_drm_client c = { .driver = LIT("before") };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(mw_drm_fdinfo_parse(mw_str_of(bad[i]), &c), -ENODATA);
	expect_str(c.driver, "before");
}

/* Malformed is known as such: it is not the same as absent. */
static void malformed_sizes(void **state)
{
	static const char *const bad[] = { "x KiB",
					   "-1 KiB",
					   "1 GB",
					   "18446744073709551616",
					   "",
					   "18014398509481984 KiB",
					   "17592186044416 MiB",
					   "1.5 MiB" };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		char text[80] = "drm-driver: x\ndrm-resident-system0:\t";
		struct mw_drm_client c = parse(strcat(text, bad[i]));

		if (c.system_bytes.why != MW_BAD)
			fail_msg("\"%s\" is %s", bad[i], mw_why_name(c.system_bytes.why));
	}
}

static void malformed_totals(void **state)
{
	(void)state;
	expect_why(parse("drm-driver: x\ndrm-total-system0: x\n").system_bytes, MW_BAD);
	expect_why(parse("drm-driver: x\ndrm-total-gtt: 1\ndrm-memory-gtt: y\n").system_bytes,
		   MW_BAD);
}

static void sums_overflow(void **state)
{
	struct mw_drm_client c = parse("drm-driver: x\ndrm-total-system0: 18446744073709551615\n"
				       "drm-total-system1: 1\n");

	(void)state;
	expect_why(c.system_bytes, MW_BAD);
}

static void drivers(void **state)
{
	(void)state;
	assert_true(mw_drm_uses_shmem(LIT("i915")));
	assert_true(mw_drm_uses_shmem(LIT("panfrost")));
	assert_true(mw_drm_uses_shmem(LIT("msm")));
	assert_false(mw_drm_uses_shmem(LIT("amdgpu")));
	assert_false(mw_drm_uses_shmem(LIT("nouveau")));
	assert_false(mw_drm_uses_shmem(LIT("xe")));
}

static void any(struct mw_str text)
{
	struct mw_drm_client c;

	if (!mw_drm_fdinfo_parse(text, &c))
		mw_drm_uses_shmem(c.driver);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(mw_str_of(i915), any);
	each_cut(LIT("drm-driver:\t\x1b\0\xff\ndrm-resident-system\0: 1 KiB\ndrm-resident-:"), any);
	each_mangled(mw_str_of(i915), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_i915),
		cmocka_unit_test(of_amdgpu),
		cmocka_unit_test(resident_is_better_than_total),
		cmocka_unit_test(regions_are_summed),
		cmocka_unit_test(no_region_is_absent),
		cmocka_unit_test(other_files_are_no_clients),
		cmocka_unit_test(malformed_sizes),
		cmocka_unit_test(malformed_totals),
		cmocka_unit_test(sums_overflow),
		cmocka_unit_test(drivers),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
