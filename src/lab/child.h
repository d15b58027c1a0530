/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child - a process of an accident, and the words it exchanges with the worker.
 *
 * Invariants:
 *  - It dies with the worker (PR_SET_PDEATHSIG).
 *  - One with a group has joined it, and seen that it has, before its body runs.
 *  - A word is a number; the first that a child says is 0 once it is ready, or a negative errno.
 *  - No wait of the worker is without an end.
 */
#pragma once

#include "lab/group.h"

#define LAB_PATIENCE_MS 20000

struct lab;

struct lab_body {
	const char *comm;	       /* at most 15 bytes */
	const struct lab_group *group; /* NULL: eats nothing, needs none */
	int (*run)(void *arg, int fd); /* negative: failed */
	void *arg;
};

struct lab_child {
	pid_t pid; /* 0: none */
	int fd;
};

/* Forks; 0 or negative errno. */
int lab_child_start(const struct lab *lab, const struct lab_body *body, struct lab_child *ret);

int lab_say(int fd, int64_t word);

/* 0, -ETIMEDOUT, or -EPIPE when nobody is there any more. */
int lab_hear(int fd, int patience_ms, int64_t *ret);

/* Starts it and hears its first word. */
int lab_child_ready(const struct lab *lab, const struct lab_body *body, struct lab_child *ret);

/* Waits until the worker is gone or closes its end: for bodies that have done their work. */
void lab_hold(int fd);

/* Kills and reaps; no child is fine. */
void lab_child_stop(struct lab_child *c);

/* Lets it end by itself, and reaps it: its exit status, or negative. */
int lab_child_end(struct lab_child *c);

/* Private memory, all of it touched, in small pages; NULL with errno set. */
void *lab_eat(size_t bytes);
