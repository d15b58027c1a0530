/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_status.h"

#include <errno.h>
#include <stddef.h>

#include "kernel/fields.h"

#define KIB(key, member)                                                  \
	{                                                                 \
		key, offsetof(struct mw_pid_status, member), MW_FIELD_KIB \
	}

static const struct mw_field fields[] = {
	KIB("VmPeak", peak_bytes),	 KIB("VmSize", address_space_bytes),
	KIB("VmData", data_bytes),	 KIB("VmStk", stack_bytes),
	KIB("VmLck", locked_bytes),	 KIB("VmHWM", high_bytes),
	KIB("VmRSS", rss_bytes),	 KIB("RssAnon", rss_anon_bytes),
	KIB("RssFile", rss_file_bytes),	 KIB("RssShmem", rss_shmem_bytes),
	KIB("VmPTE", page_tables_bytes), KIB("VmPMD", page_middle_bytes),
	KIB("VmSwap", swap_bytes),	 KIB("HugetlbPages", hugetlb_bytes),
};

/* The name stands with \n and \\ escaped (seq_put_decimal..., proc_task_name()). */
static struct mw_str unescape(struct mw_arena *arena, struct mw_str s)
{
	struct mw_str copy = mw_arena_copy(arena, s);
	char *p = (char *)copy.p;
	size_t n = 0;

	for (size_t i = 0; i < copy.n; i++) {
		char c = p[i];

		if (c == '\\' && i + 1 < copy.n && (p[i + 1] == 'n' || p[i + 1] == '\\')) {
			c = p[i + 1] == 'n' ? '\n' : '\\';
			i++;
		}
		p[n++] = c;
	}
	copy.n = n;
	return copy;
}

static struct mw_str after_key(struct mw_str text, const char *key)
{
	struct mw_str line;

	while (mw_str_cut(&text, '\n', &line))
		if (mw_str_starts(line, key))
			return mw_str_from(line, mw_str_of(key).n);
	return (struct mw_str){};
}

static struct mw_val number_of(struct mw_str s)
{
	s = mw_str_trim(s);
	return s.n ? mw_number_parse(s) : mw_no(MW_ABSENT);
}

static struct mw_val hex_of(struct mw_str s)
{
	uint64_t v;

	s = mw_str_trim(s);
	if (!s.n)
		return mw_no(MW_ABSENT);
	return mw_str_hex64(s, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

static struct mw_val either(struct mw_val a, struct mw_val b)
{
	return !mw_known(a) ? a : !mw_known(b) ? b : mw_ok(a.v | b.v);
}

int mw_pid_status_parse(struct mw_str text, struct mw_arena *arena, struct mw_pid_status *ret)
{
	struct mw_pid_status s = {};
	struct mw_str word, uid = after_key(text, "Uid:");

	if (!mw_str_starts(text, "Name:\t"))
		return -ENODATA;
	mw_fields_parse(text, ':', fields, sizeof(fields) / sizeof(fields[0]), &s);
	s.name = unescape(arena, after_key(text, "Name:\t"));
	if (!mw_str_word(&uid, &word) || mw_str_u64(word, &s.uid) < 0)
		s.uid = UINT64_MAX;
	s.tgid = number_of(after_key(text, "Tgid:"));
	s.thread_count = number_of(after_key(text, "Threads:"));
	s.effective_caps = hex_of(after_key(text, "CapEff:"));
	s.pending_signals =
		either(hex_of(after_key(text, "SigPnd:")), hex_of(after_key(text, "ShdPnd:")));
	s.blocked_signals = hex_of(after_key(text, "SigBlk:"));
	s.ignored_signals = hex_of(after_key(text, "SigIgn:"));
	s.mems_allowed = mw_arena_copy(arena, mw_str_trim(after_key(text, "Mems_allowed_list:")));
	s.cpus_allowed = mw_arena_copy(arena, mw_str_trim(after_key(text, "Cpus_allowed_list:")));
	*ret = s;
	return 0;
}

struct mw_val mw_pid_statm_anon_pages(struct mw_str text)
{
	struct mw_str size, resident, shared;
	uint64_t a, b;

	if (!mw_str_word(&text, &size) || !mw_str_word(&text, &resident) ||
	    !mw_str_word(&text, &shared) || mw_str_u64(resident, &a) < 0 ||
	    mw_str_u64(shared, &b) < 0)
		return mw_no(MW_BAD);
	return mw_sub(mw_ok(a), mw_ok(b));
}

struct mw_val mw_pid_statm_resident_pages(struct mw_str text)
{
	struct mw_str size, resident;
	uint64_t pages;

	if (!mw_str_word(&text, &size) || !mw_str_word(&text, &resident) ||
	    mw_str_u64(resident, &pages) < 0)
		return mw_no(MW_BAD);
	return mw_ok(pages);
}
