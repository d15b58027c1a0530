/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc - the whole program on fixtures, with the n-th allocation failing, n = 1, 2, ... until
 * it passes: each time an error that was said, never a crash, never a wrong answer.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "cli/cmd.h"

/* Every allocation of a small fixture, every 61st of a large one. */
#define SMALL_BYTES 40000
#define STRIDE 61

/* Of a copy: the program may move its arguments about. */
static int run(char *const argv[])
{
	char *copy[12] = {};
	int argc = 0;

	for (; argv[argc]; argc++)
		copy[argc] = argv[argc];
	return cli_main(argc, copy);
}

static size_t file_bytes(const char *path)
{
	FILE *f = fopen(path, "r");
	long n;

	if (!f)
		return 0;
	fseek(f, 0, SEEK_END);
	n = ftell(f);
	fclose(f);
	return (size_t)n;
}

/* How many failures were injected; 0 when one was swallowed. */
static size_t torture(char *argv[], size_t stride, FILE *result)
{
	size_t count = 0;

	for (size_t n = 1;; n += stride, count++) {
		int status;

		mw_arena_fail_in(n);
		status = run(argv);
		if (mw_arena_fail_in(0)) {
			if (status == EXIT_DONE || status == EXIT_PARTIAL)
				return count;
			fprintf(result, "not ok alloc %s %s: exit %d with memory enough\n", argv[1],
				argv[3], status);
			return 0;
		}
		if (status == EXIT_FAILED)
			continue;
		fprintf(result, "not ok alloc %s %s: failure %zu gave exit %d\n", argv[1], argv[3],
			n, status);
		return 0;
	}
}

static int fixture(const char *path, FILE *result)
{
	static const char *const commands[] = { "--json",  "--color=never", "ledger", "victims",
						"cgroups", "capture",	    "zones" };
	size_t stride = file_bytes(path) < SMALL_BYTES ? 1 : STRIDE;
	int bad = 0;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char *argv[] = { (char *)"memwhy", (char *)commands[i], (char *)"--root",
				 (char *)path, NULL };
		size_t n = torture(argv, stride, result);

		bad |= !n;
		if (n)
			fprintf(result, "ok alloc %s %s (%zu failures)\n", commands[i], path, n);
	}
	return bad;
}

/* What no other command makes. */
static int option_of(const char *command, const char *option, const char *path, FILE *result)
{
	static const char *const ways[] = { "--json", "--color=never" };
	int bad = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *argv[] = { (char *)"memwhy",
				 (char *)command,
				 (char *)"--root",
				 (char *)path,
				 (char *)option,
				 (char *)ways[i],
				 NULL };
		size_t n = torture(argv, 1, result);

		bad |= !n;
		if (n)
			fprintf(result, "ok alloc %s %s %s %s (%zu failures)\n", command, option,
				ways[i], path, n);
	}
	return bad;
}

/* The same: files of processes, and those that match a pattern. */
static int cgroups(const char *path, FILE *result)
{
	static const char *const what[] = { "--recharge", "--expect" };
	int bad = 0;

	for (size_t i = 0; i < 4; i++) {
		char *argv[] = { (char *)"memwhy",
				 (char *)"cgroups",
				 (char *)"--root",
				 (char *)path,
				 (char *)what[i / 2],
				 (char *)"/search.slice/search.service",
				 (char *)"--color=never",
				 (char *)(i ? "--files=/srv/index/*.idx" : NULL),
				 (char *)(i % 2 ? "--json" : NULL),
				 NULL };
		size_t n = torture(argv, 3, result);

		bad |= !n;
		if (n)
			fprintf(result, "ok alloc cgroups %s %zu (%zu failures)\n", what[i / 2], i,
				n);
	}
	return bad;
}

/* A kernel log, with each way to show its reports. */
static int log_file(const char *path, FILE *result)
{
	static const char *const ways[] = { "--json", "--color=never", "--html", "--summary" };
	int bad = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *argv[] = { (char *)"memwhy", (char *)"oom", (char *)ways[i], (char *)path,
				 NULL };
		size_t n = torture(argv, 5, result);

		bad |= !n;
		if (n)
			fprintf(result, "ok alloc oom %s %s (%zu failures)\n", ways[i], path, n);
	}
	return bad;
}

/* The zones of its last report. */
static int log_zones(const char *path, FILE *result)
{
	char *argv[] = { (char *)"memwhy", (char *)"zones", (char *)"--report", (char *)path,
			 NULL };
	size_t n = torture(argv, 5, result);

	if (n)
		fprintf(result, "ok alloc zones --report %s (%zu failures)\n", path, n);
	return !n;
}

/* A night of the guard again, and a configuration. */
static int guard(const char *way, const char *path, FILE *result)
{
	char *argv[] = { (char *)"memwhy", (char *)"guard", (char *)way, (char *)path, NULL };
	size_t n = torture(argv, 5, result);

	if (n)
		fprintf(result, "ok alloc guard %s %s (%zu failures)\n", way, path, n);
	return !n;
}

int main(void)
{
	const char *folder = getenv("MEMWHY_FIXTURES");
	FILE *result = fdopen(dup(1), "w");
	DIR *dir = opendir(folder ? folder : "tests/fixtures");
	struct dirent *e;
	int bad = 0;

	if (!dir || !result || !freopen("/dev/null", "w", stdout) ||
	    !freopen("/dev/null", "w", stderr))
		return 1;
	/* A crash is to show after which line it came. */
	setvbuf(result, NULL, _IOLBF, 0);
	while ((e = readdir(dir))) {
		char path[4096];

		if (!strstr(e->d_name, ".cap"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder ? folder : "tests/fixtures",
			 e->d_name);
		/* Broken ones fail anyway. */
		if (strncmp(e->d_name, "broken-", 7))
			bad |= fixture(path, result);
	}
	closedir(dir);
	bad |= option_of("zones", "--processes", "tests/fixtures/hand-numa.cap", result);
	bad |= option_of("zones", "--balance", "tests/fixtures/hand-numa.cap", result);
	bad |= option_of("cgroups", "--pages", "tests/fixtures/hand-cgroups-pages.cap", result);
	bad |= cgroups("tests/fixtures/hand-recharge.cap", result);
	bad |= log_file("tests/lab/logs/memcg-group-6.12.log", result);
	bad |= log_file("tests/lab/logs/swap-full-6.12.log", result);
	bad |= log_zones("tests/lab/logs/swap-full-6.12.log", result);
	bad |= guard("--replay", "tests/fixtures/guard/kill-hog.rec", result);
	bad |= guard("--check-config", "packaging/guard.conf", result);
	fclose(result);
	return bad;
}
