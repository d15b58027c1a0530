/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frontier - the largest request that succeeds, by bisection to the page, beside what memwhy commit
 * said of it.
 *
 *	frontier LABEL
 *
 * For each kind of request, as root and as an ordinary user.  A subject makes the requests; memwhy
 * is asked about the subject just before.  While it runs memwhy is promised something itself, so
 * that Committed_AS as it saw it and as the subject sees it before its first request are compared,
 * and the difference is added.
 *
 * A line of JSON a frontier: {"frontier":{"LABEL fork 1000":{"most":..., "foretold":...,
 * "drift":..., "rule":..., "right":true}}}.  fork: most is what the child would be promised.
 */
#include <malloc.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>

#include "guest.h"

#define ANSWER_BYTES ((size_t)1 << 20)
#define LIMIT_KEY "\"limit_bytes\": "
#define RULE_KEY "\"rule\": \""
#define TOP ((size_t)1 << 63) /* above every request that may succeed, where there is an end */

enum kind { MALLOC, PRIVATE, NORESERVE, SHARED, SHM, FORK, KINDS };

static const char *const requests[KINDS] = {
	"malloc", "mmap_private", "mmap_noreserve", "mmap_shared", "shmget", "fork",
};

/* What subject and asker tell each other. */
struct board {
	volatile size_t most;	     /* that succeeded; of fork(): mapped, beside the rest */
	volatile bool refused_above; /* one page more was refused */
};

static struct board *board;
static size_t ram_and_swap_bytes;
static long committed_kib; /* when memwhy is gone, before the first request */
static char answer[ANSWER_BYTES];

static bool try_map(size_t bytes, int flags)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		munmap(p, bytes);
	return p != MAP_FAILED;
}

static bool try_shm(size_t bytes)
{
	int id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);

	if (id >= 0)
		shmctl(id, IPC_RMID, NULL);
	return id >= 0;
}

static bool try_malloc(volatile size_t bytes)
{
	void *volatile p = malloc(bytes);

	free(p);
	return p;
}

static bool try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return pid > 0;
}

/* One mapping that is large by itself: in two requests, which become one, since the first rule
 * that asks is that of one request. */
