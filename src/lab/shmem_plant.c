/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/shmem_plant.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lab/knob.h"

/* What the planter is told by the worker. */
struct order {
	struct lab_thing *folder, *segment;
};

static int fill(int fd, size_t bytes)
{
	void *p;

	if (ftruncate(fd, (off_t)bytes) < 0)
		return -errno;
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	memset(p, 1, bytes);
	munmap(p, bytes);
	return 0;
}

/* One without its name stays open, and so stays in memory. */
static int plant_file(const char *folder, const char *name, size_t bytes, bool keep_name)
{
	char path[320];
	int r = lab_path(path, sizeof(path), "%s/%s", folder, name), fd;

	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill(fd, bytes);
	if (!r && keep_name)
		close(fd);
	else if (!r && unlink(path) < 0)
		r = -errno;
	return r;
}

static int plant_tmpfs(const char *folder)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("memwhy_lab", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "size=96M,mode=0700") < 0)
		return -errno;
	r = plant_file(folder, LAB_PLANT_FILE, LAB_PLANT_BIG, true);
	return r < 0 ? r : plant_file(folder, LAB_PLANT_UNLINKED, LAB_PLANT_SMALL, false);
}

static int plant_memfd(void)
{
	int fd = memfd_create(LAB_PLANT_MEMFD, MFD_CLOEXEC);

	return fd < 0 ? -errno : fill(fd, LAB_PLANT_SMALL);
}

/* Its id, or negative errno. */
static int plant_segment(struct lab_thing *thing)
{
	int id = lab_make_segment(thing, LAB_PLANT_SMALL);
	void *p;

	if (id < 0)
		return id;
	p = shmat(id, NULL, 0);
	if (p == (void *)-1)
		return -errno;
	memset(p, 1, LAB_PLANT_SMALL);
	return shmdt(p) < 0 ? -errno : id;
}

static _Noreturn void be_partner(char *shared, pid_t parent, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	memset(shared, 2, LAB_PLANT_SMALL);
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* Memory that two processes share, each of which has touched it.  The partner is in the group as
 * its parent is.  Its pid, or negative errno. */
static pid_t plant_shared(int fd)
{
	char *p = mmap(NULL, LAB_PLANT_SMALL, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	pid_t me = getpid(), partner;
	int ready[2];
	char c;

	if (p == MAP_FAILED || pipe2(ready, O_CLOEXEC) < 0)
		return -errno;
	memset(p, 1, LAB_PLANT_SMALL);
	partner = fork();
	if (!partner) {
		close(fd);
		close(ready[0]);
		be_partner(p, me, ready[1]);
	}
	close(ready[1]);
	if (partner < 0 || read(ready[0], &c, 1) != 1)
		partner = -EAGAIN;
	close(ready[0]);
	return partner;
}

/* The partner first: it shall hold none of the files. */
static int plant(void *arg, int fd)
{
	const struct order *o = arg;
	int partner = plant_shared(fd), segment = 0, r = partner;

	if (r >= 0)
		r = plant_tmpfs(o->folder->path);
	if (r >= 0)
		r = plant_memfd();
	if (r >= 0)
		r = segment = plant_segment(o->segment);
	if (r < 0) {
		lab_say(fd, r);
		return r;
	}
	lab_say(fd, 0);
	lab_say(fd, partner);
	lab_say(fd, segment);
	lab_hold(fd);
	return 0;
}

static int make_folder(struct lab_thing *folder)
{
	if (!folder)
		return -ENOMEM;
	if (mkdir(folder->path, 0700) < 0)
		return -errno;
	atomic_store(&folder->made, true);
	return 0;
}

int lab_plant_start(struct lab *lab, struct lab_plant *ret, struct lab_child *ret_child)
{
	struct order order = {
		.folder = lab_announce_path(lab->supervisor.left, LAB_THING_FOLDER, "/tmp"),
		.segment = lab_announce_segment(lab->supervisor.left),
	};
	struct lab_body body = {
		.comm = "lab-planter", .group = &lab->group, .run = plant, .arg = &order
	};
	int64_t partner = 0, segment = 0;
	int r = order.segment ? make_folder(order.folder) : -ENOMEM;

	if (!r)
		r = lab_child_ready(lab, &body, ret_child);
	if (!r)
		r = lab_hear(ret_child->fd, LAB_PATIENCE_MS, &partner);
	if (!r)
		r = lab_hear(ret_child->fd, LAB_PATIENCE_MS, &segment);
	if (r < 0)
		return r;
	*ret = (struct lab_plant){ .folder = order.folder->path,
				   .pid = ret_child->pid,
				   .partner_pid = (pid_t)partner,
				   .segment = (int)segment };
	return 0;
}
