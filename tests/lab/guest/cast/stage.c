/* SPDX-License-Identifier: Apache-2.0 */
/* The director's side: starts tasks, places them, waits until they are quiet, ends them. */
#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

#include "cast.h"

bool write_adj(pid_t pid, int adj)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", pid);
	return write_number(path, adj);
}

static bool fail(struct stage *s, const char *why)
{
	if (!s->why_void)
		s->why_void = why;
	return false;
}

/* Ready, with all that it has borne. */
static bool is_ready(const struct stage *s, int task)
{
	if (s->board->seats[task].state != SEAT_READY)
		return false;
	for (int i = task + 1; i < s->plan->n_tasks; i++)
		if (s->plan->tasks[i].parent == task && s->board->seats[i].state != SEAT_READY)
			return false;
	return true;
}

static bool await_ready(struct stage *s, int task)
{
	double end = seconds() + PATIENCE_S;

	while (!is_ready(s, task)) {
		if (stage_reap(s))
			return fail(s, "a task died before the trigger began");
		if (s->board->seats[task].state == SEAT_BAD || seconds() > end)
			return fail(s, "a task could not do its part");
		sleep_ms(1);
	}
	return true;
}

static bool start(struct stage *s, int task)
{
	const struct task *t = &s->plan->tasks[task];
	struct seat *seat = &s->board->seats[task];
	pid_t pid = fork();

	if (pid == 0)
		act(s, task);
	if (pid < 0)
		return fail(s, "fork");
	seat->pid = pid;
	if (!s->plan->global && !group_move(s->plan, t->late ? -1 : t->group, pid))
		return fail(s, "a task could not be moved into its group");
	if (!write_adj(pid, t->adj))
		return fail(s, "oom_score_adj could not be set");
	wake(&seat->go, 1);
	return await_ready(s, task);
}

/* Where a task is after its start: with who bore it. */
static int place_of(const struct plan *p, int task)
{
	const struct task *t = &p->tasks[task];

	if (t->parent >= 0)
		t = &p->tasks[t->parent];
	return t->late ? -1 : t->group;
}

/* The late ones, and children who live elsewhere than their parent; children's adjustments. */
static bool place_rest(struct stage *s)
{
	const struct plan *p = s->plan;

	for (int k = 0; k < p->n_tasks; k++) {
		int i = p->order[k];
		const struct task *t = &p->tasks[i];
		pid_t pid = s->board->seats[i].pid;

		if (t->parent >= 0 && t->adj_set && !write_adj(pid, t->adj))
			return fail(s, "oom_score_adj could not be set");
		if (!p->global && place_of(p, i) != t->group && !group_move(p, t->group, pid))
			return fail(s, "a task could not be moved into its group");
	}
	return true;
}

static char state_of(pid_t pid, pid_t tid)
{
	char path[64], text[512], *end;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", pid, tid);
	end = strrchr(read_file(path, text, sizeof(text)), ')');
	return end && end[1] ? end[2] : '?';
}

static bool has_awaited_child(const struct plan *p, int task)
{
	for (int i = task + 1; i < p->n_tasks; i++)
		if (p->tasks[i].parent == task && p->tasks[i].link >= LINK_VFORK)
			return true;
	return false;
}

/* All threads blocked; the leader gone where it is to go.  Notes the threads. */
static bool is_quiet(struct stage *s, int task)
{
	const struct task *t = &s->plan->tasks[task];
	pid_t pid = s->board->seats[task].pid;
	bool waits = has_awaited_child(s->plan, task), quiet = true;
	char path[64];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	d = opendir(path);
	if (!d)
		return false;
	for (struct dirent *e; (e = readdir(d));) {
		pid_t tid = atoi(e->d_name);
		char state = tid ? state_of(pid, tid) : 'S';

		if (tid == pid && t->leader_leaves && t->threads)
			quiet &= state == 'Z';
		else
			quiet &= state == 'S' || (state == 'D' && waits);
		if (tid && s->n_tids < MAX_TIDS) {
			s->tids[s->n_tids].tid = tid;
			s->tids[s->n_tids++].task = task;
		}
	}
	closedir(d);
	return quiet;
}

static bool await_quiet(struct stage *s)
{
	double end = seconds() + PATIENCE_S;
	bool quiet;

	do {
		quiet = true;
		s->n_tids = 0;
		for (int i = 0; i < s->plan->n_tasks; i++)
			quiet &= is_quiet(s, i);
		if (!quiet)
			sleep_ms(1);
	} while (!quiet && seconds() < end);
	return quiet || fail(s, "the tasks did not come to rest");
}

bool stage_fill(struct stage *s)
{
	const struct plan *p = s->plan;

	for (int k = 0; k < p->n_tasks; k++)
		if (p->tasks[p->order[k]].parent < 0 && !start(s, p->order[k]))
			return false;
	return place_rest(s) && await_quiet(s) && (!stage_reap(s) || fail(s, "a task died early"));
}

int task_of(const struct stage *s, pid_t tid)
{
	for (int i = 0; i < s->n_tids; i++)
		if (s->tids[i].tid == tid)
			return s->tids[i].task;
	return -1;
}

static long number_at(pid_t pid, const char *file)
{
	char path[64], text[32];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return atol(read_file(path, text, sizeof(text)));
}

/* A thread that still has the memory: a leader that left has none to show. */
static pid_t living_thread(const struct stage *s, int task)
{
	pid_t tid = s->board->seats[task].pid;

	for (int i = 0; i < s->n_tids; i++)
		if (s->tids[i].task == task && s->plan->tasks[task].leader_leaves)
			tid = s->tids[i].tid > tid ? s->tids[i].tid : tid;
	return tid;
}

void stage_measure(struct stage *s)
{
	for (int i = 0; i < s->plan->n_tasks; i++) {
		struct figures *f = &s->figures[i];
		char path[64], text[4096], *at;

		f->pid = s->board->seats[i].pid;
		snprintf(path, sizeof(path), "/proc/%d/task/%d/status", f->pid,
			 living_thread(s, i));
		read_file(path, text, sizeof(text));
		f->rss_kib = field_of(text, "VmRSS");
		f->swap_kib = field_of(text, "VmSwap");
		f->tables_kib = field_of(text, "VmPTE");
		strcpy(strstr(path, "/status"), "/stat");
		at = strrchr(read_file(path, text, sizeof(text)), ')');
		for (int field = 2; at && field < 24; field++)
			at = strchr(at + 1, ' ');
		f->stat_rss_pages = at ? atol(at + 1) : -1;
		f->adj = number_at(f->pid, "oom_score_adj");
		f->score = number_at(f->pid, "oom_score");
	}
}

bool stage_reap(struct stage *s)
{
	bool new = false;
	pid_t pid;

	while (s->n_dead < 2 * MAX_TASKS && (pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		s->dead[s->n_dead++] = pid;
		new = true;
	}
	return new;
}

bool is_dead(const struct stage *s, pid_t pid)
{
	for (int i = 0; i < s->n_dead; i++)
		if (s->dead[i] == pid)
			return true;
	return false;
}

static bool has_children(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* What is not reaped keeps its pid, and we are the only ones to reap. */
void stage_clear(struct stage *s)
{
	double end = seconds() + PATIENCE_S;

	for (unsigned tries = 0; seconds() < end; tries++) {
		for (int i = 0; tries % 20 == 0 && i < s->plan->n_tasks; i++) {
			pid_t pid = s->board->seats[i].pid;

			if (pid > 0 && !is_dead(s, pid))
				kill(pid, SIGKILL);
		}
		stage_reap(s);
		if (!has_children())
			break;
		sleep_ms(2);
	}
}
