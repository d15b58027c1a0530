/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_config.h"

#include <stdio.h>

#include "helper.h"

static struct mw_guard_config config;
static struct mw_guard_config_error error;

static int parse(const char *text)
{
	return mw_guard_config_parse(mw_str_of(text), &config, &error);
}

static void expect_wrong(const char *text, size_t line, const char *word, const char *why)
{
	assert_int_equal(parse(text), -22);
	assert_int_equal(error.line, line);
	expect_same(error.word, mw_str_of(word));
	assert_string_equal(error.text, why);
}

/* As text, for padding may differ. */
static struct mw_str written(const struct mw_guard_config *c, char *room, size_t size)
{
	struct mw_textbuf t = { .p = room, .size = size };

	mw_guard_config_write(c, "", &t);
	assert_false(t.full);
	return mw_textbuf_str(&t);
}

static void nothing_is_normal(void **state)
{
	struct mw_guard_config normal;
	char a[4096], b[4096];

	(void)state;
	mw_guard_config_normal(&normal);
	assert_int_equal(parse(""), 0);
	expect_same(written(&config, a, sizeof(a)), written(&normal, b, sizeof(b)));
	assert_int_equal(parse("\n# x = y\n\t; x\n[when]\n\n[daemon]"), 0);
	expect_same(written(&config, a, sizeof(a)), written(&normal, b, sizeof(b)));
}

static const char all[] = "[when]\n"
			  "available = 2.5%\n"
			  "available_least=96M\n"
			  "available_most = 4G\n"
			  "swap = 100%\n"
			  "full = 40% of 2s\n"
			  "some = 333ms of 500ms\n"
			  "pressure_available = 20%\n"
			  "warn = 9.9%\n"
			  "until = 8%\n"
			  "own_limit = no\n"
			  "[choose]\n"
			  "unit = group\n"
			  "avoid = comm:postgres\n"
			  "avoid = uid:0\n"
			  "prefer = cmdline:*--type=renderer * [a-z]x\n"
			  "kill_group = unit:user@*.service\n"
			  "kill_process = cgroup:/a b/*\n"
			  "kill_group = exe:/usr/bin/[]x]y\n"
			  "builtin_avoid = no\n"
			  "least = 1G\n"
			  "prefer_more = 50%\n"
			  "[steps]\n"
			  "term = 1500ms\n"
			  "term_below = 1%\n"
			  "reclaim = yes\n"
			  "throttle = yes\n"
			  "freeze = yes\n"
			  "restart_unit = yes\n"
			  "notify = yes\n"
			  "hook = /usr/bin/tell everybody #1\n"
			  "[daemon]\n"
			  "settle = 5s\n"
			  "idle = 1m\n"
			  "fill = 512M\n"
			  "record_dir = /var/lib/memwhy\n"
			  "dry_run = yes\n";

static void each_key(void **state)
{
	char a[4096], b[4096];
	struct mw_str first;

	(void)state;
	/* A '#' within a value is none of a comment only where no blank is before it. */
	assert_int_equal(parse(all), -22);
	expect_str(error.word, "/usr/bin/tell everybody #1");
	memcpy(a, all, sizeof(all));
	*strchr(a, '#') = '-';
	assert_int_equal(parse(a), 0);
	assert_int_equal(config.available_permille, 25);
	assert_int_equal(config.available_most_bytes, 4ULL << 30);
	assert_int_equal(config.full.stall_us, 800000);
	assert_int_equal(config.some.stall_us, 333000);
	assert_int_equal(config.some.window_us, 500000);
	assert_int_equal(config.unit, MW_GUARD_GROUP);
	assert_int_equal(config.avoid.n, 2);
	assert_int_equal(config.avoid.item[1].field, MW_GUARD_UID);
	expect_str(config.avoid.item[1].glob, "0");
	expect_str(config.prefer.item[0].glob, "*--type=renderer * [a-z]x");
	assert_int_equal(config.groups.n, 3);
	assert_int_equal(config.groups.item[1].unit, MW_GUARD_PROCESS);
	assert_int_equal(config.groups.item[2].unit, MW_GUARD_GROUP);
	assert_int_equal(config.term_grace_ms, 1500);
	assert_int_equal(config.idle_ms, 60000);
	expect_str(config.record_dir, "/var/lib/memwhy");
	assert_true(config.dry_run);
	/* Written and read back it is the same. */
	first = written(&config, b, sizeof(b) - 1);
	b[first.n] = 0;
	assert_int_equal(parse(b), 0);
	expect_same(written(&config, a, sizeof(a)), first);
}

