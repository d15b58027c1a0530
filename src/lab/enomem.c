/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enomem - an allocation is refused while RAM is free.
 *
 * Each question is asked by a child of its own, which touches nothing of what it gets; no sysctl
 * is changed.  What the kernel will say is reckoned first, from __vm_enough_memory() (mm/util.c,
 * since 5.1) and may_expand_vm() (mm/mmap.c).
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/fmt.h"
#include "kernel/errname.h"
#include "lab/knob.h"
#include "lab/lab.h"

#define SMALL_BYTES (256 * LAB_MIB)
#define ROOM_BYTES (64 * LAB_MIB) /* under the limits that a child sets itself */

enum { HEURISTIC, ALWAYS, NEVER }; /* vm.overcommit_memory */

enum limit { NO_LIMIT, LIMIT_AS, LIMIT_DATA };

struct question {
	const char *what;
	bool huge; /* larger than RAM and swap; else 256 MiB */
	int prot, flags;
	bool upgrade; /* mapped without rights, then made writable */
	enum limit limit;
	uint64_t bytes;
};

#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define WRITABLE (PROT_READ | PROT_WRITE)

static const struct question questions[] = {
	{ "more than RAM and swap, private, writable", true, WRITABLE, PRIVATE },
	{ "the same with MAP_NORESERVE", true, WRITABLE, PRIVATE | MAP_NORESERVE },
	{ "the same with PROT_NONE", true, PROT_NONE, PRIVATE },
	{ "that, then mprotect() to writable", true, WRITABLE, PRIVATE, .upgrade = true },
	{ "256 MiB, private, writable", false, WRITABLE, PRIVATE },
	{ "256 MiB under RLIMIT_AS", false, WRITABLE, PRIVATE, .limit = LIMIT_AS },
	{ "256 MiB of PROT_NONE under RLIMIT_AS", false, PROT_NONE, PRIVATE, .limit = LIMIT_AS },
	{ "256 MiB under RLIMIT_DATA", false, WRITABLE, PRIVATE, .limit = LIMIT_DATA },
	{ "256 MiB of PROT_NONE under RLIMIT_DATA", false, PROT_NONE, PRIVATE,
	  .limit = LIMIT_DATA },
};

#define N_QUESTIONS (sizeof(questions) / sizeof(questions[0]))

/* What decides, read before. */
struct facts {
	unsigned mode;
	struct mw_release release;
	bool as_limited, data_limited; /* for memwhy itself, already */
	uint64_t ram_swap_bytes, commit_limit_bytes, committed_bytes;
};

struct answer {
	bool refused, sure;
	const char *rule;
};

/* Reserves for root and for the process, at most (mode 2). */
#define RESERVES_BYTES (256 * LAB_MIB)

static struct answer reckon_never(const struct question *q, const struct facts *f)
{
	uint64_t after = f->committed_bytes + q->bytes;

	if (after > f->commit_limit_bytes)
		return (struct answer){ true, true,
					"mode 2: Committed_AS would exceed CommitLimit" };
	return (struct answer){ false, after + RESERVES_BYTES < f->commit_limit_bytes,
				"mode 2: Committed_AS stays below CommitLimit" };
}

/* The accounting of private writable memory. */
static struct answer reckon_commit(const struct question *q, const struct facts *f)
{
	if (!(q->prot & PROT_WRITE))
		return (struct answer){ false, true, "not writable: not counted" };
	if (f->mode == NEVER)
		return reckon_never(q, f);
	if (q->flags & MAP_NORESERVE)
		return (struct answer){ false, true,
					"MAP_NORESERVE: not counted in modes 0 and 1" };
	if (f->mode == ALWAYS)
		return (struct answer){ false, true, "mode 1: all is granted" };
	if (q->bytes > f->ram_swap_bytes)
		return (struct answer){ true, true,
					"mode 0: one request larger than RAM and swap" };
	return (struct answer){ false, true, "mode 0: not larger than RAM and swap" };
}

/* What this kernel may judge otherwise: RLIMIT_DATA counts mappings since 4.7, and mode 0 looked at
 * free memory before 5.1. */
