/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmem_bpf - BPF as a means of transport: two programs of some instructions each that copy memory
 * of the kernel into an array that we have mapped too.  They need neither kprobes nor symbols, nor
 * a compiler when built: BPF_PROG_TYPE_SYSCALL (since 5.14), bpf_probe_read_kernel().
 *
 * CAP_BPF and CAP_PERFMON, no lockdown to confidentiality.  The instructions may be used under
 * GPL-2.0-only too: bpf_probe_read_kernel() is for programs that say so.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pages/kmem.h"

/* The one value of the array: answers, then the questions of a gather(). */
#define ANSWER_BYTES ((size_t)1 << 20)
#define ASK_MAX 128 /* questions a run: the verifier goes through each */
#define VALUE_BYTES (ANSWER_BYTES + ASK_MAX * sizeof(struct ask))

struct ask {
	uint64_t address, bytes, at; /* where its answer shall stand */
};

/* What a program is called with, and answers. */
struct call {
	uint64_t address, bytes;
	uint64_t n, failed;
	uint64_t task;
};

struct bpf_kmem {
	struct mw_kmem k;
	int map, copy, collect;
	char *value;
};

#define INSN(c, d, s, o, i)                                                         \
	(struct bpf_insn)                                                           \
	{                                                                           \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) \
	}
#define MOV(d, s) INSN(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define SET(d, i) INSN(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD(d, s) INSN(BPF_ALU64 | BPF_ADD | BPF_X, d, s, 0, 0)
#define ADD_K(d, i) INSN(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define LOAD(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE(d, o, s) INSN(BPF_STX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE_WORD(d, o, i) INSN(BPF_ST | BPF_MEM | BPF_W, d, 0, o, i)
#define CALL(f) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define JUMP_EQ(d, i, o) INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, i)
#define JUMP_GT(d, i, o) INSN(BPF_JMP | BPF_JGT | BPF_K, d, 0, o, i)
#define JUMP_GE(d, s, o) INSN(BPF_JMP | BPF_JGE | BPF_X, d, s, o, 0)
#define JUMP_LT(d, i, o) INSN(BPF_JMP | BPF_JLT | BPF_K, d, 0, o, i)
#define EXIT() INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
#define MAP_FD(d, fd) \
	INSN(BPF_LD | BPF_DW | BPF_IMM, d, BPF_PSEUDO_MAP_FD, 0, fd), INSN(0, 0, 0, 0, 0)

#define CALL_AT(member) ((int)offsetof(struct call, member))
#define ASK_AT(member) ((int)offsetof(struct ask, member))

/* r6: the call; r7: the value of the array.  Ends with 1 where there is none. */
#define PROLOGUE(map_fd)                                                               \
	MOV(6, 1), STORE_WORD(10, -4, 0), MAP_FD(1, map_fd), MOV(2, 10), ADD_K(2, -4), \
		CALL(BPF_FUNC_map_lookup_elem), JUMP_EQ(0, 0, 1),                      \
		INSN(BPF_JMP | BPF_JA, 0, 0, 2, 0), SET(0, 1), EXIT(), MOV(7, 0)

static int load(const struct bpf_insn *insn, size_t n)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SYSCALL,
				.insn_cnt = (uint32_t)n,
				.insns = (uint64_t)(uintptr_t)insn,
				.license = (uint64_t)(uintptr_t) "GPL",
				.prog_flags = BPF_F_SLEEPABLE,
				.prog_name = "memwhy" };
	int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	return fd < 0 ? -errno : fd;
}

/* One long piece; and who we are. */
static int load_copy(int map)
{
	const struct bpf_insn insn[] = {
		PROLOGUE(map),
		CALL(BPF_FUNC_get_current_task),
		STORE(6, CALL_AT(task), 0),
		LOAD(2, 6, CALL_AT(bytes)),
		JUMP_EQ(2, 0, 7),
		JUMP_GT(2, ANSWER_BYTES, 6),
		MOV(1, 7),
		LOAD(3, 6, CALL_AT(address)),
		CALL(BPF_FUNC_probe_read_kernel),
		STORE(6, CALL_AT(failed), 0),
		SET(0, 0),
		EXIT(),
		/* the length is wrong */
		SET(0, 1),
		EXIT(),
	};

	return load(insn, sizeof(insn) / sizeof(insn[0]));
}

/* r8: how many are done; r9: the question.  The loop is bounded for the verifier by ASK_MAX. */
static int load_collect(int map)
{
	const struct bpf_insn insn[] = {
		PROLOGUE(map),
		SET(8, 0),
		MOV(9, 7),
		ADD_K(9, ANSWER_BYTES),
		/* next: */
		LOAD(1, 6, CALL_AT(n)),
		JUMP_GE(8, 1, 17),
		LOAD(2, 9, ASK_AT(bytes)),
		JUMP_EQ(2, 0, 12),
		JUMP_GT(2, MW_ASK_BYTES, 11),
		LOAD(4, 9, ASK_AT(at)),
		JUMP_GT(4, ANSWER_BYTES - MW_ASK_BYTES, 9),
		MOV(1, 7),
		ADD(1, 4),
		LOAD(3, 9, ASK_AT(address)),
		CALL(BPF_FUNC_probe_read_kernel),
		JUMP_EQ(0, 0, 4),
		LOAD(1, 6, CALL_AT(failed)),
		LOAD(2, 9, ASK_AT(bytes)),
		ADD(1, 2),
		STORE(6, CALL_AT(failed), 1),
		/* skip: */
		ADD_K(8, 1),
		ADD_K(9, sizeof(struct ask)),
		JUMP_LT(8, ASK_MAX, -19),
		SET(0, 0),
		EXIT(),
	};

	return load(insn, sizeof(insn) / sizeof(insn[0]));
}

