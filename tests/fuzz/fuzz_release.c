/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/release.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), word = mw_release_of_version(text);
	struct mw_release r = mw_release_parse(text);

	must_lie_in(text, word);
	must(mw_release_at_least(r, r.major, r.minor));
	must(!mw_release_at_least(r, UINT64_MAX, UINT64_MAX) || r.major == UINT64_MAX);
	mw_release_parse(word);
	return 0;
}
