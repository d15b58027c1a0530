/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/areas.h"

#include "areas_made.h"
#include "helper.h"
#include "pages/idle.h"

static struct made_kernel kernel;
static struct image image;
static struct mw_layout layout;
static const struct mw_frame_range range = { 0, MADE_RAM, 3 };
static const struct mw_frames frames = { .range = (struct mw_frame_range *)&range,
					 .n = 1,
					 .total = MADE_RAM };

/* One kernel, and what is found in it. */
struct look {
	struct mw_arena arena;
	struct mw_walk_of_pages walk;
	struct mw_walked walked;
	struct mw_areas areas;
};

static void start(struct look *k)
{
	*k = (struct look){};
	image_start(&image);
	made_add_kernel(&image, &kernel);
	k->walked = (struct mw_walked){ &image.k, &layout, &frames, 4096, &k->walk, &k->arena };
	assert_int_equal(mw_pages_walk(&image.k, &layout, &frames, 10, &k->walk), 0);
}

static void end(struct look *k)
{
	mw_pages_walk_done(&k->walk);
	mw_arena_done(&k->arena);
}

static uint64_t sum(const struct look *k)
{
	uint64_t n = 0;

	for (size_t i = 0; i < k->walk.owners.n; i++)
		n += mw_page_owner_at(&k->walk.owners, i)->frames;
	return n;
}

static uint64_t frames_of(const struct look *k, enum mw_page_class class, uint64_t pointer,
			  uint64_t memcg)
{
	for (size_t i = 0; i < k->walk.owners.n; i++) {
		const struct mw_page_owner *o = mw_page_owner_at(&k->walk.owners, i);

		if (o->class == class && o->pointer == pointer && o->memcg == memcg && o->node == 3)
			return o->frames;
	}
	return 0;
}

static int set_up(void **state)
{
	(void)state;
	layout = made_areas_layout();
	made_kernel(&kernel);
	return 0;
}

static void who_holds_what(void **state)
{
	struct look k;

	(void)state;
	start(&k);
	assert_int_equal(frames_of(&k, MW_PAGE_OTHER, 0, 0), 4 + 4 + 3 + 4 + 2);
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(k.areas.why, MW_OK);
	assert_int_equal(sum(&k), MADE_RAM);
	assert_int_equal(frames_of(&k, MW_PAGE_STACK, made_task_address(0), 0), 4);
	assert_int_equal(frames_of(&k, MW_PAGE_STACK, made_task_address(5), MADE_MEMCG), 4);
	assert_int_equal(frames_of(&k, MW_PAGE_VMALLOC, MADE_FORK, 0), 4);
	assert_int_equal(frames_of(&k, MW_PAGE_VMALLOC, MADE_MODULE, 0), 3);
	assert_int_equal(frames_of(&k, MW_PAGE_PERCPU, 0, 0), 2);
	assert_int_equal(frames_of(&k, MW_PAGE_KMEM, 0, MADE_MEMCG), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_FILE, 0xffff888200000000, 0), 1);
	assert_int_equal(frames_of(&k, MW_PAGE_OTHER, 0, 0), 4);
	end(&k);
}

static void rows(void **state)
{
	struct look k;

	(void)state;
	start(&k);
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(k.areas.n_stacks, 2);
	assert_int_equal(k.areas.stack[0].pid, 7);
	assert_int_equal(k.areas.stack[0].frames, 4);
	assert_string_equal(k.areas.stack[0].comm, "one");
	assert_string_equal(k.areas.stack[1].comm, "swapper/1");
	assert_int_equal(k.areas.stack_frames, 8);
	assert_int_equal(k.areas.percpu_frames, 2);
	assert_int_equal(k.areas.vmalloc_frames, 7);
	assert_int_equal(k.areas.n_stale, 2);
	assert_int_equal(k.areas.n_areas, 5);
	assert_int_equal(k.areas.n_callers, 2);
	assert_int_equal(k.areas.caller[0].address, MADE_FORK);
	assert_int_equal(k.areas.caller[1].address, MADE_MODULE);
	assert_int_equal(k.areas.caller[1].areas, 1);
	mw_areas_name(&k.areas, LIT("ffffffffc0000100 t made_module\t[made]\n"), &k.arena);
	expect_str(k.areas.caller[0].name, "");
	expect_str(k.areas.caller[1].name, "made_module [made]");
	mw_areas_name(&k.areas, LIT("ffffffff81000000 T all\n"), &k.arena);
	expect_str(k.areas.caller[0].name, "all");
	end(&k);
}

/* The stale area of a thread that is gone has the same frames as one that lives. */
static void the_living_first(void **state)
{
	struct look k;

	(void)state;
	kernel.n_areas = 2;
	made_add_area(&kernel, MADE_FORK, 4, 4);
	*made_task_at(&kernel, 0) =
		(struct made_task){ .stack = made_add_area(&kernel, MADE_FORK, 4, 4) };
	kernel.area[0].vm = 0;
	start(&k);
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_STACK, made_task_address(0), 0), 4);
	assert_int_equal(k.areas.vmalloc_frames, 0);
	assert_int_equal(sum(&k), MADE_RAM);
	end(&k);
}

