/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmstat.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_vmstat vs;

	mw_vmstat_parse(fuzz_text(data, size), &vs);
	must_be_read(&vs, sizeof(vs));
	return 0;
}
