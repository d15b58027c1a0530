/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sysvipc.h"

#include <stddef.h>

static const struct {
	const char *name;
	size_t offset;
} plain[] = {
	{ "shmid", offsetof(struct mw_shm_segment, shmid) },
	{ "perms", offsetof(struct mw_shm_segment, perms) },
	{ "cpid", offsetof(struct mw_shm_segment, creator_pid) },
	{ "lpid", offsetof(struct mw_shm_segment, last_pid) },
	{ "nattch", offsetof(struct mw_shm_segment, attached_count) },
	{ "uid", offsetof(struct mw_shm_segment, uid) },
}, vals[] = {
	{ "size", offsetof(struct mw_shm_segment, size_bytes) },
	{ "rss", offsetof(struct mw_shm_segment, rss_bytes) },
	{ "swap", offsetof(struct mw_shm_segment, swap_bytes) },
};

/* The key is printed as a signed number. */
static bool parse_key(struct mw_str word, int64_t *ret)
{
	bool negative = mw_str_starts(word, "-");
	uint64_t v;

	if (mw_str_u64(negative ? mw_str_from(word, 1) : word, &v) < 0 || v > UINT32_MAX)
		return false;
	*ret = negative ? -(int64_t)v : (int64_t)v;
	return true;
}

static bool parse_column(struct mw_shm_segment *s, struct mw_str name, struct mw_str word)
{
	uint64_t v;

	if (mw_str_eq(name, "key"))
		return parse_key(word, &s->key);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (mw_str_eq(name, plain[i].name))
			return !mw_str_u64(word, (uint64_t *)((char *)s + plain[i].offset));
	for (size_t i = 0; i < sizeof(vals) / sizeof(vals[0]); i++)
		if (mw_str_eq(name, vals[i].name)) {
			if (mw_str_u64(word, &v) < 0)
				return false;
			*(struct mw_val *)((char *)s + vals[i].offset) = mw_ok(v);
		}
	return true;
}

static bool parse_line(struct mw_str line, struct mw_str columns, struct mw_shm_segment *ret)
{
	struct mw_shm_segment s = { .size_bytes = mw_no(MW_ABSENT),
				    .rss_bytes = mw_no(MW_ABSENT),
				    .swap_bytes = mw_no(MW_ABSENT) };
	struct mw_str name, word;

	while (mw_str_word(&columns, &name))
		if (!mw_str_word(&line, &word) || !parse_column(&s, name, word))
			return false;
	*ret = s;
	return true;
}

bool mw_sysvipc_next(struct mw_str *rest, struct mw_str *columns, struct mw_shm_segment *ret)
{
	struct mw_str line;

	if (!columns->n && !mw_str_cut(rest, '\n', columns))
		return false;
	if (!mw_str_trim(*columns).n) {
		*rest = (struct mw_str){}; /* without column names no line means anything */
		return false;
	}
	while (mw_str_cut(rest, '\n', &line))
		if (parse_line(line, *columns, ret))
			return true;
	return false;
}
