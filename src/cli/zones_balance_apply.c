/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones_balance_apply - carries a plan out: first the threads, so that what they touch from then on
 * is where it shall be, then the memory, in batches.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "act/affinity.h"
#include "act/migrate.h"
#include "act/process.h"
#include "act/stop.h"
#include "base/fmt.h"
#include "cli/zones_balance.h"
#include "report/escape.h"
#include "why/move_ranges.h"
#include "why/numa.h"

#define BATCH_BYTES ((uint64_t)16 << 20)
#define LEAST_BYTES ((uint64_t)64 << 10) /* room for less is none */

/* How far the pages of a process on one node have been looked at. */
struct cursor {
	bool begun;
	struct mw_move_range *range;
	size_t n, at;
	uint64_t address;     /* in range[at] */
	uint64_t found_bytes; /* of range[at].bytes */
};

struct mover {
	const struct options *o;
	struct balance_look *look;
	struct mw_arena *arena, once;
	int *dir;	       /* by process; -1: not one to be moved, or no more */
	struct cursor *cursor; /* process by node */
	uint64_t *left_bytes;  /* by move */
	uint64_t tenths_said;
	struct balance_done done;
};

static const struct mw_balance_proc *proc_of(const struct mover *m, size_t i)
{
	return &m->look->plan.proc[i];
}

static const char *name_of(struct mover *m, size_t i)
{
	const struct mw_proc *p = proc_of(m, i)->proc;

	return mw_fmt(m->arena, "%" PRIu64 " (%s)", p->pid, mw_escape(m->arena, p->status.name));
}

static void fail(struct mover *m, size_t i, const char *what, int r)
{
	fprintf(stderr, "memwhy: %s: %s: %s\n", name_of(m, i), what, strerror(-r));
	mw_act_process_close(m->dir[i]);
	m->dir[i] = -1;
	m->done.failed_count++;
}

static void undo(struct mover *m, const char *command)
{
	const char **list = mw_arena_grow(m->arena, m->done.undo, m->done.n_undo, sizeof(*list));

	fprintf(stderr, "memwhy: undo: %s\n", command);
	if (!list)
		return;
	m->done.undo = list;
	list[m->done.n_undo++] = command;
}

