/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as /proc/iomem: ranges in order, and no frame twice when they are cut by blocks; where
 * the kernel's variables are. */
#include "pages/frames.h"

#include "fuzz.h"
#include "pages/image.h"

static uint64_t sum(const struct mw_frames *f)
{
	uint64_t total = 0;

	for (size_t i = 0; i < f->n; i++) {
		must(f->range[i].from < f->range[i].to);
		must(!i || f->range[i - 1].to <= f->range[i].from);
		total += f->range[i].to - f->range[i].from;
	}
	must(total == f->total);
	return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mw_memory_block block[] = { { 0, 0 }, { 1, 1 }, { 5, 0 } };
	_mw_arena_ struct mw_arena arena = {};
	struct mw_frames f, cut;
	struct mw_image image;
	uint64_t address;

	mw_image_of(fuzz_text(data, size), fuzz_text(data, size), &image);
	for (size_t i = 0; i < image.n; i++)
		must(mw_image_has(&image, image.part[i].from, &address) &&
		     mw_image_has(&image, image.part[i].to - 1, &address));
	if (mw_frames_of_iomem(fuzz_text(data, size), 4096, &arena, &f) < 0)
		return 0;
	mw_frames_cut(&f, block, 3, 1 << 15, &arena, &cut);
	must(sum(&cut) <= sum(&f) && cut.total <= 3 << 15);
	return 0;
}
