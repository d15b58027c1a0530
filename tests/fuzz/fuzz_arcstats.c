/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/arcstats.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_arcstats s;

	mw_arcstats_parse(fuzz_text(data, size), &s);
	must_be_read(&s, sizeof(s));
	return 0;
}
