/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm - shared memory without a path: found by the descriptors and mappings of its holders.
 *
 * Objects on the kernel's own mount (memfd, shared anonymous memory, graphics) take their inode
 * numbers from one counter, SysV segments their shmid: so (device, inode, is it SysV) is the key
 * of an object, however many processes hold it.
 */
#include "base/fmt.h"
#include "kernel/mountinfo.h"
#include "kernel/pid_maps.h"
#include "snap/snap_private.h"

struct mw_shm_candidate {
	struct mw_shm_object object;
	uint64_t nlink;
	uint64_t last_pid; /* counted last as a holder */
};

static void take_segments(struct mw_shm_search *search, struct mw_str text, bool own, uint64_t pid,
			  struct mw_str comm)
{
	struct mw_snap *s = search->s;
	struct mw_shm_segment segment;
	struct mw_str columns = {};

	while (mw_sysvipc_next(&text, &columns, &segment)) {
		struct mw_ipc_segment *list =
			mw_arena_grow(search->arena, s->segment, s->n_segments, sizeof(*list));

		if (!list)
			return;
		s->segment = list;
		s->segment[s->n_segments++] =
			(struct mw_ipc_segment){ segment, own, pid,
						 mw_arena_copy(search->arena, comm) };
	}
}

/* Our own namespaces first, so that what we see ourselves is named as we see it. */
void mw_shm_search_start(struct mw_shm_search *search, struct mw_arena *temp)
{
	struct mw_arena_mark mark = mw_arena_mark(temp);
	struct mw_str text;
	struct mw_ns ns;
	struct mw_at at;

	mw_take_text(search->root, "meta/shm_dev", temp, search->s, &text);
	search->shm_dev = mw_dev_parse(mw_str_trim(text), false);
	if (mw_take_text(search->root, "proc/sysvipc/shm", temp, search->s, &text) == MW_OK)
		take_segments(search, text, true, 0, (struct mw_str){});
	if (mw_root_at(search->root, "proc/self", &at) == 0 &&
	    mw_take_at(&at, "meta/ns", temp, search->s, &text) == MW_OK &&
	    mw_meta_ns_parse(text, &ns) == 0) {
		mw_set_add(&search->ipc_seen, search->arena, ns.ipc);
		mw_tmpfs_visit(search, &at, temp, &ns, 0, (struct mw_str){});
	}
	mw_at_close(&at);
	mw_arena_reset(temp, mark);
}

static bool is_sysv(struct mw_str name)
{
	return mw_str_starts(name, "/SYSV");
}

/* A device without a major number and an inode of 32 bits, as those of the shm mount are: with
 * another the candidate itself is compared. */
static uint64_t key_of(uint64_t dev, uint64_t ino)
{
	return dev << 32 ^ ino;
}

static struct mw_shm_candidate *find(struct mw_shm_search *search, uint64_t dev, uint64_t ino,
				     bool sysv)
{
	size_t i;

	if (!mw_index_get(&search->by_inode[sysv], key_of(dev, ino), &i))
		return NULL;
	for (; i < search->n_candidates; i++) {
		struct mw_shm_candidate *c = &search->candidate[i];

		if (c->object.ino == ino && c->object.dev == dev &&
		    (c->object.kind == MW_SHM_SYSV) == sysv)
			return c;
	}
	return NULL;
}

static void hold(struct mw_shm_candidate *c, uint64_t pid)
{
	if (c->last_pid == pid)
		return;
	c->last_pid = pid;
	c->object.holder_count++;
}

static enum mw_shm_kind kind_of(const struct mw_shm_search *search, uint64_t dev,
				struct mw_str name)
{
	if (dev != search->shm_dev)
		return MW_SHM_DETACHED; /* or unlinked: judged when all mounts are known */
	if (is_sysv(name))
		return MW_SHM_SYSV;
	if (mw_str_starts(name, "/memfd:"))
		return MW_SHM_MEMFD;
	return mw_str_eq(name, "/dev/zero (deleted)") ? MW_SHM_ANON : MW_SHM_KERNEL;
}

/* Linux magic number of tmpfs (TMPFS_MAGIC, uapi/linux/magic.h). */
static bool is_tmpfs(struct mw_str statfs_text)
{
	struct mw_str word;

	while (mw_str_word(&statfs_text, &word))
		if (mw_str_eq(word, "0x1021994"))
			return true;
	return false;
}

/* A device that no mount table has shown yet: the file itself says on what it lies. */
static const struct mw_known_dev *ask_dev(struct mw_shm_search *search, struct mw_at *at,
					  struct mw_arena *temp, uint64_t dev, const char *door)
{
	const struct mw_known_dev *known = mw_known_dev_find(search, dev);
	struct mw_str text;
	enum mw_why why;

