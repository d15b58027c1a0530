/* SPDX-License-Identifier: Apache-2.0 */
/* The figures expected were computed by hand from the rules, not by the code. */
#include "model/zone_marks.h"

#include "helper.h"

#define NONE UINT64_MAX

struct row {
	uint64_t node;
	const char *name;
	uint64_t pages;
};

struct case_ {
	struct mw_arena arena;
	struct mw_zoneinfo zi;
	struct mw_mark_settings s;
	struct mw_zone_marks *marks;
};

static void add_zones(struct case_ *c, const struct row *row, size_t n, size_t classes)
{
	bool present_only = !mw_release_at_least(c->s.release, 3, 9);

	c->zi.zone = mw_arena_alloc(&c->arena, n * sizeof(*c->zi.zone));
	c->zi.n_zones = n;
	for (size_t i = 0; i < n; i++) {
		c->zi.zone[i] = (struct mw_zone){
			.node = row[i].node,
			.name = mw_str_of(row[i].name),
			.present_pages = mw_ok(row[i].pages + (present_only ? 0 : 999)),
			.managed_pages = present_only ? mw_no(MW_ABSENT) : mw_ok(row[i].pages),
			.n_lowmem_reserve = classes,
		};
	}
}

static void settings(struct case_ *c, const char *release, uint64_t min_free_kib, uint64_t factor,
		     const char *ratios)
{
	struct mw_str text = mw_str_of(ratios), word;

	*c = (struct case_){};
	c->s.release = mw_release_parse(mw_str_of(release));
	c->s.page_bytes = 4096;
	c->s.min_free_kib = mw_ok(min_free_kib);
	c->s.scale_factor = factor == NONE ? mw_no(MW_ABSENT) : mw_ok(factor);
	while (mw_str_word(&text, &word)) {
		uint64_t v;

		assert_int_equal(mw_str_u64(word, &v), 0);
		c->s.reserve_ratio[c->s.n_ratios++] = mw_ok(v);
	}
}

static void compute(struct case_ *c)
{
	c->marks = mw_zone_marks(&c->zi, &c->s, &c->arena);
	assert_non_null(c->marks);
}

#define expect_marks(m, a, b, d) expect_marks_at(m, a, b, d, __FILE__, __LINE__)

static void expect_marks_at(const struct mw_zone_marks *m, uint64_t min, uint64_t low,
			    uint64_t high, const char *file, int line)
{
	expect_val_at(m->min_pages, min, file, line);
	expect_val_at(m->low_pages, low, file, line);
	expect_val_at(m->high_pages, high, file, line);
}

#define expect_reserve(m, ...)                                  \
	expect_reserve_at(m, (const uint64_t[]){ __VA_ARGS__ }, \
			  sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8, __FILE__, __LINE__)

static void expect_reserve_at(const struct mw_zone_marks *m, const uint64_t *want, size_t n,
			      const char *file, int line)
{
	_assert_int_equal(m->n_reserve, n, file, line);
	for (size_t i = 0; i < n; i++)
		expect_val_at(m->reserve_pages[i], want[i], file, line);
}

static const struct row desktop[] = {
	{ 0, "DMA", 3840 }, { 0, "DMA32", 765664 }, { 0, "Normal", 5242880 }, { 0, "Movable", 0 }
};

static void step_of_a_quarter(void **state)
{
	static const char *const releases[] = { "2.6.32", "3.10.0-1160.el7.x86_64", "4.5.7" };
	struct case_ c;

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		settings(&c, releases[i], 67584, NONE, "256 256 32");
		add_zones(&c, desktop, 3, 4); /* an empty zone is not printed */
		compute(&c);
		expect_marks(&c.marks[0], 10, 12, 15);
		expect_marks(&c.marks[1], 2151, 2688, 3226);
		expect_marks(&c.marks[2], 14733, 18416, 22099);
		expect_why(c.marks[2].promo_pages, MW_ABSENT);
		expect_reserve(&c.marks[0], 0, 2990, 23470, 23470);
		expect_reserve(&c.marks[1], 0, 0, 20480, 20480);
		expect_reserve(&c.marks[2], 0, 0, 0, 0);
		mw_arena_done(&c.arena);
	}
}

