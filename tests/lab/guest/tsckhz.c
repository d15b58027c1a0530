/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tsckhz - this machine's time-stamp counter in kHz, for the kernel argument tsc_early_khz; runs on
 * the host.  Median of short windows, each taken where the reading was least disturbed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <x86intrin.h>

#define WINDOWS 9

static void read_both(uint64_t *ticks, double *ns)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 50; i++) {
		uint64_t before = __rdtsc(), after;
		struct timespec t;

		clock_gettime(CLOCK_MONOTONIC_RAW, &t);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		*ticks = before + least / 2;
		*ns = (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
	}
}

static int by_size(const void *x, const void *y)
{
	const double *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

int main(void)
{
	const struct timespec window = { 0, 10000000 };
	double rate[WINDOWS];

	for (int i = 0; i < WINDOWS; i++) {
		uint64_t t0, t1;
		double n0, n1;

		read_both(&t0, &n0);
		nanosleep(&window, NULL);
		read_both(&t1, &n1);
		rate[i] = (double)(t1 - t0) / (n1 - n0) * 1e6;
	}
	qsort(rate, WINDOWS, sizeof(*rate), by_size);
	printf("%.0f\n", rate[WINDOWS / 2]);
	return 0;
}
