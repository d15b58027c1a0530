/* SPDX-License-Identifier: Apache-2.0 */
#include "asks.h"

static const struct state states[] = {
	{ "idle", 0x0, ROOMY, NONE, 4096, false },
	{ "full-1", 0x2, BETWEEN, NONE, 8192, false },
	{ "under-1", 0x2, UNDER, NONE, 16384, false },
	{ "edge-1", 0x2, EDGE, NONE, 8192, false },
	{ "pieces-1", 0x2, ROOMY, 0, 4096, false },
	{ "pieces3-1", 0x2, ROOMY, 3, 4096, false },
	{ "full-0", 0x1, BETWEEN, NONE, 12288, false },
	{ "reserve-0", 0x1, UNDER, NONE, 12288, true },
	{ "pieces-0", 0x1, ROOMY, 1, 4096, false },
	{ "full-0-2", 0x5, BETWEEN, NONE, 12288, false },
	{ "pieces-all", ALL_NODES, ROOMY, 2, 4096, false },
	{ "full-all", ALL_NODES, BETWEEN, NONE, 61440, false },
};

#define SPARES 3
#define STATES ((int)(sizeof(states) / sizeof(states[0])))

static int n_nodes, asked;
static unsigned long dice;

/* The same on each machine. */
static int roll(int sides)
{
	dice = dice * 6364136223846793005ul + 1442695040888963407ul;
	return (int)((dice >> 33) % (unsigned)sides);
}

/* Of other nodes the one with most free memory. */
static int away_from(int node, const struct zones *zones)
{
	long most = -1;
	int best = node;

	for (int other = 0; other < n_nodes; other++) {
		long sum = 0;

		for (int i = 0; i < zones->n; i++)
			if (zones->z[i].node == other)
				sum += zones->z[i].free;
		if (other != node && sum > most) {
			most = sum;
			best = other;
		}
	}
	return best;
}

static long most_moved(const struct zones *a, const struct zones *b)
{
	long most = 0;

	for (int i = 0; i < a->n && i < b->n; i++) {
		long d = labs(a->z[i].free - b->z[i].free);

		if (d > most)
			most = d;
	}
	return most;
}

static void ask_one(const struct state *s, const struct ask *a)
{
	struct outcome o = { .state = s, .ask = a };
	struct zones before, after;
	int away;
	pid_t pid;

	zones_read(&before);
	away = away_from(a->node, &before);
	bind_cpu(away);
	set_policy(PREFER, away);
	pid = asker_start(a);
	if (!pid)
		return;
	zones_read(&before);
	o.foretold = foretell(a, away);
	zones_read(&after);
	o.moved = most_moved(&before, &after);
	o.happened = asker_go(pid, a, &after);
	tell(asked++, &o);
	sleep_ms(30);
}

/* Orders 1 to 8 by rings, 9 by hugetlb, 0 by faults and stacks. */
static void ask_node(const struct state *s, int node)
{
	for (enum policy p = LOCAL; p <= BIND; p++)
		ask_one(s, &(struct ask){ FAULT, p, 0, node });
	for (int order = 1 + roll(2); order <= 8; order += 1 + roll(3))
		ask_one(s, &(struct ask){ RING, roll(3) ? LOCAL : BIND, order, node });
	ask_one(s, &(struct ask){ HUGE, LOCAL, HUGE_ORDER, node });
	ask_one(s, &(struct ask){ STACK, LOCAL, 0, node });
}

/* Where nobody may be killed the kernel panics: these may, after the askers. */
static void spare(pid_t pids[SPARES])
{
	for (int i = 0; i < SPARES; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			set_oom_score_adj(900);
			touch(map_private(MIB), MIB);
			for (;;)
				pause();
		}
	}
}

static void end_spare(const pid_t pids[SPARES])
{
	for (int i = 0; i < SPARES; i++) {
		if (pids[i] <= 0)
			continue;
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

static void play(const struct state *s, bool drive)
{
	struct zones zones;
	pid_t spares[SPARES];

	spare(spares);
	if (drive)
		state_drive(s);
	zones_read(&zones);
	tell_zones(s->name, &zones);
	/* Where all is free elsewhere only the nodes that are concerned, or the first two. */
	for (int node = 0; node < n_nodes; node++)
		if (s->nodes ? s->nodes >> node & 1 : node < 2)
			ask_node(s, node);
	end_spare(spares);
	if (drive)
		state_leave();
}

int main(int argc, char *argv[])
{
	static char buffer[4096];
	struct zones zones;
	bool drive = true;
	int c;

	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer));
	while ((c = getopt(argc, argv, "ws:")) != -1)
		switch (c) {
		case 'w':
			drive = false;
			break;
		case 's':
			dice = strtoul(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	mlockall(MCL_CURRENT);
	zones_read(&zones);
	n_nodes = nodes_of(&zones);
	if (!state_prepare(n_nodes) || !asker_prepare())
		return 1;
	for (int i = 0; i < STATES; i++)
		play(&states[i], drive);
	printf("{\"asks\":{\"nodes\":%d,\"requests\":%d}}\n", n_nodes, asked);
	return 0;
}
