/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/fields.h"

#include "fuzz.h"

struct figures {
	struct mw_val size, count, other;
};

static const struct mw_field table[] = {
	{ "Size", offsetof(struct figures, size), MW_FIELD_KIB },
	{ "Count", offsetof(struct figures, count), MW_FIELD_COUNT },
	{ "Other", offsetof(struct figures, other), MW_FIELD_KIB },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char seps[] = ": ";
	struct mw_str text = fuzz_text(data, size);

	for (size_t i = 0; i < 2; i++) {
		struct figures f;

		mw_fields_parse(text, seps[i], table, sizeof(table) / sizeof(table[0]), &f);
		must_be_read(&f, sizeof(f));
		must(!mw_known(f.size) || f.size.v % 1024 == 0);
		must(!mw_known(f.other) || f.other.v % 1024 == 0);
	}
	must_be_read(&(struct mw_val[]){ mw_number_parse(text) }, sizeof(struct mw_val));
	return 0;
}
