/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - when to step in before the machine hangs, against whom, and how: the policy.
 *
 * Pure, allocates nothing: configuration, state and view in, state and one decision out.  Whoever
 * feeds the same views to the same configuration gets the same decisions, so that a recording of
 * views (guard_record.h) replays a night.
 *
 * A turn of the daemon (src/daemon):
 *
 *	read the meters	      -> view.level = MW_GUARD_METERS -> mw_guard_step()
 *	decision LOOK	      -> read all processes (stat, statm, oom_score_adj) into the view; with
 *				 .wants_groups the cgroup of each and the groups' figures too.
 *				 Without, who could not give back least_bytes may be left out; with
 *				 it nobody: a small one may be protected, and be in a group;
 *				 level = MW_GUARD_TASKS	      -> mw_guard_step() again
 *	decision DETAIL	      -> read of the tasks named in .target who they are (status, exe,
 *				 cmdline, cgroup, unit; kcmp), level = MW_GUARD_DETAILS -> again;
 *				 it may ask for more, but never twice for the same one
 *	decision ACT	      -> do it (src/act); what came of it goes into the next view.outcome
 *	decision WAIT	      -> sleep for .wait_ms, or until a trigger fires
 *
 * The meters may be read anew between the steps of a turn; the tasks of a view keep their places.
 *
 * Invariants:
 *  - A decision never names pid 1, the guard itself, a kernel thread, a protected task, one that is
 *    dying already, or one that was not in the view (born after it).
 *  - A kill is only decided while what a kill gives back can help: memory that no process owns
 *    (tmpfs, slab, hugetlb) is said, and the hook run; nobody dies for it.
 *  - While a victim is dying and its memory is provably on its way (its anonymous bytes fall, or
 *    it was reaped), no second one is chosen.
 *  - A figure that is not known never counts as 0: without available_bytes nothing is decided
 *    by it, and the reason is said (counted_bytes of the decision has it).
 *
 * Who is spared is in guard_rate.c, what is believed of the meters in guard_meters.c, which one is
 * chosen in guard_choose.c, guard_peers.c, guard_group.c, what is waited for in guard_victim.c; the
 * whole order of questions in guard.c.  docs/guard.md tells it to users.
 */
#pragma once

#include "base/str.h"
#include "base/val.h"

/* --- configuration: guard_config.h reads it from a text --------------------------------------- */

enum mw_guard_unit { MW_GUARD_PROCESS, MW_GUARD_GROUP }; /* who dies: one, or its whole cgroup */

enum mw_guard_field {
	MW_GUARD_COMM,
	MW_GUARD_EXE,
	MW_GUARD_CMDLINE,
	MW_GUARD_UID,
	MW_GUARD_CGROUP,
	MW_GUARD_SYSTEMD_UNIT,
};

/* A glob (*, ?, [a-z]) over the whole value of a field; lives in the configuration's text. */
struct mw_guard_pattern {
	enum mw_guard_field field;
	struct mw_str glob;
	enum mw_guard_unit unit; /* of patterns of [groups] */
};

#define MW_GUARD_PATTERNS_MAX 64

struct mw_guard_patterns {
	struct mw_guard_pattern item[MW_GUARD_PATTERNS_MAX];
	size_t n;
};

/* A limit on time spent waiting for memory: so much of each window.  0: off. */
struct mw_guard_pressure {
	uint64_t stall_us, window_us;
};

#define MW_GUARD_PATH_MAX 400 /* bytes of a hook with its arguments, or of a folder */
#define MW_GUARD_WORDS_MAX 32

struct mw_guard_config {
	/* Step in below both of these; a swap limit counts as crossed where there is no swap. */
	uint64_t available_permille, swap_permille; /* of the total, of swap */
	uint64_t available_least_bytes;		    /* the limit is never less than this... */
	uint64_t
		available_most_bytes; /* ...nor more than this; the other shares of the total shrink
					* with it (0: no such cap) */
	struct mw_guard_pressure some, full;  /* or above this, if available is below... */
	uint64_t pressure_available_permille; /* ...so much: pressure alone kills nobody */
	/* Warn (log, hook, notification) below this. */
	uint64_t warn_available_permille;
	/* After a kill go on until so much is available: the second target. */
	uint64_t until_available_permille;
	/* Of a container's or cgroup's limit: its own usage less what can be reclaimed of it. */
	bool own_limit;

	enum mw_guard_unit unit;
	struct mw_guard_patterns avoid, prefer, groups;
	bool use_builtin_avoid;	  /* sshd, journald, dbus, display servers ... */
	uint64_t least_bytes;	  /* see mw_guard_least_bytes() */
	uint64_t prefer_permille; /* of its points, for one that is preferred */

