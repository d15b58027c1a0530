/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_statm.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_pid_statm s = {};

	/* Six numbers need eleven bytes. */
	must(mw_pid_statm_parse(fuzz_text(data, size), &s) < 0 || size >= 11);
	return 0;
}
