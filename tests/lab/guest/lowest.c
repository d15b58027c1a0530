/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lowest - how near the nodes came to their high marks: looks each millisecond until SIGUSR1, then
 * prints {"lowest_pages":{"0":N,"1":N}}: what was free above the sum of the high marks, at least.
 */
#include <signal.h>

#include "guest.h"

#define NODES 2

static void look(long lowest[NODES])
{
	static char text[65536];
	long above[NODES] = {}, v;
	int node = -1;

	read_file("/proc/zoneinfo", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "Node %d,", &node) == 1 || node < 0 || node >= NODES)
			continue;
		if (sscanf(line, " pages free %ld", &v) == 1)
			above[node] += v;
		if (sscanf(line, " high %ld", &v) == 1)
			above[node] -= v;
	}
	for (int i = 0; i < NODES; i++)
		if (above[i] < lowest[i])
			lowest[i] = above[i];
}

int main(void)
{
	long lowest[NODES] = { 1l << 40, 1l << 40 }, looks = 0;
	struct timespec pause = { 0, 1000000 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	printf("{\"looks\":true}\n");
	fflush(stdout);
	do {
		look(lowest);
		looks++;
	} while (sigtimedwait(&set, NULL, &pause) < 0);
	printf("{\"lowest_pages\":{\"0\":%ld,\"1\":%ld},\"look_count\":%ld}\n", lowest[0],
	       lowest[1], looks);
	return 0;
}
