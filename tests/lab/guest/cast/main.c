/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cast - random sets of tasks that run out of memory: does memwhy know who will be killed?
 *
 *	cast [-s SEED] [-f FIRST] [-n SETS] [-b SECONDS] [-t PERCENT] [-m MEMWHY]
 *	     [-g] [-N policy|cpuset] [-A] [-S] [-w] [-k KEY]
 *
 * Sets FIRST (0) to FIRST + SETS (100), fewer when SECONDS are over; PERCENT of them with tasks
 * that are alike.  -g: the whole machine runs out, a guest's only.  -N: of its two nodes the second
 * does, to which the trigger is kept so.  -A: vm.oom_kill_allocating_task is set, and the trigger
 * is as killable as others.  -S: there is swap, and some pages are in it.  -w: takes the last that
 * memwhy names for the first, so nearly all must differ: shows that a wrong answer is seen.
 *
 * {"sets":N,"agree":N,"undecidable":N,"differ":N,"void":N,...}: sets that were judged; void: that
 * were not.  With -k below that key.  {"differences":{"setN":{...}}}, {"voids":{"setN":"why"}}.
 * Exit 77: not possible here.
 */
#include <signal.h>
#include <sys/wait.h>

#include "cast.h"

struct options {
	uint64_t seed;
	unsigned first, sets;
	double budget_s;
	const char *memwhy;
	bool wrong;
	const char *key;
	struct facts_of_machine machine;
};

struct tally {
	unsigned sets, agree, undecidable, differ, voids;
	unsigned nobody;   /* agreed that nobody can be killed */
	unsigned tied;	   /* the first has equals */
	unsigned by_nodes; /* on the whole machine another would be the first */
	unsigned askers;   /* agreed that who asked dies */
	unsigned seconds, seconds_agree, seconds_undecidable; /* likewise, of the next kill */
	unsigned scores, scores_differ;
};

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

static int skip(const char *why)
{
	printf("{\"skip\":\"%s\"}\n", why);
	return 77;
}

static bool parse(int argc, char *argv[], struct options *o)
{
	int c;

	while ((c = getopt(argc, argv, "s:f:n:b:t:m:gN:ASwk:")) != -1)
		switch (c) {
		case 's':
			o->seed = strtoul(optarg, NULL, 10);
			break;
		case 'f':
			o->first = (unsigned)atoi(optarg);
			break;
		case 'n':
			o->sets = (unsigned)atoi(optarg);
			break;
		case 'b':
			o->budget_s = atof(optarg);
			break;
		case 't':
			o->machine.ties_percent = (unsigned)atoi(optarg);
			break;
		case 'm':
			o->memwhy = optarg;
			break;
		case 'g':
			o->machine.global = true;
			break;
		case 'N':
			o->machine.global = true;
			o->machine.bound = strcmp(optarg, "cpuset") ? BOUND_POLICY : BOUND_CPUSET;
			break;
		case 'A':
			o->machine.asker_dies = true;
			break;
		case 'k':
			o->key = optarg;
			break;
		case 'S':
			o->machine.swap = true;
			break;
		case 'w':
			o->wrong = true;
			break;
		default:
			return false;
		}
	return optind == argc;
}

/* Of a task's adjustment: down and back, as it was. */
static bool may_lower(void)
{
	char text[16];
	int adj = atoi(read_file("/proc/self/oom_score_adj", text, sizeof(text)));
	bool may;

	write_adj(getpid(), 1000);
	may = write_adj(getpid(), -1000);
	return write_adj(getpid(), adj) && may;
}

/* A guest's memory, or that of the node, but for what a set needs: else each set would first eat
 * all of it.  Held by a process that is none of ours: we wait until all of ours are dead. */
static void start_ballast(enum bound bound)
{
	long kib = (bound ? node_free_kib(FULL_NODE) : meminfo_kib("MemAvailable")) - 72 * 1024;
	int ready[2];
	char *p, c;
	pid_t pid;

	if (kib <= 0 || pipe(ready) < 0)
		return;
	pid = fork();
	if (pid > 0) {
		close(ready[1]);
		waitpid(pid, NULL, 0);
		while (read(ready[0], &c, 1) < 0 && errno == EINTR)
			;
		close(ready[0]);
		return;
	}
	if (fork() != 0)
		_exit(0);
	prctl(PR_SET_NAME, "ballast");
	write_adj(getpid(), -1000);
	if (bound)
		bind_here(2 /* MPOL_BIND */, 1u << FULL_NODE);
	p = map_private((size_t)kib * 1024);
	if (p && mlock(p, (size_t)kib * 1024) < 0)
		touch(p, (size_t)kib * 1024);
	close(ready[0]);
	close(ready[1]);
	for (;;)
		pause();
}

