/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_stat.h"

#include <errno.h>

/* Fields as proc(5) numbers them: the third follows the name. */
enum { PARENT = 4, FLAGS = 9, THREADS = 20, START = 22, SIZE = 23, RSS = 24, STACK = 28, CPU = 39 };

static uint64_t *slot(struct mw_pid_stat *s, int field)
{
	switch (field) {
	case PARENT:
		return &s->parent_pid;
	case FLAGS:
		return &s->flags;
	case THREADS:
		return &s->thread_count;
	case START:
		return &s->start_ticks;
	case SIZE:
		return &s->address_space_bytes;
	case RSS:
		return &s->rss_pages;
	case STACK:
		return &s->stack_address;
	default:
		return NULL;
	}
}

static struct mw_val last_cpu(struct mw_str rest, int next)
{
	struct mw_str word = {};
	uint64_t v;

	for (int field = next; field <= CPU; field++)
		if (!mw_str_word(&rest, &word))
			return mw_no(MW_ABSENT);
	return mw_str_u64(word, &v) < 0 ? mw_no(MW_BAD) : mw_ok(v);
}

int mw_pid_stat_parse(struct mw_str text, struct mw_pid_stat *ret)
{
	struct mw_str rest = mw_str_from(text, mw_str_rfind(text, ')') + 1), word;
	struct mw_pid_stat s = {};

	if (!mw_str_word(&rest, &word) || word.n != 1)
		return -EINVAL;
	s.state = word.p[0];
	for (int field = PARENT; field <= STACK; field++) {
		uint64_t *to = slot(&s, field);

		if (!mw_str_word(&rest, &word) || (to && mw_str_u64(word, to) < 0))
			return -EINVAL;
	}
	s.last_cpu = last_cpu(rest, STACK + 1);
	*ret = s;
	return 0;
}
