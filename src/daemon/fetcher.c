/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/fetcher.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "act/thread.h"

static void *loop(void *arg)
{
	struct mw_fetcher *a = arg;

	/* As who asks: else it would wait for a CPU.  hidepid asks for a right. */
	mw_schedule(0, SCHED_FIFO, 1);
	mw_rights_keep(MW_RIGHT(CAP_SYS_PTRACE), NULL);
	for (;;) {
		const uint64_t one = 1;
		struct mw_str text = {};
		ssize_t r;

		while (sem_wait(&a->work) < 0)
			;
		if (!a->name[0])
			return NULL;
		a->error = mw_kept_head_below(a->folder, a->name,
					      (struct mw_room){ a->text, sizeof(a->text) }, &text);
		a->n = text.n;
		r = write(a->answered, &one, sizeof(one));
		(void)r;
	}
}

int mw_fetcher_start(struct mw_fetcher *a, const struct mw_kept *folder)
{
	int r;

	*a = (struct mw_fetcher){ .folder = folder };
	a->answered = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (a->answered < 0)
		return -errno;
	sem_init(&a->work, 0, 0);
	r = mw_thread_start(&a->thread, loop, a);
	a->runs = !r;
	if (r < 0)
		close(a->answered);
	return r;
}

/* Has the answer come?  At most so long is waited. */
static bool is_answered(struct mw_fetcher *a, int patience_ms)
{
	struct pollfd p = { .fd = a->answered, .events = POLLIN };
	uint64_t count;

	return poll(&p, 1, patience_ms) > 0 && read(a->answered, &count, sizeof(count)) > 0;
}

void mw_fetcher_stop(struct mw_fetcher *a)
{
	if (!a->runs)
		return;
	a->runs = false;
	if (a->is_busy && !is_answered(a, 0))
		return;
	a->name[0] = '\0';
	sem_post(&a->work);
	pthread_join(a->thread, NULL);
	close(a->answered);
	sem_destroy(&a->work);
}

int mw_fetcher_head(struct mw_fetcher *a, const char *name, struct mw_room room, struct mw_str *ret)
{
	if (!a->runs)
		return mw_kept_head_below(a->folder, name, room, ret);
	if (a->is_busy && !is_answered(a, 0))
		return -EBUSY;
	a->is_busy = true;
	strncpy(a->name, name, sizeof(a->name) - 1);
	sem_post(&a->work);
	if (!is_answered(a, MW_FETCHER_PATIENCE_MS))
		return -EBUSY;
	a->is_busy = false;
	if (a->error < 0)
		return a->error;
	*ret = (struct mw_str){ room.p, a->n < room.bytes ? a->n : room.bytes };
	if (ret->n)
		memcpy(room.p, a->text, ret->n);
	return 0;
}
