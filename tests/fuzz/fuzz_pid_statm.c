/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_statm.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_pid_statm s = {};

	mw_pid_statm_parse(fuzz_text(data, size), &s);
	must_be_read(&s, sizeof(s));
	return 0;
}
