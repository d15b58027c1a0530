/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/allocinfo.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_alloc_site s;

	while (mw_allocinfo_next(&rest, &s)) {
		must(s.site.n);
		must_lie_in(text, s.site);
	}
	must(!rest.n);
	return 0;
}