	if (known)
		return known;
	why = mw_take_at(at, mw_fmt(temp, "meta/statfs/%s", door), temp, search->s, &text);
	if (why == MW_GONE)
		return NULL; /* nothing learned: the next process may tell */
	mw_known_dev_add(search, (struct mw_known_dev){ dev, is_tmpfs(text), false });
	return mw_known_dev_find(search, dev);
}

/* Is it shared memory that no path leads to?  A real device has a major number. */
static bool is_candidate(struct mw_shm_search *search, struct mw_at *at, struct mw_arena *temp,
			 uint64_t dev, bool deleted, const char *door)
{
	const struct mw_known_dev *known;

	if (dev == UINT64_MAX || dev >> 32)
		return false;
	if (dev == search->shm_dev)
		return true;
	known = ask_dev(search, at, temp, dev, door);
	return known && known->shmem && (deleted || !known->mounted);
}

static void index_candidate(struct mw_shm_search *search, const struct mw_shm_candidate *c)
{
	struct mw_index *map = &search->by_inode[c->object.kind == MW_SHM_SYSV];
	uint64_t key = key_of(c->object.dev, c->object.ino);
	size_t i;

	if (!mw_index_get(map, key, &i))
		mw_index_put(map, search->arena, key, search->n_candidates);
}

static void add(struct mw_shm_search *search, struct mw_shm_candidate c)
{
	struct mw_arena *arena = search->arena;
	struct mw_shm_candidate *list =
		mw_arena_grow(arena, search->candidate, search->n_candidates, sizeof(*list));

	if (!list)
		return;
	search->candidate = list;
	c.object.comm = mw_arena_copy(arena, c.object.comm);
	c.object.fd = mw_arena_copy(arena, c.object.fd);
	hold(&c, c.object.pid);
	index_candidate(search, &c);
	list[search->n_candidates++] = c;
}

/* A client may be open many times, in many processes: known by device and client id. */
static void visit_drm(struct mw_shm_search *search, struct mw_at *at, const char *fdinfo,
		      uint64_t pid, struct mw_str comm)
{
	struct mw_drm d = { .pid = pid, .comm = mw_arena_copy(search->arena, comm) }, *list;
	struct mw_snap *s = search->s;
	struct mw_str text;

	if (mw_take_at(at, fdinfo, search->arena, s, &text) != MW_OK ||
	    mw_drm_fdinfo_parse(text, &d.client) < 0)
		return;
	for (size_t i = 0; i < s->n_drm; i++)
		if (mw_str_same(s->drm[i].client.client_id, d.client.client_id) &&
		    mw_str_same(s->drm[i].client.device, d.client.device))
			return;
	list = mw_arena_grow(search->arena, s->drm, s->n_drm, sizeof(*list));
	if (!list)
		return;
	s->drm = list;
	s->drm[s->n_drm++] = d;
}

static void visit_fd(struct mw_shm_search *search, struct mw_at *at, struct mw_arena *temp,
		     const struct mw_open_file *f, struct mw_shm_object o)
{
	const char *door = mw_fmt(temp, "fd/%.*s", (int)f->fd.n, f->fd.p);
	struct mw_shm_candidate *c;

	if (!is_candidate(search, at, temp, o.dev, !f->nlink, door) ||
	    (o.dev == search->shm_dev && is_sysv(f->path)))
		return;
	c = find(search, o.dev, o.ino, false);
	if (c) {
		hold(c, o.pid);
		return;
	}
	o.name = mw_fmt_unoctal(search->arena, f->path);
	o.kind = kind_of(search, o.dev, o.name);
	add(search, (struct mw_shm_candidate){ .object = o, .nlink = f->nlink });
}

static void visit_fds(struct mw_shm_search *search, struct mw_at *at, struct mw_arena *temp,
		      uint64_t pid, struct mw_str comm)
{
	struct mw_open_file f;
	struct mw_str text;

	mw_take_at(at, "meta/fds", temp, search->s, &text);
	while (mw_meta_fds_next(&text, &f)) {
		if (mw_str_starts(f.path, "/dev/dri/"))
			visit_drm(search, at, mw_fmt(temp, "fdinfo/%.*s", (int)f.fd.n, f.fd.p), pid,
				  comm);
		else
			visit_fd(search, at, temp, &f,
				 (struct mw_shm_object){ .dev = mw_dev_parse(f.dev, false),
							 .ino = f.ino,
							 .pid = pid,
							 .comm = comm,
							 .fd = f.fd,
							 .used_bytes = mw_ok(f.used_bytes) });
	}
}

