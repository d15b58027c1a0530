/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sockets.h"

#include "helper.h"

#define HEAD                                                                                       \
	"protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss " \
	"gs se re sp bi br ha uh gp em\n"

static void of_4_18(void **state)
{
	struct mw_str rest = LIT(
		HEAD "PACKET    1408      1      -1   NI       0   no   kernel      n  n  n  n\n"
		     "UDPv6     1344      2       5   NI       0   yes  kernel      y  y  y  n\n"
		     "TCPv6     2368     12     216   no     304   yes  kernel      y  y  y  y\n"
		     "UNIX      1024    300      -1   NI       0   yes  kernel      n  n  n  n\n"
		     "TCP       2240     40     216   no     304   yes  kernel      y  y  y  y\n");
	static const struct mw_protocol want[] = { { LIT("UDPv6"), 2, 5 },
						   { LIT("TCPv6"), 12, 216 },
						   { LIT("TCP"), 40, 216 } };
	struct mw_protocol p;

	(void)state;
	for (size_t i = 0; i < COUNT(want); i++) {
		assert_true(mw_protocols_next(&rest, &p));
		expect_same(p.name, want[i].name);
		assert_int_equal(p.sockets, want[i].sockets);
		assert_int_equal(p.memory_pages, want[i].memory_pages);
	}
	assert_false(mw_protocols_next(&rest, &p));
}

static void malformed_lines_are_skipped(void **state)
{
	struct mw_str rest = LIT("\nA\nA 1\nA 1 2\nA 1 x 3\nA 1 -2 3\nA 1 2 -3\n"
				 "A 1 2 18446744073709551616\nlast 1 18446744073709551615 0\n");
	struct mw_protocol p;

	(void)state;
	assert_true(mw_protocols_next(&rest, &p));
	expect_str(p.name, "last");
	assert_int_equal(p.sockets, UINT64_MAX);
	assert_int_equal(p.memory_pages, 0);
	assert_false(mw_protocols_next(&rest, &p));
}

static void nothing(void **state)
{
	struct mw_str rest = LIT(HEAD);
	struct mw_protocol p;

	(void)state;
	assert_false(mw_protocols_next(&rest, &p));
	assert_false(mw_protocols_next(&(struct mw_str){}, &p));
}

static void any(struct mw_str text)
{
	struct mw_protocol p;

	while (mw_protocols_next(&text, &p))
		assert_true(p.name.n);
}

static void hostile_bytes(void **state)
{
	(void)state;
	each_cut(LIT(HEAD "TC\0P\x1b 2240 40 216 no\nUDP 1 2 \xff\n"), any);
	each_mangled(LIT("TCP 2240 40 216 no\nUDP 1 2 3\n"), any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_4_18),
		cmocka_unit_test(malformed_lines_are_skipped),
		cmocka_unit_test(nothing),
		cmocka_unit_test(hostile_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
