/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/vmstat.h"

#include <stddef.h>

#include "kernel/fields.h"

#define COUNT(key, member)                                              \
	{                                                               \
		key, offsetof(struct mw_vmstat, member), MW_FIELD_COUNT \
	}

static const struct mw_field fields[] = {
	COUNT("nr_zspages", zspages_pages),
	COUNT("nr_isolated_anon", isolated_anon_pages),
	COUNT("nr_isolated_file", isolated_file_pages),
	COUNT("nr_memmap_pages", memmap_pages),
	COUNT("nr_memmap_boot_pages", memmap_boot_pages),
};

void mw_vmstat_parse(struct mw_str text, struct mw_vmstat *ret)
{
	mw_fields_parse(text, ' ', fields, sizeof(fields) / sizeof(fields[0]), ret);
}
