/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/page_entry.h"

#include <errno.h>

#include "kernel/errname.h"

static const struct {
	const char *key;
	size_t offset;
} keys[] = {
	{ "pagemap", offsetof(struct mw_page_entry, pagemap) },
	{ "scan", offsetof(struct mw_page_entry, scan) },
	{ "count", offsetof(struct mw_page_entry, count) },
	{ "flags", offsetof(struct mw_page_entry, flags) },
	{ "cgroup", offsetof(struct mw_page_entry, cgroup_ino) },
	{ "head", offsetof(struct mw_page_entry, head) },
	{ "head_flags", offsetof(struct mw_page_entry, head_flags) },
	{ "block_pages", offsetof(struct mw_page_entry, block_pages) },
	{ "again", offsetof(struct mw_page_entry, again) },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static struct mw_val *slot(struct mw_page_entry *e, size_t i)
{
	return (struct mw_val *)((char *)e + keys[i].offset);
}

static struct mw_val parse_value(struct mw_str line)
{
	struct mw_str word;
	uint64_t v;
	int r;

	if (!mw_str_word(&line, &word) || mw_str_trim(line).n)
		return mw_no(MW_BAD);
	r = mw_str_starts(word, "0x") ? mw_str_hex64(mw_str_from(word, 2), &v)
				      : mw_str_u64(word, &v);
	if (!r)
		return mw_ok(v);
	r = mw_errname_parse(word);
	return mw_no(r ? mw_why_of_errno(r) : MW_BAD);
}

int mw_page_entry_parse(struct mw_str text, struct mw_page_entry *ret)
{
	struct mw_page_entry e;
	struct mw_str line, key;

	for (size_t i = 0; i < N_KEYS; i++)
		*slot(&e, i) = mw_no(MW_ABSENT);
	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_word(&line, &key))
			continue;
		for (size_t i = 0; i < N_KEYS; i++)
			if (mw_str_eq(key, keys[i].key))
				*slot(&e, i) = parse_value(line);
	}
	if (e.pagemap.why == MW_ABSENT)
		return -EINVAL;
	*ret = e;
	return 0;
}

/* A bit that means this since a release. */
static struct mw_val bit_since(uint64_t pagemap, unsigned bit, struct mw_release release,
			       uint64_t major, uint64_t minor)
{
	if (mw_release_is_known(release) && !mw_release_at_least(release, major, minor))
		return mw_no(MW_ABSENT);
	return mw_ok(pagemap >> bit & 1);
}

struct mw_page_bits mw_page_bits(uint64_t pagemap, struct mw_release release)
{
	const uint64_t low = pagemap & (((uint64_t)1 << 55) - 1);
	struct mw_page_bits b = {
		.present = pagemap >> 63 & 1,
		.swap = pagemap >> 62 & 1,
		.frame = mw_no(MW_ABSENT),
		.swap_type = mw_no(MW_ABSENT),
		.swap_offset = mw_no(MW_ABSENT),
		.file = bit_since(pagemap, 61, release, 3, 5),
		/* Before 4.2 bits 55 to 60 held the size of a page. */
		.exclusive = bit_since(pagemap, 56, release, 4, 2),
		.soft_dirty = bit_since(pagemap, 55, release, 4, 2),
		.guard = bit_since(pagemap, 58, release, 6, 15),
	};

	/* Frame 0 is never a process's; and type 0 with offset 0 is the header of a swap area. */
	if (b.present)
		b.frame = low ? mw_ok(low) : mw_no(MW_DENIED);
	else if (b.swap) {
		b.swap_type = low ? mw_ok(low & 31) : mw_no(MW_DENIED);
		b.swap_offset = low ? mw_ok(low >> 5) : mw_no(MW_DENIED);
	}
	return b;
}

const char *mw_page_flag_name(unsigned bit)
{
	static const char *const names[] = {
		"LOCKED",      "ERROR",	    "REFERENCED", "UPTODATE", "DIRTY", "LRU",
		"ACTIVE",      "SLAB",	    "WRITEBACK",  "RECLAIM",  "BUDDY", "MMAP",
		"ANON",	       "SWAPCACHE", "SWAPBACKED", "HEAD",     "TAIL",  "HUGE",
		"UNEVICTABLE", "HWPOISON",  "NOPAGE",	  "KSM",      "THP",   "OFFLINE",
		"ZERO_PAGE",   "IDLE",	    "PGTABLE",
	};
	static const char *const hacking[] = {
		"RESERVED", "MLOCKED",	"MAPPEDTODISK", "PRIVATE", "PRIVATE_2", "OWNER_PRIVATE",
		"ARCH",	    "UNCACHED", "SOFTDIRTY",	"ARCH_2",  "ARCH_3",
	};

	if (bit < sizeof(names) / sizeof(names[0]))
		return names[bit];
	if (bit >= 32 && bit - 32 < sizeof(hacking) / sizeof(hacking[0]))
		return hacking[bit - 32];
	return NULL;
}
