/* SPDX-License-Identifier: Apache-2.0 */
/* A request of any bytes, by the masks of two kernels: what was taken can be asked, what was not is
 * said. */
#include "why/zone_ask.h"

#include <string.h>

#include "fuzz.h"
#include "kernel/number_list.h"

static void ask(struct mw_str text, struct mw_release release, uint64_t page_bytes)
{
	const struct mw_zone_ask untouched = { .order = 77 };
	struct mw_zone_ask a = untouched;
	_mw_arena_ struct mw_arena arena = {};
	const char *wrong = mw_zone_ask_parse(text, release, page_bytes, &arena, &a);

	must(!arena.failed);
	if (wrong) {
		must(wrong[0] && !memcmp(&a, &untouched, sizeof(a)));
		return;
	}
	must(a.order < MW_ORDERS);
	must_be_val(a.cpu);
	must_be_val(a.node);
	must_be_val(a.pid);
	must_lie_in(text, a.mems);
	must_lie_in(text, a.bind);
	must(!a.mems.n || mw_list_is_valid(a.mems));
	must(!a.bind.n || mw_list_is_valid(a.bind));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);

	ask(text, (struct mw_release){ 6, 12, 0, MW_UPSTREAM }, 4096);
	ask(text, (struct mw_release){ 3, 10, 0, MW_EL7 }, 65536);
	return 0;
}
