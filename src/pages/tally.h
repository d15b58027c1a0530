/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally - how many frames of a kind there are, of what a sample met, with the interval in which the
 * truth lies in 95 of 100 cases.
 *
 * Of each stratum one block was looked at, so what a stratum adds to the variance is taken from how
 * far it is from the next one: too much rather than too little, for neighbours differ in truth too.
 * The interval is that of a weighted sum of Poisson counts (Fay and Feuer 1997): with many hits the
 * usual one, with few it is not symmetric, and with none it is the rule of three.
 *
 * Invariants: low <= frames <= high; low is at least what was seen, high at most what is not known
 * to be something else; of a kind of which all was looked at the three are equal.
 */
#pragma once

#include "pages/strata.h"

/* One kind of frames; zeroed: none met. */
struct mw_tally {
	uint64_t seen_frames;	 /* met */
	uint64_t all_frames;	 /* of these, in strata that were looked at as a whole */
	uint64_t hits;		 /* blocks with some, of the others */
	double sum;		 /* frames that they stand for */
	double squares;		 /* of the differences from stratum to stratum */
	double own;		 /* of the strata alone: the variance if hits were rare and apart */
	double last, max, scale; /* of the last stratum, the largest, the least exact */
	uint64_t last_number;
};

/* A block with frames of this kind.  number: of the strata that were not looked at as a whole, it
 * is this one, from 0 on, rising. */
void mw_tally_add(struct mw_tally *t, const struct mw_stratum *s, uint64_t number, uint64_t frames);

/* What is common to all kinds of one sample. */
struct mw_tally_sample {
	uint64_t strata;       /* that were not looked at as a whole */
	uint64_t total_frames; /* where the kind can be */
	uint64_t seen_frames;  /* of these, looked at */
	double weight;	       /* the largest */
};

struct mw_estimate {
	uint64_t frames, low_frames, high_frames;
};

/* Pure. */
struct mw_estimate mw_tally_end(const struct mw_tally *t, const struct mw_tally_sample *sample);
