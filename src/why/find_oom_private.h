/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_oom_private - what the findings about a report share.
 */
#pragma once

#include "why/find.h"
#include "why/oom.h"

/* "the report at line 12" */
const char *mw_oom_source(const struct mw_oom_case *c);

/* What the classes of the ledger add up to: "RAM", of a cgroup "charged". */
const char *mw_oom_total_name(const struct mw_oom_case *c);

/* The verdict of a report: it stands before all other findings. */
struct mw_finding mw_oom_finding(const char *id, enum mw_severity severity);

/* "python (pid 24121) asked for order 2, 16.0 KiB" */
const char *mw_oom_asked(const struct mw_oom_case *c);

/* "; 32.5 MiB that is free there is CMA, ...", where that is much; else empty. */
const char *mw_oom_cma_words(const struct mw_oom_case *c);

/* Is it a memory cgroup of v1?  Only that has one limit for memory and swap together, and v2 is as
 * old as 4.5. */
bool mw_oom_is_v1(const struct mw_oom_case *c);

/* The cgroup whose limit it was; empty: the log does not say. */
struct mw_str mw_oom_group(const struct mw_oom_event *e);

/* A file of the cgroup, for a shell: "/sys/fs/cgroup/memory/a/memory.stat". */
const char *mw_oom_group_file(const struct mw_oom_case *c, struct mw_str group, const char *v1,
			      const char *v2);

/* How to raise the limit of that cgroup (memsw: that of memory and swap together); how to set one
 * for whatever grows: find_oom_fix.c. */
struct mw_fix mw_oom_fix_raise(const struct mw_oom_case *c, struct mw_str group, bool memsw);
struct mw_fix mw_oom_fix_limit(const struct mw_oom_case *c);

extern const struct mw_fix mw_fix_more_free, mw_fix_compact, mw_fix_look;

/* Evidence: the zones that tell most, with their arithmetic; the largest classes and swap. */
void mw_oom_zone_rows(const struct mw_oom_case *c, struct mw_finding *f);
void mw_oom_memory_rows(const struct mw_oom_case *c, struct mw_finding *f);

/* Evidence: many tasks of one name that hold more than any single one. */
void mw_oom_name_row(const struct mw_oom_case *c, struct mw_finding *f);

/* The failures that kill nobody, and low memory: find_alloc.c.  mw_find_lowmem() is false where
 * the shortage is not one of low memory. */
bool mw_find_lowmem(const struct mw_oom_case *c, struct mw_findings *all);
void mw_find_atomic(const struct mw_oom_case *c, struct mw_findings *all);
void mw_find_vmalloc(const struct mw_oom_case *c, struct mw_findings *all);
void mw_find_slub(const struct mw_oom_case *c, struct mw_findings *all);
