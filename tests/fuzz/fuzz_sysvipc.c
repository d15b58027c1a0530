/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sysvipc.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str rest = fuzz_text(data, size), columns = {};
	struct mw_shm_segment s;

	while (mw_sysvipc_next(&rest, &columns, &s)) {
		must(s.key >= -(int64_t)UINT32_MAX && s.key <= UINT32_MAX);
		must(s.size_bytes.why == MW_OK || s.size_bytes.why == MW_ABSENT);
		must(s.rss_bytes.why == MW_OK || s.rss_bytes.why == MW_ABSENT);
		must(s.swap_bytes.why == MW_OK || s.swap_bytes.why == MW_ABSENT);
	}
	must(!rest.n);
	return 0;
}
