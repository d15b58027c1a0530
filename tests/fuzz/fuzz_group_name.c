/* SPDX-License-Identifier: Apache-2.0 */
#include "why/group_name.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str path = fuzz_text(data, size);
	struct mw_group_name n = mw_group_name_of(path);

	must_lie_in(path, n.container);
	must_lie_in(path, n.pod);
	must_lie_in(path, n.unit);
	must((n.kind == MW_GROUP_POD) <= (n.pod.n && n.qos));
	must((n.kind == MW_GROUP_UNIT) <= (n.unit.n > 0));
	must((n.kind == MW_GROUP_PLAIN) == !mw_group_name_words(&n, &arena)[0]);
	must(!arena.failed);
	return 0;
}
