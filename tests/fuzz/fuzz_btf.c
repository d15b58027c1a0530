/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as BTF: places are found in it or not, and never beyond 2^31. */
#include "kernel/btf.h"

#include "fuzz.h"
#include "pages/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	const char *missed = NULL;
	struct mw_layout layout;
	struct mw_btf btf;

	if (mw_btf_open(fuzz_text(data, size), &arena, &btf) < 0)
		return 0;
	must(btf.n_types >= 1);
	must(mw_btf_offset(&btf, "page", "flags") >= -1);
	must(mw_btf_offset(&btf, "page", "a.b.c") >= -1);
	must(mw_btf_size(&btf, "page") >= -1);
	must(mw_btf_enumerator(&btf, "pageflags", "PG_head") >= -1);
	must(!mw_layout_of(&btf, &layout, &missed) || missed);
	return 0;
}
