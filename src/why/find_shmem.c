/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find_shmem - shared memory that no process owns: tmpfs, files without a name, orphans.
 */
#include "base/fmt.h"
#include "why/find.h"

#define SHOWN 4 /* owners named in the evidence */

/* Writers whose files are known by their place. */
static const struct {
	const char *mount;
	bool below; /* mounts below that place too */
	const char *file, *advice;
} writers[] = {
	{ "/run", false, "log/journal/",
	  "journald keeps its log in RAM: set RuntimeMaxUse= in /etc/systemd/journald.conf.d/, "
	  "or Storage=persistent" },
	{ "/run/user", true, "",
	  "a user's runtime folder: set RuntimeDirectorySize= in /etc/systemd/logind.conf.d/" },
	{ "/var/lib/kubelet", true, "",
	  "an emptyDir with medium: Memory: set its sizeLimit, and a memory limit on the pod" },
	{ "/dev/shm", false, "PostgreSQL.",
	  "PostgreSQL's dynamic shared memory: work_mem and max_parallel_workers decide its size" },
	{ "/tmp", false, "", "/tmp in RAM: systemctl mask tmp.mount and reboot puts it on disk" },
};

static bool has_file(const struct mw_tmpfs *fs, const char *prefix)
{
	for (size_t i = 0; i < fs->n_items; i++)
		if (mw_str_starts(fs->item[i].path, prefix))
			return true;
	return !prefix[0];
}

static const char *advice_for(const struct mw_tmpfs *fs)
{
	for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
		bool place = writers[i].below ? mw_str_starts(fs->point, writers[i].mount)
					      : mw_str_eq(fs->point, writers[i].mount);

		if (place && has_file(fs, writers[i].file))
			return writers[i].advice;
	}
	return NULL;
}

/* The path by which it is reached without entering: needs no programs in the container. */
static const char *seen_from_here(struct mw_arena *a, const struct mw_tmpfs *fs)
{
	if (fs->own)
		return mw_fmt_shell(a, fs->point);
	return mw_fmt_shell(a,
			    mw_str_of(mw_fmt(a, "/proc/%llu/root%.*s", (unsigned long long)fs->pid,
					     (int)fs->point.n, fs->point.p)));
}

static const char *place(struct mw_arena *a, const struct mw_tmpfs *fs)
{
	if (fs->own)
		return mw_arena_cstr(a, fs->point);
	return mw_fmt(a, "%.*s in the mount namespace of pid %llu (%.*s)", (int)fs->point.n,
		      fs->point.p, (unsigned long long)fs->pid, (int)fs->comm.n, fs->comm.p);
}

static void tmpfs_evidence(struct mw_finding *f, const struct mw_tmpfs *fs)
{
	size_t shown = 0;

	if (mw_known(fs->limit_bytes))
		mw_finding_bytes(f, "size limit", fs->limit_bytes, "statfs");
	else
		mw_finding_text(f, "size limit", "none", "statfs");
	for (size_t i = 0; i < fs->n_items && shown < SHOWN; i++)
		if (!fs->item[i].is_dir) {
			mw_finding_bytes(f, fs->item[i].path.p, mw_ok(fs->item[i].bytes),
					 "files below the mount");
			shown++;
		}
}

/* Of another mount namespace no mount(8) is offered: nsenter would run the container's own program
 * with our rights.  One without a limit cannot be given one later (shmem_reconfigure()). */
static void limit_fix(struct mw_finding *f, const struct mw_tmpfs *fs, struct mw_arena *a)
{
	const char *point = mw_fmt_shell(a, fs->point);
	/* Room for a quarter more than is used now, in whole MiB. */
	uint64_t mib = (fs->used_bytes.v >> 20) / 4 * 5 + 5;

	if (!fs->own)
		mw_finding_fix(
			f,
			(struct mw_fix){
				.command =
					"# set the limit where the container is made: --shm-size "
					"or "
					"--tmpfs PATH:size=, sizeLimit of an emptyDir with medium "
					"Memory, TemporaryFileSystem= of a unit",
				.effect = "the tmpfs cannot grow beyond it",
				.risk = "its writers get ENOSPC when it is full",
				.undo = "remove the setting" });
	else if (mw_known(fs->limit_bytes))
		mw_finding_fix(
			f,
			(struct mw_fix){
				.command = mw_fmt(a, "mount -o remount,size=%lluM %s",
						  (unsigned long long)mib, point),
				.effect =
					"the tmpfs cannot grow beyond this; nothing is freed by it",
				.risk = "its writers get ENOSPC when it is full",
				.undo = mw_fmt(a, "mount -o remount,size=%llu %s",
					       (unsigned long long)fs->limit_bytes.v, point) });
}

static void tmpfs_fixes(struct mw_finding *f, const struct mw_tmpfs *fs, struct mw_arena *a)
{
	const char *advice = advice_for(fs);

	mw_finding_fix(
		f,
		(struct mw_fix){
			.command = mw_fmt(a, "du -ahx %s | sort -rh | head", seen_from_here(a, fs)),
			.effect = "shows the files, largest first: delete what is not needed",
			.risk = "none to look; a file once deleted is gone",
			.undo = "none needed" });
	limit_fix(f, fs, a);
	if (advice)
		mw_finding_fix(f, (struct mw_fix){ .command = mw_fmt(a, "# %s", advice),
						   .effect = "lasts over a reboot",
						   .risk = "see the manual of that program",
						   .undo = "remove the setting" });
}

