/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a census: what is understood of it comes back the same, and is compared. */
#include "kernel/census.h"

#include "fuzz.h"
#include "why/pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_census c, d;
	struct mw_pages p;
	struct mw_str once, twice;

	mw_census_parse(fuzz_text(data, size), &arena, &c);
	once = mw_census_format(&c, &arena);
	mw_census_parse(once, &arena, &d);
	twice = mw_census_format(&d, &arena);
	must(mw_str_same(once, twice));
	mw_pages_build(&c, &arena, &p);
	for (size_t i = 0; i < p.n_rows; i++)
		must_be_val(p.row[i].pages_bytes);
	return 0;
}
