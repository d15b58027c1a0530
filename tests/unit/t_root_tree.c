/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "kernel/meta.h"
#include "kernel/root_private.h"
#include "tempdir.h"

struct fixture {
	struct temp_dir dir;
	struct mw_arena arena;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	temp_make(&f->dir);
	temp_put(&f->dir, "outside/secret", LIT("secret\n"));
	temp_folder(&f->dir, "tree");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	mw_arena_done(&f->arena);
	temp_remove(&f->dir);
	free(f);
	return 0;
}

static struct mw_str walk(struct fixture *f, const char *name)
{
	int fd = open(temp_path(&f->dir, name), O_RDONLY | O_CLOEXEC);
	struct mw_str text = {};

	assert_true(fd >= 0);
	assert_int_equal(mw_live_tree(fd, &f->arena, &text), 0);
	assert_int_equal(fcntl(fd, F_GETFD), -1); /* taken over */
	return text;
}

static uint64_t used(struct fixture *f, const char *name)
{
	struct stat st;

	assert_int_equal(lstat(temp_path(&f->dir, name), &st), 0);
	return (uint64_t)st.st_blocks * 512;
}

static void put(struct fixture *f, const char *name, size_t bytes)
{
	char *p = malloc(bytes);
	uint64_t seed = bytes;

	for (size_t i = 0; i < bytes; i++)
		p[i] = (char)random_next(&seed);
	temp_put(&f->dir, name, (struct mw_str){ p, bytes });
	free(p);
}

static bool find(struct mw_str text, bool is_dir, const char *path, struct mw_tree_item *ret)
{
	while (mw_meta_tree_next(&text, ret))
		if (ret->is_dir == is_dir && mw_str_eq(ret->path, path))
			return true;
	return false;
}

static void an_empty_folder(void **state)
{
	struct fixture *f = *state;

	expect_str(walk(f, "tree"), "entries 0 bytes 0 cut 0\n");
}

static void files_with_their_blocks(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;

	put(f, "tree/large", 200000);
	put(f, "tree/small", 5000);
	text = walk(f, "tree");
	assert_true(find(text, false, "large", &item));
	assert_int_equal(item.bytes, used(f, "tree/large"));
	assert_int_equal(item.nlink, 1);
	assert_true(find(text, false, "small", &item));
	assert_int_equal(item.bytes, used(f, "tree/small"));
	expect_val(mw_meta_tree_bytes(text), used(f, "tree/large") + used(f, "tree/small"));
	assert_false(mw_meta_tree_was_cut(text));
}

/* A hole takes no memory. */
static void a_sparse_file(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;

	put(f, "tree/sparse", 5000);
	assert_int_equal(truncate(temp_path(&f->dir, "tree/sparse"), 1 << 30), 0);
	assert_true(find(walk(f, "tree"), false, "sparse", &item));
	assert_int_equal(item.bytes, used(f, "tree/sparse"));
	assert_true(item.bytes < 1 << 20);
}

/* A folder is given with all that is below it, down to the second. */
static void folders_with_all_below(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;
	uint64_t deep, b;

	put(f, "tree/a/b/c/deep", 100000);
	put(f, "tree/a/file", 50000);
	text = walk(f, "tree");
	deep = used(f, "tree/a/b/c/deep");
	b = deep + used(f, "tree/a/b/c");
	assert_true(find(text, true, "a/b", &item));
	assert_int_equal(item.bytes, b);
	assert_true(find(text, true, "a", &item));
	assert_int_equal(item.bytes, b + used(f, "tree/a/b") + used(f, "tree/a/file"));
	assert_false(find(text, true, "a/b/c", &item));
	assert_true(find(text, false, "a/b/c/deep", &item));
	assert_int_equal(item.bytes, deep);
}

