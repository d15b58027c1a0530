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

static struct mw_val *slot(struct mw_arcstats *s, size_t i)
{
	return (struct mw_val *)((char *)s + fields[i].offset);
}

static void set(struct mw_val *v, struct mw_str data)
{
	uint64_t n;

	*v = v->why != MW_ABSENT || mw_str_u64(data, &n) < 0 ? mw_no(MW_BAD) : mw_ok(n);
}

void mw_arcstats_parse(struct mw_str text, struct mw_arcstats *ret)
{
	struct mw_arcstats s = {};
	struct mw_str line, name, type, data;

	for (size_t i = 0; i < N_FIELDS; i++)
		*slot(&s, i) = mw_no(MW_ABSENT);
	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_word(&line, &name) || !mw_str_word(&line, &type))
			continue;
		data = mw_str_trim(line);
		for (size_t i = 0; i < N_FIELDS; i++)
			if (mw_str_eq(name, fields[i].name))
				set(slot(&s, i), data);
	}
	*ret = s;
}
