/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The asker is a process of its own, which the kernel may kill.  It is ready, makes the request,
 * looks, and stops itself after each; we count between.
 */
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "asks.h"

#define COMPOUND_HEAD (1ull << 15)
#define THREADS 3 /* with so many the CPU's store of stacks is used up */
#define TRIES 4	  /* of one that ended meanwhile the stack may be taken over */
#define THREAD_STACK ((size_t)16384)

static struct board *board;

void bind_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

bool set_policy(enum policy policy, int node)
{
	static const int numbers[] = { [LOCAL] = 0, [PREFER] = 1, [BIND] = 2 };
	unsigned long mask = 1ul << node;

	return syscall(SYS_set_mempolicy, numbers[policy], policy ? &mask : NULL,
		       policy ? 64ul : 0ul) == 0;
}

bool asker_prepare(void)
{
	board = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return false;
	board->pfn = 0;
	return true;
}

static void rest(void)
{
	raise(SIGSTOP);
}

static unsigned long frame_of(const void *p)
{
	uint64_t entry = 0;
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && pread(fd, &entry, 8, (off_t)((uintptr_t)p / PAGE * 8)) != 8)
		entry = 0;
	close(fd);
	return entry & ((1ull << 55) - 1);
}

static uint64_t flags_of(unsigned long pfn)
{
	uint64_t flags = 0;
	int fd = open("/proc/kpageflags", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && pread(fd, &flags, 8, (off_t)(pfn * 8)) != 8)
		flags = 0;
	close(fd);
	return flags;
}

/* The page table is there before: the page beside is touched. */
static void be_fault(const struct ask *a)
{
	char *p = map_private(512 * 2 * PAGE);

	p = (char *)(((uintptr_t)p + 512 * PAGE - 1) & ~(512 * PAGE - 1));
	touch(p, PAGE);
	set_policy(a->policy, a->node);
	rest();
	touch(p + PAGE, PAGE);
	board->served = true;
	rest();
	board->pfn = frame_of(p + PAGE);
}

/* Where no block is to be had the ring is made of single pages: then its first is no head. */
static void be_ring(const struct ask *a)
{
	int s = socket(AF_PACKET, SOCK_RAW, 0), version = TPACKET_V3;
	unsigned bytes = 4096u << a->order;
	struct tpacket_req3 r = { .tp_block_size = bytes,
				  .tp_block_nr = 1,
				  .tp_frame_size = 2048,
				  .tp_frame_nr = bytes / 2048,
				  .tp_retire_blk_tov = 60000 };
	bool made;
	char *p;

	setsockopt(s, SOL_PACKET, PACKET_VERSION, &version, sizeof(version));
	set_policy(a->policy, a->node);
	rest();
	made = setsockopt(s, SOL_PACKET, PACKET_RX_RING, &r, sizeof(r)) == 0;
	board->served = made;
	rest();
	set_policy(LOCAL, 0); /* the look may take a page table from anywhere */
	p = made ? mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, s, 0) : MAP_FAILED;
	if (p == MAP_FAILED)
		return;
	board->pfn = frame_of(p);
	board->served = flags_of(board->pfn) & COMPOUND_HEAD;
}

static void huge_path(char *path, size_t bytes, int node)
{
	snprintf(path, bytes,
		 "/sys/devices/system/node/node%d/hugepages/hugepages-2048kB/nr_hugepages", node);
}

static void be_huge(const struct ask *a)
{
	char path[100], text[24];

	huge_path(path, sizeof(path), a->node);
	rest();
	write_file(path, "1");
	rest();
	board->served = atol(read_file(path, text, sizeof(text))) > 0;
	write_file(path, "0");
}

static int sleeper(void *unused)
{
	while (!unused)
		pause();
	return 0;
}

static bool make_thread(char *stacks, int i)
{
	return clone(sleeper, stacks + (size_t)(i + 1) * THREAD_STACK,
		     CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
			     CLONE_SYSVSEM,
		     NULL) >= 0;
}

static void be_stack(const struct ask *a)
{
	size_t bytes = (THREADS + TRIES) * THREAD_STACK;
	char *stacks = map_private(bytes);

	touch(stacks, bytes);
	for (int i = 0; i < THREADS; i++)
		make_thread(stacks, i);
	set_policy(a->policy, a->node);
	rest();
	for (int i = THREADS; i < THREADS + TRIES; i++) {
		board->served = make_thread(stacks, i);
		rest();
	}
}

pid_t asker_start(const struct ask *a)
{
	static void (*const be[KINDS])(const struct ask *) = { be_fault, be_ring, be_huge,
							       be_stack };
	int status;
	pid_t pid;

	memset(board, 0, sizeof(*board));
	pid = fork();
	if (pid == 0) {
		set_oom_score_adj(1000);
		no_huge_pages();
		bind_cpu(a->node);
		be[a->kind](a);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status))
		return pid;
	return 0;
}

/* It goes on to its next rest, or ends. */
static bool go_on(pid_t pid)
{
	int status;

	kill(pid, SIGCONT);
	return waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status);
}

/* Pages of stacks on each node, from lines of /proc/vmallocinfo like
 * "0x...-0x... 20480 dup_task_struct+0x4c/0x1b0 pages=4 vmalloc N0=4". */
static void count_stacks(int pages[MAX_NODES])
{
	static char text[512 * 1024];

	memset(pages, 0, MAX_NODES * sizeof(*pages));
	read_file("/proc/vmallocinfo", text, sizeof(text));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (!strstr(line, " pages=4 ") ||
		    (!strstr(line, "dup_task_struct") && !strstr(line, "kernel_clone") &&
		     !strstr(line, "copy_process") && !strstr(line, "alloc_thread_stack")))
			continue;
		for (char *p = line; (p = strstr(p, " N"));) {
			int node, count;

			p += 2;
			if (sscanf(p, "%d=%d", &node, &count) == 2 && node < MAX_NODES)
				pages[node] += count;
		}
	}
}

static int grown(const int before[MAX_NODES], const int after[MAX_NODES])
{
	int node = NONE;

	for (int i = 0; i < MAX_NODES; i++)
		if (after[i] > before[i]) {
			if (node != NONE)
				return UNSAID; /* of two nodes */
			node = i;
		}
	return node;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	kill(pid, SIGCONT);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Threads are made until one has a stack that was not there before. */
static bool make_stack(pid_t pid, int *node)
{
	int before[MAX_NODES], after[MAX_NODES];
	bool lives = true;

	*node = NONE;
	count_stacks(before);
	for (int i = 0; i < TRIES && lives && *node == NONE; i++) {
		lives = go_on(pid);
		count_stacks(after);
		*node = grown(before, after);
		if (!board->served)
			break;
	}
	return lives;
}

struct answer asker_go(pid_t pid, const struct ask *a, const struct zones *zones)
{
	struct answer got = { .node = NONE };
	const struct zone *z;
	bool lives;
	long waited = stalls();
	int stack = NONE;

	lives = a->kind == STACK ? make_stack(pid, &stack) : go_on(pid);
	got.stalls = stalls() - waited;
	if (!lives)
		return got;
	if (a->kind != STACK)
		go_on(pid);
	end(pid);
	if (!board->served)
		return got;
	z = zone_of(zones, board->pfn);
	if (a->kind == HUGE)
		got.node = a->node;
	else if (a->kind == STACK)
		got.node = stack == NONE ? UNSAID : stack;
	else
		got.node = z && board->pfn ? z->node : UNSAID;
	if (z && board->pfn)
		memcpy(got.zone, z->name, sizeof(got.zone));
	return got;
}