static bool shares_or_dies_whole(const struct plan *p)
{
	for (int i = 0; i < p->n_groups; i++)
		if (p->groups[i].dies_whole)
			return true;
	for (int i = 0; i < p->n_tasks; i++)
		if (p->tasks[i].link != LINK_FORK)
			return true;
	return false;
}

/* The process of a thread that the log names. */
static pid_t process_of(const struct stage *s, pid_t tid)
{
	int task = task_of(s, tid);

	return task < 0 ? tid : s->board->seats[task].pid;
}

/* Where there is swap, kernels 6.2 to 7.0 count its pages on each CPU, and see the two counters of
 * two tasks each off by up to a batch. */
static bool is_equal_of_first(const struct foretold *f, pid_t pid, bool swap)
{
	long blur = swap ? 2 * 32 * sysconf(_SC_NPROCESSORS_ONLN) : 0;

	for (int i = 0; i < f->n; i++)
		if (f->victims[i].pid == pid)
			return labs(f->victims[0].badness - f->victims[i].badness) <= blur;
	return false;
}

/* The first that memwhy names: where who asks dies, and may be killed, the trigger. */
static pid_t first_foretold(const struct stage *s, const struct foretold *f, bool wrong)
{
	for (int i = 0; f->asker_dies && !wrong && i < s->plan->n_tasks; i++)
		if (s->plan->tasks[i].trigger && s->plan->tasks[i].adj > -1000)
			return s->board->seats[i].pid;
	return f->n ? f->victims[wrong ? f->n - 1 : 0].pid : 0;
}

static void judge(const struct stage *s, const struct foretold *f, bool wrong, bool logged,
		  pid_t killed, const char *line, struct tally *t)
{
	pid_t pid = killed ? process_of(s, killed) : 0;
	pid_t foretold = first_foretold(s, f, wrong);
	bool agree = f->answered && pid == foretold;

	/* Without a log those who die together cannot be told apart. */
	if (!agree && !logged && f->answered && foretold && shares_or_dies_whole(s->plan))
		agree = is_dead(s, foretold);
	t->sets++;
	t->nobody += agree && !pid;
	t->askers += agree && f->n && foretold != f->victims[0].pid;
	t->tied += f->n > 1 && f->victims[0].badness == f->victims[1].badness;
	for (int i = 0; i < f->n; i++) {
		t->scores += f->victims[i].kernel >= 0;
		t->scores_differ +=
			f->victims[i].kernel >= 0 && f->victims[i].kernel != f->victims[i].model;
	}
	if (agree) {
		t->agree++;
	} else if (!wrong && f->n && !f->victims[0].certain &&
		   is_equal_of_first(f, pid, s->plan->swap)) {
		t->undecidable++;
		printf("{\"undecidables\":{\"set%u\":\"%s\"}}\n", s->plan->number, f->doubt);
	} else {
		t->differ++;
		tell_difference(s, f, killed, line);
	}
}

/* Asks about what will run out; notes whether the machine as a whole would lose another. */
static void ask(const struct options *o, const struct plan *p, struct foretold *ret,
		struct tally *t)
{
	static struct foretold whole;

	if (!p->global) {
		foretell(o->memwhy, "--cgroup", domain_argument(p), ret);
		return;
	}
	if (!p->bound) {
		foretell(o->memwhy, NULL, NULL, ret);
		return;
	}
	foretell(o->memwhy, NULL, NULL, &whole);
	foretell(o->memwhy, p->bound == BOUND_CPUSET ? "--cpuset" : "--nodes",
		 p->bound == BOUND_CPUSET ? full_cpuset() : "1", ret);
	t->by_nodes += whole.n && ret->n && whole.victims[0].pid != ret->victims[0].pid;
}

/* The set goes on: asked again, does memwhy know the next one? */
static void play_on(const struct options *o, struct stage *s, struct foretold *f, int log_fd,
		    struct tally *t)
{
	static char line[8192];
	pid_t killed;

	if (s->plan->global || o->wrong || log_fd < 0 || !run_pause(s, log_fd))
		return;
	stage_measure(s);
	foretell(o->memwhy, "--cgroup", domain_argument(s->plan), f);
	killed = run_on(s, log_fd, line, sizeof(line));
	if (s->why_void)
		return;
	t->seconds++;
	killed = killed ? process_of(s, killed) : 0;
	if (f->answered && killed == (f->n ? f->victims[0].pid : 0))
		t->seconds_agree++;
	else if (f->n && !f->victims[0].certain && is_equal_of_first(f, killed, s->plan->swap))
		t->seconds_undecidable++;
	else
		tell_difference(s, f, killed, line);
}