static void step_of_the_factor(void **state)
{
	static const char *const releases[] = { "4.6.0", "5.8.1",	 "6.1.176",
						"6.6.9", "6.12.107+deb", "7.2.8-rc1" };
	struct case_ c;

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		settings(&c, releases[i], 67584, 10, "256 256 32 0");
		add_zones(&c, desktop, 4, 4);
		compute(&c);
		expect_marks(&c.marks[0], 10, 13, 16);
		expect_marks(&c.marks[1], 2151, 2916, 3681);
		expect_marks(&c.marks[2], 14733, 19975, 25217);
		expect_reserve(&c.marks[0], 0, 2990, 23470, 23470);
		if (i < 2)
			expect_why(c.marks[2].promo_pages, MW_ABSENT);
		else
			expect_val(c.marks[2].promo_pages, 30459);
		if (i < 3)
			expect_marks(&c.marks[3], 0, 0, 0);
		else
			expect_marks(&c.marks[3], 32, 32, 32);
		mw_arena_done(&c.arena);
	}
}

static void largest_factor(void **state)
{
	struct case_ c;

	(void)state;
	settings(&c, "6.12.0", 67584, 1000, "256 256 32 0");
	add_zones(&c, desktop, 4, 4);
	compute(&c);
	expect_marks(&c.marks[0], 10, 394, 778);
	expect_val(c.marks[0].promo_pages, 1162);
	expect_marks(&c.marks[2], 14733, 539021, 1063309);
	mw_arena_done(&c.arena);
}

/* Up to 6.5 a zone like others, then apart. */
static void movable_zone(void **state)
{
	static const struct row rows[] = { { 0, "DMA", 3840 },
					   { 0, "DMA32", 765664 },
					   { 0, "Normal", 5242880 },
					   { 0, "Movable", 1000000 },
					   { 0, "Device", 0 } };
	struct case_ c;

	(void)state;
	settings(&c, "6.5.13", 67584, 10, "256 256 32 0 0");
	add_zones(&c, rows, 5, 5);
	compute(&c);
	expect_val(c.marks[0].min_pages, 9);
	expect_val(c.marks[1].min_pages, 1844);
	expect_val(c.marks[2].min_pages, 12632);
	expect_marks(&c.marks[3], 2409, 3409, 4409);
	/* (765664 + 5242880 + 1000000) / 256, 6242880 / 256, 1000000 / 32 */
	expect_reserve(&c.marks[0], 0, 2990, 23470, 27377, 27377);
	expect_reserve(&c.marks[1], 0, 0, 20480, 24386, 24386);
	expect_reserve(&c.marks[2], 0, 0, 0, 31250, 31250);
	expect_reserve(&c.marks[3], 0, 0, 0, 0, 0);
	mw_arena_done(&c.arena);

	settings(&c, "6.6.0", 67584, 10, "256 256 32 0 0");
	add_zones(&c, rows, 5, 5);
	compute(&c);
	expect_val(c.marks[2].min_pages, 14733);
	expect_marks(&c.marks[3], 128, 1128, 2128);
	expect_val(c.marks[3].promo_pages, 3128);
	expect_marks(&c.marks[4], 0, 0, 0);
	mw_arena_done(&c.arena);
}

static void high_memory(void **state)
{
	static const struct row rows[] = { { 0, "DMA", 3976 },
					   { 0, "Normal", 221184 },
					   { 0, "HighMem", 800000 } };
	static const char *const releases[] = { "2.6.32-754.el6.i686", "3.10.108", "4.4.0" };
	struct case_ c;

	(void)state;
	for (size_t i = 0; i < COUNT(releases); i++) {
		settings(&c, releases[i], 3751, NONE, "256 32 32");
		add_zones(&c, rows, 3, 4);
		compute(&c);
		expect_val(c.marks[0].min_pages, 16);
		expect_val(c.marks[1].min_pages, 920);
		/* 800000 / 1024 is above 128; 3329 is its share. */
		expect_marks(&c.marks[2], 128, 960, 1792);
		expect_reserve(&c.marks[0], 0, 864, 3989, 3989);
		expect_reserve(&c.marks[1], 0, 0, 25000, 25000);
		mw_arena_done(&c.arena);
	}
}

