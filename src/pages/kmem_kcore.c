/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kmem_kcore - /proc/kcore (fs/proc/kcore.c): an ELF file whose segments are the kernel's memory at
 * its own addresses.
 *
 * A segment of RAM, whose physical address is known, is directly followed by that of its struct
 * pages, whose physical address is not, and which is as long as there are pages: so the array and
 * the direct mapping are found without a symbol.  The kernel's text has a physical address too, but
 * no such companion.  CAP_SYS_RAWIO; no lockdown to confidentiality.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pages/kmem.h"

#define NO_ADDRESS UINT64_MAX
#define NOTE_MAX ((size_t)1 << 20)
#define NOTE_TASK 4 /* NT_TASKSTRUCT */
#define PAGE 4096

struct kcore {
	struct mw_kmem k;
	int fd;
	Elf64_Phdr *segment;
	size_t n_segments, last;
	char *buffer;
};

static bool is_in(const Elf64_Phdr *s, uint64_t address)
{
	return s->p_type == PT_LOAD && address - s->p_vaddr < s->p_memsz;
}

static const Elf64_Phdr *segment_of(struct kcore *c, uint64_t address)
{
	if (c->n_segments && is_in(&c->segment[c->last], address))
		return &c->segment[c->last];
	for (size_t i = 0; i < c->n_segments; i++)
		if (is_in(&c->segment[i], address)) {
			c->last = i;
			return &c->segment[i];
		}
	return NULL;
}

/* How much could be read from address on. */
static size_t read_some(struct kcore *c, uint64_t address, size_t bytes, char *to)
{
	const Elf64_Phdr *s = segment_of(c, address);
	ssize_t n;

	if (!s)
		return 0;
	if (bytes > s->p_memsz - (address - s->p_vaddr))
		bytes = s->p_memsz - (address - s->p_vaddr);
	n = pread(c->fd, to, bytes, (off_t)(s->p_offset + (address - s->p_vaddr)));
	c->k.calls++;
	return n < 0 ? 0 : (size_t)n;
}

/* What cannot be read is zero, to the end of its page. */
static void read_all(struct kcore *c, uint64_t address, size_t bytes, char *to)
{
	while (bytes) {
		size_t n = read_some(c, address, bytes, to);

		if (!n) {
			n = PAGE - (address & (PAGE - 1));
			n = n < bytes ? n : bytes;
			memset(to, 0, n);
			c->k.failed_bytes += n;
		}
		c->k.read_bytes += n;
		address += n;
		to += n;
		bytes -= n;
	}
}

static const void *bulk(struct mw_kmem *k, const struct mw_kmem_piece *piece, size_t n)
{
	struct kcore *c = (struct kcore *)k;
	size_t at = 0;

	for (size_t i = 0; i < n; at += piece[i++].bytes)
		read_all(c, piece[i].address, piece[i].bytes, c->buffer + at);
	return c->buffer;
}

static int gather(struct mw_kmem *k, const struct mw_kmem_ask *ask, size_t n)
{
	for (size_t i = 0; i < n; i++)
		read_all((struct kcore *)k, ask[i].address, ask[i].bytes, ask[i].to);
	return 0;
}

static void done(struct mw_kmem *k)
{
	struct kcore *c = (struct kcore *)k;

	if (c->fd >= 0)
		close(c->fd);
	free(c->segment);
	free(c->buffer);
	free(c);
}

static int read_segments(struct kcore *c)
{
	Elf64_Ehdr head;
	size_t bytes;

	if (pread(c->fd, &head, sizeof(head), 0) != sizeof(head) ||
	    memcmp(head.e_ident, ELFMAG, SELFMAG) || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    head.e_phentsize != sizeof(Elf64_Phdr) || head.e_phnum == PN_XNUM)
		return -EINVAL;
	bytes = head.e_phnum * sizeof(Elf64_Phdr);
	c->segment = malloc(bytes + 1);
	c->buffer = malloc(MW_BULK_BYTES);
	if (!c->segment || !c->buffer)
		return -ENOMEM;
	if (pread(c->fd, c->segment, bytes, (off_t)head.e_phoff) != (ssize_t)bytes)
		return -EIO;
	c->n_segments = head.e_phnum;
	return 0;
}