	/* Steps before a kill: all off by default. */
	uint64_t term_grace_ms;		/* SIGTERM first, so long; 0: SIGKILL at once */
	uint64_t term_permille;		/* but SIGKILL below so much available */
	bool reclaim, throttle, freeze; /* memory.reclaim of a cold cgroup; memory.high, freezer of
					 * the grower */
	bool restart_unit;		/* after the kill of a service */
	bool notify;			/* warnings and kills, by the system bus */
	struct mw_str hook; /* a program with arguments, run at warnings and after kills */

	uint64_t settle_ms;	   /* at most so long without progress is waited for a dying one */
	uint64_t idle_ms;	   /* longest sleep where no trigger can wake it */
	uint64_t fill_bytes_per_s; /* fastest fill that the polls reckon with */
	struct mw_str record_dir;  /* forensic records; empty: none */
	bool dry_run;
};

/* --- what was seen ---------------------------------------------------------------------------- */

/* Of the machine, or of the container it runs in.  All of one instant, or MW_RACED. */
struct mw_guard_meters {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint64_t wall_ns; /* CLOCK_REALTIME: only to be written down */
	struct mw_val total_bytes, free_bytes, available_bytes; /* proc/meminfo */
	struct mw_val swap_total_bytes, swap_free_bytes;
	struct mw_val anon_bytes, shmem_bytes, slab_unreclaimable_bytes, hugetlb_bytes;
	struct mw_val file_bytes;	/* Active(file) + Inactive(file) */
	struct mw_val zone_low_bytes;	/* sum of the zones' low marks */
	struct mw_val some_us, full_us; /* proc/pressure/memory total=, since boot; of that group */
	/* proc/vmstat, since boot, pages: workingset_refault_file, pswpin, pswpout. */
	struct mw_val refault_count, swap_in_count, swap_out_count;
	struct mw_val arc_bytes, arc_min_bytes; /* ZFS; MW_ABSENT: none */
	struct mw_val zram_bytes;		/* RAM that backs zram: mem_used_total of all */
	struct mw_val zram_data_bytes;		/* what lies in it, as it was: orig_data_size */
	/* The memory cgroup at the root of what it can see, where that has a limit (a container);
	 * else MW_ABSENT.  Never the group of its own service.  Reclaimable: its file pages
	 * that are neither shmem nor locked, and its reclaimable slab. */
	struct mw_val group_limit_bytes, group_usage_bytes, group_reclaimable_bytes;
	struct mw_val group_swap_free_bytes; /* so much more of it may be swapped; MW_ABSENT: no */
	bool woken_by_trigger;		     /* a PSI trigger fired since the last view */
	bool has_triggers;		     /* there are privileged ones: idle_ms need not hold */
};

#define MW_GUARD_COMM_BYTES 16
#define MW_GUARD_TEXT_BYTES 512 /* of exe, cmdline, unit: cut there */

struct mw_guard_task {
	uint64_t pid, parent_pid, start_ticks;
	uint64_t flags; /* stat field 9 */
	char state;
	char comm[MW_GUARD_COMM_BYTES]; /* NUL after it where it is shorter; any other bytes */
	uint64_t thread_count;
	struct mw_val rss_bytes, shared_bytes; /* statm: resident, of these file and shmem */
	struct mw_val data_bytes;	       /* statm: its private writable mappings */
	struct mw_val adj;		       /* oom_score_adj + 1000, 0 to 2000 */
	size_t group;			       /* index in view.group; MW_GUARD_NO_GROUP */
	bool dying;			       /* a zombie, or SIGKILL is pending */
	/* The guard's own figure of the view before: how much it grew since, per second. */
	struct mw_val grows_bytes_per_s;

	/* With MW_GUARD_DETAILS, of those asked for; else MW_UNREAD.  MW_OK only if all patterns
	 * that are configured can be matched; else the reason: then it is left alone. */
	enum mw_why detail_why;
	struct mw_val uid, swap_bytes, anon_bytes, shmem_bytes, locked_bytes;
	struct mw_val ignores_term; /* 1: SIGTERM is ignored or blocked */
	struct mw_val frozen;	    /* 1: its group is, by the freezer of v1 or v2 */
	struct mw_val sharers;	    /* other processes with its address space, by kcmp; 0: none */
	uint64_t space;		    /* equal in all that share one; 0: with nobody in the view */
	struct mw_str exe;	    /* empty: not known */
	struct mw_str cmdline;	    /* arguments with blanks between */
	struct mw_str unit;	    /* "nginx.service"; empty: of none */
};

