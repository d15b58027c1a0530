/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - a socket by which a running guard is asked: "status", "last".
 *
 * One question a connection, one answer, and it is closed.  One who connects and says nothing is
 * turned out by the next.  Only root and the owner may connect (mode 0600).
 */
#pragma once

#include "base/str.h"

#define MW_CONTROL_PATH "/run/memwhyd.sock"
#define MW_CONTROL_ANSWER_BYTES ((size_t)32 << 10)

struct mw_control {
	int listen, client; /* -1: none */
	const char *path;
};

/* 0 or negative errno: -EADDRINUSE: another one listens there. */
int mw_control_open(const char *path, struct mw_control *ret);
void mw_control_close(struct mw_control *c);

/* Somebody connected. */
void mw_control_accept(struct mw_control *c);

/* What the client asks: true, and *ret is in buf. */
bool mw_control_question(struct mw_control *c, char *buf, size_t bytes, struct mw_str *ret);
void mw_control_answer(struct mw_control *c, struct mw_str text);

/* The other end: 0, and the answer is in buf; -ENOENT, -ECONNREFUSED: none runs; ... */
int mw_control_ask(const char *path, const char *question, char *buf, size_t bytes,
		   struct mw_str *ret);
