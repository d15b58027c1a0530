/* SPDX-License-Identifier: Apache-2.0 */
#include "why/zone_parts.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fmt.h"
#include "helper.h"

#define HEAD                                                                          \
	"memwhy-capture 1\n-- meta/page_bytes --\n4096\n-- meta/release --\n6.12.9\n" \
	"-- proc/meminfo --\nMemTotal: 1000000 kB\nMemFree: 9 kB\n"
#define SETTINGS(min)                                          \
	"-- proc/sys/vm/lowmem_reserve_ratio --\n256\t32\t0\n" \
	"-- proc/sys/vm/min_free_kbytes --\n" min "\n"         \
	"-- proc/sys/vm/watermark_scale_factor --\n10\n"
/* 40000 kB are 10000 pages: 100 and 9900 of them; the first has room for its factor alone. */
#define ZONES(boost, dma_low)                                                        \
	"-- proc/zoneinfo --\nNode 0, zone DMA\n pages free 9\n boost 0\n min 100\n" \
	" low " dma_low "\n high 150\n promo 175\n managed 2500\n"                   \
	" protection: (0, 966, 966)\nNode 0, zone Normal\n pages free 9\n"           \
	" boost " boost "\n managed 247500\n protection: (0, 0, 0)\n"
#define NORMAL(min, low, high) " min " min "\n low " low "\n high " high "\n"
#define END "-- end --\n"

static struct mw_root *take(const char *text, struct mw_arena *arena, struct mw_snap *ret)
{
	const struct mw_snap_options options = { .want = MW_WANT_ZONES };
	int fd = memfd_create("memwhy-unit", MFD_CLOEXEC);
	struct mw_root *root = NULL;
	struct mw_problem problem;
	char path[64];

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(mw_root_open(path, false, &root, &problem), 0);
	assert_int_equal(mw_snap_take(root, &options, arena, ret), 0);
	close(fd);
	return root;
}

static void compare(const char *text, struct mw_arena *arena, struct mw_zone_parts *ret)
{
	struct mw_snap snap;
	struct mw_root *root = take(text, arena, &snap);

	assert_int_equal(mw_zone_parts(&snap, arena, ret), 0);
	mw_root_free(root);
}

static void all_agree(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zone_parts p;

	(void)state;
	/* The boost is in all three, but no part of what is computed. */
	compare(HEAD SETTINGS("40000") ZONES("512", "125") NORMAL("10412", "12887", "15362") END,
		&a, &p);
	assert_int_equal(p.all, MW_PARTS_AGREE);
	assert_int_equal(p.n_agree, 2);
	assert_int_equal(p.n_figures, 4 + 3 + 3 + 3);
	expect_val(p.zone[1].kernel_pages[MW_FIGURE_LOW], 12375);
	expect_val(p.zone[1].computed_pages[MW_FIGURE_PROMO], 17325);
	assert_int_equal(p.zone[1].figure[MW_FIGURE_PROMO], MW_NOT_COMPARED);
	/* isqrt(250000 * 4 * 16) */
	expect_val(p.min_free_at_boot_kib, 4000);
}

static void one_differs(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zone_parts p;

	(void)state;
	compare(HEAD SETTINGS("40000") ZONES("0", "126") NORMAL("9900", "12375", "14850") END, &a,
		&p);
	assert_int_equal(p.all, MW_PARTS_DIFFER);
	assert_int_equal(p.n_agree, 1);
	assert_int_equal(p.n_differ, 1);
	assert_int_equal(p.zone[0].figure[MW_FIGURE_MIN], MW_PARTS_AGREE);
	assert_int_equal(p.zone[0].figure[MW_FIGURE_LOW], MW_PARTS_DIFFER);
	expect_val(p.zone[0].computed_pages[MW_FIGURE_LOW], 125);
	expect_val(mw_zone_parts_agree(&p.zone[0]), 0);
	expect_val(mw_zone_parts_agree(&p.zone[1]), 1);
	assert_string_equal(mw_zone_parts_words(&p.zone[0], &a), "low is 126, computed 125");
	assert_null(mw_zone_parts_words(&p.zone[1], &a));
}

static void what_was_not_read_is_not_compared(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_zone_parts p;

	(void)state;
	compare(HEAD ZONES("0", "125") NORMAL("9900", "12375", "14850") END, &a, &p);
	assert_int_equal(p.all, MW_NOT_COMPARED);
	assert_int_equal(p.n_not_compared, 2);
	expect_why(mw_zone_parts_agree(&p.zone[0]), MW_ABSENT);
	compare(HEAD SETTINGS("40000") ZONES("0", "125") END, &a, &p);
	assert_int_equal(p.zone[0].all, MW_PARTS_AGREE);
	assert_int_equal(p.zone[1].all, MW_NOT_COMPARED);
	expect_why(mw_zone_parts_agree(&p.zone[1]), MW_ABSENT);
	assert_int_equal(p.all, MW_NOT_COMPARED);
	compare(HEAD END, &a, &p);
	assert_int_equal(p.all, MW_NOT_COMPARED);
	expect_why(p.min_free_at_boot_kib, MW_ABSENT);
}

static void snapshot(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct mw_buddy_zone z;
	struct mw_snap s;
	struct mw_root *root;

	(void)state;
	root = take(
		HEAD SETTINGS(
			"40000") "-- proc/buddyinfo --\nNode 0, zone DMA 1 2 3\n"
				 "-- proc/pagetypeinfo EACCES --\n"
				 "-- sys/kernel/mm/transparent_hugepage/enabled --\n[always]\n" END,
		&a, &s);
	expect_val(s.zones.min_free_kib, 40000);
	expect_val(s.zones.watermark_scale_factor, 10);
	assert_int_equal(s.zones.n_reserve_ratios, 3);
	expect_val(s.zones.reserve_ratio[1], 32);
	assert_int_equal(s.zones.buddyinfo_why, MW_OK);
	assert_int_equal(s.zones.pagetypeinfo_why, MW_DENIED);
	assert_true(s.zones.has_thp);
	assert_true(mw_buddyinfo_next(&s.zones.buddyinfo_text, &z));
	expect_val(z.blocks[2], 3);
	mw_root_free(root);
}

/* Transparent huge pages that are off ask for nothing to be kept free. */
static void huge_pages_that_are_off(void **state)
{
	static const char *const modes[] = { "[always] madvise never", "always [madvise] never",
					     "always madvise [never]" };
	_mw_arena_ struct mw_arena a = {};

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		const char *text = mw_fmt(&a,
					  HEAD "-- sys/kernel/mm/transparent_hugepage/enabled --\n"
					       "%s\n" END,
					  modes[i]);
		struct mw_snap s;
		struct mw_root *root = take(text, &a, &s);

		assert_int_equal(s.zones.has_thp, i < 2);
		mw_root_free(root);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_agree),
		cmocka_unit_test(one_differs),
		cmocka_unit_test(what_was_not_read_is_not_compared),
		cmocka_unit_test(snapshot),
		cmocka_unit_test(huge_pages_that_are_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
