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

/* The descriptor, or negative errno. */
static int plant_file(const char *folder, const char *name, size_t bytes)
{
	char path[320];
	int r = lab_path(path, sizeof(path), "%s/%s", folder, name), fd;

	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill(fd, bytes);
	return r < 0 ? r : fd;
}

static int plant_tmpfs(const char *folder)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("memwhy_lab", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "size=96M,mode=0700") < 0)
		return -errno;
	r = plant_file(folder, LAB_PLANT_FILE, LAB_PLANT_BIG);
	if (r < 0)
		return r;
	close(r);
	r = plant_file(folder, LAB_PLANT_UNLINKED, LAB_PLANT_SMALL);
	if (r < 0)
		return r;
	/* Stays open, so stays in memory. */
	r = unlinkat(AT_FDCWD, mw_str_of(folder).p, 0) < 0 && errno == EISDIR ? 0 : 0;
	return r;
}
