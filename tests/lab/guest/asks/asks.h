/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asks - does the page allocator do what `memwhy zones --request` says it would?
 *
 * A state is driven (nodes full, under a mark, in pieces), then requests of several kinds are made.
 * For each: an asker is made ready and stops; memwhy is asked, on a node that is not concerned; the
 * asker makes the kernel ask; which page it got is looked up by its frame number.
 *
 *	asks [-w] [-s SEED]	-w: drives no state; SEED: other orders, other policies
 *
 * Right is: the node foretold served, and nobody had to reclaim or compact; or none was foretold,
 * and none served, or somebody had to.
 *
 * main.c the plan; state.c drives memory; zones.c what the kernel says of its zones; asker.c makes
 * the kernel ask and looks; foretold.c asks memwhy; tell.c says what came of it.
 */
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../guest.h"

#define MAX_NODES 8
#define MAX_ZONES 32
#define NONE (-1)   /* no node: the request failed */
#define UNSAID (-2) /* memwhy left it open, or could not be asked */
#define HUGE_ORDER 9

/* ---- zones.c */

struct zone {
	int node;
	char name[12];
	unsigned long start, spanned;
	long free, min, low, high;
	long reserve; /* kept from requests that may use Normal */
};

struct zones {
	struct zone z[MAX_ZONES];
	int n;
};

/* Zones that have pages. */
void zones_read(struct zones *zones);
/* NULL: no zone has this frame. */
const struct zone *zone_of(const struct zones *zones, unsigned long pfn);
int nodes_of(const struct zones *zones);
/* How often someone had to reclaim or to compact by himself. */
long stalls(void);

/* ---- state.c */

#define ALL_NODES 0xffu

enum level { ROOMY, EDGE, BETWEEN, UNDER };

struct state {
	const char *name;
	unsigned nodes;	  /* that are filled; a mask */
	enum level level; /* to which their zones are given back */
	int order;	  /* of the pieces given back; NONE: whole */
	int min_kib;	  /* min_free_kbytes */
	bool reserve;	  /* much of the lower zones is kept from requests for higher ones */
};

bool state_prepare(int nodes);
void state_drive(const struct state *s);
void state_leave(void);

/* ---- asker.c */

enum kind { FAULT, RING, HUGE, STACK, KINDS };
enum policy { LOCAL, PREFER, BIND };

struct ask {
	enum kind kind;
	enum policy policy;
	int order, node;
};

struct answer {
	int node; /* that served; NONE; UNSAID */
	char zone[12];
	long stalls;
};

/* Where the asker and we meet: what it got. */
struct board {
	volatile bool served;
	volatile unsigned long pfn;
	volatile int nodes_pages[MAX_NODES];
};

bool asker_prepare(void);
/* The asker is made ready; 0: it could not. */
pid_t asker_start(const struct ask *a);
struct answer asker_go(pid_t pid, const struct ask *a, const struct zones *zones);
void bind_cpu(int cpu);
bool set_policy(enum policy policy, int node);

/* ---- foretold.c */

struct foretold {
	struct answer answer;
	long margin; /* the fewest pages by which a step was decided */
};

struct foretold foretell(const struct ask *a, int run_on);

/* ---- tell.c */

struct outcome {
	const struct state *state;
	const struct ask *ask;
	struct foretold foretold;
	struct answer happened;
	long moved; /* pages, between the question and the request, of the zone that moved most */
};

void tell(int n, const struct outcome *o);
void tell_zones(const char *label, const struct zones *zones);
