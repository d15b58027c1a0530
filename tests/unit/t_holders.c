/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/holders.h"

#include "areas_made.h"
#include "helper.h"
#include "pages/idle.h"
#include "pages/rows.h"

#define CODE 0xffffffff80000000

/* Memory of the frames that are read, by what stands in it. */
static uint64_t variables[512], module[512], stack[512], nobody[512];
static struct made_kernel kernel;
static struct image image;
static struct mw_layout layout;
static const struct mw_frame_range range = { 0, MADE_RAM, 3 };
static const struct mw_frames frames = { .range = (struct mw_frame_range *)&range,
					 .n = 1,
					 .total = MADE_RAM };
static const struct mw_image variables_at = {
	.part = { { 0, 2048 } }, .n = 1, .code = 1 << 20, .text = CODE
};

struct look {
	struct mw_arena arena;
	struct mw_walk_of_pages walk;
	struct mw_moved moved;
	struct mw_walked walked;
	struct mw_areas areas;
	struct mw_holders holders;
};

static uint64_t address(uint64_t frame)
{
	return MADE_DIRECT + frame * 4096;
}

static void add_memory(void)
{
	image_add(&image, address(0), variables, sizeof(variables));
	image_add(&image, address(4), stack, sizeof(stack));
	image_add(&image, address(16), module, sizeof(module));
	image_add(&image, address(22), nobody, sizeof(nobody));
}

static void start(struct look *k)
{
	*k = (struct look){};
	image_start(&image);
	made_add_kernel(&image, &kernel);
	add_memory();
	k->walked = (struct mw_walked){ &image.k, &layout,   &frames,  4096,
					&k->walk, &k->arena, &k->moved };
	assert_int_equal(mw_pages_walk(&image.k, &layout, &frames, 10, &k->walk), 0);
	assert_int_equal(mw_areas_take(&k->walked, &k->areas), 0);
	assert_int_equal(mw_idle_tell(&k->walked), 0);
}

static int find(struct look *k, uint64_t only, const uint64_t *own, size_t n_own)
{
	const struct mw_search search = { &variables_at, only, own, n_own, false };

	start(k);
	return mw_holders_find(&k->walked, &search, &k->holders);
}

static void end(struct look *k)
{
	mw_pages_walk_done(&k->walk);
	mw_moved_done(&k->moved);
	mw_arena_done(&k->arena);
}

static const struct mw_holder *holder(const struct look *k, enum mw_holder_kind kind,
				      enum mw_form form)
{
	for (size_t i = 0; i < k->holders.n; i++)
		if (k->holders.item[i].kind == kind && k->holders.item[i].form == form)
			return &k->holders.item[i];
	return NULL;
}

static int set_up(void **state)
{
	(void)state;
	layout = made_areas_layout();
	made_kernel(&kernel);
	memset(variables, 0, sizeof(variables));
	memset(module, 0, sizeof(module));
	memset(stack, 0, sizeof(stack));
	memset(nobody, 0, sizeof(nobody));
	return 0;
}

/* Nobody is known of 22, 23, 27, 29 and 30, each for itself. */
static void nobody_holds(void **state)
{
	struct look k;

	(void)state;
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	assert_int_equal(k.holders.sought_frames, 5);
	assert_int_equal(k.holders.held_frames, 0);
	assert_int_equal(k.holders.n, 0);
	assert_true(k.holders.searched_bytes > 5 * 4096);
	end(&k);
}

static void by_kind(void **state)
{
	const struct mw_holder *h;
	struct look k;

	(void)state;
	variables[3] = address(27);
	stack[9] = made_page_at(27);	   /* a word of a stack does not count beside it */
	variables[511] = made_page_at(23); /* behind the variables */
	module[0] = made_page_at(22);
	*(uint64_t *)(void *)(kernel.task_slab + 5 * MADE_TASK + 208) = address(29) + 5;
	stack[10] = made_page_at(30) + 8;
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	assert_int_equal(k.holders.held_frames, 5);
	assert_int_equal(k.holders.n, 5);
	h = holder(&k, MW_HOLDER_STATIC, MW_FORM_ADDRESS);
	assert_true(h && h->pointer == CODE - (1 << 20) + 24 && h->frames == 1);
	h = holder(&k, MW_HOLDER_BOOT, MW_FORM_PAGE);
	assert_true(h && !h->pointer && h->blocks == 1);
	h = holder(&k, MW_HOLDER_VMALLOC, MW_FORM_PAGE);
	assert_true(h && h->pointer == MADE_MODULE && h->class == MW_PAGE_OTHER);
	h = holder(&k, MW_HOLDER_SLAB, MW_FORM_INSIDE);
	assert_true(h && h->pointer == MADE_AT(&kernel, cache[1]) && h->object_bytes == MADE_TASK);
	assert_int_equal(h->first_byte, 208);
	assert_int_equal(h->last_byte, 208);
	h = holder(&k, MW_HOLDER_STACK, MW_FORM_LIST);
	assert_true(h && h->pointer == made_task_address(0));
	end(&k);
}

