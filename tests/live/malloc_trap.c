/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A library to be preloaded: once the first byte of the file named by MALLOC_TRAP is '1', who
 * allocates is ended, with a line on standard error.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

void *malloc(size_t n);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t n);

static volatile const char *armed = "0";

__attribute__((constructor)) static void map(void)
{
	const char *path = getenv("MALLOC_TRAP");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *p = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);

	if (p != MAP_FAILED)
		armed = p;
	if (fd >= 0)
		close(fd);
}

static void check(void)
{
	static const char text[] = "malloc_trap: an allocation\n";

	if (*armed != '1')
		return;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(98);
	_exit(99);
}

void *malloc(size_t n)
{
	check();
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	check();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	check();
	return __libc_realloc(p, n);
}