/* Without HighMem in the machine the kernel still has the class: Movable is the last of four. */
static void high_memory_class_without_pages(void **state)
{
	static const struct row rows[] = { { 0, "DMA", 3976 },
					   { 0, "Normal", 100000 },
					   { 0, "Movable", 50000 } };
	struct case_ c;

	(void)state;
	settings(&c, "3.10.108", 3751, NONE, "256 32 32");
	add_zones(&c, rows, 3, 4);
	compute(&c);
	assert_int_equal(c.marks[2].class, 3);
	expect_reserve(&c.marks[0], 0, 390, 390, 585);
	expect_reserve(&c.marks[1], 0, 0, 0, 1562);
	mw_arena_done(&c.arena);
}

static void pages_of_64_kib(void **state)
{
	static const struct row rows[] = { { 0, "DMA32", 49152 },
					   { 0, "Normal", 1000000 },
					   { 0, "Movable", 0 } };
	struct case_ c;

	(void)state;
	settings(&c, "5.14.0-427.el9.aarch64+64k", 262144, 10, "256 32 0");
	c.s.page_bytes = 65536;
	add_zones(&c, rows, 3, 3);
	compute(&c);
	expect_marks(&c.marks[0], 191, 240, 289);
	expect_marks(&c.marks[1], 3904, 4904, 5904);
	expect_reserve(&c.marks[0], 0, 3906, 3906);
	mw_arena_done(&c.arena);
}

/* Two nodes: each counts its own zones above; a zone without pages has none since 5.8. */
static void empty_zones(void **state)
{
	static const struct row rows[] = {
		{ 0, "DMA", 2560 }, { 0, "DMA32", 0 }, { 0, "Normal", 0 },
		{ 1, "DMA", 0 },    { 1, "DMA32", 0 }, { 1, "Normal", 256000 },
		{ 2, "DMA", 0 },    { 2, "DMA32", 0 }, { 2, "Normal", 0 },
	};
	struct case_ c;

	(void)state;
	settings(&c, "5.8.0", 4096, 10, "256 256 32");
	add_zones(&c, rows, 9, 3);
	compute(&c);
	for (size_t i = 0; i < 9; i++)
		expect_reserve(&c.marks[i], 0, 0, 0);
	expect_marks(&c.marks[0], 10, 12, 14);
	expect_marks(&c.marks[6], 0, 0, 0);
	mw_arena_done(&c.arena);

	settings(&c, "5.7.19", 4096, 10, "256 256 32");
	add_zones(&c, rows, 9, 3);
	compute(&c);
	expect_reserve(&c.marks[0], 0, 0, 0);
	expect_reserve(&c.marks[3], 0, 0, 1000);
	expect_reserve(&c.marks[4], 0, 0, 1000);
	expect_reserve(&c.marks[8], 0, 0, 0);
	mw_arena_done(&c.arena);
}

/* 1 up to 4.17, none from 4.18 on. */
static void ratio_of_0(void **state)
{
	struct case_ c;

	(void)state;
	settings(&c, "4.17.19", 67584, 10, "0 256 32");
	add_zones(&c, desktop, 4, 4);
	compute(&c);
	expect_reserve(&c.marks[0], 0, 765664, 6008544, 6008544);
	mw_arena_done(&c.arena);

	settings(&c, "4.18.0-553.el8_10.x86_64", 67584, 10, "0 256 32 0");
	add_zones(&c, desktop, 4, 4);
	compute(&c);
	expect_reserve(&c.marks[0], 0, 0, 0, 0);
	expect_reserve(&c.marks[1], 0, 0, 20480, 20480);
	mw_arena_done(&c.arena);
}

