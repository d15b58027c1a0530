/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmem_bpf - BPF as a means of transport: a program of some instructions that copies memory of the
 * kernel into an array that we have mapped too.  It needs neither kprobes nor symbols, nor a
 * compiler when built: BPF_PROG_TYPE_SYSCALL (since 5.14), bpf_probe_read_kernel().
 *
 * CAP_BPF and CAP_PERFMON, no lockdown to confidentiality.  The instructions may be used under
 * GPL-2.0-only too: bpf_probe_read_kernel() is for programs that say so.
 */
#include <assert.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "pages/kmem.h"

/* The one value of the array: questions, then answers, then what the verifier asks for: room behind
 * the answers for the longest one, which is neither written nor mapped. */
#define ASK_MAX MW_BATCH /* questions a run; a power of two */
#define ASK_BYTES 4096
#define ANSWER_BYTES MW_BULK_BYTES
#define MAPPED_BYTES (ASK_BYTES + ANSWER_BYTES)
#define VALUE_BYTES (MAPPED_BYTES + ANSWER_BYTES)

struct ask {
	uint64_t address;
	uint32_t more, at; /* one byte, and so many more; where its answer shall stand */
	int64_t result;	   /* 0, or below: zeros stand there */
};

static_assert(ASK_MAX * sizeof(struct ask) <= ASK_BYTES, "what is asked must fit");

/* What the program is called with, and answers. */
struct call {
	uint64_t more; /* one question, and so many more */
	uint64_t task;
};

struct bpf_kmem {
	struct mw_kmem k;
	int map, program;
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
#define AND(d, i) INSN(BPF_ALU64 | BPF_AND | BPF_K, d, 0, 0, i)
#define LOAD(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define LOAD_WORD(d, s, o) INSN(BPF_LDX | BPF_MEM | BPF_W, d, s, o, 0)
#define STORE(d, o, s) INSN(BPF_STX | BPF_MEM | BPF_DW, d, s, o, 0)
#define STORE_WORD(d, o, i) INSN(BPF_ST | BPF_MEM | BPF_W, d, 0, o, i)
#define CALL(f) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, f)
#define JUMP_EQ(d, i, o) INSN(BPF_JMP | BPF_JEQ | BPF_K, d, 0, o, i)
#define JUMP_GE(d, s, o) INSN(BPF_JMP | BPF_JGE | BPF_X, d, s, o, 0)
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

/* r8: how many are done; r9: the question.  The verifier goes through the loop as often as it can
 * run, so it has no branch but its end: what is too large is cut, not refused. */
static int load_program(int map)
{
	const struct bpf_insn insn[] = {
		PROLOGUE(map),
		CALL(BPF_FUNC_get_current_task),
		STORE(6, CALL_AT(task), 0),
		LOAD(6, 6, CALL_AT(more)),
		AND(6, ASK_MAX - 1),
		SET(8, 0),
		MOV(9, 7),
		ADD_K(7, ASK_BYTES),
		/* next: */
		LOAD_WORD(2, 9, ASK_AT(more)),
		AND(2, ANSWER_BYTES - 1),
		ADD_K(2, 1),
		LOAD_WORD(4, 9, ASK_AT(at)),
		AND(4, ANSWER_BYTES - 1),
		MOV(1, 7),
		ADD(1, 4),
		LOAD(3, 9, ASK_AT(address)),
		CALL(BPF_FUNC_probe_read_kernel),
		STORE(9, ASK_AT(result), 0),
		ADD_K(9, sizeof(struct ask)),
		ADD_K(8, 1),
		JUMP_GE(6, 8, -13),
		SET(0, 0),
		EXIT(),
	};

	return load(insn, sizeof(insn) / sizeof(insn[0]));
}

static struct ask *questions(const struct bpf_kmem *b)
{
	return (struct ask *)b->value;
}

static char *answers(const struct bpf_kmem *b)
{
	return b->value + ASK_BYTES;
}

static int run(struct bpf_kmem *b, struct call *call)
{
	union bpf_attr attr = { .test = { .prog_fd = (uint32_t)b->program,
					  .ctx_in = (uint64_t)(uintptr_t)call,
					  .ctx_size_in = sizeof(*call) } };

	b->k.calls++;
	if (syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)) < 0)
		return -errno;
	return attr.test.retval ? -EIO : 0;
}

