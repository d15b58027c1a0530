/* SPDX-License-Identifier: Apache-2.0 */
/*
 * badness - how the OOM killer rates and chooses, by release.
 *
 * Mirrors oom_badness() and select_bad_process(), mm/oom_kill.c, 2.6.36 to 7.2, el6 to el9.
 *
 * Invariants: pure; C integer arithmetic as the kernel's (division truncates toward 0); pages are
 * base pages of the machine.
 */
#pragma once

#include "kernel/release.h"

/* How points are made. */
enum mw_badness_rule {
	MW_BADNESS_TIME,     /* 2.6.32 to 2.6.35: CPU and run time count; not in any report */
	MW_BADNESS_PERMILLE, /* 2.6.36 to 3.5, el6: 1/1000 of the domain, 1..1000 */
	MW_BADNESS_FLOOR,    /* 3.6 to 5.8: pages, at least 1 */
	MW_BADNESS_SIGNED,   /* 5.9 on and 5.4 from .195 at the latest: pages, may be below 0 */
};

/* Which of equal tasks stays the choice. */
enum mw_badness_tie { MW_TIE_FIRST, MW_TIE_LAST };

struct mw_badness_rules {
	enum mw_badness_rule rule;
	enum mw_badness_tie tie;
	bool root_bonus;      /* up to 4.16 (not el8): 3 % off for CAP_SYS_ADMIN */
	bool child_sacrifice; /* up to 5.0: the worst child dies in its parent's place */
	/* False: a vendor or a stable update may have brought in a later rule: el8, 5.4 before
	 * .195 (and where the patch level is not known), and a release that is not known. */
	bool sure;
};

/* memcg: the domain is a memory cgroup (on 4.8 its ties go another way).  Release not known: the
 * newest rules. */
struct mw_badness_rules mw_badness_rules(struct mw_release release, bool memcg);

struct mw_badness_task {
	uint64_t rss_pages, swap_pages;
	uint64_t table_pages; /* page tables: see oom-victim for what each release counts */
	int64_t oom_score_adj;
	bool root; /* has CAP_SYS_ADMIN: uid 0 is the best that can be known from a report */
};

/* False: it is never chosen (adj -1000).  MW_BADNESS_TIME cannot be made from these figures: false
 * as well, ask the rule.  total_pages: of the domain.  Saturates. */
bool mw_badness(const struct mw_badness_rules *r, const struct mw_badness_task *t,
		uint64_t total_pages, int64_t *ret_points);

/* May `points` of a task scanned later replace the choice `best`? */
bool mw_badness_replaces(const struct mw_badness_rules *r, int64_t best, int64_t points);

/* /proc/PID/oom_score for those points (fs/proc/base.c, proc_oom_score()); killable false: 0.
 * total_pages: of the machine, RAM and swap; points must have been made with the same.  With
 * MW_BADNESS_FLOOR it is also the "score" of the kill line, there with the domain's pages. */
uint64_t mw_badness_score(const struct mw_badness_rules *r, bool killable, int64_t points,
			  uint64_t total_pages);
