/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands around a line of a log is taken off, each line of the input by itself: what is left
 * is the end of the line, and a stamp is a time that there is.
 */
#include <string.h>

#include "fuzz.h"
#include "kernel/kmsg.h"

/* 2022-06-15 06:37:51 */
#define NOW 1655275071
#define DAY 86400
/* No prefix is shorter than "<4>", and no line of less than 12 of them has more than 11. */
#define FEW_BYTES 33

static size_t total(struct mw_str s)
{
	size_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

/* Without an escape a slice lies in the line; with one it is no longer than what it came from. */
static void must_come_from(struct mw_str line, struct mw_str slice, bool json)
{
	if (!json)
		must_lie_in(line, slice);
	must(slice.n <= line.n);
	must(total(slice) <= slice.n * 255); /* a sanitizer sees each byte of it */
}

static void must_be_within(struct mw_val v, uint64_t least, uint64_t most)
{
	must_be_val(v);
	must(!mw_known(v) || (v.v >= least && v.v <= most));
}

static void must_be_time(const struct mw_stamp *s)
{
	struct mw_val at = mw_stamp_seconds(s, mw_ok(NOW));

	must_be_within(s->year, 1970, UINT64_MAX / 1000000 / DAY / 365 + 1970);
	must_be_within(s->month, 1, 12);
	must_be_within(s->day, 1, 31);
	must_be_within(s->second, 0, DAY + 3600);
	must_be_val(s->uptime_us);
	must(mw_known(at) == (mw_known(s->month) && mw_known(s->day)));
	if (mw_known(at) && !mw_known(s->year))
		must(at.v <= NOW && at.v + 368 * DAY > NOW);
}

static void must_be_parts(struct mw_str line, const struct mw_kmsg *k, bool json)
{
	must_come_from(line, k->body, json);
	must_come_from(line, k->host, json);
	must_come_from(line, k->tag, json);
	must_come_from(line, k->caller, json);
	must_come_from(line, k->stamp.text, json);
	must(!k->caller.n || k->caller.p[0] == 'T' || k->caller.p[0] == 'C');
	must_be_time(&k->stamp);
}

/* Another level in front changes nothing of what is found. */
static void must_stand_a_level(struct mw_str line, const struct mw_kmsg *k, struct mw_arena *arena)
{
	char longer[FEW_BYTES + 3] = "<4>";
	struct mw_kmsg with;

	if (line.n >= FEW_BYTES || !line.n || line.p[0] == '>' || memchr(line.p, '{', line.n))
		return;
	memcpy(longer + 3, line.p, line.n);
	mw_kmsg_strip((struct mw_str){ longer, line.n + 3 }, arena, &with);
	must(with.prefixed);
	must(mw_str_same(mw_str_trim(with.body), mw_str_trim(k->body)));
	must(mw_str_same(with.host, k->host) && mw_str_same(with.tag, k->tag));
	must(mw_str_same(with.caller, k->caller));
}

/* Each form of a stamp by itself: how long it is, and nothing changed where it is none. */
static void stamps(struct mw_str s)
{
	struct mw_stamp t = {};
	size_t n = mw_stamp_iso(s, &t);

	must(n <= s.n && t.text.n == n && (n || !mw_known(t.year)));
	must_be_time(&t);
	t = (struct mw_stamp){};
	n = mw_stamp_syslog(s, &t);
	must(n <= s.n && t.text.n == n && (n || !mw_known(t.month)));
	must_be_time(&t);
	t = (struct mw_stamp){};
	must(mw_stamp_ctime(s, &t) == mw_known(t.second));
	must_be_time(&t);
	t = (struct mw_stamp){};
	must(mw_stamp_uptime(s, &t) == mw_known(t.uptime_us));
	t = (struct mw_stamp){};
	must(mw_stamp_realtime(s, &t) == mw_known(t.year));
	must_be_time(&t);
}

static void one_line(struct mw_str line)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_kmsg k = {}, record = {};
	bool json;

	mw_kmsg_strip(line, &arena, &k);
	json = memchr(line.p, '{', line.n);
	must_be_parts(line, &k, json);
	/* What is not known stays: nothing but blanks is behind the body. */
	if (!json && k.body.n) {
		const char *end = k.body.p + k.body.n;

		must(end <= line.p + line.n);
		for (; end < line.p + line.n; end++)
			must(memchr(" \t\r\n", *end, 5));
	}
	must_stand_a_level(line, &k, &arena);
	if (mw_kmsg_json(line, &arena, &record))
		must_be_parts(line, &record, true);
	else
		must(!record.body.p && !record.host.n && !record.tag.n && !record.stamp.text.n);
	stamps(line);
	must(!arena.failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str text = fuzz_text(data, size), line;

	while (mw_str_cut(&text, '\n', &line))
		one_line(line);
	return 0;
}