#define MW_GUARD_NO_GROUP SIZE_MAX

struct mw_guard_group {
	struct mw_str path;
	struct mw_val usage_bytes, anon_bytes, swap_bytes, limit_bytes, high_bytes;
	struct mw_val some_us; /* memory.pressure total= */
	struct mw_val oom_group;
};

/* Of those for whom the view had no room, all of one name in one group.  None of them is pid 1, the
 * guard, or at oom_score_adj -1000: such a one, and one for whose name there was no room either,
 * stands under the empty name, for which nobody speaks. */
struct mw_guard_rest {
	size_t group;
	char comm[MW_GUARD_COMM_BYTES];
	uint64_t count, own_bytes; /* resident, neither file nor shmem */
};

enum mw_guard_level { MW_GUARD_METERS, MW_GUARD_TASKS, MW_GUARD_DETAILS };

/* What came of the last action. */
struct mw_guard_outcome {
	bool is; /* there was one */
	uint64_t pid, start_ticks;
	int error;		   /* 0, or the errno of the kill itself */
	struct mw_val left_bytes;  /* its anonymous memory still held; 0: all is back */
	struct mw_val freed_bytes; /* given back so far */
	bool gone;		   /* its pidfd says so; of several, and of a group: all are */
	uint64_t since_ns;	   /* SIGKILL or SIGTERM sent */
};

struct mw_guard_view {
	enum mw_guard_level level;
	struct mw_guard_meters meters;
	struct mw_guard_task *task; /* by pid; the caller's */
	size_t n_tasks;
	size_t n_unseen; /* for them, or their groups, was no room.  Where they are more than are
			  * counted in .rest, no group dies as a whole */
	bool has_groups; /* .wants_groups was followed, whatever came of it */
	struct mw_guard_group *group;
	size_t n_groups;
	struct mw_guard_rest *rest;
	size_t n_rests;
	struct mw_guard_outcome outcome; /* of the last TERM, KILL, KILL_GROUP or RESTART */
	uint64_t own_pid;
};

/* --- what is decided -------------------------------------------------------------------------- */

enum mw_guard_verb {
	MW_GUARD_WAIT,
	MW_GUARD_LOOK,
	MW_GUARD_DETAIL,
	MW_GUARD_WARN,	   /* say why, run the hook; nobody dies */
	MW_GUARD_RECLAIM,  /* .group: write .bytes to memory.reclaim */
	MW_GUARD_THROTTLE, /* .group: write .bytes to memory.high */
	MW_GUARD_FREEZE,   /* .group, or the target */
	MW_GUARD_TERM,
	MW_GUARD_KILL,
	MW_GUARD_KILL_GROUP, /* .group: cgroup.kill, or all of its processes; .target[0] leads */
	MW_GUARD_RESTART,    /* as KILL; then the unit of .target[0] is started anew */
	MW_GUARD_RELEASE,    /* undo what was throttled or frozen: the danger is over */
};

enum mw_guard_cause {
	MW_GUARD_NO_CAUSE,
	MW_GUARD_LOW,	      /* available and swap below their limits */
	MW_GUARD_PRESSURE,    /* waits for memory above their limit, and little is available */
	MW_GUARD_OWN_LIMIT,   /* the container's limit */
	MW_GUARD_UNTIL,	      /* the second target after a kill is not reached */
	MW_GUARD_GRACE_OVER,  /* SIGTERM did not help in time, or memory fell on */
	MW_GUARD_NOBODY_OWNS, /* tmpfs, slab or huge pages hold it: a kill cannot help */
	MW_GUARD_NOBODY_LEFT, /* all who could give back are protected or too small */
	MW_GUARD_NEAR,	      /* a warning */
};

#define MW_GUARD_TARGETS_MAX 16

struct mw_guard_target {
	size_t task; /* index in view.task */
	uint64_t pid, start_ticks;
	uint64_t frees_bytes; /* what dies with it, at least */
};

