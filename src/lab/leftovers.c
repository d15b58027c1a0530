/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/leftovers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/knob.h"

struct lab_leftovers *lab_leftovers_new(void)
{
	void *p = mmap(NULL, sizeof(struct lab_leftovers), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* Counted only when it is complete: the supervisor may read at any instant. */
static struct lab_thing *announce(struct lab_leftovers *l, const struct lab_thing *thing)
{
	size_t n = atomic_load(&l->n);
	struct lab_thing *t = &l->thing[n];

	if (n == LAB_THINGS_MAX)
		return NULL;
	memcpy(t, thing, sizeof(*t));
	atomic_store(&l->n, n + 1);
	return t;
}

struct lab_thing *lab_announce_group(struct lab_leftovers *l, const struct lab_group *g)
{
	return announce(l, &(struct lab_thing){ .kind = LAB_THING_GROUP, .group = *g });
}

static bool random_digits(uint64_t *ret)
{
	return getrandom(ret, sizeof(*ret), 0) == (ssize_t)sizeof(*ret);
}

struct lab_thing *lab_announce_path(struct lab_leftovers *l, enum lab_thing_kind kind,
				    const char *otherwise)
{
	struct lab_thing t = { .kind = kind };
	const char *folder = getenv("TMPDIR");
	uint64_t digits;

	if (!folder || folder[0] != '/')
		folder = otherwise;
	if (!random_digits(&digits) ||
	    lab_path(t.path, sizeof(t.path), "%s/" LAB_GROUP_PREFIX "%d_%016llx", folder, getpid(),
		     (unsigned long long)digits) < 0)
		return NULL;
	return announce(l, &t);
}

struct lab_thing *lab_announce_segment(struct lab_leftovers *l)
{
	uint64_t digits;

	if (!random_digits(&digits))
		return NULL;
	/* 0 is IPC_PRIVATE */
	return announce(l, &(struct lab_thing){ .kind = LAB_THING_SEGMENT,
						.key = (key_t)(digits & 0x7fffffff) | 1 });
}

int lab_make_segment(struct lab_thing *t, size_t bytes)
{
	int id;

	atomic_store(&t->creator, getpid());
	id = shmget(t->key, bytes, IPC_CREAT | IPC_EXCL | 0600);
	if (id < 0)
		return -errno;
	atomic_store(&t->made, true);
	return id;
}

static int remove_segment(struct lab_thing *t)
{
	struct shmid_ds ds;
	int id;

	if (!atomic_load(&t->creator))
		return 0;
	id = shmget(t->key, 0, 0);
	if (id < 0 || shmctl(id, IPC_STAT, &ds) < 0)
		return id < 0 && errno != ENOENT ? -errno : 0;
	/* Somebody else's of the same key, for which ours was refused. */
	if (ds.shm_cpid != atomic_load(&t->creator) || ds.shm_perm.cuid != geteuid())
		return 0;
	return shmctl(id, IPC_RMID, NULL) < 0 ? -errno : 0;
}

static int remove_path(struct lab_thing *t)
{
	struct stat st;

	if (lstat(t->path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (st.st_uid != geteuid())
		return -EPERM;
	if (t->kind == LAB_THING_FOLDER)
		return rmdir(t->path) < 0 ? -errno : 0;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return unlink(t->path) < 0 ? -errno : 0;
}

/* A group that was only announced holds nobody of ours. */
static int remove_group(struct lab_thing *t)
{
	return atomic_load(&t->made) ? lab_group_remove(&t->group) : (rmdir(t->group.path), 0);
}

static int remove_thing(struct lab_thing *t)
{
	switch (t->kind) {
	case LAB_THING_GROUP:
		return remove_group(t);
	case LAB_THING_FILE:
	case LAB_THING_FOLDER:
		return remove_path(t);
	case LAB_THING_SEGMENT:
		return remove_segment(t);
	}
	return 0;
}

static void complain(const struct lab_thing *t, int r)
{
	fprintf(stderr, "memwhy: lab: left behind: %s%s: %s\n",
		t->kind == LAB_THING_SEGMENT ? "a SysV segment" : "",
		t->kind == LAB_THING_GROUP ? t->group.path : t->path, strerror(-r));
}

int lab_leftovers_remove(struct lab_leftovers *l)
{
	size_t n = atomic_load(&l->n);
	int r, worst = 0;

	for (size_t i = 0; i < n; i++)
		if (l->thing[i].kind == LAB_THING_GROUP && atomic_load(&l->thing[i].made))
			lab_group_kill(&l->thing[i].group);
	while (n--) {
		r = remove_thing(&l->thing[n]);
		if (r < 0)
			complain(&l->thing[n], r);
		worst = r < 0 ? r : worst;
	}
	return worst;
}