/* The n-th question; gives where the next answer can stand.  No bytes, no question. */
static size_t put(struct bpf_kmem *b, size_t n, uint64_t address, size_t bytes, size_t at)
{
	questions(b)[n] = (struct ask){ address, (uint32_t)bytes - 1, (uint32_t)at, 0 };
	return at + ((bytes + 7) & ~(size_t)7);
}

/* Has the first n questions answered. */
static int answer(struct bpf_kmem *b, size_t n)
{
	return n ? run(b, &(struct call){ .more = n - 1 }) : 0;
}

static void count_failed(struct bpf_kmem *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		b->k.failed_bytes += questions(b)[i].result < 0 ? questions(b)[i].more + 1 : 0;
}

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	struct bpf_kmem *b = (struct bpf_kmem *)k;

	for (size_t from = 0, m; from < n; from += m) {
		size_t at = 0;
		int r;

		for (m = 0; m < ASK_MAX && from + m < n; m++) {
			uint32_t bytes = ask[from + m].bytes;

			if (!bytes || bytes > MW_ASK_BYTES)
				return -EINVAL;
			if (at > ANSWER_BYTES - MW_ASK_BYTES)
				break;
			at = put(b, m, ask[from + m].address, bytes, at);
		}
		r = answer(b, m);
		if (r < 0)
			return r;
		count_failed(b, m);
		k->read_bytes += at;
		for (size_t i = 0; i < m; i++)
			memcpy(ask[from + i].to, answers(b) + questions(b)[i].at,
			       ask[from + i].bytes);
	}
	return 0;
}

/* A piece with a hole in it fails as a whole: then page by page. */
static int copy_pages(struct bpf_kmem *b, const struct mw_kmem_piece *piece, size_t at)
{
	int r = 0;

	for (size_t done = 0; done < piece->bytes && !r;) {
		size_t n = 0;

		for (; n < ASK_MAX && done < piece->bytes; n++, done += MW_ASK_BYTES) {
			size_t left = piece->bytes - done;

			put(b, n, piece->address + done, left < MW_ASK_BYTES ? left : MW_ASK_BYTES,
			    at + done);
		}
		r = answer(b, n);
		count_failed(b, n);
	}
	return r;
}

static const void *bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	struct bpf_kmem *b = (struct bpf_kmem *)k;
	int64_t failed = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at = put(b, i, piece[i].address, piece[i].bytes, at);
	if (at > ANSWER_BYTES || n > ASK_MAX || answer(b, n) < 0)
		return NULL;
	k->read_bytes += at;
	for (size_t i = 0; i < n; i++)
		failed |= questions(b)[i].result;
	at = 0;
	for (size_t i = 0; failed && i < n; at += piece[i++].bytes)
		if (copy_pages(b, &piece[i], at) < 0)
			return NULL;
	return answers(b);
}

static void done(struct mw_kmem *k)
{
	struct bpf_kmem *b = (struct bpf_kmem *)k;

	if (b->value != MAP_FAILED)
		munmap(b->value, MAPPED_BYTES);
	if (b->map >= 0)
		close(b->map);
	if (b->program >= 0)
		close(b->program);
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
	struct call call = {};
	int r;

	*ret_why = "bpf: no array that can be mapped";
	b->map = make_map();
	if (b->map < 0)
		return b->map;
	b->value = mmap(NULL, MAPPED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
			b->map, 0);
	if (b->value == MAP_FAILED)
		return -errno;
	b->k.own = b->value;
	b->k.own_bytes = VALUE_BYTES;
	*ret_why = "bpf: the program was refused";
	b->program = load_program(b->map);
	if (b->program < 0)
		return b->program;
	*ret_why = "bpf: the program does not run";
	put(b, 0, 0, 8, 0);
	r = run(b, &call);
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
		.program = -1,
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
