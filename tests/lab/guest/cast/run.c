/* SPDX-License-Identifier: Apache-2.0 */
/* The trigger eats until somebody is killed; who was the first, who the next? */
#include <signal.h>

#include "cast.h"

/* Of a death that the log does not tell of: its line should be there by now. */
#define LINE_S 1.0
/* After a refusal: whoever was killed for it would be dead by now. */
#define REFUSED_S 0.05
/* After a death: those who die with it, or of it, would be dead by now. */
#define QUIET_S 0.04
#define PAUSE_S 3.0

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

static struct seat *seat_of_trigger(const struct stage *s)
{
	return &s->board->seats[trigger_of(s->plan)];
}

static void end_trigger(struct stage *s)
{
	if (!is_dead(s, seat_of_trigger(s)->pid))
		kill(seat_of_trigger(s)->pid, SIGKILL);
}

static pid_t await_kill(struct stage *s, int log_fd, char *line, size_t bytes)
{
	struct seat *trigger = seat_of_trigger(s);
	double end = seconds() + PATIENCE_S, first_death = 0, refused = 0;
	pid_t killed = 0;

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
	wake(&trigger->go, 3);
	if (s->plan->global || log_fd < 0)
		end_trigger(s);
	if (killed)
		return killed;
	sleep_ms(20); /* those who die together */
	stage_reap(s);
	return s->dead[0];
}

pid_t run_out(struct stage *s, int log_fd, char *line, size_t bytes)
{
	log_mark(log_fd);
	wake(&seat_of_trigger(s)->go, 2);
	return await_kill(s, log_fd, line, bytes);
}

bool run_pause(struct stage *s, int log_fd)
{
	struct seat *trigger = seat_of_trigger(s);
	double end = seconds() + PAUSE_S, last = seconds();
	char line[256];

	while (seconds() < end && (trigger->state != SEAT_PAUSED || seconds() - last < QUIET_S)) {
		if (stage_reap(s))
			last = seconds();
		if (is_dead(s, trigger->pid) || killed_by_log(s, log_fd, line, sizeof(line)))
			return false;
		sleep_ms(1);
	}
	/* What was printed since the last look, before the trigger came to rest. */
	return trigger->state == SEAT_PAUSED && !is_dead(s, trigger->pid) &&
	       !killed_by_log(s, log_fd, line, sizeof(line));
}

pid_t run_on(struct stage *s, int log_fd, char *line, size_t bytes)
{
	pid_t killed;

	wake(&seat_of_trigger(s)->go, 2);
	killed = await_kill(s, log_fd, line, bytes);
	end_trigger(s);
	return killed;
}
