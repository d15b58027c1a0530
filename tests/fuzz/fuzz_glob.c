/* SPDX-License-Identifier: Apache-2.0 */
/* The first line is a pattern, the rest a name. */
#include "base/glob.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_str name = fuzz_text(data, size), pattern = {};

	mw_str_cut(&name, '\n', &pattern);
	if (pattern.n < 200)
		mw_glob_match(pattern, name);
	mw_glob_plain(&arena, pattern);
	pattern = mw_glob_quote(&arena, name);
	must(!mw_glob_is_pattern(pattern));
	must(mw_str_same(mw_glob_plain(&arena, pattern), name));
	if (mw_str_find(name, '/') == name.n)
		must(mw_glob_match(pattern, name));
	must(!arena.failed);
	return 0;
}
