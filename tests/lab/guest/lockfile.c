/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lockfile - maps a file, locks it in memory, and stays until killed.
 *
 *	lockfile FILE [touch]
 *
 * {"locked_kib":N} when it is done (0: refused).  With "touch" it reads each page, and locks none.
 */
#include <sys/stat.h>
#include <sys/syscall.h>

#include "guest.h"

int main(int argc, char *argv[])
{
	int fd = open(argc > 1 ? argv[1] : "", O_RDONLY | O_CLOEXEC);
	struct stat st;
	char text[4096];
	void *p;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 1;
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return 1;
	if (argc > 2) {
		for (off_t at = 0; at < st.st_size; at += 4096)
			((volatile const char *)p)[at];
	} else {
		syscall(SYS_mlock, p, (size_t)st.st_size); /* a sanitizer's mlock() does nothing */
	}
	printf("{\"locked_kib\":%ld}\n",
	       field_of(read_file("/proc/self/status", text, sizeof(text)), "VmLck"));
	fflush(stdout);
	for (;;)
		pause();
}
