/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Placements against all that there are, and orders of moves against all that there are, of
 * thousands of small random cases.
 */
#include <string.h>

#include "helper.h"
#include "why/placement.h"

#define NODES 4
#define ITEMS 6

struct small {
	struct mw_place p;
	struct mw_place_node node[NODES];
	struct mw_place_item item[ITEMS];
	uint64_t moving[ITEMS][NODES], running[ITEMS][NODES], remote[ITEMS][NODES];
};

static uint64_t seed = 1;

static uint64_t roll(uint64_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 33) % n;
}

static void make(struct small *s, size_t nodes, size_t items, uint64_t most_bytes)
{
	*s = (struct small){ .p = { s->node, nodes, s->item, items, 1 << 22 } };
	for (size_t k = 0; k < nodes; k++)
		s->node[k] = (struct mw_place_node){ (int64_t)roll(most_bytes * 2) - 2, 1 + roll(3),
						     roll(2) };
	for (size_t j = 0; j < items; j++) {
		uint64_t sum = 0;

		for (size_t k = 0; k < nodes; k++) {
			s->moving[j][k] = roll(3) ? roll(most_bytes + 1) : 0;
			s->running[j][k] = roll(4) == 0;
			s->node[k].running_count += s->running[j][k];
			sum += s->moving[j][k];
		}
		for (size_t k = 0; k < nodes; k++)
			s->remote[j][k] = roll(4) ? roll(5) == 0 : MW_PLACE_NEVER;
		s->item[j] = (struct mw_place_item){ s->moving[j], s->running[j], s->remote[j],
						     roll(sum + 1) };
	}
}

/* Plays the moves: no node is below its mark by what comes, all that is to move does. */
static bool plays(const struct small *s, const size_t *at, const struct mw_move *m, size_t n)
{
	int64_t room[NODES];
	uint64_t left[ITEMS][NODES];

	memcpy(left, s->moving, sizeof(left));
	for (size_t k = 0; k < s->p.n_nodes; k++)
		room[k] = s->node[k].room_bytes;
	for (size_t i = 0; i < n; i++) {
		if (m[i].to != at[m[i].item] || left[m[i].item][m[i].from] < m[i].bytes ||
		    m[i].from == m[i].to || !m[i].bytes)
			return false;
		left[m[i].item][m[i].from] -= m[i].bytes;
		room[m[i].from] += (int64_t)m[i].bytes;
		room[m[i].to] -= (int64_t)m[i].bytes;
		if (room[m[i].to] < 0)
			return false;
	}
	for (size_t j = 0; j < s->p.n_items; j++)
		for (size_t k = 0; at[j] != MW_PLACE_STAY && k < s->p.n_nodes; k++)
			if (k != at[j] && left[j][k])
				return false;
	return true;
}

/* Allowed, and each node has CPUs for what comes. */
static bool is_legal(const struct small *s, const size_t *at, uint64_t *remote, uint64_t *moved)
{
	uint64_t running[NODES];

	*remote = *moved = 0;
	for (size_t k = 0; k < s->p.n_nodes; k++)
		running[k] = s->node[k].running_count;
	for (size_t j = 0; j < s->p.n_items; j++) {
		if (at[j] == MW_PLACE_STAY) {
			*remote += s->item[j].stay_remote_bytes;
			continue;
		}
		if (s->remote[j][at[j]] == MW_PLACE_NEVER)
			return false;
		*remote += s->remote[j][at[j]];
		for (size_t k = 0; k < s->p.n_nodes; k++) {
			*moved += k == at[j] ? 0 : s->moving[j][k];
			running[k] -= s->running[j][k];
			running[at[j]] += s->running[j][k];
			if (k != at[j] && s->moving[j][k] && s->node[at[j]].room_bytes < 0)
				return false;
		}
	}
	for (size_t k = 0; k < s->p.n_nodes; k++)
		if (running[k] > s->node[k].running_count && running[k] > s->node[k].cpu_count)
			return false;
	return true;
}

static void least(const struct small *s, struct mw_arena *a, uint64_t *remote, uint64_t *moved)
{
	size_t n = s->p.n_nodes + 1, plans = 1;

	*remote = *moved = UINT64_MAX;
	for (size_t j = 0; j < s->p.n_items; j++)
		plans *= n;
	for (size_t i = 0; i < plans; i++) {
		size_t at[ITEMS], rest = i, n_moves;
		struct mw_arena_mark mark = mw_arena_mark(a);
		struct mw_move *move;
		uint64_t r, m;

		for (size_t j = 0; j < s->p.n_items; j++, rest /= n)
			at[j] = rest % n == s->p.n_nodes ? MW_PLACE_STAY : rest % n;
		if (is_legal(s, at, &r, &m) && (r < *remote || (r == *remote && m < *moved)) &&
		    mw_move_order(&s->p, at, a, &move, &n_moves)) {
			*remote = r;
			*moved = m;
		}
		mw_arena_reset(a, mark);
	}
}

