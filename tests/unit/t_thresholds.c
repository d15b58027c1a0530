/* SPDX-License-Identifier: Apache-2.0 */
#include "why/thresholds.h"

#include <errno.h>
#include <stdio.h>

#include "helper.h"

static uint64_t value(const struct mw_thresholds *t, size_t i)
{
	return *(const uint64_t *)((const char *)t + mw_threshold_table[i].offset);
}

static void normal_values(void **state)
{
	struct mw_thresholds t = mw_thresholds_normal();

	(void)state;
	for (size_t i = 0; i < mw_threshold_count; i++) {
		assert_int_equal(value(&t, i), mw_threshold_table[i].normal);
		assert_in_range(mw_threshold_table[i].normal, 1, 1000);
		assert_true(mw_threshold_table[i].help[0]);
	}
	assert_int_equal(t.shmem_tmpfs_permille, 50);
	assert_int_equal(t.available_permille, 50);
}

/* Each field of the struct has one name, each name one field. */
static void every_field_has_a_name(void **state)
{
	(void)state;
	assert_int_equal(mw_threshold_count * sizeof(uint64_t), sizeof(struct mw_thresholds));
	for (size_t i = 0; i < mw_threshold_count; i++)
		for (size_t k = 0; k < i; k++) {
			assert_int_not_equal(mw_threshold_table[i].offset,
					     mw_threshold_table[k].offset);
			assert_string_not_equal(mw_threshold_table[i].name,
						mw_threshold_table[k].name);
		}
}

static void set_by_name(void **state)
{
	static const struct {
		const char *setting;
		uint64_t want;
	} cases[] = {
		{ "slab=0", 0 },	 { "slab=75", 75 },   { "slab=1000", 1000 },
		{ "slab=007", 7 },	 { "slab=7.5%", 75 }, { "slab=7%", 70 },
		{ "slab=0%", 0 },	 { "slab=0.1%", 1 },  { "slab=100%", 1000 },
		{ "slab=100.0%", 1000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct mw_thresholds t = mw_thresholds_normal();

		assert_int_equal(mw_thresholds_set(&t, mw_str_of(cases[i].setting)), 0);
		assert_int_equal(t.slab_permille, cases[i].want);
	}
}

static void all_names_can_be_set(void **state)
{
	(void)state;
	for (size_t i = 0; i < mw_threshold_count; i++) {
		struct mw_thresholds t = mw_thresholds_normal();
		char setting[64];

		snprintf(setting, sizeof(setting), "%s=999", mw_threshold_table[i].name);
		assert_int_equal(mw_thresholds_set(&t, mw_str_of(setting)), 0);
		for (size_t k = 0; k < mw_threshold_count; k++)
			assert_int_equal(value(&t, k), k == i ? 999 : mw_threshold_table[k].normal);
	}
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"",
		"=",
		"slab",
		"slab=",
		"=75",
		"slabs=75",
		"sla=75",
		"Slab=75",
		"slab =75",
		"slab= 75",
		"slab=75 ",
		"slab=1001",
		"slab=-1",
		"slab=+1",
		"slab=75.5",
		"slab=7.55%",
		"slab=%",
		"slab=.5%",
		"slab=101%",
		"slab=100.1%",
		"slab=7,5%",
		"slab=7.x%",
		"slab=5%%",
		"slab=0x10",
		"slab==5",
		"slab=5=5",
		"slab=5\n",
		"slab=18446744073709551616",
		"slab=1844674407370955162%",
		"slab=18446744073709551615%",
	};
	const struct mw_thresholds normal = mw_thresholds_normal();

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct mw_thresholds t = normal;

		if (mw_thresholds_set(&t, mw_str_of(bad[i])) != -EINVAL)
			fail_msg("%s is accepted", bad[i]);
		assert_memory_equal(&t, &normal, sizeof(t));
	}
}

static void any(struct mw_str setting)
{
	struct mw_thresholds t = mw_thresholds_normal();

	mw_thresholds_set(&t, setting);
	for (size_t i = 0; i < mw_threshold_count; i++)
		assert_true(value(&t, i) <= 1000);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT("shmem-tmpfs=7.5%"), any);
	each_cut(LIT("slab=75\0"), any);
	each_mangled(LIT("slab=18446744073709551615%"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_values), cmocka_unit_test(every_field_has_a_name),
		cmocka_unit_test(set_by_name),	 cmocka_unit_test(all_names_can_be_set),
		cmocka_unit_test(refused),	 cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
