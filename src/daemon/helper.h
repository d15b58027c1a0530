/* SPDX-License-Identifier: Apache-2.0 */
/*
 * helper - a process of its own, made at the start, that runs programs for the guard: the hook, the
 * restart of a unit.  The guard itself never forks after its start.
 *
 * It holds no capability; a program that it runs has what its user has, and at most
 * MW_HELPER_SECONDS.
 */
#pragma once

#include <stdbool.h>

#include "base/str.h"
#include "why/guard.h"

#define MW_HELPER_SECONDS 60
#define MW_HELPER_WORDS MW_GUARD_WORDS_MAX

struct mw_helper {
	int fd, pid; /* -1: there is none */
};

/* 0 or negative errno. */
int mw_helper_start(struct mw_helper *h);
void mw_helper_stop(struct mw_helper *h);

/* A program with its arguments, and of its environment "NAME=value" each.  No word is split again,
 * whatever it holds.  Never waits: -EAGAIN when the helper does not keep up; -EINVAL where there
 * are too many words, or one is empty or too long.  What cannot be executed the helper says. */
int mw_helper_run(struct mw_helper *h, const struct mw_str *words, size_t n_words,
		  const struct mw_str *env, size_t n_env);