/* Where the two segments of a piece of RAM stand side by side, they tell both places. */
static bool tells(const Elf64_Phdr *ram, const struct mw_layout *l, uint64_t frame_bytes,
		  uint64_t *ret_frames, uint64_t *ret_direct)
{
	const Elf64_Phdr *array = ram + 1;
	uint64_t mask = ~(frame_bytes - 1), first = ram->p_paddr / frame_bytes;
	uint64_t from, to;

	if (ram->p_type != PT_LOAD || array->p_type != PT_LOAD || ram->p_paddr == NO_ADDRESS ||
	    array->p_paddr != NO_ADDRESS)
		return false;
	from = first * (uint64_t)l->page.bytes & mask;
	to = ((first + ram->p_memsz / frame_bytes) * (uint64_t)l->page.bytes + frame_bytes - 1) &
	     mask;
	if (array->p_memsz != to - from)
		return false;
	*ret_frames = array->p_vaddr - from;
	*ret_direct = ram->p_vaddr - ram->p_paddr;
	return true;
}

static int find_frames(struct kcore *c, const struct mw_layout *l, uint64_t frame_bytes)
{
	uint64_t frames, direct;

	for (size_t i = 0; i + 1 < c->n_segments; i++) {
		if (!tells(&c->segment[i], l, frame_bytes, &frames, &direct))
			continue;
		if (c->k.frames && (c->k.frames != frames || c->k.direct != direct))
			return -EPROTO;
		c->k.frames = frames;
		c->k.direct = direct;
	}
	return c->k.frames ? 0 : -ENODATA;
}

static size_t padded(uint32_t n)
{
	return ((size_t)n + 3) & ~(size_t)3;
}

/* The note of the reader's own task_struct: its mm, and the next task in the list of all. */
static void take_task(struct kcore *c, const struct mw_layout *l, const char *p, size_t n)
{
	for (Elf64_Nhdr h; n >= sizeof(h);) {
		size_t name = sizeof(h), text, end;

		memcpy(&h, p, sizeof(h));
		text = name + padded(h.n_namesz);
		end = text + padded(h.n_descsz);
		if (!h.n_namesz || end > n)
			return;
		if (h.n_type == NOTE_TASK && h.n_descsz >= (size_t)l->task.mm + 8 &&
		    h.n_descsz >= (size_t)l->task.tasks + 8) {
			memcpy(&c->k.mm, p + text + l->task.mm, 8);
			memcpy(&c->k.task, p + text + l->task.tasks, 8);
			c->k.task -= (uint64_t)l->task.tasks;
		}
		p += end;
		n -= end;
	}
}

static void read_notes(struct kcore *c, const struct mw_layout *l)
{
	for (size_t i = 0; i < c->n_segments; i++) {
		const Elf64_Phdr *s = &c->segment[i];
		size_t bytes = s->p_filesz < NOTE_MAX ? s->p_filesz : NOTE_MAX;

		if (s->p_type == PT_NOTE &&
		    pread(c->fd, c->buffer, bytes, (off_t)s->p_offset) == (ssize_t)bytes)
			take_task(c, l, c->buffer, bytes);
	}
}

static int start(struct kcore *c, const struct mw_layout *l, uint64_t frame_bytes,
		 const char **ret_why)
{
	int r;

	*ret_why = "/proc/kcore cannot be opened";
	c->fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (c->fd < 0)
		return -errno;
	*ret_why = "/proc/kcore: its header is not understood";
	r = read_segments(c);
	if (r < 0)
		return r;
	*ret_why = "/proc/kcore does not tell where struct pages are";
	r = find_frames(c, l, frame_bytes);
	if (r < 0)
		return r;
	read_notes(c, l);
	return 0;
}

int mw_kmem_kcore(const struct mw_layout *layout, uint64_t frame_bytes, struct mw_kmem **ret,
		  const char **ret_why)
{
	struct kcore *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	c->fd = -1;
	c->k = (struct mw_kmem){ .bulk = bulk, .gather = gather, .done = done, .name = "kcore" };
	r = start(c, layout, frame_bytes, ret_why);
	if (r < 0) {
		done(&c->k);
		return r;
	}
	*ret = &c->k;
	return 0;
}