static void find_tmpfs(const struct mw_case *c, struct mw_findings *all)
{
	for (size_t i = 0; i < c->snap->n_tmpfs; i++) {
		const struct mw_tmpfs *fs = &c->snap->tmpfs[i];
		struct mw_finding f;

		if (!mw_case_is_large(c, fs->used_bytes, c->limit->shmem_tmpfs_permille))
			continue;
		if (mw_known(fs->limit_bytes) &&
		    !mw_case_exceeds(c, fs->limit_bytes, c->limit->tmpfs_limit_permille + 1))
			continue;
		f = mw_case_finding(c, "MW-SHMEM-TMPFS", fs->used_bytes, "held by the tmpfs",
				    mw_known(fs->limit_bytes) ? "statfs" : "sum of its files");
		f.verdict = mw_fmt(c->arena, "the tmpfs %s holds %s of RAM%s", place(c->arena, fs),
				   mw_fmt_bytes(c->arena, fs->used_bytes.v),
				   mw_known(fs->limit_bytes)
					   ? mw_fmt(c->arena, " and may grow to %s",
						    mw_fmt_bytes(c->arena, fs->limit_bytes.v))
					   : " and has no limit");
		tmpfs_evidence(&f, fs);
		tmpfs_fixes(&f, fs, c->arena);
		f.check = "memwhy ledger";
		f.sure = "certain: the file system itself says so; swapped pages are included";
		mw_findings_add(all, c->arena, &f);
	}
}

static const char *holder(struct mw_arena *a, const struct mw_shm_object *o)
{
	struct mw_str name = o->name;

	if (mw_str_ends(name, " (deleted)"))
		name.n -= 10;
	return mw_fmt(a, "%.*s, held by pid %llu (%.*s)%s%.*s", (int)name.n, name.p,
		      (unsigned long long)o->pid, (int)o->comm.n, o->comm.p,
		      o->fd.n ? " as fd " : ", mapped", (int)o->fd.n, o->fd.p);
}

/* Descriptors and pids are used again: only while it is still that file. */
static const char *truncate_command(const struct mw_shm_object *o, struct mw_arena *a)
{
	const char *path =
		mw_fmt(a, "/proc/%llu/fd/%.*s", (unsigned long long)o->pid, (int)o->fd.n, o->fd.p);

	return mw_fmt(a, "[ \"$(stat -Lc %%h.%%i %s)\" = 0.%llu ] && truncate -s 0 %s", path,
		      (unsigned long long)o->ino, path);
}

static void unlinked_fixes(struct mw_finding *f, const struct mw_shm_object *o, struct mw_arena *a)
{
	mw_finding_fix(
		f,
		(struct mw_fix){
			.command = mw_fmt(a, "ps -o pid,lstart,cmd -p %llu",
					  (unsigned long long)o->pid),
			.effect = "says who holds the largest; its restart gives the memory back",
			.risk = "none to look; a restart interrupts its service",
			.undo = "none needed" });
	if (o->fd.n && !o->mapped)
		mw_finding_fix(
			f, (struct mw_fix){
				   .command = truncate_command(o, a),
				   .effect = "gives the memory back at once, the process lives on",
				   .risk = "it loses the file's content; if it maps the file it "
					   "dies of SIGBUS",
				   .undo = "none" });
}

/* Files that were deleted while open, and files on a tmpfs that was detached while in use. */
static void find_unlinked(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_shm_object *largest = NULL;
	struct mw_val sum = mw_ok(0);
	struct mw_finding f;
	size_t n = 0;

	for (size_t i = 0; i < c->snap->n_objects; i++) {
		const struct mw_shm_object *o = &c->snap->object[i];

		if ((o->kind != MW_SHM_UNLINKED && o->kind != MW_SHM_DETACHED) ||
		    !mw_or(o->used_bytes, 0))
			continue;
		sum = mw_add(sum, o->used_bytes);
		n++;
		if (!largest || o->used_bytes.v > largest->used_bytes.v)
			largest = o;
	}
	if (!largest || !mw_case_is_large(c, sum, c->limit->shmem_unlinked_permille))
		return;
	f = mw_case_finding(c, "MW-SHMEM-UNLINKED", sum, "held by files without a name",
			    "proc/PID/fd, proc/PID/maps");
	f.verdict = mw_fmt(c->arena, "%zu deleted file%s on tmpfs still hold%s %s, the largest: %s",
			   n, n == 1 ? "" : "s", n == 1 ? "s" : "", mw_fmt_bytes(c->arena, sum.v),
			   holder(c->arena, largest));
	mw_finding_bytes(&f, holder(c->arena, largest), largest->used_bytes, "proc/PID/fd");
	unlinked_fixes(&f, largest, c->arena);
	f.check = "memwhy ledger";
	f.sure = "certain: the blocks of the files; swapped pages are included";
	mw_findings_add(all, c->arena, &f);
}