static void wrong_lines(void **state)
{
	(void)state;
	expect_wrong("x", 1, "x", "is neither key = value nor [section]");
	expect_wrong("available = 5%", 1, "available", "stands before the first [section]");
	expect_wrong("[when]\n\nx = 1", 3, "x", "is no key");
	expect_wrong("[when]\nterm = 1s", 2, "term", "belongs into another section");
	expect_wrong("[what]", 1, "what",
		     "is no section: there are [when] [choose] [steps] [daemon]");
	expect_wrong("[when]\n[steps]\n[when]", 3, "when", "is given twice");
	expect_wrong("[when", 1, "[when", "is no [section]");
	expect_wrong("[when]\nwarn = 20%\nwarn = 20%", 3, "warn", "is given twice");
	expect_wrong("[when]\nwarn =", 2, "warn", "has no value: leave the line out, or write off");
	expect_wrong("[when]\nwarn = 5% # low", 2, "5% # low",
		     "holds a comment: a comment has a line of its own");
	expect_wrong("[when]\r\n", 1, "[when]\r", "holds a control character");
	assert_int_equal(mw_guard_config_parse(LIT("[when]\nwarn = 1\0%"), &config, &error), -22);
	assert_int_equal(error.line, 2);
}

static void wrong_values(void **state)
{
	(void)state;
	expect_wrong("[when]\nwarn = 20", 2, "20", "is no share: write 5% or 2.5%");
	expect_wrong("[when]\nwarn = 2.55%", 2, "2.55%", "is no share: write 5% or 2.5%");
	expect_wrong("[when]\nwarn = -5%", 2, "-5%", "is no share: write 5% or 2.5%");
	expect_wrong("[when]\nwarn = 101%", 2, "101%", "is more than all");
	expect_wrong("[when]\navailable = 95%", 2, "95%", "is too much");
	expect_wrong("[when]\npressure_available = off", 2, "off", "cannot be off");
	expect_wrong("[choose]\nleast = 64X", 2, "64X", "is no size: write 64M or 2G");
	expect_wrong("[choose]\nleast = 64K", 2, "64K", "is too little");
	expect_wrong("[choose]\nleast = 99999999999999T", 2, "99999999999999T", "is too large");
	expect_wrong("[steps]\nterm = 5", 2, "5", "is no time: write 500ms or 30s");
	expect_wrong("[steps]\nterm = 2h", 2, "2h", "is too much");
	expect_wrong("[when]\nfull = 40%", 2, "40%", "is no stall: write 40% of 2s");
	expect_wrong("[when]\nfull = 3s of 2s", 2, "3s of 2s",
		     "must be more than nothing and at most its window");
	expect_wrong("[when]\nfull = 1s of 20s", 2, "1s of 20s",
		     "has a window that is not between 500ms and 10s");
	expect_wrong(
		"[steps]\nhook = /x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 "
		"25 26 27 "
		"28 29 30 31 32",
		2,
		"/x 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 "
		"30 31 32",
		"has too many words: 32 are read");
	expect_wrong("[choose]\nunit = all", 2, "all", "is neither process nor group");
	expect_wrong("[choose]\navoid = sshd", 2, "sshd",
		     "begins with no field: comm: exe: cmdline: uid: cgroup: unit:");
	expect_wrong("[choose]\navoid = uid:root", 2, "uid:root", "is no user: write uid:1000");
	expect_wrong("[choose]\navoid = comm:", 2,
		     "comm:", "is no pattern: empty, or a [ without its ]");
	expect_wrong("[choose]\navoid = comm:a[b", 2, "comm:a[b",
		     "is no pattern: empty, or a [ without its ]");
	expect_wrong("[steps]\nhook = notify-send", 2, "notify-send", "must begin with /");
	expect_wrong("[steps]\nfreeze = true", 2, "true", "is neither yes nor no");
}

