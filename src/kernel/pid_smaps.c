/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_smaps.h"

#include <errno.h>
#include <stddef.h>

#include "kernel/fields.h"

#define KIB(key, member)                                                 \
	{                                                                \
		key, offsetof(struct mw_pid_smaps, member), MW_FIELD_KIB \
	}

static const struct mw_field fields[] = {
	KIB("Rss", rss_bytes),
	KIB("Pss", pss_bytes),
	KIB("Pss_Anon", pss_anon_bytes),
	KIB("Pss_File", pss_file_bytes),
	KIB("Pss_Shmem", pss_shmem_bytes),
	KIB("Anonymous", anonymous_bytes),
	KIB("KSM", ksm_bytes),
	KIB("AnonHugePages", anon_huge_bytes),
	KIB("SwapPss", swap_pss_bytes),
	KIB("Locked", locked_bytes),
};

int mw_pid_smaps_parse(struct mw_str text, struct mw_pid_smaps *ret)
{
	struct mw_pid_smaps s;

	mw_fields_parse(text, ':', fields, sizeof(fields) / sizeof(fields[0]), &s);
	if (s.rss_bytes.why == MW_ABSENT)
		return -ENODATA;
	*ret = s;
	return 0;
}