static void what_is_not_known(void **state)
{
	struct case_ c;

	(void)state;
	settings(&c, "6.12.0", 67584, NONE, "256");
	add_zones(&c, desktop, 4, 4);
	c.zi.zone[2].managed_pages = mw_no(MW_BAD);
	compute(&c);
	expect_why(c.marks[0].min_pages, MW_BAD); /* the sum is not known */
	expect_why(c.marks[0].low_pages, MW_BAD);
	expect_val(c.marks[0].reserve_pages[1], 2990);
	expect_why(c.marks[0].reserve_pages[2], MW_BAD);
	expect_why(c.marks[1].reserve_pages[2], MW_ABSENT); /* no ratio */
	expect_val(c.marks[2].reserve_pages[1], 0);

	c.zi.zone[2].managed_pages = mw_ok(5242880);
	compute(&c);
	expect_val(c.marks[2].min_pages, 14733);
	expect_why(c.marks[2].low_pages, MW_ABSENT); /* no factor, though 6.12 has one */

	c.s.min_free_kib = mw_no(MW_DENIED);
	compute(&c);
	expect_why(c.marks[2].min_pages, MW_DENIED);
	c.s.min_free_kib = mw_ok(1);
	c.s.page_bytes = 0;
	compute(&c);
	expect_why(c.marks[2].min_pages, MW_BAD);
	mw_arena_done(&c.arena);
}

static void hostile_figures(void **state)
{
	static const struct row rows[] = { { 0, "DMA", UINT64_MAX - 999 },
					   { 0, "Zebra", 7 },
					   { 0, "HighMem", UINT64_MAX - 999 } };
	struct case_ c;

	(void)state;
	settings(&c, "6.12.0", UINT64_MAX, UINT64_MAX, "0 0 18446744073709551615");
	add_zones(&c, rows, 3, 4);
	compute(&c);
	for (size_t i = 0; i < 3; i++)
		expect_why(c.marks[i].reserve_pages[3], MW_ABSENT);
	c.zi.n_zones = 0;
	compute(&c);
	mw_arena_done(&c.arena);
}

static void at_boot(void **state)
{
	struct case_ c;
	struct mw_release r;

	(void)state;
	settings(&c, "6.12.0", 0, 10, "");
	add_zones(&c, desktop, 4, 4);
	r = c.s.release;
	/* isqrt(6012384 * 4 * 16); 3 zones * 512 * 11 * 4 */
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_no(MW_ABSENT)), 19616);
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_ok(512)), 67584);
	expect_why(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_no(MW_DENIED)), MW_DENIED);
	c.zi.zone[2].managed_pages = mw_ok(6012384ull * 100 - 3840 - 765664);
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_no(MW_ABSENT)), 196161);
	r = mw_release_parse(LIT("5.7.0"));
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_no(MW_ABSENT)), 65536);
	r = mw_release_parse(LIT("3.10.0-1160.el7.x86_64"));
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_no(MW_ABSENT)), 196161);
	c.zi.n_zones = 1;
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_no(MW_ABSENT)), 495);
	/* 5 % of 3840 pages is more than that. */
	expect_val(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_ok(512)), 768);
	c.zi.n_zones = 0;
	expect_why(mw_min_free_at_boot_kib(&c.zi, r, 4096, mw_ok(512)), MW_ABSENT);
	mw_arena_done(&c.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(step_of_a_quarter),
		cmocka_unit_test(step_of_the_factor),
		cmocka_unit_test(largest_factor),
		cmocka_unit_test(movable_zone),
		cmocka_unit_test(high_memory),
		cmocka_unit_test(high_memory_class_without_pages),
		cmocka_unit_test(pages_of_64_kib),
		cmocka_unit_test(empty_zones),
		cmocka_unit_test(ratio_of_0),
		cmocka_unit_test(what_is_not_known),
		cmocka_unit_test(hostile_figures),
		cmocka_unit_test(at_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
