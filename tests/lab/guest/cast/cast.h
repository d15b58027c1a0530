/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cast - random sets of tasks that run out of memory, and whether memwhy knew who would be killed.
 *
 * A set is planned from a seed (plan.c), put into memory cgroups of its own (groups.c) as real
 * processes (actor.c) by a director (stage.c); memwhy says who will die (foretold.c), a trigger
 * eats until somebody does (run.c), and the kernel's log says who it was (truth.c).
 *
 * Invariants:
 *  - Nobody eats before /proc/self/cgroup names a group of ours, except in a guest that is wholly
 *    ours (-g, refused on a machine of more than 1 GiB).
 *  - Only processes that the director started, or that these started, are signalled, by pid: it is
 *    their subreaper and reaps them itself, so no pid is anybody else's.
 *  - No wait is without an end.
 *  - The same seed and number make the same plan.
 */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "../guest.h"

#define CAST_PREFIX "memwhy_cast_"
#define MAX_TASKS 24
#define MAX_GROUPS 8
#define MAX_TIDS 256
#define PATIENCE_S 30.0
#define SHARED_PAGES 256u
#define CAP_BYTES ((long)64 << 20) /* of the groups, until the set's own limit is set */

/* How a task came to be. */
enum link {
	LINK_FORK,
	LINK_VM,     /* shares its parent's memory, and is no thread */
	LINK_VFORK,  /* shares it, and its parent waits: the kernel passes it over */
	LINK_WAITED, /* its parent waits, but memory is its own: no reason to pass it over */
};

/* What keeps the trigger to the nodes that run out. */
enum bound { BOUND_NOT, BOUND_POLICY, BOUND_CPUSET };

#define FULL_NODE 1 /* of 0 and 1 */

struct task {
	enum link link;
	int parent;	     /* index, always smaller than its own; -1: the director */
	int group;	     /* index; -1: outside, in the nursery */
	bool late;	     /* eats in the nursery and is moved into its group afterwards */
	unsigned own_pages;  /* private */
	unsigned out_pages;  /* of these, swapped out at once */
	unsigned map_pages;  /* of the mapping that all share */
	unsigned file_pages; /* of a memfd that is not mapped: the group's, but not the task's */
	bool locked;
	int policy;	    /* of set_mempolicy(2), with .nodes; 0: what it inherits */
	unsigned nodes;	    /* a mask */
	unsigned cpuset;    /* the mask of nodes of its cpuset; 0: stays where it was born */
	bool threads_apart; /* threads bind themselves to the other node */
	unsigned threads;
	bool leader_leaves;
	bool adj_set; /* else it inherits */
	int adj;
	bool trigger;
	char name[16];
};

struct group {
	int parent;	/* -1: below the hierarchy's root */
	bool shares;	/* v2: controllers are on for the groups below, so it may hold no process */
	bool own_files; /* has memory.* files: v1, or v2 where the parent shares */
	bool inside;	/* the domain or below */
	bool loose;	/* a limit of its own that does not bite */
	bool dies_whole; /* memory.oom.group */
	char name[40];
	char path[256];
};

struct plan {
	uint64_t seed;
	unsigned number;
	bool global, v2, swap, lowers; /* see struct facts_of_machine */
	enum bound bound;	       /* likewise */
	bool unlike;		       /* no two alike, as far as that can be planned */
	bool flat;		       /* v1 of old kernels: use_hierarchy off */
	int domain;		       /* index of the group that runs out */
	struct group groups[MAX_GROUPS];
	int n_groups;
	struct task tasks[MAX_TASKS];
	int n_tasks;
	int order[MAX_TASKS]; /* in which the director starts, or moves, them */
	unsigned headroom_pages;
	long swap_bytes;    /* of the domain; -1: no limit */
	bool no_swappiness; /* v1 */
	bool eats_file;	    /* the trigger writes a memfd: it does not grow itself */
};

struct prng {
	uint64_t state;
};

uint64_t prng_next(struct prng *r);
unsigned below(struct prng *r, unsigned n); /* 0..n-1 */
bool chance(struct prng *r, unsigned percent);

struct facts_of_machine {
	bool global, v2, swap;
	enum bound bound;      /* with global: of two nodes one runs out */
	bool asker_dies;       /* vm.oom_kill_allocating_task is set: triggers of all sorts */
	bool lowers;	       /* may lower oom_score_adj: CAP_SYS_RESOURCE */
	unsigned ties_percent; /* 0: as few as possible, for where their order cannot be seen */
};
void plan_set(const struct facts_of_machine *m, uint64_t seed, unsigned number, struct plan *ret);

