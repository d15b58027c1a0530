/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/meminfo.h"

#include "fuzz.h"

/* Each asks the whole text. */
#define KEYS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), rest = text, line, key;
	struct mw_meminfo mi;
	bool kib;

	if (!mw_meminfo_parse(text, &mi)) {
		must_be_read(&mi, sizeof(mi));
		must(mi.total_bytes.why != MW_ABSENT);
	}
	for (size_t n = 0; n < KEYS_MAX && mw_str_cut(&rest, '\n', &line); n++)
		if (mw_str_cut(&line, ':', &key))
			must(mw_meminfo_line(text, key, &kib).why != MW_UNREAD);
	return 0;
}