static void test_least(void **state)
{
	size_t exchanged = 0, stayed = 0;

	(void)state;
	for (size_t i = 0; i < 4000; i++) {
		_mw_arena_ struct mw_arena a = {};
		struct small s;
		struct mw_placement found;
		uint64_t remote, moved, r, m;

		make(&s, 2 + roll(2), 1 + roll(5), 12);
		mw_placement_find(&s.p, &a, &found);
		assert_non_null(found.at);
		assert_true(found.least);
		assert_true(is_legal(&s, found.at, &r, &m));
		assert_int_equal(r, found.remote_bytes);
		assert_int_equal(m, found.moved_bytes);
		assert_true(plays(&s, found.at, found.move, found.n_moves));
		least(&s, &a, &remote, &moved);
		assert_int_equal(remote, found.remote_bytes);
		assert_int_equal(moved, found.moved_bytes);
		for (size_t k = 1; k < found.n_moves; k++)
			exchanged += found.move[k].from == found.move[k - 1].to;
		for (size_t j = 0; j < s.p.n_items; j++)
			stayed += found.at[j] == MW_PLACE_STAY;
	}
	/* The cases are of all kinds. */
	assert_true(exchanged > 100 && stayed > 1000);
}

/* ---- is there an order at all?  All states, a unit at a time. */

struct state {
	uint8_t flow[3][3];
};

static bool reaches_end(const int64_t room0[3], struct state s, uint8_t *seen)
{
	size_t code = 0;
	int64_t room[3];
	bool done = true;

	for (size_t i = 0; i < 9; i++) {
		code = code * 4 + s.flow[i / 3][i % 3];
		done &= !s.flow[i / 3][i % 3];
	}
	if (done)
		return true;
	if (seen[code])
		return false;
	seen[code] = 1;
	/* The room follows from what is left: s.flow counts down from the first state. */
	memcpy(room, room0, sizeof(room));
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 3; k++) {
			struct state next = s;
			int64_t after[3] = { room[0], room[1], room[2] };

			if (!s.flow[i][k] || room[k] < 1)
				continue;
			next.flow[i][k]--;
			after[i]++;
			after[k]--;
			if (reaches_end(after, next, seen))
				return true;
		}
	return false;
}

static void test_order(void **state)
{
	size_t no = 0;
	static uint8_t seen[1 << 18];

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		_mw_arena_ struct mw_arena a = {};
		struct small s;
		size_t at[ITEMS], n;
		struct mw_move *move;
		struct state st = {};
		int64_t room[3];
		bool is;

		/* Three items, one to each node. */
		make(&s, 3, 3, 3);
		for (size_t j = 0; j < 3; j++) {
			at[j] = j;
			s.node[j].room_bytes = room[j] = (int64_t)roll(4) - (roll(3) == 0);
			for (size_t k = 0; k < 3; k++)
				st.flow[k][j] = k == j ? 0 : (uint8_t)s.moving[j][k];
		}
		for (size_t j = 0; j < 3; j++)
			if (room[j] < 0)
				at[j] = MW_PLACE_STAY,
				st.flow[0][j] = st.flow[1][j] = st.flow[2][j] = 0;
		is = mw_move_order(&s.p, at, &a, &move, &n);
		memset(seen, 0, sizeof(seen));
		if (is != reaches_end(room, st, seen))
			fail_msg("case %zu: order %d", i, is);
		if (is)
			assert_true(plays(&s, at, move, n));
		no += !is;
	}
	assert_true(no > 1000 && no < 19000);
}

/* Beyond what can be gone through: the first plan, and what was found until then. */
static void test_many(void **state)
{
	(void)state;
	for (size_t i = 0; i < 300; i++) {
		_mw_arena_ struct mw_arena a = {};
		struct small s;
		struct mw_placement found;
		uint64_t r, m;

		make(&s, 4, 6, 12);
		s.p.looks_max = roll(50);
		mw_placement_find(&s.p, &a, &found);
		assert_true(is_legal(&s, found.at, &r, &m));
		assert_true(plays(&s, found.at, found.move, found.n_moves));
	}
}

/* Two full nodes exchange through what little is free; without any they do not. */
static void test_exchange(void **state)
{
	_mw_arena_ struct mw_arena a = {};
	struct small s;
	struct mw_placement found;

	(void)state;
	make(&s, 2, 2, 4);
	for (size_t j = 0; j < 2; j++) {
		s.node[j] = (struct mw_place_node){ j ? 0 : 10, 4, 0 };
		s.moving[j][j] = 0, s.moving[j][!j] = 100;
		s.running[j][0] = s.running[j][1] = 0;
		s.remote[j][j] = 0, s.remote[j][!j] = MW_PLACE_NEVER;
		s.item[j].stay_remote_bytes = 100;
	}
	mw_placement_find(&s.p, &a, &found);
	assert_int_equal(found.moved_bytes, 200);
	assert_int_equal(found.n_moves, 20);
	assert_true(plays(&s, found.at, found.move, found.n_moves));
	s.node[0].room_bytes = 0;
	mw_placement_find(&s.p, &a, &found);
	assert_int_equal(found.moved_bytes, 0);
	assert_int_equal(found.remote_bytes, 200);
	assert_true(found.least);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_exchange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
