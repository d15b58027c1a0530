/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/cgroup_stat.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);

	for (int v2 = 0; v2 < 2; v2++) {
		struct mw_cgroup_stat own, total;

		mw_cgroup_stat_parse(text, v2, &own, &total);
		must_be_read(&own, sizeof(own));
		must_be_read(&total, sizeof(total));
		must(!v2 || own.file_bytes.why == MW_ABSENT);
	}
	return 0;
}
