/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_limits.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_pid_limits l;

	mw_pid_limits_parse(fuzz_text(data, size), &l);
	for (size_t i = 0; i < MW_RLIMITS; i++)
		must(l.of[i].soft.why != MW_UNREAD && l.of[i].hard.why != MW_UNREAD);
	return 0;
}