static void visit_map(struct mw_shm_search *search, struct mw_at *at, struct mw_arena *temp,
		      const struct mw_map *m, struct mw_shm_object o)
{
	bool deleted = mw_map_is_deleted(m->path);
	struct mw_shm_candidate c = { .nlink = !deleted }, *known;
	const char *door;
	struct mw_file_stat st;
	struct mw_str text;
	enum mw_why why;

	if (o.dev >> 32)
		return; /* the usual case: a file on a disk */
	door = mw_fmt(temp, "map_files/%.*s", (int)m->range.n, m->range.p);
	if (!is_candidate(search, at, temp, o.dev, deleted, door))
		return;
	known = find(search, o.dev, o.ino, is_sysv(m->path) && o.dev == search->shm_dev);
	if (known) {
		known->object.mapped = true;
		hold(known, o.pid);
		return;
	}
	o.mapped = true;
	why = mw_take_at(at, mw_fmt(temp, "meta/stat/%s", door), temp, search->s, &text);
	o.used_bytes = mw_no(why);
	if (why == MW_OK && mw_meta_stat_parse(text, &st) == 0) {
		o.used_bytes = mw_ok(st.used_bytes);
		o.size_bytes = mw_ok(st.size_bytes);
		c.nlink = st.nlink;
	}
	o.name = mw_fmt_unoctal(search->arena, m->path);
	o.kind = kind_of(search, o.dev, m->path);
	c.object = o;
	add(search, c);
}

/* How many there are. */
static struct mw_val visit_maps(struct mw_shm_search *search, struct mw_at *at,
				struct mw_arena *temp, uint64_t pid, struct mw_str comm)
{
	struct mw_str text;
	struct mw_map m;
	uint64_t ino, n = 0;
	enum mw_why why = mw_take_at(at, "maps", temp, search->s, &text);

	for (; mw_maps_next(&text, &m); n++)
		if (!mw_str_eq(m.inode, "0") && !mw_str_u64(m.inode, &ino))
			visit_map(search, at, temp, &m,
				  (struct mw_shm_object){ .dev = mw_dev_parse(m.dev, true),
							  .ino = ino,
							  .pid = pid,
							  .comm = comm });
	return why == MW_OK ? mw_ok(n) : mw_no(why);
}

struct mw_val mw_shm_search_visit(struct mw_shm_search *search, struct mw_at *at,
				  struct mw_arena *temp, uint64_t pid, struct mw_str comm)
{
	struct mw_str text;
	struct mw_ns ns;

	if (mw_take_at(at, "meta/ns", temp, search->s, &text) == MW_OK &&
	    mw_meta_ns_parse(text, &ns) == 0) {
		mw_tmpfs_visit(search, at, temp, &ns, pid, comm);
		if (ns.ipc.n && mw_set_add(&search->ipc_seen, search->arena, ns.ipc) &&
		    mw_take_at(at, "meta/sysvipc_shm", temp, search->s, &text) == MW_OK)
			take_segments(search, text, false, pid, comm);
	}
	visit_fds(search, at, temp, pid, comm);
	return visit_maps(search, at, temp, pid, comm);
}

/* A mount table read later may have shown the device after all. */
static bool is_wanted(struct mw_shm_search *search, struct mw_shm_candidate *c)
{
	const struct mw_known_dev *known;

	if (c->object.kind != MW_SHM_DETACHED)
		return true;
	known = mw_known_dev_find(search, c->object.dev);
	if (!known || !known->mounted)
		return true;
	c->object.kind = MW_SHM_UNLINKED;
	return !c->nlink;
}

/* Is a segment already known from the table of its IPC namespace? */
static bool is_listed_segment(const struct mw_snap *s, const struct mw_shm_object *o)
{
	if (o->kind != MW_SHM_SYSV)
		return false;
	for (size_t i = 0; i < s->n_segments; i++)
		if (s->segment[i].segment.shmid == o->ino)
			return true;
	return false;
}

void mw_shm_search_finish(struct mw_shm_search *search)
{
	struct mw_snap *s = search->s;

	s->object = mw_arena_alloc(search->arena, (search->n_candidates + 1) * sizeof(*s->object));
	for (size_t i = 0; s->object && i < search->n_candidates; i++) {
		struct mw_shm_candidate *c = &search->candidate[i];

		if (is_wanted(search, c) && !is_listed_segment(s, &c->object))
			s->object[s->n_objects++] = c->object;
	}
}
