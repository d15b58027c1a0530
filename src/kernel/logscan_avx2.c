/* SPDX-License-Identifier: Apache-2.0 */
/*
 * logscan_avx2 - 64 bytes a step: each byte's two halves look up the groups in whose prints they
 * stand at the first, second and third place; what all six have in common may be a print.
 */
#include <immintrin.h>
#include <string.h>

#include "kernel/logscan_private.h"

#define VECTOR_BYTES 32

/* Groups by half byte, for each place of a print. */
struct tables {
	uint8_t low[MW_PRINT_BYTES][16], high[MW_PRINT_BYTES][16];
};

static struct tables make_tables(void)
{
	struct tables t = {};

	for (size_t i = 0; i < mw_marker_count; i++)
		for (size_t k = 0; k < MW_PRINT_BYTES; k++) {
			const struct mw_marker *m = &mw_markers[i];
			unsigned char c = (unsigned char)m->text[m->at + k];

			t.low[k][c & 15] = (uint8_t)(t.low[k][c & 15] | 1 << m->group);
			t.high[k][c >> 4] = (uint8_t)(t.high[k][c >> 4] | 1 << m->group);
		}
	return t;
}

struct lookup {
	__m256i low[MW_PRINT_BYTES], high[MW_PRINT_BYTES];
};

__attribute__((target("avx2"))) static inline __m256i load(const char *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

__attribute__((target("avx2"))) static inline __m256i twice(const uint8_t *table)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

__attribute__((target("avx2"))) static inline __m256i groups(__m256i bytes, __m256i low,
							     __m256i high)
{
	__m256i half = _mm256_set1_epi8(15);

	return _mm256_and_si256(
		_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
		_mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)));
}

/* In each byte the groups of which a print may begin there. */
__attribute__((target("avx2"))) static inline __m256i prints(const char *p, const struct lookup *l)
{
	__m256i hit = groups(load(p), l->low[0], l->high[0]);

	hit = _mm256_and_si256(hit, groups(load(p + 1), l->low[1], l->high[1]));
	return _mm256_and_si256(hit, groups(load(p + 2), l->low[2], l->high[2]));
}

__attribute__((target("avx2"))) static inline uint32_t places(__m256i hit)
{
	__m256i none = _mm256_cmpeq_epi8(hit, _mm256_setzero_si256());

	return ~(uint32_t)_mm256_movemask_epi8(none);
}

static size_t verify_all(struct mw_str text, size_t from, size_t at, uint64_t bits)
{
	size_t found;

	for (; bits; bits &= bits - 1) {
		found = mw_logscan_verify(text, from, at + (size_t)__builtin_ctzll(bits));
		if (found < text.n)
			return found;
	}
	return text.n;
}

__attribute__((target("avx2"))) static size_t find(struct mw_str text, size_t from, size_t *at)
{
	struct tables t = make_tables();
	struct lookup l;
	size_t found = text.n, i = from;

	for (size_t k = 0; k < MW_PRINT_BYTES; k++) {
		l.low[k] = twice(t.low[k]);
		l.high[k] = twice(t.high[k]);
	}
	for (; i + 2 * VECTOR_BYTES + MW_PRINT_BYTES <= text.n; i += 2 * VECTOR_BYTES) {
		__m256i a = prints(text.p + i, &l), b = prints(text.p + i + VECTOR_BYTES, &l);
		__m256i any = _mm256_or_si256(a, b);

		if (_mm256_testz_si256(any, any))
			continue;
		found = verify_all(text, from, i, places(a) | (uint64_t)places(b) << VECTOR_BYTES);
		if (found < text.n)
			break;
	}
	*at = i;
	return found;
}

bool mw_logscan_vector_find(struct mw_str text, size_t from, size_t *ret_at, size_t *ret_found)
{
	if (!__builtin_cpu_supports("avx2"))
		return false;
	*ret_at = from;
	*ret_found = text.n;
	if (from < text.n && text.n - from >= 2 * VECTOR_BYTES + MW_PRINT_BYTES)
		*ret_found = find(text, from, ret_at);
	return true;
}

/* Sums of bytes: 255 vectors fit into one of them. */
__attribute__((target("avx2"))) static size_t count(const char *p, size_t vectors)
{
	__m256i newline = _mm256_set1_epi8('\n'), total = _mm256_setzero_si256();
	uint64_t sums[4];

	while (vectors) {
		size_t n = vectors < 255 ? vectors : 255;
		__m256i seen = _mm256_setzero_si256();

		vectors -= n;
		for (; n; n--, p += VECTOR_BYTES)
			seen = _mm256_sub_epi8(seen, _mm256_cmpeq_epi8(load(p), newline));
		total = _mm256_add_epi64(total, _mm256_sad_epu8(seen, _mm256_setzero_si256()));
	}
	memcpy(sums, &total, sizeof(sums));
	return (size_t)(sums[0] + sums[1] + sums[2] + sums[3]);
}

bool mw_logscan_vector_lines(struct mw_str text, size_t *ret_at, size_t *ret_lines)
{
	size_t vectors = text.n / VECTOR_BYTES;

	if (!__builtin_cpu_supports("avx2"))
		return false;
	*ret_lines = count(text.p, vectors);
	*ret_at = vectors * VECTOR_BYTES;
	return true;
}