static void rows(void **state)
{
	struct mw_census c = {};
	struct look k;

	(void)state;
	by_kind(state);
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	const struct mw_rows r = { &k.walk.owners, &frames, 4096, &k.arena, &c };

	assert_int_equal(mw_rows_holders(&r, &image.k, &layout, &k.areas,
					 LIT("ffffffff7ff00010 D a_table\nffffffff7ff00018 T code\n"
					     "ffffffffc0000100 t made_module\t[made]\n"),
					 &k.holders),
			 0);
	assert_int_equal(c.n_holders, 5);
	for (size_t i = 0; i < c.n_holders; i++) {
		const struct mw_census_holder *h = &c.holder[i];
		const char *want = mw_str_eq(h->kind, "static")	   ? "a_table"
				   : mw_str_eq(h->kind, "vmalloc") ? "made_module [made]"
				   : mw_str_eq(h->kind, "slab")	   ? "task_struct"
				   : mw_str_eq(h->kind, "stack")   ? "one"
								   : "";

		assert_true(mw_str_eq(h->name, want));
		assert_int_equal(h->bytes, 4096);
	}
	end(&k);
}

/* 22 holds 29, and a thread's object holds 22; what a block has of itself is nothing. */
static void through_another(void **state)
{
	const struct mw_holder *h;
	struct look k;

	(void)state;
	nobody[0] = address(29);
	nobody[1] = address(22);
	*(uint64_t *)(void *)(kernel.task_slab + 208) = made_page_at(22);
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	assert_int_equal(k.holders.held_frames, 2);
	h = holder(&k, MW_HOLDER_SLAB, MW_FORM_ADDRESS);
	assert_true(h && h->chained && h->frames == 1);
	h = holder(&k, MW_HOLDER_SLAB, MW_FORM_PAGE);
	assert_true(h && !h->chained);
	*(uint64_t *)(void *)(kernel.task_slab + 208) = 0;
	end(&k);
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	assert_int_equal(k.holders.held_frames, 1);
	assert_non_null(holder(&k, MW_HOLDER_BLOCK, MW_FORM_ADDRESS));
	end(&k);
}

/* 23 was never given out by itself: who holds 22 holds both. */
static void split_block(void **state)
{
	struct look k;

	(void)state;
	kernel.page[23].word2 = made_page_at(23) + 8;
	module[0] = address(22);
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	assert_int_equal(k.holders.n, 1);
	assert_int_equal(k.holders.item[0].frames, 2);
	assert_int_equal(k.holders.item[0].blocks, 1);
	end(&k);
}

/* The reader's own memory is no holder; numbers count of one frame alone. */
static void not_holders(void **state)
{
	const uint64_t own[] = { 16 };
	struct look k;

	(void)state;
	module[0] = made_page_at(22);
	variables[1] = 22;
	variables[2] = 23 * 4096;
	assert_int_equal(find(&k, UINT64_MAX, own, 1), 0);
	assert_int_equal(k.holders.n, 0);
	end(&k);
}

static void one_frame(void **state)
{
	struct look k;

	(void)state;
	module[0] = module[8] = made_page_at(22);
	variables[1] = 22;
	variables[2] = 22 * 4096;
	variables[3] = made_page_at(23);
	assert_int_equal(find(&k, 22, NULL, 0), 0);
	assert_int_equal(k.holders.sought_frames, 1);
	assert_int_equal(k.holders.n, 3);
	assert_int_equal(holder(&k, MW_HOLDER_VMALLOC, MW_FORM_PAGE)->blocks, 2);
	assert_non_null(holder(&k, MW_HOLDER_STATIC, MW_FORM_FRAME));
	assert_non_null(holder(&k, MW_HOLDER_STATIC, MW_FORM_PHYSICAL));
	end(&k);
	assert_int_equal(find(&k, MADE_RAM, NULL, 0), -2);
	end(&k);
}

