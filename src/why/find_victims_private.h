/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_victims_private - what the findings of the prediction share.
 */
#pragma once

#include "why/victims.h"

struct mw_finding mw_victims_finding(const char *id, enum mw_severity severity, uint64_t weight);

const char *mw_victims_adj_text(struct mw_arena *a, const struct mw_victim *x);

/* Another oom_score_adj for it, now. */
struct mw_fix mw_victims_choom(struct mw_arena *a, const struct mw_victim *x, int adj,
			       const char *effect, const char *risk);

/* The prediction for a group; the same prediction again. */
const char *mw_victims_ask_of(const struct mw_victims_case *c, const struct mw_memcg *g);
const char *mw_victims_ask_again(const struct mw_victims_case *c);

/* The file that a limit stands in. */
const char *mw_victims_limit_file(const struct mw_victims_case *c);

/* find_victims_doors.c: who lets people in, and what those inherit who came in */
void mw_find_unprotected(const struct mw_victims_case *c, struct mw_findings *all);
void mw_find_inherited(const struct mw_victims_case *c, struct mw_findings *all);

/* find_victims_settings.c: settings of the machine, and of cgroups */
void mw_find_panic_set(const struct mw_victims_case *c, struct mw_findings *all);
void mw_find_asker_dies(const struct mw_victims_case *c, struct mw_findings *all);
void mw_find_limit_over_parent(const struct mw_victims_case *c, struct mw_findings *all);
