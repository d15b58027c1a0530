/* SPDX-License-Identifier: Apache-2.0 */
#include "helper.h"

#include "kernel/oomfeed.h"

#define ENTRY(host, message)                      \
	"__REALTIME_TIMESTAMP=1655275071123456\n" \
	"SYSLOG_IDENTIFIER=kernel\n"              \
	"MESSAGE=" message "\n"                   \
	"_HOSTNAME=" host "\n\n"

/* journalctl -o export: what is known of a message stands in lines before and after it. */
#define EXPORT                                                                                  \
	ENTRY("first", "nothing of interest")                                                   \
	ENTRY("second", "hog invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, "         \
			"oom_score_adj=0")                                                      \
	ENTRY("second", "Out of memory: Killed process 77 (hog) total-vm:100kB, anon-rss:80kB") \
	ENTRY("third", "nothing of interest")

struct told {
	size_t n;
	char host[16];
	uint64_t offset, line;
	struct mw_val month;
	size_t n_victims;
};

static void seen(void *to, struct mw_oom_event *e)
{
	struct told *t = to;

	t->n++;
	assert_true(e->host.n < sizeof(t->host));
	memcpy(t->host, e->host.p, e->host.n);
	t->offset = e->offset;
	t->line = e->line;
	t->month = e->stamp.month;
	t->n_victims = e->n_victims;
}

static struct told feed(struct mw_str log, size_t piece_bytes)
{
	struct told t = {};
	struct mw_oomfeed f;

	assert_int_equal(mw_oomfeed_init(&f, seen, &t), 0);
	while (log.n) {
		size_t room, n = log.n < piece_bytes ? log.n : piece_bytes;
		char *p = mw_oomfeed_room(&f, &room);

		assert_true(room);
		n = n < room ? n : room;
		memcpy(p, log.p, n);
		mw_oomfeed_filled(&f, n);
		log = mw_str_from(log, n);
	}
	mw_oomfeed_done(&f);
	return t;
}

static void pieces_change_nothing(void **state)
{
	(void)state;
	for (size_t n = 1; n <= sizeof(EXPORT); n++) {
		struct told t = feed(LIT(EXPORT), n);

		assert_int_equal(t.n, 1);
		assert_string_equal(t.host, "second");
		expect_val(t.month, 6);
		assert_int_equal(t.line, 8);
		assert_int_equal(t.n_victims, 1);
	}
}

/* A line that never ends, in front of a report. */
static void endless_line(void **state)
{
	static const size_t pieces[] = { 4000, 65536, SIZE_MAX };
	const size_t long_bytes = 900000;
	char *log = malloc(long_bytes + sizeof(EXPORT));

	(void)state;
	assert_non_null(log);
	memset(log, 'x', long_bytes);
	log[long_bytes] = '\n';
	memcpy(log + long_bytes + 1, EXPORT, sizeof(EXPORT) - 1);
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct told t =
			feed((struct mw_str){ log, long_bytes + sizeof(EXPORT) }, pieces[i]);

		assert_int_equal(t.n, 1);
		assert_string_equal(t.host, "second");
		assert_int_equal(t.line, 9);
		assert_int_equal(mw_str_find((struct mw_str){ log + t.offset, 8 }, 'M'), 0);
	}
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_change_nothing),
		cmocka_unit_test(endless_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
