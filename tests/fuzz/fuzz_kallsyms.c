/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kallsyms.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_kallsym s[] = { { .address = 0x10 },
				  { .address = 0xffffffff81000100 },
				  { .address = 0xffffffff81000100 },
				  { .address = 0xffffffffc0000000 },
				  { .address = UINT64_MAX } };
	struct mw_str text = fuzz_text(data, size);

	mw_kallsyms_find(text, s, sizeof(s) / sizeof(s[0]));
	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		must(s[i].start <= s[i].address && !s[i].start == !s[i].name.n);
		must(!i || !s[i].start || s[i - 1].start <= s[i].start);
		must_lie_in(text, s[i].name);
		must_lie_in(text, s[i].module);
	}
	return 0;
}
