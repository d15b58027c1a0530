/* SPDX-License-Identifier: Apache-2.0 */
/* The trigger eats until somebody is killed; who was the first? */
#include <signal.h>

#include "cast.h"

/* Of a death that the log does not tell of: its line should be there by now. */
#define LINE_S 1.0
/* After a refusal: whoever was killed for it would be dead by now. */
#define REFUSED_S 0.05

static int trigger_of(const struct plan *p)
{
	for (int i = 0; i < p->n_tasks; i++)
		if (p->tasks[i].trigger)
			return i;
	return -1;
}

static pid_t killed_by_log(struct stage *s, int log_fd, char *line, size_t bytes)
{
	pid_t pid;

	while ((pid = log_next_kill(log_fd, line, bytes)) > 0)
		if (s->plan->global || task_of(s, pid) >= 0)
			return pid;
	return 0;
}

static pid_t unclear(struct stage *s, const char *why)
{
	s->why_void = why;
	return 0;
}

pid_t run_out(struct stage *s, int log_fd, char *line, size_t bytes)
{
	struct seat *trigger = &s->board->seats[trigger_of(s->plan)];
	double end = seconds() + PATIENCE_S, first_death = 0, refused = 0;
	pid_t killed = 0;

	log_mark(log_fd);
	wake(&trigger->go, 2);
	for (;;) {
		uint32_t state = trigger->state;
		double now = seconds();

		killed = killed_by_log(s, log_fd, line, bytes);
		if (stage_reap(s) && first_death == 0)
			first_death = now;
		if (killed || (first_death > 0 && log_fd < 0))
			break;
		if (first_death > 0 && now - first_death > LINE_S)
			return unclear(s, "a task died, and the log does not say of what");
		if (state == SEAT_FULL)
			return unclear(s, "the trigger had its fill, and nobody died");
		if (state == SEAT_REFUSED && refused == 0)
			refused = now;
		if (refused > 0 && first_death == 0 && now - refused > REFUSED_S)
			return 0;
		if (now > end)
			return unclear(s, "nobody died in time");
		sleep_ms(1);
	}
	if (!is_dead(s, trigger->pid))
		kill(trigger->pid, SIGKILL);
	if (killed)
		return killed;
	sleep_ms(20); /* those who die together */
	stage_reap(s);
	return s->dead[0];
}
