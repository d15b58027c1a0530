/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor - a process of oom-order: so large, so protected, alive or killed.
 */
#pragma once

#include "base/str.h"
#include "lab/child.h"
#include "lab/foretell.h"

#define LAB_ACTORS_MAX 9

struct lab_actor {
	char name[16];
	uint64_t bytes; /* 0: it grows */
	int64_t adj;	/* oom_score_adj */
	int cpu;	/* where it runs */
	struct lab_child child;
	uint64_t pid;
	struct mw_val rss_bytes, oom_score_count; /* before the first was killed */
	struct lab_fate fate;			  /* what memwhy foretold */
	size_t died;				  /* 1 first, 2 second ...; 0: lives */
	size_t logged;				  /* its place in the kernel's log; 0: not there */
	struct mw_str log;			  /* the kernel's line about its end */
};

struct lab_actors {
	struct lab_actor item[LAB_ACTORS_MAX];
	size_t n;	      /* the last one grows */
	uint64_t limit_bytes; /* of the group */
	size_t deaths;
};

/* "NAME:MIB:ADJ" -> an actor; NULL, or what is wrong. */
const char *lab_actor_parse(struct mw_str text, struct lab_actor *ret);

/* May oom_score_adj be set to -1000 here? */
bool lab_actors_may_protect(const struct lab *lab);

/* Starts them in the group: 0 or negative errno. */
int lab_actors_start(struct lab *lab, struct lab_actors *all);

/* Takes a picture of the machine, and notes of each what the kernel says and what memwhy foretells:
 * 0; -ESRCH, -ENODATA, -ENOMEM. */
int lab_actors_foretell(struct lab *lab, struct lab_actors *all);

/* Lets the last one grow until it is dead, and notes in which order they died: 0, -ETIMEDOUT, or
 * what it failed with. */
int lab_actors_drive(struct lab *lab, struct lab_actors *all, unsigned seconds);

void lab_actors_stop(struct lab_actors *all);
