/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/frames.h"

#include <errno.h>

#include "helper.h"

static void of_a_machine(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_frames f;
	static const char iomem[] = "00000000-00000fff : Reserved\n"
				    "00001000-0009fbff : System RAM\n"
				    "0009fc00-000fffff : Reserved\n"
				    "  000f0000-000fffff : System ROM\n"
				    "00100000-bfffffff : System RAM\n"
				    "  01000000-0220bb07 : Kernel code\n"
				    "  02000000-02000fff : System RAM\n"
				    "c0000000-c0000000 : System RAM\n"
				    "100000000-63fffffff : System RAM\n";

	(void)state;
	assert_int_equal(mw_frames_of_iomem(mw_str_of(iomem), 4096, &arena, &f), 0);
	assert_int_equal(f.n, 3);
	assert_int_equal(f.range[0].from, 1);
	assert_int_equal(f.range[0].to, 0x9f);
	assert_int_equal(f.range[2].to, 0x640000);
	assert_int_equal(f.total, 0x9e + 0xbff00 + 0x540000);
}

static void what_is_none(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_frames f;

	(void)state;
	assert_int_equal(mw_frames_of_iomem(LIT(""), 4096, &arena, &f), -ENODATA);
	/* As an ordinary user sees it: nothing but zeros. */
	assert_int_equal(mw_frames_of_iomem(LIT("00000000-00000000 : System RAM\n"
						"00000000-00000000 : System RAM\n"),
					    4096, &arena, &f),
			 -EACCES);
	assert_int_equal(mw_frames_of_iomem(LIT("5-1 : System RAM\nx-y : System RAM\n"
						"0-ffffffffffffffff : System RAM\n"),
					    4096, &arena, &f),
			 -ENODATA);
}

/* Of a range that is cut by blocks only what is online stays, with its node. */
static void blocks(void **state)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_frame_range all[] = { { 1, 100, 0 }, { 120, 400, 0 } };
	const struct mw_memory_block block[] = { { 0, 0 }, { 1, 1 }, { 3, 1 } };
	struct mw_frames f = { .range = all, .n = 2 }, cut;

	(void)state;
	mw_frames_cut(&f, block, 3, 100, &arena, &cut);
	assert_int_equal(cut.n, 3);
	assert_int_equal(cut.range[0].from, 1);
	assert_int_equal(cut.range[0].to, 100);
	assert_int_equal(cut.range[0].node, 0);
	assert_int_equal(cut.range[1].from, 120);
	assert_int_equal(cut.range[1].to, 200);
	assert_int_equal(cut.range[1].node, 1);
	assert_int_equal(cut.range[2].from, 300);
	assert_int_equal(cut.range[2].to, 400);
	assert_int_equal(cut.total, 99 + 80 + 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_machine),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
