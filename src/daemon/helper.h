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

#define MW_HELPER_SECONDS 60

struct mw_helper {
	int fd, pid; /* -1: there is none */
};

/* 0 or negative errno. */
int mw_helper_start(struct mw_helper *h);
void mw_helper_stop(struct mw_helper *h);

/* A program with its arguments, divided by blanks; environment "NAME=value" each.  Never waits:
 * -EAGAIN when the helper does not keep up. */
int mw_helper_run(struct mw_helper *h, struct mw_str program, const struct mw_str *env, size_t n);