static bool is_orphan(const struct mw_ipc_segment *seg)
{
	return !seg->segment.attached_count && mw_or(seg->segment.rss_bytes, 0);
}

static const char *enter_ipc(const struct mw_ipc_segment *seg, struct mw_arena *a)
{
	return seg->own ? ""
			: mw_fmt(a, "nsenter --target %llu --ipc ", (unsigned long long)seg->pid);
}

static void orphan_fix(struct mw_finding *f, const struct mw_ipc_segment *seg, struct mw_arena *a)
{
	mw_finding_fix(f, (struct mw_fix){
				  .command = mw_fmt(a, "%sipcrm --shmem-id %llu", enter_ipc(seg, a),
						    (unsigned long long)seg->segment.shmid),
				  .effect = mw_fmt(a, "frees %s",
						   mw_fmt_val_bytes(a, seg->segment.rss_bytes)),
				  .risk = "a program may mean to attach it again: a database "
					  "that is stopped, or one "
					  "that finds it by its key",
				  .undo = "none: its content is lost" });
}

static void find_orphans(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_ipc_segment *largest = NULL;
	struct mw_val sum = mw_ok(0);
	struct mw_finding f;
	size_t n = 0;

	for (size_t i = 0; i < c->snap->n_segments; i++) {
		const struct mw_ipc_segment *seg = &c->snap->segment[i];

		if (!is_orphan(seg))
			continue;
		sum = mw_add(sum, seg->segment.rss_bytes);
		n++;
		if (!largest || seg->segment.rss_bytes.v > largest->segment.rss_bytes.v)
			largest = seg;
	}
	if (!largest || !mw_case_is_large(c, sum, c->limit->shmem_orphan_permille))
		return;
	f = mw_case_finding(c, "MW-SHMEM-ORPHAN", sum, "held by segments nobody attaches",
			    "proc/sysvipc/shm");
	f.verdict = mw_fmt(c->arena, "%zu SysV segment%s attached by nobody hold%s %s", n,
			   n == 1 ? "" : "s", n == 1 ? "s" : "", mw_fmt_bytes(c->arena, sum.v));
	mw_finding_text(&f, "largest",
			mw_fmt(c->arena, "shmid %llu, key 0x%08x, created by pid %llu",
			       (unsigned long long)largest->segment.shmid,
			       (unsigned)largest->segment.key,
			       (unsigned long long)largest->segment.creator_pid),
			"proc/sysvipc/shm");
	orphan_fix(&f, largest, c->arena);
	f.check = mw_fmt(c->arena, "%sipcs --shmems --human", enter_ipc(largest, c->arena));
	f.sure =
		"certain that nobody is attached now; whether somebody will be again, ask who owns "
		"the key";
	mw_findings_add(all, c->arena, &f);
}

/* What is left of Shmem when all owners are taken off; not read at all: all of it. */
static struct mw_val unowned_bytes(const struct mw_class *shmem)
{
	const struct mw_owner *last = shmem->n_owners ? &shmem->owner[shmem->n_owners - 1] : NULL;

	if (shmem->owners_why == MW_UNREAD)
		return mw_no(MW_UNREAD);
	if (!last)
		return shmem->bytes;
	return mw_str_eq(mw_str_of(last->kind), "remainder") ? last->bytes : mw_ok(0);
}

static void find_unowned(const struct mw_case *c, struct mw_findings *all)
{
	const struct mw_class *shmem = &c->ledger->class[MW_SHMEM];
	struct mw_val unowned = unowned_bytes(shmem);
	struct mw_finding f;

	if (!mw_case_is_large(c, unowned, c->limit->shmem_tmpfs_permille))
		return;
	f = mw_case_finding(c, "MW-SHMEM-UNOWNED", unowned, "Shmem without an owner",
			    "proc/meminfo less all owners");
	f.verdict = mw_fmt(c->arena, "%s of shared memory has no owner that could be found",
			   mw_fmt_bytes(c->arena, unowned.v));
	mw_finding_bytes(&f, "Shmem", shmem->bytes, "proc/meminfo");
	if (mw_or(c->snap->host.euid, 0))
		mw_finding_fix(
			&f,
			(struct mw_fix){
				.command = "sudo memwhy ledger --class shmem",
				.effect = "looks into the processes and namespaces of all users",
				.risk = "none",
				.undo = "none needed" });
	mw_finding_fix(
		&f,
		(struct mw_fix){
			.command = "lsns --type mnt --output NS,NPROCS,PID,COMMAND,NSFS",
			.effect = "shows the mount namespaces, also those that no process is in",
			.risk = "none",
			.undo = "none needed" });
	f.check = "memwhy ledger --class shmem";
	f.sure = "certain of the size; a tmpfs under another mount, a namespace kept without a "
		 "process, a graphics driver, or what was denied can hold it";
	mw_findings_add(all, c->arena, &f);
}

void mw_find_shmem(const struct mw_case *c, struct mw_findings *f)
{
	find_unowned(c, f);
	find_tmpfs(c, f);
	find_unlinked(c, f);
	find_orphans(c, f);
}
