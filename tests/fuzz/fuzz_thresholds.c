/* SPDX-License-Identifier: Apache-2.0 */
#include "why/thresholds.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct mw_thresholds normal = mw_thresholds_normal();
	struct mw_thresholds t = normal;
	int r = mw_thresholds_set(&t, fuzz_text(data, size));
	size_t changed = 0;

	for (size_t i = 0; i < mw_threshold_count; i++) {
		size_t at = mw_threshold_table[i].offset;
		uint64_t v = *(const uint64_t *)((const char *)&t + at);

		must(v <= 1000);
		changed += v != *(const uint64_t *)((const char *)&normal + at);
	}
	must(changed <= (r ? 0 : 1));
	return 0;
}