static bool is_sure(const struct question *q, const struct facts *f, struct answer a)
{
	bool writable = q->prot & PROT_WRITE;

	if (q->limit == LIMIT_DATA && !mw_release_at_least(f->release, 4, 7))
		return false;
	if (f->mode == HEURISTIC && writable && !q->huge && !mw_release_at_least(f->release, 5, 1))
		return false;
	return a.sure && !f->as_limited && !(f->data_limited && writable);
}

/* The limits of the process are asked before the accounting. */
static struct answer reckon(const struct question *q, const struct facts *f)
{
	struct answer a = reckon_commit(q, f);

	if (q->limit == LIMIT_AS)
		return (struct answer){ true, true, "RLIMIT_AS: address space of any kind counts" };
	if (q->limit == LIMIT_DATA && (q->prot & PROT_WRITE))
		a = (struct answer){ true, true, "RLIMIT_DATA: private writable memory counts" };
	else if (q->limit == LIMIT_DATA)
		a.rule = "RLIMIT_DATA: not writable, so it does not count";
	a.sure = is_sure(q, f, a);
	return a;
}

/* Pages of /proc/self/statm: size, resident, shared, text, lib, data. */
static uint64_t statm_bytes(size_t field)
{
	char buf[256];
	struct mw_str text, word = {};
	uint64_t pages;
	int r;

	text = lab_knob_read("/proc/self/statm", buf, sizeof(buf), &r);
	for (size_t i = 0; i <= field; i++)
		if (!mw_str_word(&text, &word))
			return 0;
	return mw_str_u64(word, &pages) < 0 ? 0 : pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int set_limit(enum limit limit)
{
	int which = limit == LIMIT_AS ? RLIMIT_AS : RLIMIT_DATA;
	struct rlimit l;

	if (limit == NO_LIMIT)
		return 0;
	if (getrlimit(which, &l) < 0)
		return -errno;
	l.rlim_cur = statm_bytes(limit == LIMIT_AS ? 0 : 5) + ROOM_BYTES;
	if (l.rlim_cur > l.rlim_max)
		l.rlim_cur = l.rlim_max;
	return setrlimit(which, &l) < 0 ? -errno : 0;
}

/* Says the errno that the kernel gave, 0 for none; negative: it could not be asked. */
static int ask(void *arg, int fd)
{
	const struct question *q = arg;
	int r = set_limit(q->limit);
	void *p;

	if (!r) {
		p = mmap(NULL, q->bytes, q->upgrade ? PROT_NONE : q->prot, q->flags, -1, 0);
		r = p == MAP_FAILED ? errno : 0;
		if (!r && q->upgrade && mprotect(p, q->bytes, q->prot) < 0)
			r = errno;
	}
	return lab_say(fd, r);
}

/* Untouched, and gone with the child. */
static int answer_of(struct lab *lab, struct question *q)
{
	struct lab_body body = { .comm = "lab-asker", .run = ask, .arg = q };
	struct lab_child child = {};
	int r = lab_child_ready(lab, &body, &child);

	lab_child_stop(&child);
	return r;
}

static void show(struct lab *lab, struct mw_table *t, const struct question *q, int r,
		 struct answer expected)
{
	struct mw_row *row = mw_report_row(lab->report, t, 0, MW_IN_BOTH);
	bool agrees = !expected.sure || expected.refused == (r != 0);

	mw_cell_str(row, 0, mw_str_of(q->what));
	mw_cell_val(row, 1, mw_ok(q->bytes));
	mw_cell_str(row, 2, r ? mw_errname(-r, lab->arena) : mw_str_of("granted"));
	mw_cell_str(row, 3,
		    mw_str_of(mw_fmt(lab->arena, "%s%s",
				     !agrees	     ? "NOT AS RECKONED: "
				     : expected.sure ? ""
						     : "not judged: ",
				     expected.rule)));
}

static bool is_limited(int which)
{
	struct rlimit l;

	return getrlimit(which, &l) < 0 || l.rlim_cur != RLIM_INFINITY;
}

static int read_facts(const struct lab *lab, struct facts *ret)
{
	const struct mw_meminfo *m = &lab->snap->meminfo;
	struct mw_val mode = lab_knob_number("/proc/sys/vm/overcommit_memory");
	struct sysinfo info;

	if (!mw_known(mode) || mode.v > NEVER || sysinfo(&info) < 0)
		return -ENODATA;
	/* sysinfo, for a container may be shown another meminfo. */
	*ret = (struct facts){
		.mode = (unsigned)mode.v,
		.release = lab->snap->host.release,
		.as_limited = is_limited(RLIMIT_AS),
		.data_limited = is_limited(RLIMIT_DATA),
		.ram_swap_bytes = (info.totalram + info.totalswap) * info.mem_unit,
		.commit_limit_bytes = mw_or(m->commit_limit_bytes, 0),
		.committed_bytes = mw_or(m->committed_bytes, 0),
	};
	return 0;
}

static void introduce(struct lab *lab, const struct facts *f)
{
	static const char *const meaning[] = {
		[HEURISTIC] = "each request alone may be as large as RAM and swap",
		[ALWAYS] = "every request is granted",
		[NEVER] = "all requests together may be as large as CommitLimit",
	};
	const struct mw_meminfo *m = &lab->snap->meminfo;
	struct mw_arena *a = lab->arena;

	lab_talk(lab, "vm.overcommit_memory is %u: %s.", f->mode, meaning[f->mode]);
	lab_talk(lab, "MemAvailable %s, RAM and swap %s, Committed_AS %s, CommitLimit %s%s.",
		 mw_fmt_val_bytes(a, m->available_bytes), mw_fmt_bytes(a, f->ram_swap_bytes),
		 mw_fmt_val_bytes(a, m->committed_bytes),
		 mw_fmt_val_bytes(a, m->commit_limit_bytes),
		 f->mode == NEVER ? "" : " (which counts in mode 2 only)");
}

static enum lab_status ask_all(struct lab *lab, const struct facts *f)
{
	static const struct mw_col columns[] = {
		{ "request", "REQUEST", MW_TYPE_STR },
		{ "bytes", "SIZE", MW_TYPE_BYTES },
		{ "result", "RESULT", MW_TYPE_STR },
		{ "rule", "RULE", MW_TYPE_STR },
	};
	struct mw_table *t = lab_results(lab, "requests", columns, 4, "What was asked for:");
	size_t refused = 0, wrong = 0;

	for (size_t i = 0; i < N_QUESTIONS; i++) {
		struct question q = questions[i];
		struct answer expected;
		int r;

		q.bytes = q.huge ? f->ram_swap_bytes + 1024 * LAB_MIB : SMALL_BYTES;
		expected = reckon(&q, f);
		r = answer_of(lab, &q);
		if (r < 0)
			return lab_fail(q.what, r);
		show(lab, t, &q, r, expected);
		refused += r != 0;
		wrong += expected.sure && expected.refused != (r != 0);
	}
	lab->report->verdict = mw_fmt(
		lab->arena, "%zu of %zu requests refused while %s were available; %s", refused,
		N_QUESTIONS, mw_fmt_val_bytes(lab->arena, lab->snap->meminfo.available_bytes),
		wrong ? "not all as reckoned" : "each by the rule that was reckoned before");
	lab->report->closing = "A refusal is about promises, not about pages: nothing of this was "
			       "ever touched.";
	return wrong ? LAB_FAILED : LAB_AS_TOLD;
}

static enum lab_status run(struct lab *lab)
{
	struct facts facts;
	int r = read_facts(lab, &facts);

	if (r < 0)
		return lab_fail("/proc/sys/vm/overcommit_memory", r);
	introduce(lab, &facts);
	return ask_all(lab, &facts);
}

static const char *check(void)
{
	return sizeof(size_t) < 8 ? "needs an address space larger than RAM" : NULL;
}

const struct lab_accident lab_enomem = {
	.name = "enomem",
	.summary = "malloc fails while RAM is free",
	.story = "It asks for memory nine times, each time in a process of its own that touches "
		 "nothing of it:\nfor more than RAM and swap, plainly, with MAP_NORESERVE, without "
		 "rights, and made writable\nafterwards; and for 256 MiB, plainly, under RLIMIT_AS "
		 "and under RLIMIT_DATA.  You see which\nis refused, with which error and by which "
		 "rule.  No setting of the machine is changed.\n",
	.seconds = 10,
	.check = check,
	.run = run,
};
