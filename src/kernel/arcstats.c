/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/arcstats.h"

#include <stddef.h>

static const struct {
	const char *name;
	size_t offset;
} fields[] = {
	{ "size", offsetof(struct mw_arcstats, size_bytes) },
	{ "c_min", offsetof(struct mw_arcstats, min_bytes) },
	{ "data_size", offsetof(struct mw_arcstats, data_bytes) },
	{ "metadata_size", offsetof(struct mw_arcstats, metadata_bytes) },
};

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

void mw_arcstats_parse(struct mw_str text, struct mw_arcstats *ret)
{
	struct mw_arcstats s = {};
	struct mw_str line, name, type, data;
	uint64_t v;

	for (size_t i = 0; i < N_FIELDS; i++)
		*(struct mw_val *)((char *)&s + fields[i].offset) = mw_no(MW_ABSENT);
	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_word(&line, &name) || !mw_str_word(&line, &type) ||
		    !mw_str_word(&line, &data) || mw_str_u64(data, &v) < 0)
			continue;
		for (size_t i = 0; i < N_FIELDS; i++)
			if (mw_str_eq(name, fields[i].name))
				*(struct mw_val *)((char *)&s + fields[i].offset) = mw_ok(v);
	}
	*ret = s;
}
