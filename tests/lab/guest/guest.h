/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guest - what the small programs of the guests share.  They are built static, run as root in a
 * throw-away machine, and say what they saw as lines of JSON on standard output.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define PAGE ((size_t)4096)

static inline void sleep_ms(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

static inline double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 0 or -errno */
static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return -errno;
	r = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return r;
}

/* NUL-terminated; "" when it cannot be read. */
static inline const char *read_file(const char *path, char *buf, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t k;

	while (fd >= 0 && n + 1 < bytes && (k = read(fd, buf + n, bytes - 1 - n)) > 0)
		n += (size_t)k;
	buf[n] = '\0';
	if (fd >= 0)
		close(fd);
	return buf;
}

/* "Key:  123 kB" or "key 123" at the start of a line; -1: not there */
static inline long field_of(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (!strncmp(line, key, n) && strchr(": \t", line[n]))
			return strtol(line + n + 1, NULL, 10);
	return -1;
}

static inline long meminfo_kib(const char *key)
{
	char text[8192];

	return field_of(read_file("/proc/meminfo", text, sizeof(text)), key);
}

static inline void *map_private(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static inline void touch(volatile char *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE)
		p[i] = 1;
}

static inline void set_oom_score_adj(int adj)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", adj);
	write_file("/proc/self/oom_score_adj", text);
}

/* Exact figures need pages of one size. */
static inline void no_huge_pages(void)
{
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
}
