/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmallocinfo.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_vmalloc_area area;

	while (mw_vmallocinfo_next(&rest, &area)) {
		must_lie_in(text, area.caller);
		must_lie_in(text, area.module);
		mw_vmalloc_is_stack(area.caller);
	}
	must(!rest.n);
	return 0;
}
