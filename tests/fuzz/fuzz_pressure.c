/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pressure.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_pressure p;

	mw_pressure_parse(fuzz_text(data, size), &p);
	must_be_read(&p, sizeof(p));
	must(mw_or(p.some_permyriad, 0) < 10100 && mw_or(p.full_permyriad, 0) < 10100);
	return 0;
}
