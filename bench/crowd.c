/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd - N sleeping processes, each its own program with its libraries, until killed.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	int n = atoi(argc > 1 ? argv[1] : "300");

	for (int i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return 1;
		if (pid == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			execlp("sleep", "sleep", "100000", NULL);
			_exit(1);
		}
	}
	sleep(1);
	puts("ready");
	fflush(stdout);
	pause();
	return 0;
}
