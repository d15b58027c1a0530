/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/pid_promises.h"

#include "helper.h"

/* As 3.10, 4.19 and 6.18 print them: lines came, and moved. */
static const char kernel_3_10[] =
	"00400000-00401000 r-xp 00000000 fd:01 131345                             /bin/x\n"
	"Size:                  4 kB\nRss:                   4 kB\nPss:                   4 kB\n"
	"Anonymous:             0 kB\nSwap:                  0 kB\nMMUPageSize:           4 kB\n"
	"VmFlags: rd ex mr mw me dw sd \n"
	"00600000-00601000 rw-p 00000000 fd:01 131345                             /bin/x\n"
	"Size:                  4 kB\nRss:                   4 kB\nPss:                   2 kB\n"
	"Anonymous:             4 kB\nSwap:                  0 kB\nMMUPageSize:           4 kB\n"
	"VmFlags: rd wr mr mw me dw ac sd \n"
	"01000000-01021000 rw-p 00000000 00:00 0                                  [heap]\n"
	"Size:                132 kB\nRss:                 100 kB\nPss:                  60 kB\n"
	"Anonymous:           100 kB\nSwap:                 12 kB\nMMUPageSize:           4 kB\n"
	"VmFlags: rd wr mr mw me ac nl \n";

static const char kernel_6_18[] =
	"7f0000000000-7f0002000000 rw-p 00000000 00:00 0 \n"
	"Size:              32768 kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n"
	"Rss:                8192 kB\nPss:                8192 kB\nPss_Dirty:           8192 kB\n"
	"Anonymous:          8192 kB\nKSM:                   0 kB\nLazyFree:              0 kB\n"
	"AnonHugePages:         0 kB\nSwap:                  0 kB\nSwapPss:               0 kB\n"
	"Locked:                0 kB\nTHPeligible:           1\n"
	"VmFlags: rd wr mr mw me ac sd \n"
	"7f0002000000-7f0004000000 rw-p 00000000 00:00 0 \n"
	"Rss:                8192 kB\nPss:                8192 kB\nAnonymous:          8192 kB\n"
	"Swap:                  0 kB\n"
	"VmFlags: rd wr mr mw me nr sd \n"
	"7f0004000000-7f0006000000 r--p 00000000 00:00 0                          [anon: cache]\n"
	"Rss:                   0 kB\nPss:                   0 kB\nAnonymous:             0 kB\n"
	"Swap:                  4 kB\n"
	"VmFlags: rd mr mw me dc ac sd \n"
	"7f0006000000-7f0008000000 rw-s 00000000 00:01 1025                       /memfd:ac\n"
	"Rss:                 100 kB\nPss:                 100 kB\nAnonymous:             0 kB\n"
	"Swap:                  0 kB\n"
	"VmFlags: rd wr sh mr mw me ms sd \n";

static struct mw_promise next(struct mw_str *rest)
{
	struct mw_promise p;

	assert_true(mw_promises_next(rest, &p));
	return p;
}

static void expect_end(struct mw_str *rest)
{
	struct mw_promise p;

	assert_false(mw_promises_next(rest, &p));
}

static void of_3_10(void **state)
{
	struct mw_str rest = LIT(kernel_3_10);
	struct mw_promise p = next(&rest);

	(void)state;
	assert_int_equal(p.map.start, 0x600000);
	assert_int_equal(p.map.end, 0x601000);
	expect_val(p.touched_bytes, 4096);
	expect_why(p.shared_bytes, MW_ABSENT); /* of a file */
	assert_false(p.not_forked);
	p = next(&rest);
	expect_str(p.map.path, "[heap]");
	expect_val(p.touched_bytes, 112 * 1024);
	expect_val(p.shared_bytes, 40 * 1024);
	expect_end(&rest);
}

static void of_6_18(void **state)
{
	struct mw_str rest = LIT(kernel_6_18);
	struct mw_promise p = next(&rest);

	(void)state;
	assert_int_equal(p.map.end - p.map.start, 32 << 20);
	expect_val(p.touched_bytes, 8 << 20);
	expect_val(p.shared_bytes, 0);
	p = next(&rest); /* not the one that is "nr"; one that is read-only again counts */
	assert_int_equal(p.map.start, 0x7f0004000000);
	assert_true(p.not_forked);
	expect_val(p.touched_bytes, 4096);
	expect_end(&rest);
}

/* Before 3.8 there are no flags: nothing is known to count. */
static void without_flags(void **state)
{
	struct mw_str rest = LIT("01000000-01021000 rw-p 00000000 00:00 0   [heap]\n"
				 "Size: 132 kB\nRss: 100 kB\nPss: 60 kB\nSwap: 12 kB\n");

	(void)state;
	expect_end(&rest);
	rest = LIT("");
	expect_end(&rest);
}

