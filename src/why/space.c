/* SPDX-License-Identifier: Apache-2.0 */
#include "why/space.h"

#define GIB ((uint64_t)1 << 30)
#define STACK_GAP_PAGES 256 /* stack_guard_gap, mm/mmap.c */

/* End of the space for programs: TASK_SIZE, without a hint above 47 or 48 bits.  The stack stands
 * near it, so it tells which of several sizes the kernel was built for. */
static uint64_t end_of(struct mw_str machine, uint64_t highest)
{
	static const unsigned char arm_bits[] = { 36, 39, 42, 47, 48 };

	if (mw_str_eq(machine, "x86_64") && highest > 4 * GIB)
		return ((uint64_t)1 << 47) - 4096;
	if (mw_str_eq(machine, "x86_64"))
		return 4 * GIB - 8192; /* IA32_PAGE_OFFSET */
	if (mw_str_eq(machine, "aarch64") && highest <= 4 * GIB)
		return 4 * GIB;
	for (size_t i = 0; mw_str_eq(machine, "aarch64") && i < sizeof(arm_bits); i++)
		if (highest <= (uint64_t)1 << arm_bits[i])
			return (uint64_t)1 << arm_bits[i];
	/* i386 and arm with the usual split; of others at least what is in use. */
	return highest <= 3 * GIB ? 3 * GIB : highest;
}

/* Bits of an address: without a hint, and with one, where page tables have a level more. */
static const struct machine {
	const char *name;
	unsigned char bits, most_bits;
} machines[] = {
	{ "x86_64", 47, 56 },  { "aarch64", 48, 52 }, { "ppc64le", 47, 64 }, { "s390x", 53, 64 },
	{ "riscv64", 47, 64 }, { "i686", 32, 32 },    { "i586", 32, 32 },    { "armv7l", 32, 32 },
};

static const struct machine *machine_of(struct mw_str name)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (mw_str_eq(name, machines[i].name))
			return &machines[i];
	return NULL;
}

uint64_t mw_space_most_bytes(struct mw_str machine)
{
	const struct machine *m = machine_of(machine);

	return 1ULL << (m ? m->bits : 63);
}

bool mw_space_is_beyond(struct mw_str machine, uint64_t address)
{
	const struct machine *m = machine_of(machine);

	return m && m->most_bits < 64 && address >> m->most_bits;
}

/* A program that was started without a limit for its stack is filled from below
 * (mmap_is_legacy()). */
static uint64_t start_of(const struct mw_asker *a, struct mw_str machine, uint64_t end)
{
	uint64_t least = mw_or(a->sysctl.mmap_min_addr, 0);

	if (mw_or(a->limits.of[MW_RLIMIT_STACK].soft, 0) == MW_UNLIMITED)
		return end / (mw_str_eq(machine, "aarch64") ? 4 : 3);
	return least > 4096 ? least : 4096;
}

static uint64_t gap_below(const struct mw_snap *s, const struct mw_asker_map *m, uint64_t from)
{
	uint64_t gap = m->start > from ? m->start - from : 0;
	uint64_t kept = m->stack ? STACK_GAP_PAGES * s->host.page_bytes : 0;

	return gap > kept ? gap - kept : 0;
}

void mw_space_of(const struct mw_snap *s, const struct mw_asker *a, struct mw_space *ret)
{
	uint64_t highest = a->n_maps ? a->map[a->n_maps - 1].end : 0, at, hole = 0;

	*ret = (struct mw_space){};
	ret->end = end_of(s->host.machine, highest);
	ret->start = start_of(a, s->host.machine, ret->end);
	ret->hole_bytes = mw_no(a->maps_why == MW_OK ? MW_BAD : a->maps_why);
	if (a->maps_why != MW_OK || !a->n_maps)
		return;
	at = ret->start;
	for (size_t i = 0; i < a->n_maps; i++) {
		uint64_t gap = gap_below(s, &a->map[i], at);

		if (gap > hole)
			hole = gap;
		if (a->map[i].end > at)
			at = a->map[i].end;
	}
	if (ret->end > at && ret->end - at > hole)
		hole = ret->end - at;
	ret->hole_bytes = mw_ok(hole);
}

struct mw_val mw_space_after(const struct mw_asker *a, const struct mw_space *space,
			     uint64_t address)
{
	uint64_t next = space->end;

	if (a->maps_why != MW_OK)
		return mw_no(a->maps_why);
	for (size_t i = 0; i < a->n_maps; i++) {
		if (a->map[i].start < address && a->map[i].end > address)
			return mw_no(MW_RACED);
		if (a->map[i].start >= address && a->map[i].start < next)
			next = a->map[i].start;
	}
	return mw_sub(mw_ok(next), mw_ok(address));
}

struct mw_space_part mw_space_part(const struct mw_asker *a, uint64_t start, uint64_t bytes)
{
	uint64_t end = start + bytes < start ? UINT64_MAX : start + bytes;
	struct mw_space_part part = {};

	for (size_t i = 0; i < a->n_maps; i++) {
		const struct mw_asker_map *m = &a->map[i];
		uint64_t from = m->start > start ? m->start : start;
		uint64_t to = m->end < end ? m->end : end;

		if (from >= to)
			continue;
		part.mapped_bytes += to - from;
		if (!m->shared && !m->write)
			part.read_only_bytes += to - from;
		part.cuts +=
			(start > m->start && start < m->end) + (end > m->start && end < m->end);
	}
	return part;
}
