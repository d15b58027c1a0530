/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/logscan_private.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size);

	for (size_t from = 0; from <= text.n; from++) {
		size_t at = mw_logscan_find(text, from);

		must(at == mw_logscan_find_portable(text, from));
		must(at >= from && at <= text.n);
		if (at == text.n)
			break;
		from = at;
	}
	must(mw_logscan_lines(text) == mw_logscan_lines_portable(text));
	return 0;
}
