/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_check - a configuration of the guard, and what is wrong with it.
 */
#include <errno.h>
#include <string.h>

#include "cli/guard.h"
#include "kernel/root_log.h"
#include "report/escape.h"

#define READ_BYTES (1 << 20)
#define READ_MAX (1ULL << 30) /* a recording of hours has some 100 MiB */

static int grow(struct mw_arena *arena, char **buffer, size_t used, size_t *size)
{
	char *more = used > READ_MAX ? NULL : mw_arena_alloc(arena, *size * 2 + READ_BYTES);

	if (!more)
		return -ENOMEM;
	if (used)
		memcpy(more, *buffer, used);
	*buffer = more;
	*size = *size * 2 + READ_BYTES;
	return 0;
}

static int slurp(struct mw_log *log, struct mw_arena *arena, struct mw_str *ret)
{
	char *buffer = NULL;
	size_t used = 0, size = 0;
	ssize_t n;

	do {
		if (used == size && grow(arena, &buffer, used, &size) < 0)
			return -ENOMEM;
		n = mw_log_read(log, buffer + used, size - used);
		used += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	*ret = (struct mw_str){ buffer, used };
	return n < 0 ? (int)n : 0;
}

int cli_guard_read(const char *path, struct mw_arena *arena, struct mw_str *ret)
{
	const char *name = mw_escape(arena, mw_str_of(path)), *what;
	struct mw_problem problem = {};
	struct mw_log *log _mw_log_ = NULL;
	int r = mw_log_open(path, &log, &problem);

	what = problem.what;
	if (!r) {
		r = slurp(log, arena, ret);
		what = mw_log_problem(log);
	}
	if (r == -EINVAL && what) {
		fprintf(stderr, "memwhy: %s: %s\n", name, what);
		return EXIT_FAILED;
	}
	return r < 0 ? cli_fail(name, r) : EXIT_DONE;
}

static int say_wrong(const char *path, struct mw_arena *arena,
		     const struct mw_guard_config_error *e)
{
	fprintf(stderr, "memwhy: %s:", mw_escape(arena, mw_str_of(path)));
	if (e->line)
		fprintf(stderr, "%zu:", e->line);
	fprintf(stderr, " %s %s\n", mw_escape(arena, e->word), e->text);
	return EXIT_FAILED;
}

int cli_guard_config(const char *path, struct mw_arena *arena, struct mw_guard_config *ret)
{
	struct mw_guard_config_error error;
	struct mw_str text;
	int status = cli_guard_read(path, arena, &text);

	if (status)
		return status;
	if (mw_guard_config_parse(text, ret, &error) < 0)
		return say_wrong(path, arena, &error);
	return EXIT_DONE;
}

int cli_guard_config_here(struct mw_arena *arena, struct mw_guard_config *ret, bool *ret_is_none)
{
	struct mw_problem problem;
	struct mw_log *log _mw_log_ = NULL;

	*ret_is_none = mw_log_open(GUARD_CONFIG_PATH, &log, &problem) == -ENOENT;
	if (!*ret_is_none)
		return cli_guard_config(GUARD_CONFIG_PATH, arena, ret);
	mw_guard_config_normal(ret);
	return EXIT_DONE;
}

int cli_guard_check(const char *path)
{
	struct mw_arena arena _mw_arena_ = {};
	struct mw_guard_config config;
	struct mw_textbuf t = { .size = 65536 };
	bool is_none = false;
	int status = path ? cli_guard_config(path, &arena, &config)
			  : cli_guard_config_here(&arena, &config, &is_none);

	if (status)
		return status;
	t.p = mw_arena_alloc(&arena, t.size);
	if (!t.p)
		return cli_fail("check-config", -ENOMEM);
	mw_guard_config_write(&config, "", &t);
	if (is_none)
		puts("There is no " GUARD_CONFIG_PATH ".  Without it this holds:\n");
	else
		printf("%s is right.  With it this holds:\n\n",
		       mw_escape(&arena, mw_str_of(path ? path : GUARD_CONFIG_PATH)));
	/* Without the newlines it would be one line of escapes. */
	for (struct mw_str rest = mw_textbuf_str(&t), line; mw_str_cut(&rest, '\n', &line);)
		printf("%s\n", mw_escape(&arena, line));
	return arena.failed ? cli_fail("check-config", -ENOMEM) : EXIT_DONE;
}