static char *map_large(size_t bytes)
{
	size_t first = bytes / 2 / PAGE * PAGE;
	char *p = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	if ((first && mmap(p, first, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) ||
	    mmap(p + first, bytes - first, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) {
		munmap(p, bytes);
		return NULL;
	}
	return p;
}

static bool try_fork_with(size_t bytes)
{
	char *p = map_large(bytes);
	bool forked = p && try_fork();

	if (p)
		munmap(p, bytes);
	return forked;
}

static bool try_one(enum kind kind, size_t bytes)
{
	switch (kind) {
	case MALLOC:
		return try_malloc(bytes);
	case PRIVATE:
		return try_map(bytes, MAP_PRIVATE);
	case NORESERVE:
		return try_map(bytes, MAP_PRIVATE | MAP_NORESERVE);
	case SHARED:
		return try_map(bytes, MAP_SHARED);
	case SHM:
		return try_shm(bytes);
	case FORK:
		return try_fork_with(bytes);
	case KINDS:
		break;
	}
	return false;
}

/* To the byte for malloc(), else to the page. */
static size_t bisect(enum kind kind)
{
	size_t unit = kind == MALLOC ? 1 : PAGE;
	size_t low = 0, high = kind == FORK ? 2 * ram_and_swap_bytes : TOP;

	while (high - low > unit) {
		size_t middle = (low + (high - low) / 2) / unit * unit;

		if (try_one(kind, middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Waits to be told what to do, by signals: SIGUSR1 go on, and stops itself when it has. */
static void rest(void)
{
	raise(SIGSTOP);
}

static _Noreturn void be_subject(enum kind kind, uid_t uid)
{
	char *p = NULL;

	if (uid && (setgid(uid) || setuid(uid)))
		_exit(1);
	/* The first malloc() that fails makes an arena: before anything is compared. */
	try_malloc(TOP);
	rest();
	board->most = bisect(kind);
	board->refused_above = !try_one(kind, board->most + PAGE);
	/* What memwhy says of a fork is asked while it has what it can just fork with, and with a
	 * page more. */
	for (size_t more = 0; kind == FORK && more < 2; more++) {
		p = map_large(board->most + more * PAGE);
		rest();
		munmap(p, board->most + more * PAGE);
	}
	_exit(0);
}

static void go_on(pid_t pid)
{
	int status;

	kill(pid, SIGCONT);
	waitpid(pid, &status, WUNTRACED);
}

/* What memwhy says: into answer. */
static bool ask(pid_t pid)
{
	char as[16];
	size_t n = 0;
	ssize_t k;
	int ends[2], status;
	pid_t child;

	snprintf(as, sizeof(as), "%d", pid);
	if (pipe(ends))
		return false;
	child = fork();
	if (child == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		execlp("memwhy", "memwhy", "commit", "--ndjson", "--try", "1M", "--as", as, NULL);
		_exit(127);
	}
	close(ends[1]);
	while (n + 1 < ANSWER_BYTES && (k = read(ends[0], answer + n, ANSWER_BYTES - 1 - n)) > 0)
		n += (size_t)k;
	answer[n] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	committed_kib = meminfo_kib("Committed_AS");
	return n && WIFEXITED(status) && (!WEXITSTATUS(status) || WEXITSTATUS(status) == 3);
}

/* A number behind a key, from `p` on; -1: null, or not there. */
static long long number(const char *p, const char *key)
{
	p = p ? strstr(p, key) : NULL;
	if (!p)
		return -1;
	p += strlen(key);
	return *p == 'n' ? -1 : strtoll(p, NULL, 10);
}

struct said {
	long long committed, most, drift, bytes;
	char rule[32];
};

static struct said said(enum kind kind)
{
	struct said s = { .committed = number(answer, "\"committed_bytes\": ") };
	char key[64];
	const char *row, *rule, *limit;

	snprintf(key, sizeof(key), "\"request\": \"%s\"", requests[kind]);
	row = strstr(answer, key);
	s.bytes = number(row, "\"bytes\": ");
	s.drift = number(row, "\"drift_bytes\": ");
	limit = row ? strstr(row, LIMIT_KEY) : NULL;
	rule = row ? strstr(row, RULE_KEY) : NULL;
	snprintf(s.rule, sizeof(s.rule), "%.*s",
		 rule ? (int)strcspn(rule + sizeof(RULE_KEY) - 1, "\"") : 0,
		 rule ? rule + sizeof(RULE_KEY) - 1 : "");
	/* Nothing ends it: this row has no such key. */
	s.most = limit && limit < row + strcspn(row, "}") ? number(row, LIMIT_KEY) : -1;
	return s;
}

/* What of a sum is promised to memwhy itself, while it looks, comes back. */
static long long foretold(const struct said *s)
{
	if (strcmp(s->rule, "overcommit-limit"))
		return s->most;
	return s->most + s->committed - (long long)committed_kib * 1024;
}

static void tell(const char *label, enum kind kind, uid_t uid, const struct said *s, bool right)
{
	printf("{\"frontier\":{\"%s %s %u\":{\"most\":%zu,\"foretold\":%lld,\"drift\":%lld,"
	       "\"rule\":\"%s\",\"right\":%s}}}\n",
	       label, requests[kind], uid, board->most, foretold(s), s->drift, s->rule,
	       right ? "true" : "false");
	fflush(stdout);
}

static void measure_fork(const char *label, pid_t pid, uid_t uid)
{
	struct said s[2] = {};
	long long most[2] = {};
	bool right = board->refused_above;

	for (int more = 0; more < 2; more++) {
		if (!ask(pid))
			strcpy(answer, "");
		s[more] = said(FORK);
		most[more] = foretold(&s[more]);
		go_on(pid);
	}
	right = right && s[0].bytes > 0 && s[0].bytes <= most[0] + s[0].drift &&
		s[1].bytes > most[1] - s[1].drift;
	board->most = (size_t)s[0].bytes;
	tell(label, FORK, uid, &s[0], right);
}

static void measure(const char *label, enum kind kind, uid_t uid, bool endless)
{
	struct said s;
	pid_t pid = fork();
	long long apart;

	if (pid == 0)
		be_subject(kind, uid);
	waitpid(pid, NULL, WUNTRACED);
	if (!ask(pid))
		strcpy(answer, "");
	s = said(kind);
	go_on(pid);
	if (kind == FORK && !endless) {
		measure_fork(label, pid, uid);
		return;
	}
	apart = (long long)board->most - foretold(&s);
	if (kind == FORK) {
		/* Nothing may refuse it: it was forked with all that could be mapped. */
		tell(label, kind, uid, &s, s.most < 0 && board->most);
		kill(pid, SIGKILL);
		kill(pid, SIGCONT);
		waitpid(pid, NULL, 0);
		return;
	}
	/* malloc() may take less than a page more from the end of its heap. */
	if (kind == MALLOC)
		s.drift += PAGE - 1;
	tell(label, kind, uid, &s,
	     board->refused_above && s.most >= 0 && apart <= s.drift && -apart <= s.drift);
}

int main(int argc, char *argv[])
{
	static char buffer[4096];
	char mode[16];
	bool always;

	if (argc != 2)
		return 2;
	setvbuf(stdout, buffer, _IOLBF, sizeof(buffer)); /* no heap */
	board = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return 1;
	ram_and_swap_bytes = (size_t)(meminfo_kib("MemTotal") + meminfo_kib("SwapTotal")) * 1024;
	always = read_file("/proc/sys/vm/overcommit_memory", mode, sizeof(mode))[0] == '1';
	for (enum kind kind = 0; kind < KINDS; kind++)
		for (uid_t uid = 0; uid <= 1000; uid += 1000)
			measure(argv[1], kind, uid, always);
	return 0;
}
