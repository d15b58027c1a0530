/* SPDX-License-Identifier: Apache-2.0 */
/* A line of text is the release; the bytes behind it are figures. */
#include <string.h>

#include "fuzz.h"
#include "model/badness.h"
#include "model/gfp.h"
#include "model/watermark.h"

struct bytes {
	const uint8_t *p;
	size_t n;
};

/* Small figures and large ones: the first byte says how many bytes follow. */
static uint64_t take(struct bytes *b)
{
	size_t want = b->n ? *b->p % 9 : 0;
	uint64_t v = 0;

	if (b->n) {
		b->p++;
		b->n--;
	}
	if (want > b->n)
		want = b->n;
	for (size_t i = 0; i < want; i++)
		v = v << 8 | b->p[i];
	b->p += want;
	b->n -= want;
	return v;
}

static struct mw_val take_val(struct bytes *b)
{
	uint64_t v = take(b);

	return v % 5 == 4 ? mw_no((enum mw_why)(v / 5 % (MW_RACED + 1))) : mw_ok(v);
}

static void try_mask(struct mw_release release, uint64_t mask, unsigned order)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_gfp g;
	size_t n = 0;

	mw_gfp_decode(mask, release, &arena, &g);
	must(!arena.failed && g.mask == mask && !(g.unknown_bits & ~mask));
	must(!mask == !g.n_names && g.n_names <= 64);
	for (size_t i = 0; i < g.n_names; i++)
		n += strlen(g.name[i]) + !!i;
	must(n == strlen(g.names));
	must(!g.unknown_bits == !(g.n_names && g.name[g.n_names - 1][0] == '0'));
	must(*mw_gfp_words(&g, &arena));
	mw_gfp_guess(&g, order, release);
}

static void try_badness(struct mw_release release, struct bytes *b)
{
	const struct mw_badness_rules r = mw_badness_rules(release, take(b) & 1);
	struct mw_badness_task t = { take(b), take(b), take(b), (int64_t)take(b), take(b) & 1 };
	uint64_t total = take(b);
	int64_t points, more;

	if (!mw_badness(&r, &t, total, &points)) {
		must(r.rule == MW_BADNESS_TIME || t.oom_score_adj <= -1000);
		return;
	}
	must(r.rule == MW_BADNESS_SIGNED || points >= 1);
	must(r.rule != MW_BADNESS_PERMILLE || points <= 1000);
	must(mw_badness_replaces(&r, points, points) == (r.tie == MW_TIE_LAST));
	must(!mw_badness_score(&r, false, points, total));
	/* Who holds more is not rated lower. */
	t.rss_pages |= t.rss_pages >> 1;
	must(mw_badness(&r, &t, total, &more) && more >= points);
	must(mw_badness_score(&r, true, more, total) >= mw_badness_score(&r, true, points, total));
}

static void take_zone(struct bytes *b, struct mw_zone_state *ret)
{
	uint64_t bits = take(b);

	ret->free_pages = take_val(b);
	for (size_t i = 0; i < 3; i++)
		ret->mark_pages[i] = take_val(b);
	ret->reserve_pages = take_val(b);
	ret->free_cma_pages = take_val(b);
	ret->highatomic_pages = take_val(b);
	for (size_t o = 0; o < MW_ORDERS; o++) {
		ret->free_blocks[o] = take_val(b);
		ret->usable[o] = bits >> o & 1;
	}
	ret->types_known = bits >> 31 & 1;
}

/* What a test says once all figures are known may only make an unknown result known. */
static void must_stay(struct mw_zone_state z, const struct mw_zone_request *q, enum mw_mark mark,
		      struct mw_release release, enum mw_zone_test was)
{
	struct mw_val *figure[] = { &z.mark_pages[mark], &z.reserve_pages, &z.free_cma_pages,
				    &z.highatomic_pages };
	struct mw_zone_step s;

	for (size_t i = 0; i < 4; i++)
		if (!mw_known(*figure[i]))
			*figure[i] = mw_ok(i < 2 || figure[i]->why != MW_ABSENT ? 17 : 0);
	mw_watermark_test(&z, q, mark, release, &s);
	if (was == MW_TEST_PASSES)
		must(s.test == MW_TEST_PASSES);
	else if (was != MW_TEST_UNKNOWN)
		must(s.test != MW_TEST_PASSES && s.test != MW_TEST_UNKNOWN);
}

static void try_zone(struct mw_release release, struct bytes *b)
{
	uint64_t bits = take(b);
	struct mw_zone_request q = { .order = (unsigned)take(b),
				     .movable = bits & 1,
				     .high = bits & 2,
				     .harder = bits & 4,
				     .non_block = bits & 8,
				     .no_marks = bits & 16,
				     .slow = bits & 32 };
	struct mw_zone_state z;
	struct mw_zone_step s;
	int64_t index;

	take_zone(b, &z);
	for (enum mw_mark mark = MW_MARK_MIN; mark <= MW_MARK_HIGH; mark++) {
		mw_watermark_test(&z, &q, mark, release, &s);
		must_be_val(s.mark_pages);
		must_be_val(s.usable_pages);
		must(!s.margin_known || (s.margin_pages > 0) == (s.test == MW_TEST_PASSES));
		must(s.test != MW_TEST_UNKNOWN || !s.margin_known);
		must(s.test != MW_TEST_PASSES || s.margin_known);
		must(mw_known(z.free_pages) || s.test == MW_TEST_UNKNOWN);
		must(s.test != MW_TEST_FRAGMENTED || q.order);
		must_stay(z, &q, mark, release, s.test);
	}
	must(mw_watermark_reduced(bits, &q, release) <= bits);
	if (mw_fragmentation_index(&z, q.order, &index))
		must(index >= -1000 && index <= 1000);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str rest = fuzz_text(data, size), line = {};
	struct bytes b;
	struct mw_release release;
	uint64_t mask;

	mw_str_cut(&rest, '\n', &line);
	release = mw_release_parse(line);
	b = (struct bytes){ (const uint8_t *)rest.p, rest.n };
	mask = take(&b);
	try_mask(release, mask, (unsigned)take(&b));
	try_badness(release, &b);
	try_zone(release, &b);
	return 0;
}