struct mw_guard_decision {
	enum mw_guard_verb verb;
	enum mw_guard_cause cause;
	uint64_t wait_ms; /* until the next look at the meters, after any verb but LOOK, DETAIL */
	/* Of DETAIL: who is asked about.  Of KILL, TERM, RESTART: sharers die together, or
	 * .are_peers; the first has the bytes of all. */
	struct mw_guard_target target[MW_GUARD_TARGETS_MAX];
	size_t n_targets;
	bool are_peers;	   /* the targets share nothing: one alone would not give back enough */
	bool wants_groups; /* of LOOK */
	size_t group;	   /* index in view.group; MW_GUARD_NO_GROUP */
	uint64_t bytes;
	struct mw_val left_ms;	   /* until nothing is available, at the rate of the last seconds;
				      * MW_ABSENT: it does not fall */
	struct mw_val limit_bytes; /* that counted_bytes is held against, in bytes */
	struct mw_val stall_permille; /* of the last window, of the stall that decided */
	/* The term of MemAvailable that was not believed ("zfs arc", "zram", "refaults",
	 * "low mark"), NULL: none; and what was counted in its place. */
	const char *mistrusted;
	struct mw_val counted_bytes;
};

/* --- state: plain, of fixed size; zeroed at the start --------------------------------------- */

#define MW_GUARD_RATES 16 /* of the last views: rates are taken over these */

struct mw_guard_reading {
	uint64_t time_ns;
	struct mw_val counted_bytes, unowned_bytes, some_us, full_us, refault_count, swap_out_count;
};

/* One that was sent a signal, until its memory is back. */
struct mw_guard_victim {
	struct mw_guard_target target; /* pid 0: none */
	bool termed;		       /* SIGTERM only, so far */
	bool whole_group;	       /* and all who were in its group */
	bool gone;
	uint64_t since_ns, moved_ns; /* sent; last progress */
	struct mw_val left_bytes;
	/* When it was sent: what was available then, and what owners held. */
	struct mw_val counted_bytes, owned_bytes;
};

/* Who was killed last: when one of that name is to die again soon, it comes back. */
struct mw_guard_struck {
	char comm[MW_GUARD_COMM_BYTES];
	uint64_t ns; /* 0: nobody */
};

struct mw_guard_state {
	struct mw_guard_reading reading[MW_GUARD_RATES]; /* a ring; .at is the newest */
	size_t n_readings, at;
	bool until; /* after a kill: the second target holds */
	struct mw_guard_victim victim;
	struct mw_guard_struck struck;
	enum mw_guard_cause warned; /* said last, at .warned_ns; MW_GUARD_NO_CAUSE: all is well */
	uint64_t warned_ns;
	uint64_t looked_ns;		     /* at tasks */
	unsigned detail_rounds, group_looks; /* of this turn */
	unsigned steps; /* before a kill that were taken since all was well, as 1 << verb */
	uint64_t kill_count, refused_count;
	struct mw_guard_target given_up[MW_GUARD_TARGETS_MAX]; /* that no signal could move */
	size_t n_given_up;
};

void mw_guard_step(const struct mw_guard_config *config, struct mw_guard_state *state,
		   const struct mw_guard_view *view, struct mw_guard_decision *ret);

/* --- why this one, why not that one --------------------------------------------------------- */

enum mw_guard_safe {
	MW_GUARD_MAY_DIE,
	MW_GUARD_SAFE_INIT,
	MW_GUARD_SAFE_SELF,
	MW_GUARD_SAFE_KERNEL,
	MW_GUARD_SAFE_ADJ,     /* oom_score_adj -1000 */
	MW_GUARD_SAFE_BUILTIN, /* of the list that comes with it */
	MW_GUARD_SAFE_AVOID,   /* .pattern of the configuration */
	MW_GUARD_SAFE_SHARER,  /* shares its address space with a protected one */
	MW_GUARD_SAFE_SMALL,
	MW_GUARD_SAFE_DYING,
	MW_GUARD_SAFE_UNKNOWN, /* who it is could not be read */
};

struct mw_guard_rating {
	enum mw_guard_safe safe;
	const struct mw_guard_pattern *pattern; /* that spared or preferred it; NULL */
	uint64_t frees_bytes;			/* anonymous and swapped, with its sharers */
	int64_t points; /* as the kernel rates, of what is freed: the highest dies first */
};

/* A kill that gives back less is not worth one: so much by the configuration, on a small machine or
 * in a small container at most 1/64 of its memory and swap. */
uint64_t mw_guard_least_bytes(const struct mw_guard_config *config,
			      const struct mw_guard_meters *meters);

struct mw_guard_rating mw_guard_rate(const struct mw_guard_config *config,
				     const struct mw_guard_view *view, size_t task);

/* Does a pattern ask for it? */
bool mw_guard_uses_field(const struct mw_guard_config *config, enum mw_guard_field field);

const char *mw_guard_verb_name(enum mw_guard_verb v);	/* "kill" */
const char *mw_guard_cause_name(enum mw_guard_cause c); /* "low" */
const char *mw_guard_safe_name(enum mw_guard_safe s);	/* "protected by the configuration" */
