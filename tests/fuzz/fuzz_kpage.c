/* SPDX-License-Identifier: Apache-2.0 */
/* Any words in the three files: each frame is of one class, and an interval holds its figure. */
#include "pages/kpage.h"

#include "../unit/kpage_made.h"
#include "fuzz.h"

#define N 4096

static uint64_t word[3][N];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_frame_range range[] = { { 5, 77, 0 }, { 77, 200 + size / 24, 1 } };
	struct mw_frames frames = { .range = range, .n = 2 };
	struct made_kpage m = made_kpage(word[0], word[1], word[2], size / 24);
	struct mw_kpage_found f;
	uint64_t all = 0;

	if (size / 24 > N)
		return 0;
	for (size_t i = 0; i < size / 24; i++)
		for (size_t w = 0; w < 3; w++)
			memcpy(&word[w][i], data + (i * 3 + w) * 8, 8);
	must(!mw_kpage_run(&m.k, &frames, MW_SAMPLE_ALL, size, &arena, &f));
	for (size_t i = 0; i < (size_t)2 * MW_PAGE_CLASSES; i++)
		all += f.classes.tally[i].seen_frames;
	must(all == range[1].to - range[0].from);
	must(!mw_kpage_run(&m.k, &frames, 300000, size, &arena, &f));
	for (size_t i = 0; i < (size_t)2 * MW_PAGE_CLASSES; i++) {
		struct mw_estimate e =
			mw_tally_end(&f.classes.tally[i], &f.classes.node[i / MW_PAGE_CLASSES]);

		must(e.low_frames <= e.frames && e.frames <= e.high_frames);
		must(e.high_frames <= all && e.low_frames >= f.classes.tally[i].seen_frames);
	}
	return 0;
}
