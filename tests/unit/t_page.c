/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/page.h"

#include "helper.h"
#include "pages_made.h"

#define PLAIN 0xffffffff /* the type word of a page that nobody maps and that has no type */
#define ADDRESS 0xffff888100001000
#define LRU (1 << 5)
#define HEAD (1 << 6)

static struct mw_page look_at(const struct mw_layout *l, struct made_page p, uint64_t frame)
{
	struct mw_page page;

	mw_page_classify(l, 10, frame, (const char *)&p, sizeof(p), &page);
	return page;
}

static struct mw_page look(struct made_page p)
{
	struct mw_layout l = made_layout();

	return look_at(&l, p, 1024);
}

static const struct {
	struct made_page p;
	enum mw_page_class class;
	uint64_t owner, memcg, frames;
} row[] = {
	{ {}, MW_PAGE_UNINIT, 0, 0, 1 },
	{ { .type = 0xf0000000, .private = 3 }, MW_PAGE_FREE, 0, 0, 8 },
	{ { .type = 0xf5000002, .head = ADDRESS, .refcount = 1, .memcg = ADDRESS | 1 },
	  MW_PAGE_SLAB,
	  ADDRESS,
	  0,
	  1 },
	{ { .type = 0xf2000000, .refcount = 1, .memcg = ADDRESS | 2 },
	  MW_PAGE_TABLE,
	  0,
	  ADDRESS | 2,
	  1 },
	{ { .type = 0xf4000000, .refcount = 1, .mapping = ADDRESS },
	  MW_PAGE_HUGETLB,
	  ADDRESS,
	  0,
	  1 },
	{ { .type = 0xf4000000, .refcount = 1, .mapping = ADDRESS | 1 }, MW_PAGE_HUGETLB, 0, 0, 1 },
	{ { .type = 0xf4000000 }, MW_PAGE_HUGETLB_FREE, 0, 0, 1 },
	{ { .type = 0xf8000000, .refcount = 1 }, MW_PAGE_KMALLOC, 0, 0, 1 },
	{ { .type = 0xf6000000, .refcount = 1 }, MW_PAGE_ZSMALLOC, 0, 0, 1 },
	{ { .type = 0xf1000000, .refcount = 1 }, MW_PAGE_OFFLINE, 0, 0, 1 },
	{ { .type = PLAIN, .flags = 1 << 13, .refcount = 1 }, MW_PAGE_RESERVED, 0, 0, 1 },
	{ { .type = 0, .flags = LRU, .refcount = 2, .mapping = ADDRESS, .memcg = ADDRESS },
	  MW_PAGE_FILE,
	  ADDRESS,
	  ADDRESS,
	  1 },
	{ { .type = 3, .flags = LRU, .refcount = 2, .mapping = ADDRESS | 1 },
	  MW_PAGE_ANON,
	  ADDRESS,
	  0,
	  1 },
	{ { .type = 3, .flags = LRU, .refcount = 2, .mapping = ADDRESS | 3 },
	  MW_PAGE_KSM,
	  ADDRESS,
	  0,
	  1 },
	{ { .type = PLAIN, .flags = 3 << 14, .refcount = 1 }, MW_PAGE_SWAPCACHE, 0, 0, 1 },
	{ { .type = PLAIN, .head = 0xdead000000000040, .word2 = ADDRESS, .refcount = 1 },
	  MW_PAGE_POOL,
	  ADDRESS,
	  0,
	  1 },
	{ { .type = PLAIN }, MW_PAGE_IDLE, 0, 0, 1 },
	{ { .type = PLAIN, .refcount = 1, .memcg = ADDRESS | 2 }, MW_PAGE_KMEM, 0, ADDRESS | 2, 1 },
	{ { .type = PLAIN, .refcount = 1 }, MW_PAGE_OTHER, 0, 0, 1 },
	{ { .type = PLAIN, .head = ADDRESS | 1 }, MW_PAGE_TAIL, 0, 0, 1 },
	/* A driver's page: mapping is no kernel address, or nothing says it is cached. */
	{ { .type = PLAIN, .refcount = 1, .mapping = 0x1234 }, MW_PAGE_OTHER, 0, 0, 1 },
	{ { .type = PLAIN, .refcount = 1, .mapping = ADDRESS }, MW_PAGE_OTHER, 0, 0, 1 },
};

static void of_6_18(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(row); i++) {
		struct mw_page page = look(row[i].p);

		if (page.class != row[i].class)
			print_error("row %zu: %s\n", i, mw_page_class_name(page.class));
		assert_int_equal(page.class, row[i].class);
		assert_int_equal(page.owner, row[i].owner);
		assert_int_equal(page.memcg, row[i].memcg);
		assert_int_equal(page.frames, row[i].frames);
	}
}

static void before_types(void **state)
{
	struct mw_layout l = made_old_layout();
	struct made_page huge[2] = { { .flags = HEAD, .refcount = 1, .type = PLAIN } };
	struct mw_page page;

	(void)state;
	page = look_at(&l, (struct made_page){ .type = 0xffffff7f, .private = 4 }, 1024);
	assert_int_equal(page.class, MW_PAGE_FREE);
	assert_int_equal(page.frames, 16);
	page = look_at(&l, (struct made_page){ .type = 0xfffffdff, .refcount = 1 }, 1024);
	assert_int_equal(page.class, MW_PAGE_TABLE);
	page = look_at(&l,
		       (struct made_page){
			       .flags = 1 << 9, .mapping = ADDRESS, .refcount = 1, .type = PLAIN },
		       1024);
	assert_int_equal(page.class, MW_PAGE_SLAB);
	assert_int_equal(page.owner, ADDRESS);
	((char *)huge)[64 + 17] = 9;
	((char *)huge)[64 + 16] = 2;
	mw_page_classify(&l, 10, 1024, (const char *)huge, sizeof(huge), &page);
	assert_int_equal(page.class, MW_PAGE_HUGETLB);
	assert_int_equal(page.frames, 512);
}

/* The block of a torn or made-up order is one frame, never beyond its alignment. */
static void blocks(void **state)
{
	struct mw_layout l = made_layout();
	struct made_page thp[2] = { { .flags = HEAD | LRU, .refcount = 1, .mapping = ADDRESS | 1 },
				    { .flags = 9 } };
	struct mw_page page;

	(void)state;
	mw_page_classify(&l, 10, 1024, (const char *)thp, sizeof(thp), &page);
	assert_int_equal(page.frames, 512);
	mw_page_classify(&l, 10, 1024 + 256, (const char *)thp, sizeof(thp), &page);
	assert_int_equal(page.frames, 1);
	mw_page_classify(&l, 10, 1024, (const char *)thp, sizeof(thp[0]), &page);
	assert_int_equal(page.frames, 1);
	thp[1].flags = 60;
	mw_page_classify(&l, 10, 1024, (const char *)thp, sizeof(thp), &page);
	assert_int_equal(page.frames, 1);
	assert_int_equal(look((struct made_page){ .type = 0xf0000000, .private = 11 }).frames, 1);
	assert_int_equal(
		look((struct made_page){ .type = 0xf0000000, .private = 1ul << 40 }).frames, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_6_18),
		cmocka_unit_test(before_types),
		cmocka_unit_test(blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