static void contradictions(void **state)
{
	(void)state;
	expect_wrong("[when]\navailable = 20%\nwarn = 10%", 3, "warn",
		     "is less than available: no warning would come before a kill");
	expect_wrong("[when]\nuntil = 3%", 2, "until", "is less than available");
	expect_wrong("[when]\npressure_available = 4%", 2, "pressure_available",
		     "is less than available: pressure would decide nothing");
	expect_wrong("[when]\nfull = off\npressure_available = 9%", 3, "pressure_available",
		     "has no meaning while full and some are off");
	expect_wrong("[when]\navailable = off\nfull = off", 2, "available",
		     "is off, and nothing else is left to step in for");
	expect_wrong("[when]\navailable_least = 4G", 2, "available_least",
		     "is more than available_most");
	expect_wrong("[steps]\nterm_below = 1%", 2, "term_below",
		     "has no meaning while term is off");
	expect_wrong("[steps]\nterm = 1s\nterm_below = 5%", 3, "term_below",
		     "is not less than available: SIGTERM would never be sent");
	expect_wrong("[choose]\nprefer_more = 10%", 2, "prefer_more",
		     "has no meaning without prefer");
	/* Who says only how much must be available is not told of other keys. */
	assert_int_equal(parse("[when]\navailable = 20%"), 0);
	assert_int_equal(config.warn_available_permille, 300);
	assert_int_equal(config.pressure_available_permille, 300);
	assert_int_equal(parse("[when]\navailable = 90%"), 0);
	assert_int_equal(config.warn_available_permille, 950);
	assert_int_equal(config.pressure_available_permille, 950);
}

static void too_many(void **state)
{
	char text[4096] = "[choose]\n";

	(void)state;
	for (size_t i = 0; i < MW_GUARD_PATTERNS_MAX; i++)
		strcat(text, "avoid = comm:x\n");
	assert_int_equal(parse(text), 0);
	strcat(text, "avoid = comm:y\n");
	expect_wrong(text, 66, "comm:y", "is one pattern too many: 64 are read");
}

static void parse_slice(struct mw_str text)
{
	mw_guard_config_parse(text, &config, &error);
}

static void hostile(void **state)
{
	(void)state;
	each_cut(LIT(all), parse_slice);
	each_mangled(LIT(all), parse_slice);
}

/* The file that is installed says what holds anyway: with its comments taken off it is the same. */
static void packaged_file(void **state)
{
	struct mw_guard_config normal;
	char text[16384], a[4096], b[4096];
	FILE *f = fopen("packaging/guard.conf", "re");
	size_t n, keys = 0;

	(void)state;
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	assert_int_equal(fclose(f), 0);
	text[n] = 0;
	assert_int_equal(parse(text), 0);
	for (char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (line[0] == '#' && line[1] >= 'a' && line[1] <= 'z') {
			line[0] = ' ';
			keys++;
		}
	}
	assert_int_equal(keys, 31);
	assert_int_equal(parse(text), 0);
	assert_true(config.avoid.n && config.prefer.n && config.groups.n == 2);
	config.avoid.n = config.prefer.n = config.groups.n = 0;
	mw_guard_config_normal(&normal);
	expect_same(written(&config, a, sizeof(a)), written(&normal, b, sizeof(b)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_normal), cmocka_unit_test(each_key),
		cmocka_unit_test(wrong_lines),	     cmocka_unit_test(wrong_values),
		cmocka_unit_test(contradictions),    cmocka_unit_test(too_many),
		cmocka_unit_test(hostile),	     cmocka_unit_test(packaged_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
