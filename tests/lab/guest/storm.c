/* SPDX-License-Identifier: Apache-2.0 */
/*
 * storm - forks, and each child takes memory, forks too and lives on: a fork bomb that is bounded.
 *
 *	storm PROCESSES MIB PAUSE_MS
 *
 * Each process takes MIB, then forks one child every PAUSE_MS, as long as less than PROCESSES were
 * made in all.
 */
#include <signal.h>

#include "guest.h"

int main(int argc, char *argv[])
{
	volatile long *made =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long most, pause_ms;
	size_t bytes;

	if (argc != 4 || made == MAP_FAILED)
		return 2;
	most = atol(argv[1]);
	bytes = (size_t)atol(argv[2]) * MIB;
	pause_ms = atol(argv[3]);
	set_oom_score_adj(0);
	signal(SIGCHLD, SIG_IGN);
	prctl(PR_SET_NAME, "storm");
	for (;;) {
		char *p = map_private(bytes);

		if (p)
			touch(p, bytes);
		while (__atomic_add_fetch(made, 1, __ATOMIC_RELAXED) < most) {
			sleep_ms(pause_ms);
			if (fork() == 0)
				break;
		}
		if (*made >= most)
			pause();
	}
}