static bool is_asked_to_end(struct mover *m, uint64_t wait_ms)
{
	if (!m->done.asked_to_end && mw_act_stop_wait(wait_ms)) {
		m->done.asked_to_end = true;
		m->done.stopped = "asked to end";
	}
	return m->done.asked_to_end;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* ---- threads */

static bool are_alike(const struct mw_kept *k)
{
	for (size_t i = 1; i < k->n; i++)
		if (!mw_str_same(k->thread[i].cpus, k->thread[0].cpus))
			return false;
	return k->n && !k->other_count;
}

static void undo_threads(struct mover *m, uint64_t pid, const struct mw_kept *k)
{
	if (are_alike(k)) {
		undo(m, mw_numa_taskset(pid, k->thread[0].cpus, m->arena));
		return;
	}
	for (size_t i = 0; i < k->n; i++)
		undo(m, mw_fmt(m->arena, "taskset -c -p %.*s %" PRIu64, (int)k->thread[i].cpus.n,
			       k->thread[i].cpus.p, k->thread[i].tid));
}

static void keep_threads(struct mover *m, size_t i)
{
	const struct mw_balance_proc *p = proc_of(m, i);
	struct mw_kept k = {};
	int r = p->cpus.n ? mw_act_keep_to_cpus(m->dir[i], p->cpus, m->arena, &k) : 0;

	if (k.n)
		undo_threads(m, p->proc->pid, &k);
	if (k.other_count)
		fprintf(stderr, "memwhy: %s: %" PRIu64 " threads may not run on CPUs %.*s\n",
			name_of(m, i), k.other_count, (int)p->cpus.n, p->cpus.p);
	if (r < 0 || k.error)
		fail(m, i, "its threads cannot be kept to the node", r < 0 ? r : k.error);
}

/* ---- memory */

/* What the target has now; false: nothing more moves at all. */
static bool ask_gate(struct mover *m, size_t to, uint64_t *ret_room_bytes)
{
	const struct mw_balance_node *n = &m->look->plan.node[to];
	struct mw_snap s = { .host = m->look->job.snap.host };
	struct mw_val free_bytes = mw_no(MW_UNREAD), keep = mw_no(MW_UNREAD);
	struct mw_zone_map map = {};
	struct mw_root *root = m->look->job.root;
	struct mw_str text;

	mw_arena_done(&m->once);
	if (!mw_root_read(root, "proc/zoneinfo", &m->once, &text) &&
	    !mw_zoneinfo_parse(text, &m->once, &s.zoneinfo))
		mw_zones_build(&s, s.host.release, &m->once, &map);
	for (size_t i = 0; i < map.n_nodes; i++)
		if (map.node[i].node == n->node->node)
			mw_balance_room(&map, &map.node[i], &m->o->threshold, &free_bytes, &keep);
	switch (mw_balance_gate(free_bytes, keep, cli_balance_pressure(root, &m->once),
				&m->o->threshold, ret_room_bytes)) {
	case MW_GATE_OPEN:
	case MW_GATE_NO_ROOM:
		return true;
	case MW_GATE_PRESSURE:
		m->done.stopped = "tasks wait for memory (PSI)";
		return false;
	case MW_GATE_UNKNOWN:
		m->done.stopped = "what is free, or the pressure, cannot be read any more";
		return false;
	}
	return false;
}

static struct cursor *cursor_of(struct mover *m, const struct mw_move *move)
{
	struct cursor *c = &m->cursor[move->item * m->look->plan.n_nodes + move->from];
	const struct mw_balance_proc *p = proc_of(m, move->item);
	struct mw_str maps, numa_maps;
	struct mw_at at;

	if (c->begun)
		return c;
	c->begun = true;
	if (mw_root_at(m->look->job.root, mw_fmt(m->arena, "proc/%" PRIu64, p->proc->pid), &at) < 0)
		return c;
	if (!mw_at_read(&at, "maps", m->arena, &maps) &&
	    !mw_at_read(&at, "numa_maps", m->arena, &numa_maps))
		mw_move_ranges(maps, numa_maps, m->look->plan.node[move->from].node->node, m->arena,
			       &c->range, &c->n);
	mw_at_close(&at);
	if (!c->n)
		return c;
	c->address = c->range[0].start;
	undo(m,
	     cli_balance_move_command(m->arena, &m->look->plan, move->item, move->to, move->from));
	return c;
}

/* Behind what was looked at.  A mapping of terabytes may hold a few pages: when all are found, the
 * next one is looked at. */
static void go_on(struct cursor *c, const struct mw_migrate *b)
{
	c->address = b->address;
	c->found_bytes += b->moved_bytes + b->left_bytes;
	if (c->address < b->end && c->found_bytes < c->range[c->at].bytes)
		return;
	c->found_bytes = 0;
	if (++c->at < c->n)
		c->address = c->range[c->at].start;
}

/* Some pages from where the cursor is; false: it is at its end, or an error ended it. */
static bool move_some(struct mover *m, const struct mw_move *move, struct cursor *c,
		      uint64_t most_bytes, struct mw_migrate *ret)
{
	struct mw_migrate b = { .pid = proc_of(m, move->item)->proc->pid,
				.page_bytes = m->look->job.snap.host.page_bytes,
				.from = m->look->plan.node[move->from].node->node,
				.to = m->look->plan.node[move->to].node->node,
				.most_bytes = most_bytes };
	int r;

	if (c->at == c->n)
		return false;
	b.address = c->address;
	b.end = c->range[c->at].end;
	r = mw_act_migrate(&b);
	if (r < 0) {
		fail(m, move->item, "move_pages", r);
		return false;
	}
	m->done.moved_bytes += b.moved_bytes;
	m->done.left_bytes += b.left_bytes;
	if (b.left_bytes)
		m->done.left_error = b.error;
	go_on(c, &b);
	*ret = b;
	return true;
}

static void say_progress(struct mover *m)
{
	uint64_t whole = m->look->plan.move_bytes;
	uint64_t tenths = whole ? m->done.moved_bytes * 10 / whole : 0;

	if (tenths == m->tenths_said)
		return;
	m->tenths_said = tenths;
	fprintf(stderr, "memwhy: %s of %s moved\n", mw_fmt_bytes(&m->once, m->done.moved_bytes),
		mw_fmt_bytes(&m->once, whole));
}

/* As much of a move as there is room for; how much that was.  Nothing is left of it where its
 * process ended, or no more pages are found. */
static uint64_t run_move(struct mover *m, size_t i)
{
	const struct mw_move *move = &m->look->plan.move[i];
	uint64_t *left = &m->left_bytes[i], moved = 0, room = 0, tried = 0;
	const struct mw_balance_proc *p = proc_of(m, move->item);
	struct mw_migrate b;

	while (*left && m->dir[move->item] >= 0) {
		if (is_asked_to_end(m, 0))
			return moved;
		if (!mw_act_process_is_same(m->dir[move->item], p->proc->numa.start_ticks)) {
			fail(m, move->item, "move_pages", -ESRCH);
			break;
		}
		if (tried >= BATCH_BYTES || room < LEAST_BYTES) {
			if (!ask_gate(m, move->to, &room) || room < LEAST_BYTES)
				return moved;
			tried = 0;
		}
		if (!move_some(m, move, cursor_of(m, move), least(least(*left, room), BATCH_BYTES),
			       &b))
			break;
		tried += b.moved_bytes + b.left_bytes;
		moved += b.moved_bytes;
		room -= least(room, b.moved_bytes);
		*left -= least(*left, b.moved_bytes);
		say_progress(m);
	}
	*left = 0;
	return moved;
}

/* What is free dips for a moment when anybody reads a file: where an exchange is tight no move may
 * find room then. */
#define ROOM_WAIT_MS 200
#define ROOM_WAITS_MAX 15 /* one after another */

/* In the order of the plan; what found no room comes again, as long as anything moves. */
static void move_memory(struct mover *m)
{
	const struct mw_balance *b = &m->look->plan;
	uint64_t moved, left = b->move_bytes;
	unsigned waits = 0;

	while (left && !m->done.stopped && waits <= ROOM_WAITS_MAX) {
		moved = left = 0;
		for (size_t i = 0; i < b->n_moves && !m->done.stopped; i++) {
			moved += m->left_bytes[i] ? run_move(m, i) : 0;
			left += m->left_bytes[i];
		}
		waits = moved ? 0 : waits + 1;
		if (left && waits && !m->done.stopped)
			is_asked_to_end(m, ROOM_WAIT_MS);
	}
	if (left && !m->done.stopped)
		m->done.stopped = "a node has no more room above its high mark and the margin";
}

static bool prepare(struct mover *m)
{
	const struct mw_balance *b = &m->look->plan;

	m->dir = mw_arena_alloc(m->arena, (b->n_procs + 1) * sizeof(*m->dir));
	m->cursor = mw_arena_alloc(m->arena, (b->n_procs * b->n_nodes + 1) * sizeof(*m->cursor));
	m->left_bytes = mw_arena_alloc(m->arena, (b->n_moves + 1) * sizeof(*m->left_bytes));
	if (!m->dir || !m->cursor || !m->left_bytes)
		return false;
	for (size_t i = 0; i < b->n_moves; i++)
		m->left_bytes[i] = b->move[i].bytes;
	return true;
}

void cli_balance_apply(const struct options *o, struct balance_look *look, struct balance_done *ret)
{
	struct mover m = { .o = o, .look = look, .arena = &look->job.arena };
	const struct mw_balance *b = &look->plan;
	uint64_t room;

	if (!prepare(&m)) {
		cli_fail("zones --balance", -ENOMEM);
		ret->failed_count = b->n_procs;
		return;
	}
	/* Threads that are kept away from memory that may not move are worse off than before. */
	if (b->n_moves)
		ask_gate(&m, b->move[0].to, &room);
	for (size_t i = 0; i < b->n_procs; i++) {
		m.dir[i] = -1;
		if (b->proc[i].verdict != MW_BALANCE_PLACED || m.done.stopped ||
		    is_asked_to_end(&m, 0))
			continue;
		m.dir[i] = mw_act_process_open(look->job.root, b->proc[i].proc->pid,
					       b->proc[i].proc->numa.start_ticks);
		if (m.dir[i] < 0)
			fail(&m, i, "it cannot be moved", m.dir[i]);
		else
			keep_threads(&m, i);
	}
	move_memory(&m);
	for (size_t i = 0; i < b->n_procs; i++)
		mw_act_process_close(m.dir[i]);
	mw_arena_done(&m.once);
	*ret = m.done;
}
