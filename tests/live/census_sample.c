/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census_sample - is the truth of this machine within the intervals of a sample?
 *
 *	census_sample bpf|kcore PPM RUNS
 *
 * Each of the runs is one sample, with another seed; the truth is a sample of all, taken anew for
 * every tenth, and compared once with the walk.  A line of JSON for each class, and one for all.
 * Exit status 77: no such reader.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pages/anchor.h"
#include "pages/cost.h"
#include "pages/sample.h"
#include "pages/walk.h"

#define AGAIN 10

struct machine {
	struct mw_arena arena;
	struct mw_root *root;
	struct mw_layout layout;
	struct mw_frames frames;
	struct mw_kmem *k;
};

struct score {
	uint64_t truth, estimate, low, high; /* of the last */
	unsigned in, of;
};

static struct score score[MW_PAGE_CLASSES];

static void open_machine(struct machine *m, const char *reader)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	struct mw_problem problem;
	const char *why = "root";
	struct mw_btf btf;
	struct mw_str text;
	int r = mw_root_open(NULL, false, &m->root, &problem);

	if (!r)
		r = mw_root_read(m->root, "sys/kernel/btf/vmlinux", &m->arena, &text);
	if (!r)
		r = mw_btf_open(text, &m->arena, &btf);
	if (!r)
		r = mw_layout_of(&btf, &m->layout, &why);
	if (!r)
		r = mw_frames_take(m->root, page_bytes, &m->arena, &m->frames);
	if (!r)
		r = !strcmp(reader, "bpf") ? mw_kmem_bpf(&m->layout, &m->k, &why)
					   : mw_kmem_kcore(&m->layout, page_bytes, &m->k, &why);
	if (!r)
		r = mw_anchor_find(m->k, &m->layout, page_bytes,
				   m->frames.range[m->frames.n - 1].to, &why);
	if (!r)
		return;
	fprintf(stderr, "census_sample: %s: %s\n", why, strerror(-r));
	exit(77);
}

static void take(struct machine *m, uint64_t ppm, uint64_t seed, uint64_t low[], uint64_t value[],
		 uint64_t high[])
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_sample s = { &m->layout, &m->frames, 10, ppm, seed };
	struct mw_class_tallies t;

	if (mw_pages_sample(m->k, &s, &arena, &t) < 0)
		exit(2);
	for (size_t c = 0; c < MW_PAGE_CLASSES; c++)
		low[c] = value[c] = high[c] = 0;
	for (size_t i = 0; i < t.n_nodes * MW_PAGE_CLASSES; i++) {
		struct mw_estimate e = mw_tally_end(&t.tally[i], &t.node[i / MW_PAGE_CLASSES]);

		low[i % MW_PAGE_CLASSES] += e.low_frames;
		value[i % MW_PAGE_CLASSES] += e.frames;
		high[i % MW_PAGE_CLASSES] += e.high_frames;
	}
}

/* How many frames are of another class by the walk than by a sample of all, at least. */
static uint64_t against_the_walk(struct machine *m)
{
	_mw_pages_walk_ struct mw_walk_of_pages w = {};
	uint64_t value[MW_PAGE_CLASSES], same[MW_PAGE_CLASSES], off = 0;

	take(m, MW_SAMPLE_ALL, 0, same, value, same);
	if (mw_pages_walk(m->k, &m->layout, &m->frames, 10, &w) < 0)
		exit(2);
	value[MW_PAGE_FILE] += value[MW_PAGE_SHMEM];
	for (size_t i = 0; i < w.owners.n; i++)
		value[mw_page_owner_at(&w.owners, i)->class] -=
			mw_page_owner_at(&w.owners, i)->frames;
	for (size_t c = 0; c < MW_PAGE_SHMEM; c++)
		off += (int64_t)value[c] < 0 ? -value[c] : value[c];
	return off / 2;
}

static void run(struct machine *m, uint64_t ppm, unsigned runs)
{
	uint64_t truth[MW_PAGE_CLASSES], low[MW_PAGE_CLASSES], value[MW_PAGE_CLASSES],
		high[MW_PAGE_CLASSES];

	for (unsigned i = 0; i < runs; i++) {
		if (i % AGAIN == 0)
			take(m, MW_SAMPLE_ALL, 0, low, truth, high);
		take(m, ppm, i + 1, low, value, high);
		for (size_t c = 0; c < MW_PAGE_CLASSES; c++) {
			score[c].of += truth[c] || value[c];
			score[c].in +=
				(truth[c] || value[c]) && low[c] <= truth[c] && truth[c] <= high[c];
			score[c] = (struct score){ truth[c], value[c],	  low[c],
						   high[c],  score[c].in, score[c].of };
		}
	}
}

int main(int argc, char *argv[])
{
	struct machine m = {};
	uint64_t ppm = argc == 4 ? strtoull(argv[2], NULL, 10) : 0, off;
	unsigned runs = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0, in = 0, of = 0;
	struct mw_cost start;

	if (!ppm || !runs) {
		fprintf(stderr, "census_sample bpf|kcore PPM RUNS\n");
		return 2;
	}
	open_machine(&m, argv[1]);
	off = against_the_walk(&m);
	start = mw_cost_now();
	run(&m, ppm, runs);
	start = mw_cost_since(start);
	for (size_t c = 0; c < MW_PAGE_CLASSES; c++) {
		const struct score *s = &score[c];

		in += s->in;
		of += s->of;
		if (s->of)
			printf("{\"class\":\"%s\",\"inside\":%u,\"of\":%u,\"truth\":%llu,"
			       "\"estimate\":%llu,\"low\":%llu,\"high\":%llu}\n",
			       mw_page_class_name((enum mw_page_class)c), s->in, s->of,
			       (unsigned long long)s->truth, (unsigned long long)s->estimate,
			       (unsigned long long)s->low, (unsigned long long)s->high);
	}
	printf("{\"inside\":%u,\"of\":%u,\"off_walk_frames\":%llu,\"frames\":%llu,\"cpu_us\":%llu}"
	       "\n",
	       in, of, (unsigned long long)off, (unsigned long long)m.frames.total,
	       (unsigned long long)start.cpu_us);
	m.k->done(m.k);
	mw_root_free(m.root);
	mw_arena_done(&m.arena);
	return 0;
}
