/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rounds - maps a file and reads it round and round, as a program does that runs code from it:
 * without room for the file, each round comes from the disk.
 *
 *	rounds FILE MIB
 */
#include "guest.h"

int main(int argc, char *argv[])
{
	size_t bytes = argc == 3 ? (size_t)atol(argv[2]) * MIB : 0;
	int fd = bytes ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	volatile const char *p;
	char sum = 0;

	if (fd < 0)
		return 2;
	set_oom_score_adj(0);
	p = mmap(NULL, bytes, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 1;
	for (;;) {
		for (size_t i = 0; i < bytes; i += PAGE)
			sum += p[i];
		sleep_ms(sum == 1 ? 2 : 1);
	}
}
