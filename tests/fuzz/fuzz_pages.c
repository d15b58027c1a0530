/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an array of struct page: each frame is counted once, whatever stands there. */
#include "pages/walk.h"

#include "../unit/kmem_image.h"
#include "../unit/pages_made.h"
#include "fuzz.h"

static struct image image;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	struct mw_frame_range range[] = { { 3, 3 + size / 64, 0 },
					  { 3 + size / 64, 10 + size / 32, 1 } };
	struct mw_frames frames = { .range = range, .n = 2 };
	struct mw_layout l = size & 1 ? made_old_layout() : made_layout();
	uint64_t owned = 0, run = 0, all;

	if (size < 64)
		return 0;
	image_start(&image);
	image_add(&image, MADE_FRAMES + (size_t)3 * 64, data, size);
	image.k.frames = MADE_FRAMES;
	must(!mw_pages_walk(&image.k, &l, &frames, 10, &w));
	all = range[1].to - range[0].from;
	for (size_t i = 0; i < w.owners.n; i++)
		owned += mw_page_owner_at(&w.owners, i)->frames;
	for (size_t i = 0; i < w.runs.n; i++)
		run += mw_runs_get(&w.runs, i).frames;
	must(w.frames == all && owned == all && run == all);
	return 0;
}