/* Frames that were free when the walk came by and are a stack now; or still are free. */
static void taken_meanwhile(void **state)
{
	struct look k;

	(void)state;
	for (size_t i = 4; i < 8; i++)
		kernel.page[i] = (struct made_page){ .type = 0xf0000000 };
	start(&k);
	for (size_t i = 4; i < 8; i++)
		kernel.page[i] =
			(struct made_page){ .flags = 8, .type = UINT32_MAX, .refcount = i != 5 };
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_STACK, made_task_address(0), 0), 3);
	assert_int_equal(sum(&k), MADE_RAM);
	end(&k);
}

/* The cache was merged into another: it is found by the size of its objects. */
static void merged_cache(void **state)
{
	struct look k;

	(void)state;
	strcpy(kernel.name[0], "Acpi-Operand");
	start(&k);
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(k.areas.why, MW_OK);
	assert_int_equal(k.areas.vmalloc_frames, 7);
	end(&k);
}

static void expect_nothing(uint64_t direct)
{
	struct look k;

	start(&k);
	image.k.direct = direct;
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(k.areas.why, MW_ABSENT);
	assert_int_equal(k.areas.vmalloc_frames + k.areas.stack_frames, 0);
	assert_int_equal(frames_of(&k, MW_PAGE_OTHER, 0, 0), 17);
	end(&k);
}

static void not_known(void **state)
{
	(void)state;
	expect_nothing(0);
	strcpy(kernel.name[1], "task");
	expect_nothing(MADE_DIRECT);
	strcpy(kernel.name[1], "task_struct");
	kernel.cache[1].size = 8; /* less than what a thread has */
	expect_nothing(MADE_DIRECT);
	kernel.cache[0].name = kernel.cache[0].size = 0;
	expect_nothing(MADE_DIRECT);
}

/* An area of one large block: its list has the tails too (vm_area_alloc_pages(), 5.13 to 5.17). */
static void large_block(void **state)
{
	struct look k;

	(void)state;
	kernel.page[16] = (struct made_page){ .flags = 1 << 6, .type = UINT32_MAX, .refcount = 1 };
	kernel.page[17] = (struct made_page){ .flags = 2, .head = made_page_at(16) | 1 };
	kernel.page[18] = kernel.page[19] = kernel.page[17];
	kernel.vm[3].count = 4; /* of frames 16 on */
	kernel.area[4].vm = 0;
	for (uint32_t i = 0; i < 4; i++)
		kernel.vector[3][i] = made_page_at(16 + i);
	start(&k);
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_VMALLOC, MADE_MODULE, 0), 4);
	assert_int_equal(frames_of(&k, MW_PAGE_TAIL, 0, 0), 0);
	assert_int_equal(sum(&k), MADE_RAM);
	end(&k);
}

static void no_chunks(void **state)
{
	struct look k;

	(void)state;
	layout.chunk.areas = MW_NOWHERE;
	start(&k);
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), 0);
	assert_int_equal(k.areas.percpu_frames, 0);
	assert_int_equal(k.areas.vmalloc_frames, 7);
	end(&k);
}

static void on_the_list_of_a_cpu(void **state)
{
	struct look k;

	(void)state;
	start(&k);
	assert_int_equal(frames_of(&k, MW_PAGE_IDLE, 0, 0), 4);
	layout.page.lru = MW_NOWHERE;
	assert_int_equal(mw_idle_tell(&k.walked), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_IDLE, 0, 0), 4);
	layout.page.lru = 8;
	assert_int_equal(mw_idle_tell(&k.walked), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_IDLE, 0, 0), 3);
	assert_int_equal(frames_of(&k, MW_PAGE_OTHER, 0, 0), 18);
	assert_int_equal(sum(&k), MADE_RAM);
	end(&k);
}

static void taken_from_a_list(void **state)
{
	struct look k;

	(void)state;
	start(&k);
	kernel.page[30].refcount = 1;
	assert_int_equal(mw_idle_tell(&k.walked), 0);
	assert_int_equal(frames_of(&k, MW_PAGE_IDLE, 0, 0), 4);
	end(&k);
}

static int broken_gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	(void)k, (void)ask, (void)n;
	return -5;
}

static void the_reader_fails(void **state)
{
	struct look k;

	(void)state;
	start(&k);
	image.k.gather = broken_gather;
	assert_int_equal(mw_areas_take(&k.walked, &k.areas), -5);
	assert_int_equal(mw_idle_tell(&k.walked), -5);
	assert_int_equal(sum(&k), MADE_RAM);
	end(&k);
}

static void no_memory(void **state)
{
	(void)state;
	for (size_t n = 1;; n++) {
		struct look k;
		int r;

		start(&k);
		mw_arena_fail_in(n);
		r = mw_areas_take(&k.walked, &k.areas);
		if (mw_arena_fail_in(0)) {
			assert_int_equal(r, 0);
			end(&k);
			return;
		}
		assert_int_equal(r, -12);
		assert_int_equal(sum(&k), MADE_RAM);
		end(&k);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(who_holds_what, set_up),
		cmocka_unit_test_setup(rows, set_up),
		cmocka_unit_test_setup(the_living_first, set_up),
		cmocka_unit_test_setup(taken_meanwhile, set_up),
		cmocka_unit_test_setup(merged_cache, set_up),
		cmocka_unit_test_setup(not_known, set_up),
		cmocka_unit_test_setup(large_block, set_up),
		cmocka_unit_test_setup(no_chunks, set_up),
		cmocka_unit_test_setup(on_the_list_of_a_cpu, set_up),
		cmocka_unit_test_setup(taken_from_a_list, set_up),
		cmocka_unit_test_setup(the_reader_fails, set_up),
		cmocka_unit_test_setup(no_memory, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
