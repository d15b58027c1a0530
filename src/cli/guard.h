/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - what the parts of `memwhy guard` share.
 */
#pragma once

#include "cli/cmd.h"
#include "why/guard_config.h"

#define GUARD_CONFIG_PATH "/etc/memwhy/guard.conf"

/* A whole file, "-" standard input, compressed or not.  EXIT_DONE, or after a line on stderr the
 * exit status. */
int cli_guard_read(const char *path, struct mw_arena *arena, struct mw_str *ret);

/* The configuration in a file, whose text lives in the arena.  EXIT_DONE, or after a line on stderr
 * EXIT_FAILED. */
int cli_guard_config(const char *path, struct mw_arena *arena, struct mw_guard_config *ret);

/* The same of GUARD_CONFIG_PATH; where there is no such file, what is normal. */
int cli_guard_config_here(struct mw_arena *arena, struct mw_guard_config *ret, bool *ret_is_none);

/* memwhy guard --check-config [FILE]: says what is wrong, or what holds. */
int cli_guard_check(const char *path);

/* memwhy guard --replay FILE: what the policy would have done. */
int cli_guard_replay(const struct options *o);

/* memwhy guard: watches and acts until it is ended; with --dry-run only says what it would do. */
int cli_guard_run(const struct options *o);

/* memwhy guard --status, --last: what a guard that runs says. */
int cli_guard_ask(const struct options *o, const char *question);

/* memwhy guard --explain PID */
int cli_guard_explain(const struct options *o);
