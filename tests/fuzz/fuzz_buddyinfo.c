/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/buddyinfo.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text;
	struct mw_buddy_zone z;

	while (mw_buddyinfo_next(&rest, &z)) {
		must_lie_in(text, z.zone);
		must_lie_in(text, rest);
		must(z.zone.n && z.n_orders && z.n_orders <= MW_ORDERS);
		must_be_read(z.blocks, sizeof(z.blocks));
		for (size_t o = 0; o < MW_ORDERS; o++)
			must((z.blocks[o].why == MW_ABSENT) == (o >= z.n_orders));
	}
	must(!rest.n);
	return 0;
}
