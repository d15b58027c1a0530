/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_limits.h"

/* lnames[], fs/proc/base.c */
static const char *const keys[MW_RLIMITS] = {
	[MW_RLIMIT_AS] = "Max address space ", [MW_RLIMIT_DATA] = "Max data size ",
	[MW_RLIMIT_STACK] = "Max stack size ", [MW_RLIMIT_MEMLOCK] = "Max locked memory ",
	[MW_RLIMIT_NPROC] = "Max processes ",
};

static struct mw_val take(struct mw_str *rest)
{
	struct mw_str word;
	uint64_t v;

	if (!mw_str_word(rest, &word))
		return mw_no(MW_BAD);
	if (mw_str_eq(word, "unlimited"))
		return mw_ok(MW_UNLIMITED);
	return mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

void mw_pid_limits_unknown(enum mw_why why, struct mw_pid_limits *ret)
{
	for (size_t i = 0; i < MW_RLIMITS; i++)
		ret->of[i] = (struct mw_limit){ mw_no(why), mw_no(why) };
}

void mw_pid_limits_parse(struct mw_str text, struct mw_pid_limits *ret)
{
	struct mw_str line;

	mw_pid_limits_unknown(MW_ABSENT, ret);
	while (mw_str_cut(&text, '\n', &line))
		for (size_t i = 0; i < MW_RLIMITS; i++) {
			struct mw_limit *l = &ret->of[i];

			if (!mw_str_starts(line, keys[i]))
				continue;
			line = mw_str_from(line, mw_str_of(keys[i]).n);
			l->soft = take(&line);
			l->hard = take(&line);
			break;
		}
}