static uint64_t frames_of(const struct look *k, enum mw_page_class class)
{
	uint64_t n = 0;

	for (size_t i = 0; i < k->walk.owners.n; i++)
		if (mw_page_owner_at(&k->walk.owners, i)->class == class)
			n += mw_page_owner_at(&k->walk.owners, i)->frames;
	return n;
}

/* What variables hold is taken; not by what stands behind them, nor an address in the middle.  Then
 * a search names them. */
static void held_by_variables(void **state)
{
	const struct mw_search take = { .image = &variables_at, .only = UINT64_MAX, .take = true };
	const struct mw_search all = { .image = &variables_at, .only = UINT64_MAX };
	const struct mw_holder *h;
	struct look k;

	(void)state;
	kernel.page[23].word2 = made_page_at(23) + 8;
	variables[0] = address(22);
	variables[1] = address(27) + 8;
	variables[300] = address(29);
	start(&k);
	assert_int_equal(mw_holders_find(&k.walked, &take, &k.holders), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_STATIC), 2);
	assert_int_equal(frames_of(&k, MW_PAGE_OTHER), 3);
	assert_int_equal(mw_holders_find(&k.walked, &all, &k.holders), 0);
	h = holder(&k, MW_HOLDER_STATIC, MW_FORM_ADDRESS);
	assert_true(h && h->class == MW_PAGE_STATIC && h->frames == 2 && h->blocks == 1);
	assert_int_equal(k.holders.sought_frames, 5);
	end(&k);
}

static int broken_gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	(void)k, (void)ask, (void)n;
	return -5;
}

static const void *broken_bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	(void)k, (void)piece, (void)n;
	return NULL;
}

static void the_reader_fails(void **state)
{
	const struct mw_search search = { .image = &variables_at, .only = UINT64_MAX };
	struct mw_holders holders;
	struct look k;

	(void)state;
	*(uint64_t *)(void *)(kernel.task_slab + 208) = made_page_at(22);
	assert_int_equal(find(&k, UINT64_MAX, NULL, 0), 0);
	image.k.gather = broken_gather;
	assert_int_equal(mw_holders_find(&k.walked, &search, &holders), -5);
	image.k.bulk = broken_bulk;
	assert_int_equal(mw_holders_find(&k.walked, &search, &holders), -5);
	image.k.direct = 0;
	assert_int_equal(mw_holders_find(&k.walked, &search, &holders), -95);
	end(&k);
}

static void where_the_variables_are(void **state)
{
	struct mw_image i;
	uint64_t at;

	(void)state;
	mw_image_of(LIT("00000000-00000fff : Reserved\n01000000-0fffffff : System RAM\n"
			"  01000000-01ffffff : Kernel code\n  02000000-020fffff : Kernel rodata\n"
			"  02200000-0220000f : Kernel bss\n  zz-1 : Kernel data\n"
			"  00000000-00000000 : Kernel data\n"),
		    LIT("0000000000000000 A x\nffffffff81000000 T _text\n"), &i);
	assert_int_equal(i.n, 2);
	assert_true(mw_image_has(&i, 0x2200008, &at) && at == 0xffffffff82200008);
	assert_true(mw_image_has(&i, 0x2000000, &at) && !mw_image_has(&i, 0x2100000, &at));
	assert_false(mw_image_has(&i, 0x1000000, &at) || mw_image_has(&i, 0x2200010, &at));
	mw_image_of(LIT("  02000000-020fffff : Kernel data\n"), LIT(""), &i);
	assert_true(mw_image_has(&i, 0x2000000, &at) && !at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_holds, set_up),
		cmocka_unit_test_setup(by_kind, set_up),
		cmocka_unit_test_setup(rows, set_up),
		cmocka_unit_test_setup(through_another, set_up),
		cmocka_unit_test_setup(split_block, set_up),
		cmocka_unit_test_setup(not_holders, set_up),
		cmocka_unit_test_setup(one_frame, set_up),
		cmocka_unit_test_setup(held_by_variables, set_up),
		cmocka_unit_test_setup(the_reader_fails, set_up),
		cmocka_unit_test(where_the_variables_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