/* Between sets nothing of one is left. */
static void play(const struct options *o, unsigned number, struct board *board, int log_fd,
		 struct tally *t)
{
	static struct plan plan; /* one for all sets: the director's size stays as it is */
	static struct stage s;
	static struct foretold f;
	static char line[8192];
	pid_t killed = 0;

	plan_set(&o->machine, o->seed, number, &plan);
	memset(board, 0, sizeof(*board));
	s = (struct stage){ .plan = &plan, .board = board };
	s.shared = mmap(NULL, SHARED_PAGES * PAGE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (s.shared == MAP_FAILED)
		return;
	if (plan.swap)
		mlock(s.shared, SHARED_PAGES * PAGE); /* else its pages leave without a trace */
	board->limit_pages = (plan.global ? 1u << 18 : 1u << 15);
	if (!plan.global && !groups_make(&plan))
		s.why_void = "the groups could not be made";
	else if (stage_fill(&s) && !plan.global && !groups_limit(&plan))
		s.why_void = "the limit could not be set";
	if (!s.why_void) {
		stage_measure(&s);
		ask(o, &plan, &f, t);
		killed = run_out(&s, log_fd, line, sizeof(line));
	}
	if (s.why_void) {
		t->voids++;
		printf("{\"voids\":{\"set%u\":\"%s\"}}\n", number, s.why_void);
	} else {
		judge(&s, &f, o->wrong, log_fd >= 0, killed, line, t);
		if (killed)
			play_on(o, &s, &f, log_fd, t);
	}
	fflush(stdout);
	stage_clear(&s);
	if (!plan.global)
		groups_remove(&plan);
	munmap(s.shared, SHARED_PAGES * PAGE);
}

static int prepare(struct options *o)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	no_huge_pages();
	if (o->machine.global && meminfo_kib("MemTotal") > 1 << 20)
		return skip("-g is for small guests");
	if (o->machine.global)
		start_ballast(o->machine.bound);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	mlockall(MCL_CURRENT);
	o->machine.lowers = may_lower();
	if (o->machine.bound && !nodes_prepare())
		return skip("no cpuset can be made");
	if (o->machine.asker_dies && !write_number("/proc/sys/vm/oom_kill_allocating_task", 1))
		return skip("vm.oom_kill_allocating_task cannot be set");
	if (o->machine.global)
		return 0;
	if (!find_cgroup_top(&o->machine.v2) || !nursery_make(o->machine.v2))
		return skip("no memory cgroup can be made");
	return 0;
}

int main(int argc, char *argv[])
{
	struct options o = { .seed = 1,
			     .sets = 100,
			     .budget_s = 1e9,
			     .memwhy = "memwhy",
			     .machine.ties_percent = 25 };
	double start = seconds();
	struct tally t = { 0 };
	struct board *board;
	int log_fd, status;

	if (!parse(argc, argv, &o))
		return 2;
	status = prepare(&o);
	board = mmap(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (status || board == MAP_FAILED)
		return status ? status : 1;
	mlock(board, sizeof(*board));
	log_fd = log_open();
	for (unsigned i = 0; i < o.sets && !stopped && seconds() - start < o.budget_s; i++)
		play(&o, o.first + i, board, log_fd, &t);
	nursery_remove();
	if (o.key)
		printf("{\"%s\":", o.key);
	printf("{\"sets\":%u,\"agree\":%u,\"undecidable\":%u,\"differ\":%u,\"void\":%u,"
	       "\"nobody\":%u,\"tied\":%u,\"by_nodes\":%u,\"askers\":%u,\"seconds_judged\":%u,"
	       "\"seconds_agree\":%u,\"seconds_undecidable\":%u,\"scores\":%u,"
	       "\"scores_differ\":%u,\"logged\":%s,\"seed\":%lu,\"seconds\":%.1f}%s\n",
	       t.sets, t.agree, t.undecidable, t.differ, t.voids, t.nobody, t.tied, t.by_nodes,
	       t.askers, t.seconds, t.seconds_agree, t.seconds_undecidable, t.scores,
	       t.scores_differ, log_fd >= 0 ? "true" : "false", o.seed, seconds() - start,
	       o.key ? "}" : "");
	return t.differ ? 1 : 0;
}
