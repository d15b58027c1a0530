/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census - who owns each page of memory, summed: what src/pages found, as the text of the pseudo
 * file meta/pages of a capture, and as data.
 *
 * Text: a word that says what the line is, then its fields with blanks between; names escaped as
 * \ooo.  In bytes.  Lines that are malformed or of an unknown kind are skipped, so that a later
 * version may add some.
 */
#pragma once

#include "base/arena.h"
#include "base/val.h"

/* How much of a class, on one node.  Of a sample: the truth lies between low and high in 95 of 100
 * cases; else all three are the same. */
struct mw_census_class {
	struct mw_str name; /* as mw_page_class_name() */
	uint64_t node, bytes, low_bytes, high_bytes;
};

/* A line of /proc/meminfo, read just before and just after. */
struct mw_census_counter {
	struct mw_str name; /* "MemFree" */
	uint64_t before_bytes, after_bytes;
};

/* What is cached of one file system. */
struct mw_census_fs {
	uint64_t dev; /* MW_DEV */
	struct mw_str kind, type,
		id; /* "cache" "shmem" "buffers" "hugetlb" "ramfs"; "ext4", "vda1" */
	uint64_t files, bytes, deleted_files, deleted_bytes;
};

/* One file of which much is cached. */
struct mw_census_file {
	uint64_t dev, ino, nlink, size_bytes, bytes;
	struct mw_str path; /* on its file system; empty: not known */
};

struct mw_census_cache {
	struct mw_str name;
	uint64_t object_bytes, bytes;
};

struct mw_census_group {
	struct mw_str path; /* of a cgroup that is gone too */
	uint64_t ino;	    /* its folder has, or had */
	uint64_t dying;	    /* 1: it was removed */
	uint64_t anon_bytes, file_bytes, shmem_bytes, kernel_bytes, bytes;
	uint64_t low_bytes, high_bytes; /* of bytes, as of a class */
};

/* What one group is charged for of one file: largest first.  Not all of them: see
 * mw_census_options.paid_max. */
struct mw_census_paid {
	uint64_t group_ino; /* as of a group */
	uint64_t dev, ino;  /* as of a file */
	uint64_t bytes;
};

/* Memory of vmalloc() by who asked for it. */
struct mw_census_area {
	struct mw_str caller;
	uint64_t bytes;
};

struct mw_census_stack {
	uint64_t pid, bytes;
	struct mw_str comm;
};

/* Who holds memory of which nobody is known, or all who hold one frame: by words that mean it. */
struct mw_census_holder {
	struct mw_str kind;  /* "slab" "kmalloc" "vmalloc" "static" "percpu" "page_table" "boot"
				"unknown" "stack" */
	struct mw_str name;  /* of the cache, the caller, the variable, the thread; empty: none */
	struct mw_str form;  /* "page" "address" "inside" "list" "entry" "physical" "frame" */
	struct mw_str class; /* of what is held */
	uint64_t chained;    /* 1: through other memory of which nobody is known */
	uint64_t bytes, blocks;
	uint64_t object_bytes, first_byte, last_byte; /* in objects of a slab; 0: not one */
};

/* What else there is to know of it: "raced_bytes": free, and mapped; "sample_ppm", "sample_blocks";
 * "areas_unread" 1: vmalloc and stacks are under other; "who_..." of a search for holders. */
struct mw_census_fact {
	struct mw_str name;
	uint64_t value;
};

/* What a part of the census took; those of readers that were refused too. */
struct mw_census_step {
	struct mw_str name; /* "walk" */
	uint64_t cpu_us, wall_us;
};

/* A reader that was not used, and why. */
struct mw_census_refusal {
	struct mw_str reader, error, reason; /* "kcore", "ENOENT", "/proc/kcore cannot be opened" */
};

struct mw_census {
	struct mw_str reader; /* "bpf"; empty: none could read */
	struct mw_str how;    /* "exact", "sampled", or "sum": of counters, no page looked at */
	uint64_t ram_bytes;   /* all frames that were looked at, or stand for */
	uint64_t moved_bytes; /* allocated and freed while it ran: its figures may be off by that */
	uint64_t cpu_us, wall_us, read_bytes;
	struct mw_census_class *class;
	struct mw_census_counter *counter;
	struct mw_census_fs *fs;
	struct mw_census_file *file;
	struct mw_census_cache *cache;
	struct mw_census_group *group;
	struct mw_census_paid *paid;
	struct mw_census_area *area;
	struct mw_census_stack *stack;
	struct mw_census_holder *holder;
	struct mw_census_refusal *refusal;
	struct mw_census_fact *fact;
	struct mw_census_step *step;
	size_t n_classes, n_counters, n_fs, n_files, n_caches, n_groups, n_paid, n_areas, n_stacks,
		n_holders, n_refusals, n_facts, n_steps;
};

/* Pure.  Out of memory sticks in the arena. */
struct mw_str mw_census_format(const struct mw_census *c, struct mw_arena *arena);
void mw_census_parse(struct mw_str text, struct mw_arena *arena, struct mw_census *ret);

/* Sum of a class over the nodes; 0 where there is none of it. */
uint64_t mw_census_class_bytes(const struct mw_census *c, const char *name);

/* The same with its interval; false: no row is of that class. */
bool mw_census_class_sum(const struct mw_census *c, const char *name, struct mw_census_class *ret);

/* Of the facts; MW_ABSENT: not said. */
struct mw_val mw_census_fact(const struct mw_census *c, const char *name);
