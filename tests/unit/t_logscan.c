/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/logscan_private.h"

#include <stdlib.h>
#include <string.h>

#include "helper.h"

static void check_one(struct mw_str s, size_t at)
{
	assert_int_equal(mw_logscan_find(s, 0), at);
	assert_int_equal(mw_logscan_find_portable(s, 0), at);
	assert_int_equal(mw_logscan_find(s, at + 1), s.n);
}

/* Each marker, at each alignment, at each distance to the end: in a buffer of just that size. */
static void test_finds_each_marker_everywhere(void **state)
{
	(void)state;
	for (size_t m = 0; m < mw_marker_count; m++)
		for (size_t before = 0; before < 140; before++)
			for (size_t after = 0; after < 70; after += after < 4 ? 1 : 13) {
				size_t n = before + mw_markers[m].n + after;
				char *p = malloc(n);

				assert_non_null(p);
				memset(p, '.', n);
				memcpy(p + before, mw_markers[m].text, mw_markers[m].n);
				check_one((struct mw_str){ p, n }, before);
				free(p);
			}
}

static void test_cut_markers_are_none(void **state)
{
	(void)state;
	for (size_t m = 0; m < mw_marker_count; m++)
		for (size_t n = 0; n < mw_markers[m].n; n++) {
			char *p = malloc(n + 1);

			assert_non_null(p);
			memcpy(p, mw_markers[m].text, n);
			assert_int_equal(mw_logscan_find((struct mw_str){ p, n }, 0), n);
			free(p);
		}
}

/* A text of the letters that markers are made of, with some whole ones in it. */
static size_t make_text(char *p, size_t room, uint32_t *seed)
{
	static const char letters[] = "OMKilled omp_gav-c \nSIGnut";
	size_t n = 0;

	while (n + MW_LOGSCAN_MARKER_MAX < room) {
		*seed = *seed * 1664525 + 1013904223;
		if (*seed >> 25 == 0) {
			const struct mw_marker *m = &mw_markers[(*seed >> 8) % mw_marker_count];

			memcpy(p + n, m->text, m->n);
			n += m->n;
		} else {
			p[n++] = letters[(*seed >> 16) % (sizeof(letters) - 1)];
		}
	}
	return n;
}

static void test_equals_its_twin(void **state)
{
	char text[700];
	uint32_t seed = 1;
	size_t found = 0;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		struct mw_str s = { text, make_text(text, sizeof(text) - round % 200, &seed) };

		for (size_t from = 0; from < s.n; from++) {
			size_t at = mw_logscan_find(s, from);

			assert_int_equal(at, mw_logscan_find_portable(s, from));
			if (at == s.n)
				break;
			found++;
			from = at;
		}
		assert_int_equal(mw_logscan_lines(s), mw_logscan_lines_portable(s));
	}
	assert_true(found > 1000);
}

static void test_counts_lines(void **state)
{
	static char text[100000];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 7 ? 'x' : '\n';
	for (size_t n = 0; n < sizeof(text); n += n < 100 ? 1 : 997)
		assert_int_equal(mw_logscan_lines((struct mw_str){ text, n }), (n + 6) / 7);
}

static void test_markers_keep_their_promises(void **state)
{
	(void)state;
	for (size_t m = 0; m < mw_marker_count; m++) {
		assert_int_equal(mw_markers[m].n, strlen(mw_markers[m].text));
		assert_true(mw_markers[m].n <= MW_LOGSCAN_MARKER_MAX);
		assert_true(mw_markers[m].at + MW_PRINT_BYTES <= mw_markers[m].n);
		assert_true(mw_markers[m].group < 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_each_marker_everywhere),
		cmocka_unit_test(test_cut_markers_are_none),
		cmocka_unit_test(test_equals_its_twin),
		cmocka_unit_test(test_counts_lines),
		cmocka_unit_test(test_markers_keep_their_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
