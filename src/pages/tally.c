/* SPDX-License-Identifier: Apache-2.0 */
#include "pages/tally.h"

#define Z 1.96	   /* 95 of 100 */
#define FEW_HITS 8 /* below it a block of nothing else may be one that was missed */

void mw_tally_add(struct mw_tally *t, const struct mw_stratum *s, uint64_t number, uint64_t frames)
{
	double here = s->weight * (double)frames, part = 1 - 1 / s->weight;
	double step = here - t->last;

	if (!frames)
		return;
	t->seen_frames += frames;
	if (s->weight <= 1) {
		t->all_frames += frames;
		return;
	}
	if (t->hits && t->last_number + 1 == number)
		t->squares += step * step * part;
	else
		t->squares += (t->hits ? t->last * t->last * t->scale : 0) +
			      (number ? here * here * part : 0);
	t->hits++;
	t->sum += here;
	t->own += here * here * part;
	t->last = here;
	t->scale = part;
	t->last_number = number;
	if (here > t->max)
		t->max = here;
}

static double variance(const struct mw_tally *t, uint64_t strata)
{
	double squares = t->squares;

	if (t->hits && t->last_number + 1 < strata)
		squares += t->last * t->last * t->scale;
	squares = strata > 1 ? squares / 2 * (double)strata / (double)(strata - 1) : t->own;
	return t->hits < FEW_HITS && squares < t->own ? t->own : squares;
}

/* Newton; no libm for one root. */
static double root_of(double v)
{
	double r = v > 1 ? v : 1;

	for (int i = 0; v > 0 && i < 200; i++) {
		double next = (r + v / r) / 2;

		if (next >= r)
			break;
		r = next;
	}
	return v > 0 ? r : 0;
}

/* The quantile of chi square with so many degrees, over its mean (Wilson and Hilferty 1931). */
static double quantile(double degrees, double z)
{
	double v = 2 / (9 * degrees), cube = 1 - v + z * root_of(v);

	return cube > 0 ? cube * cube * cube : 0;
}

static uint64_t whole(double v, uint64_t most)
{
	return v < 0 ? 0 : v >= (double)most ? most : (uint64_t)(v + 0.5);
}

struct mw_estimate mw_tally_end(const struct mw_tally *t, const struct mw_tally_sample *sample)
{
	struct mw_estimate e = { t->seen_frames, t->seen_frames, t->seen_frames };
	uint64_t most = sample->total_frames - (sample->seen_frames - t->seen_frames);
	double v = variance(t, sample->strata), sum = t->sum, all = (double)t->all_frames;
	double more = t->hits < FEW_HITS ? sample->weight * MW_BLOCK_FRAMES : t->max;
	double up = sum + more, up_v = v + more * more;
	uint64_t degrees = t->hits < sample->strata ? t->hits : sample->strata - 1;
	/* Student's, for few blocks. */
	double z = Z * (1 + 1.2 / (double)(degrees ? degrees : 1));

	if (!sample->strata || sample->weight <= 1)
		return e;
	e.frames = whole(sum + all, most);
	e.frames = e.frames < t->seen_frames ? t->seen_frames : e.frames;
	if (v > 0)
		e.low_frames = whole(sum * quantile(2 * sum * sum / v, -z) + all, e.frames);
	else
		e.low_frames = t->seen_frames;
	if (e.low_frames < t->seen_frames)
		e.low_frames = t->seen_frames;
	e.high_frames = whole(up * quantile(2 * up * up / up_v, t->hits ? z : Z) + all, most);
	if (e.high_frames < e.frames)
		e.high_frames = e.frames;
	return e;
}
