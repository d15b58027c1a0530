/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/slabinfo.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_slab_cache c;

	while (mw_slabinfo_next(&rest, &c)) {
		must(c.name.n);
		must_lie_in(text, c.name);
		mw_slab_is_reclaimable_name(c.name);
	}
	must(!rest.n);
	return 0;
}
