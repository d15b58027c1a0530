/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/zram.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_zram z = { .used_bytes = 77 };

	if (mw_zram_parse(fuzz_text(data, size), &z) < 0)
		must(z.used_bytes == 77 && !z.stored_bytes && !z.compressed_bytes);
	return 0;
}
