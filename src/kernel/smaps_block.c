/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/smaps_block.h"

#include <errno.h>
#include <stddef.h>

#include "kernel/fields.h"

#define KIB(key, member)                                                   \
	{                                                                  \
		key, offsetof(struct mw_smaps_block, member), MW_FIELD_KIB \
	}

static const struct mw_field fields[] = {
	KIB("Size", size_bytes),
	KIB("KernelPageSize", page_bytes),
	KIB("Rss", rss_bytes),
	KIB("AnonHugePages", anon_huge_bytes),
	KIB("ShmemPmdMapped", shmem_huge_bytes),
	KIB("FilePmdMapped", file_huge_bytes),
	KIB("Swap", swap_bytes),
	KIB("Locked", locked_bytes),
};

int mw_smaps_block_parse(struct mw_str text, struct mw_smaps_block *ret)
{
	struct mw_smaps_block b = {};
	struct mw_str line, key;

	mw_fields_parse(text, ':', fields, sizeof(fields) / sizeof(fields[0]), &b);
	if (b.rss_bytes.why == MW_ABSENT)
		return -ENODATA;
	while (mw_str_cut(&text, '\n', &line))
		if (mw_str_cut(&line, ':', &key) && mw_str_eq(key, "VmFlags"))
			b.flags = mw_str_trim(line);
	*ret = b;
	return 0;
}

#define FLAGS "VmFlags:"

bool mw_smaps_next(struct mw_str *rest, struct mw_smaps_mapping *ret)
{
	struct mw_str line, ahead;
	struct mw_map next;

	do {
		if (!mw_str_cut(rest, '\n', &line))
			return false;
	} while (!mw_map_parse(line, &ret->map));
	ret->head = line;
	ret->body = (struct mw_str){ rest->p, 0 };
	ret->flags = (struct mw_str){};
	for (ahead = *rest; mw_str_cut(&ahead, '\n', &line) && !mw_map_parse(line, &next);) {
		if (mw_str_starts(line, FLAGS))
			ret->flags = mw_str_from(line, sizeof(FLAGS) - 1);
		*rest = ahead;
		ret->body.n = (size_t)(line.p + line.n - ret->body.p);
	}
	return true;
}

bool mw_vm_flags_have(struct mw_str flags, const char *code)
{
	struct mw_str word;

	while (mw_str_word(&flags, &word))
		if (mw_str_eq(word, code))
			return true;
	return false;
}

/* show_smap_vma_flags() */
const char *mw_vm_flag_words(struct mw_str code)
{
	static const char *const words[][2] = {
		{ "rd", "may be read" },
		{ "wr", "may be written" },
		{ "ex", "may be executed" },
		{ "sh", "shared: what is written is seen by all who map it" },
		{ "mr", "mprotect may allow reading" },
		{ "mw", "mprotect may allow writing" },
		{ "me", "mprotect may allow executing" },
		{ "ms", "may be shared" },
		{ "gd", "grows downwards, as a stack" },
		{ "pf", "bare frames, without page structures behind them" },
		{ "dw", "writing to the mapped file is denied" },
		{ "lo", "locked in memory (mlock)" },
		{ "lf", "locked as soon as touched (MLOCK_ONFAULT)" },
		{ "io", "memory of a device" },
		{ "sr", "will be read in order (MADV_SEQUENTIAL)" },
		{ "rr", "will be read in no order (MADV_RANDOM)" },
		{ "dc", "not copied on fork (MADV_DONTFORK)" },
		{ "de", "may not be expanded by mremap" },
		{ "ac", "counted in Committed_AS" },
		{ "nr", "no reservation (MAP_NORESERVE)" },
		{ "ht", "huge pages of hugetlb" },
		{ "nl", "pages in an order of its own (remap_file_pages)" },
		{ "sf", "page faults wait for the storage (MAP_SYNC)" },
		{ "ar", "a flag of this architecture" },
		{ "wf", "empty in the child after fork (MADV_WIPEONFORK)" },
		{ "dd", "not in core dumps (MADV_DONTDUMP)" },
		{ "bt", "guarded branches (arm64 BTI)" },
		{ "sd", "written since soft-dirty marks were cleared" },
		{ "mm", "pages and bare frames mixed" },
		{ "hg", "huge pages wanted (MADV_HUGEPAGE)" },
		{ "nh", "no huge pages (MADV_NOHUGEPAGE)" },
		{ "mg", "equal pages may be merged (KSM, MADV_MERGEABLE)" },
		{ "um", "userfaultfd waits for missing pages" },
		{ "uw", "userfaultfd waits for writes" },
		{ "ui", "userfaultfd waits for minor faults" },
		{ "mt", "tagged memory (arm64 MTE)" },
		{ "ss", "shadow stack" },
		{ "dp", "may be dropped when memory is short (MAP_DROPPABLE)" },
		{ "sl", "sealed: the mapping may not be changed (mseal)" },
		{ "gu", "may hold guard pages (MADV_GUARD_INSTALL)" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (mw_str_eq(code, words[i][0]))
			return words[i][1];
	return NULL;
}
