/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/census.h"

#include "helper.h"

static struct mw_census_class class[] = {
	{ .name = { "free", 4 }, .node = 0, .bytes = 8192, .low_bytes = 4096, .high_bytes = 12288 },
	{ .name = { "free", 4 }, .node = 1, .bytes = 4096, .low_bytes = 0, .high_bytes = 8192 },
};
static struct mw_census_file file[] = {
	{ .dev = 1, .ino = 7, .nlink = 0, .bytes = 4096, .path = { "/a b\n\\c", 7 } },
	{ .dev = 1, .ino = 8, .nlink = 1, .bytes = 4096 },
	{ .dev = 1, .ino = 9, .nlink = 1, .bytes = 4096, .path = { "-", 1 } },
};
static struct mw_census_group group[] = {
	{ .path = { "/x\x01\xff", 4 }, .ino = 12, .dying = 1, .bytes = 4096, .anon_bytes = 4096 },
};

static struct mw_census_step step[] = { { { "walk", 4 }, 7, 9 } };
static struct mw_census_paid paid[] = {
	{ .group_ino = 12, .dev = 1, .ino = 7, .bytes = 4096 },
};

static struct mw_census made(void)
{
	return (struct mw_census){ .reader = mw_str_of("bpf"),
				   .how = mw_str_of("exact"),
				   .ram_bytes = 1 << 20,
				   .class = class,
				   .n_classes = 2,
				   .file = file,
				   .n_files = 3,
				   .group = group,
				   .n_groups = 1,
				   .step = step,
				   .n_steps = 1,
				   .paid = paid,
				   .n_paid = 1 };
}

static void there_and_back(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c = made(), d;
	struct mw_str text = mw_census_format(&c, &arena), again;

	(void)state;
	mw_census_parse(text, &arena, &d);
	again = mw_census_format(&d, &arena);
	expect_same(again, text);
	expect_str(d.reader, "bpf");
	assert_int_equal(d.ram_bytes, 1 << 20);
	assert_int_equal(d.n_classes, 2);
	assert_int_equal(d.class[1].node, 1);
	assert_int_equal(d.class[0].high_bytes, 12288);
	expect_same(d.file[0].path, file[0].path);
	assert_int_equal(d.file[1].path.n, 0);
	expect_str(d.file[2].path, "-");
	expect_same(d.group[0].path, group[0].path);
	expect_str(d.step[0].name, "walk");
	assert_int_equal(d.step[0].wall_us, 9);
	assert_int_equal(d.n_paid, 1);
	assert_memory_equal(&d.paid[0], &paid[0], sizeof(paid[0]));
	assert_int_equal(mw_census_class_bytes(&d, "free"), 12288);
	assert_int_equal(mw_census_class_bytes(&d, "anon"), 0);
}

/* Lines that are cut, long, of another kind or hold no number are left out, the others are not. */
static void malformed(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c;

	(void)state;
	mw_census_parse(LIT("class free 0 1 1\n"
			    "class free 0 1 1 1 1\n"
			    "class free x 1 1 1\n"
			    "class free 0 18446744073709551615 1 1\n"
			    "class free 0 2 1 1\n"
			    "\n"
			    "later words of another version\n"
			    "census bpf exact 1 2 3 4\n"
			    "file 1 2 3 4 5\n"
			    "class slab 0 4096 4096 4096"),
			&arena, &c);
	assert_int_equal(c.n_classes, 3);
	assert_int_equal(c.n_files, 0);
	assert_int_equal(c.reader.n, 0);
	/* The sum of a capture that was tampered with does not wrap. */
	assert_true(mw_census_class_bytes(&c, "free") == UINT64_MAX);
	assert_int_equal(mw_census_class_bytes(&c, "slab"), 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
