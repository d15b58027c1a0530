/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_smaps.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_pid_smaps s;

	if (mw_pid_smaps_parse(fuzz_text(data, size), &s) < 0)
		return 0;
	must_be_read(&s, sizeof(s));
	must(s.rss_bytes.why != MW_ABSENT);
	return 0;
}
