/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promise - maps KIB that it never touches, and forks.
 *
 *	promise NAME KIB
 *
 * {"refused":{"NAME":"errno"}} when the fork (or already the mapping) is refused, else
 * {"forked":{"NAME":true}}.
 */
#include <sys/wait.h>

#include "guest.h"

int main(int argc, char *argv[])
{
	pid_t pid = -1;

	if (argc != 3)
		return 2;
	errno = 0;
	if (mmap(NULL, (size_t)atol(argv[2]) * 1024, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		pid = fork();
	if (pid == 0)
		_exit(0);
	if (pid < 0)
		printf("{\"refused\":{\"%s\":\"%s\"}}\n", argv[1], strerrorname_np(errno));
	else
		printf("{\"forked\":{\"%s\":true}}\n", argv[1]);
	return 0;
}