/* What a task and the director share. */
enum seat_state {
	SEAT_EMPTY,
	SEAT_READY = 1,
	SEAT_REFUSED = 2,
	SEAT_FULL = 3,
	SEAT_BAD = 4,
	SEAT_PAUSED = 5
};
struct seat {
	_Atomic uint32_t go; /* a futex: 1 eat, 2 (trigger) run out of memory, 3 pause */
	_Atomic uint32_t state;
	_Atomic pid_t pid;
	_Atomic uint32_t grown_pages;
};
struct board {
	struct seat seats[MAX_TASKS];
	uint32_t limit_pages; /* the trigger gives up there */
};

/* What the kernel would count, as /proc shows it when memwhy was asked: for the table of a
 * disagreement. */
struct figures {
	pid_t pid;
	long stat_rss_pages; /* of stat: approximate where that of oom_badness() is */
	long rss_kib, swap_kib, tables_kib;
	long adj, score;
};

/* A set on the stage. */
struct stage {
	const struct plan *plan;
	struct board *board;
	char *shared;		   /* SHARED_PAGES that all map */
	pid_t dead[2 * MAX_TASKS]; /* in the order in which they were reaped */
	int n_dead;
	struct {
		pid_t tid;
		int task;
	} tids[MAX_TIDS];
	int n_tids;
	struct figures figures[MAX_TASKS];
	const char *why_void; /* NULL: the set can be judged */
};

/* actor.c: does not return */
_Noreturn void act(struct stage *s, int task);
void wake(_Atomic uint32_t *word, uint32_t value);

/* groups.c */
extern const char *cgroup_top; /* of the memory controller's hierarchy; "": none */
bool find_cgroup_top(bool *ret_v2);
bool nursery_make(bool v2); /* a group for those who are not in the domain */
void nursery_remove(void);
bool groups_make(struct plan *p);
bool groups_limit(const struct plan *p);
long domain_usage_bytes(const struct plan *p);
bool group_move(const struct plan *p, int group, pid_t pid); /* -1: to the nursery */
void groups_remove(const struct plan *p);
const char *domain_argument(const struct plan *p); /* for --cgroup */

/* nodes.c */
bool nodes_prepare(void); /* cpusets, one for each mask */
long node_free_kib(int node);
bool bind_here(int policy, unsigned nodes); /* calls nothing that keeps state */
bool settle(const struct task *t);	    /* the caller: where the plan wants it */
const char *full_cpuset(void);		    /* for --cpuset */

/* stage.c */
bool stage_fill(struct stage *s);		/* all are there, and quiet */
bool stage_reap(struct stage *s);		/* true: somebody new is dead */
bool is_dead(const struct stage *s, pid_t pid); /* and reaped */
void stage_clear(struct stage *s);		/* kills and reaps all */
int task_of(const struct stage *s, pid_t tid);	/* -1: not ours */
void stage_measure(struct stage *s);		/* .figures */
bool write_number(const char *path, long n);
bool write_adj(pid_t pid, int adj);

/* foretold.c: what memwhy says */
#define MAX_FORETOLD 128
struct foretold {
	int n;
	bool answered; /* it ran, and its answer could be read */
	int status;
	bool asker_dies; /* whoever asks, if it may be killed */
	char doubt[128]; /* of the first */
	struct {
		pid_t pid;
		long badness;
		bool certain;
		long model, kernel; /* oom_score; -1: not said */
	} victims[MAX_FORETOLD];
};
/* Of a domain: an option of memwhy and its value; of the machine without. */
void foretell(const char *memwhy, const char *option, const char *value, struct foretold *ret);

/* truth.c */
int log_open(void); /* -1: not readable, or its pids are not ours */
void log_mark(int fd);
/* The next "Killed process": its pid, and the line; 0: none yet. */
pid_t log_next_kill(int fd, char *line, size_t bytes);

/* run.c: 0: nobody was killed, and the trigger was refused; or .why_void says why that cannot be
 * told */
pid_t run_out(struct stage *s, int log_fd, char *line, size_t bytes);
/* After it, where there is a log: the trigger pauses until all is quiet; false: it is dead, or
 * another was killed meanwhile.  Then it goes on to the next. */
bool run_pause(struct stage *s, int log_fd);
pid_t run_on(struct stage *s, int log_fd, char *line, size_t bytes);

/* tell.c */
void tell_difference(const struct stage *s, const struct foretold *f, pid_t killed,
		     const char *line);