static void a_file_with_two_names_counts_once(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;
	char second[300];

	put(f, "tree/one", 100000);
	strcpy(second, temp_path(&f->dir, "tree/two"));
	assert_int_equal(link(temp_path(&f->dir, "tree/one"), second), 0);
	text = walk(f, "tree");
	expect_val(mw_meta_tree_bytes(text), used(f, "tree/one"));
	assert_true(find(text, false, "one", &item) != find(text, false, "two", &item));
	assert_false(mw_meta_tree_was_cut(text));
}

static void links_are_not_followed(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;

	temp_link(&f->dir, "tree/folder", "../outside");
	temp_link(&f->dir, "tree/file", "../outside/secret");
	temp_link(&f->dir, "tree/up", "..");
	text = walk(f, "tree");
	assert_false(find(text, false, "folder/secret", &item));
	assert_false(find(text, true, "folder", &item));
	assert_false(find(text, true, "up", &item));
	if (find(text, false, "file", &item))
		assert_int_equal(item.bytes, used(f, "tree/file"));
	assert_false(mw_meta_tree_was_cut(text));
}

static void hostile_names(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;

	put(f, "tree/a\nfile 9 9 9 x/ \x1b[2J\xff\\", 5000);
	text = walk(f, "tree");
	assert_true(find(text, false, "a\\012file\\0409\\0409\\0409\\040x/\\040\\033[2J\xff\\134",
			 &item));
	assert_int_equal(item.bytes, used(f, "tree/a\nfile 9 9 9 x/ \x1b[2J\xff\\"));
	assert_false(find(text, false, "x", &item));
}

/* The largest first, the rest in the sum alone. */
static void many_files(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;
	uint64_t sum = 0, last = UINT64_MAX;
	char name[32];
	size_t n = 0;

	for (size_t i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "tree/file%zu", i);
		put(f, name, 5000 * (i + 1));
		sum += used(f, name);
	}
	text = walk(f, "tree");
	expect_val(mw_meta_tree_bytes(text), sum);
	assert_true(find(text, false, "file39", &item));
	assert_false(find(text, false, "file0", &item));
	while (mw_meta_tree_next(&text, &item)) {
		assert_true(item.bytes <= last);
		last = item.bytes;
		n++;
	}
	assert_in_range(n, 8, 39);
}

static void many_folders(void **state)
{
	struct fixture *f = *state;
	struct mw_tree_item item;
	struct mw_str text;
	char name[32];
	size_t n = 0;

	for (size_t i = 0; i < 30; i++) {
		snprintf(name, sizeof(name), "tree/d%zu/file", i);
		put(f, name, 5000 * (i + 1));
	}
	text = walk(f, "tree");
	assert_true(find(text, true, "d29", &item));
	while (mw_meta_tree_next(&text, &item))
		n += item.is_dir;
	assert_in_range(n, 4, 29);
}

/* What is no folder cannot be walked: then all is missing, and that is said. */
static void a_file_is_no_tree(void **state)
{
	struct fixture *f = *state;

	put(f, "tree/file", 5000);
	assert_true(mw_meta_tree_was_cut(walk(f, "tree/file")));
}

static void out_of_memory(void **state)
{
	struct fixture *f = *state;

	put(f, "tree/a/b/c", 5000);
	put(f, "tree/d e", 5000);
	for (size_t n = 1; n < 60; n++) {
		_mw_arena_ struct mw_arena a = {};
		struct mw_str text;
		int fd = open(temp_path(&f->dir, "tree"), O_RDONLY | O_CLOEXEC), r;

		mw_arena_fail_in(n);
		r = mw_live_tree(fd, &a, &text);
		assert_int_equal(r, mw_arena_fail_in(0) ? 0 : -ENOMEM);
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_folder),
		TEST(files_with_their_blocks),
		TEST(a_sparse_file),
		TEST(folders_with_all_below),
		TEST(a_file_with_two_names_counts_once),
		TEST(links_are_not_followed),
		TEST(hostile_names),
		TEST(many_files),
		TEST(many_folders),
		TEST(a_file_is_no_tree),
		TEST(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