/* What is not there is not zero. */
static void missing_lines(void **state)
{
	struct mw_str rest = LIT("01000000-01021000 rw-p 00000000 00:00 0\nRss: 100 kB\n"
				 "Anonymous: 100 kB\nVmFlags: ac\n"
				 "02000000-02021000 rw-p 00000000 00:00 0\nRss: 4 kB\nPss: 8 kB\n"
				 "Anonymous: x kB\nSwap: 0 kB\nVmFlags: rd ac");
	struct mw_promise p = next(&rest);

	(void)state;
	expect_why(p.touched_bytes, MW_ABSENT);
	expect_why(p.shared_bytes, MW_ABSENT);
	p = next(&rest);
	expect_why(p.touched_bytes, MW_BAD);
	expect_why(p.shared_bytes, MW_RACED);
	expect_end(&rest);
}

/* Words that only look like the flag, and names that look like lines. */
static void hostile(void **state)
{
	struct mw_str rest =
		LIT("01000000-01021000 rw-p 00000000 00:00 0\nVmFlags: acx xac AC a c\n"
		    "02000000-02021000 rw-p 00000000 00:01 7 /tmp/VmFlags: ac\n"
		    "VmFlags: rd\n"
		    "Rss: 4 kB\nVmFlags: ac\n"
		    "04000000-04001000 rw-p 00000000 00:00 0\n"
		    "VmFlags:ac\n");

	(void)state;
	assert_int_equal(next(&rest).map.start, 0x2000000); /* the last line of the block */
	assert_int_equal(next(&rest).map.start, 0x4000000);
	expect_end(&rest);
	rest = LIT("Rss: 4 kB\nVmFlags: ac\nno mapping\nVmFlags: ac\n");
	expect_end(&rest);
}

static struct mw_arena arena;

static struct mw_str condense(struct mw_str smaps)
{
	return mw_promises_of_smaps(smaps, &arena);
}

/* What is known stays known; a line with a broken key may be left out. */
static void same_figure(struct mw_val whole, struct mw_val part)
{
	if (mw_known(whole))
		expect_val(part, whole.v);
	else
		assert_false(mw_known(part));
}

static void same_promises(struct mw_str a, struct mw_str b)
{
	struct mw_promise p, q;
	bool more;

	do {
		more = mw_promises_next(&a, &p);
		assert_int_equal(mw_promises_next(&b, &q), more);
		if (!more)
			break;
		assert_int_equal(p.map.start, q.map.start);
		assert_int_equal(p.map.end, q.map.end);
		expect_same(p.map.path, q.map.path);
		assert_int_equal(p.not_forked, q.not_forked);
		same_figure(p.touched_bytes, q.touched_bytes);
		same_figure(p.shared_bytes, q.shared_bytes);
	} while (more);
}

/* The condensed text says the same, is never longer, and condenses to itself. */
static void condenses(struct mw_str smaps)
{
	struct mw_str text = condense(smaps), again = condense(text);

	assert_true(text.n <= smaps.n + 1);
	same_promises(smaps, text);
	expect_same(again, text);
	mw_arena_done(&arena);
	arena = (struct mw_arena){};
}

static void condensed(void **state)
{
	(void)state;
	expect_same(condense(LIT(kernel_6_18)),
		    LIT("7f0000000000-7f0002000000 rw-p 00000000 00:00 0 \n"
			"Rss:                8192 kB\nPss:                8192 kB\n"
			"Anonymous:          8192 kB\nSwap:                  0 kB\n"
			"VmFlags: rd wr mr mw me ac sd \n"
			"7f0004000000-7f0006000000 r--p 00000000 00:00 0                          "
			"[anon: cache]\n"
			"Rss:                   0 kB\nPss:                   0 kB\n"
			"Anonymous:             0 kB\nSwap:                  4 kB\n"
			"VmFlags: rd mr mw me dc ac sd \n"));
	expect_str(condense(LIT("")), "");
	condenses(LIT(kernel_3_10));
	condenses(LIT(kernel_6_18));
}

static void cut_and_mangled(void **state)
{
	(void)state;
	each_cut(LIT(kernel_6_18), condenses);
	each_mangled(LIT(kernel_3_10), condenses);
	each_mangled(LIT(kernel_6_18), condenses);
}

static void out_of_memory(void **state)
{
	struct mw_arena full = { .fixed = true };

	(void)state;
	assert_int_equal(mw_promises_of_smaps(LIT(kernel_6_18), &full).n, 0);
	assert_true(full.failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_3_10),	   cmocka_unit_test(of_6_18),
		cmocka_unit_test(without_flags),   cmocka_unit_test(missing_lines),
		cmocka_unit_test(hostile),	   cmocka_unit_test(condensed),
		cmocka_unit_test(cut_and_mangled), cmocka_unit_test(out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