static int run(int program, struct call *call)
{
	union bpf_attr attr = { .test = { .prog_fd = (uint32_t)program,
					  .ctx_in = (uint64_t)(uintptr_t)call,
					  .ctx_size_in = sizeof(*call) } };

	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) < 0)
		return -errno;
	return attr.test.retval ? -EIO : 0;
}

static int run_collect(struct bpf_kmem *b, size_t n)
{
	struct call call = { .n = n };
	int r = run(b->collect, &call);

	b->k.calls++;
	b->k.failed_bytes += call.failed;
	return r;
}

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	struct bpf_kmem *b = (struct bpf_kmem *)k;
	struct ask *q = (struct ask *)(b->value + ANSWER_BYTES);

	for (size_t from = 0, m; from < n; from += m) {
		size_t at = 0;
		int r;

		for (m = 0; m < ASK_MAX && from + m < n; m++) {
			uint32_t bytes = ask[from + m].bytes;

			if (bytes > MW_ASK_BYTES)
				return -EINVAL;
			if (at > ANSWER_BYTES - MW_ASK_BYTES)
				break;
			q[m] = (struct ask){ ask[from + m].address, bytes, at };
			at += (bytes + 7) & ~(size_t)7;
		}
		r = run_collect(b, m);
		if (r < 0)
			return r;
		for (size_t i = 0; i < m; i++)
			memcpy(ask[from + i].to, b->value + q[i].at, q[i].bytes);
		k->read_bytes += at;
	}
	return 0;
}

/* A piece with a hole in it fails as a whole: then page by page. */
static int copy_pages(struct bpf_kmem *b, uint64_t address, size_t bytes)
{
	struct ask *q = (struct ask *)(b->value + ANSWER_BYTES);
	int r = 0;

	for (size_t at = 0; at < bytes && !r;) {
		size_t n = 0;

		for (; n < ASK_MAX && at < bytes; n++, at += MW_ASK_BYTES)
			q[n] = (struct ask){ address + at,
					     bytes - at < MW_ASK_BYTES ? bytes - at : MW_ASK_BYTES,
					     at };
		r = run_collect(b, n);
	}
	return r;
}

static const void *bulk(struct mw_kmem *k, uint64_t address, size_t bytes)
{
	struct bpf_kmem *b = (struct bpf_kmem *)k;
	struct call call = { .address = address, .bytes = bytes };

	if (run(b->copy, &call) < 0 || (call.failed && copy_pages(b, address, bytes) < 0))
		return NULL;
	k->calls++;
	k->read_bytes += bytes;
	return b->value;
}

static void done(struct mw_kmem *k)
{
	struct bpf_kmem *b = (struct bpf_kmem *)k;

	if (b->value != MAP_FAILED)
		munmap(b->value, VALUE_BYTES);
	for (int i = 0; i < 3; i++) {
		int fd = i == 0 ? b->map : i == 1 ? b->copy : b->collect;

		if (fd >= 0)
			close(fd);
	}
	free(b);
}

static int make_map(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY,
				.key_size = 4,
				.value_size = VALUE_BYTES,
				.max_entries = 1,
				.map_flags = BPF_F_MMAPABLE,
				.map_name = "memwhy" };
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

	return fd < 0 ? -errno : fd;
}

static int start(struct bpf_kmem *b, const struct mw_layout *layout, const char **ret_why)
{
	struct call call = { .bytes = 8 };
	int r;

	*ret_why = "bpf: no array that can be mapped";
	b->map = make_map();
	if (b->map < 0)
		return b->map;
	b->value = mmap(NULL, VALUE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			b->map, 0);
	if (b->value == MAP_FAILED)
		return -errno;
	b->k.own = b->value;
	b->k.own_bytes = VALUE_BYTES;
	*ret_why = "bpf: the program was refused";
	b->copy = load_copy(b->map);
	b->collect = b->copy < 0 ? -1 : load_collect(b->map);
	if (b->copy < 0 || b->collect < 0)
		return b->copy < 0 ? b->copy : b->collect;
	*ret_why = "bpf: the program does not run";
	r = run(b->copy, &call);
	if (r < 0)
		return r;
	b->k.task = call.task;
	b->k.mm = mw_kmem_u64(&b->k, b->k.task + (uint64_t)layout->task.mm);
	return 0;
}

int mw_kmem_bpf(const struct mw_layout *layout, struct mw_kmem **ret, const char **ret_why)
{
	struct bpf_kmem *b = calloc(1, sizeof(*b));
	int r;

	if (!b)
		return -ENOMEM;
	*b = (struct bpf_kmem){
		.k = { .bulk = bulk, .gather = gather, .done = done, .name = "bpf" },
		.map = -1,
		.copy = -1,
		.collect = -1,
		.value = MAP_FAILED
	};
	r = start(b, layout, ret_why);
	if (r < 0) {
		done(&b->k);
		return r;
	}
	*ret = &b->k;
	return 0;
}
