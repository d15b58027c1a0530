/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/census.h"

#include "base/fmt.h"

#define FIELDS_MAX 12

enum kind { END, NUMBER, TEXT };

/* A field of an item, or of the census itself. */
struct field {
	enum kind kind;
	size_t at;
};

#define N(type, member)                               \
	{                                             \
		NUMBER, offsetof(struct type, member) \
	}
#define S(type, member)                             \
	{                                           \
		TEXT, offsetof(struct type, member) \
	}

static const struct field head[] = {
	S(mw_census, reader),	  S(mw_census, how),
	N(mw_census, ram_bytes),  N(mw_census, moved_bytes),
	N(mw_census, cpu_us),	  N(mw_census, wall_us),
	N(mw_census, read_bytes), {},
};

#define LIST(word, type, list, n, ...)                                       \
	{                                                                    \
		word, sizeof(struct type), offsetof(struct mw_census, list), \
			offsetof(struct mw_census, n),                       \
		{                                                            \
			__VA_ARGS__                                          \
		}                                                            \
	}

static const struct {
	const char *word;
	size_t bytes, list,
		n; /* of an item; where in struct mw_census the list and its length are */
	struct field field[FIELDS_MAX];
} lists[] = {
	LIST("class", mw_census_class, class, n_classes, S(mw_census_class, name),
	     N(mw_census_class, node), N(mw_census_class, bytes), N(mw_census_class, low_bytes),
	     N(mw_census_class, high_bytes)),
	LIST("counter", mw_census_counter, counter, n_counters, S(mw_census_counter, name),
	     N(mw_census_counter, before_bytes), N(mw_census_counter, after_bytes)),
	LIST("fs", mw_census_fs, fs, n_fs, N(mw_census_fs, dev), S(mw_census_fs, kind),
	     S(mw_census_fs, type), S(mw_census_fs, id), N(mw_census_fs, files),
	     N(mw_census_fs, bytes), N(mw_census_fs, deleted_files),
	     N(mw_census_fs, deleted_bytes)),
	LIST("file", mw_census_file, file, n_files, N(mw_census_file, dev), N(mw_census_file, ino),
	     N(mw_census_file, nlink), N(mw_census_file, size_bytes), N(mw_census_file, bytes),
	     S(mw_census_file, path)),
	LIST("cache", mw_census_cache, cache, n_caches, S(mw_census_cache, name),
	     N(mw_census_cache, object_bytes), N(mw_census_cache, bytes)),
	LIST("group", mw_census_group, group, n_groups, N(mw_census_group, ino),
	     N(mw_census_group, dying), N(mw_census_group, bytes), N(mw_census_group, anon_bytes),
	     N(mw_census_group, file_bytes), N(mw_census_group, shmem_bytes),
	     N(mw_census_group, kernel_bytes), N(mw_census_group, low_bytes),
	     N(mw_census_group, high_bytes), S(mw_census_group, path)),
	LIST("paid", mw_census_paid, paid, n_paid, N(mw_census_paid, group_ino),
	     N(mw_census_paid, dev), N(mw_census_paid, ino), N(mw_census_paid, bytes)),
	LIST("area", mw_census_area, area, n_areas, N(mw_census_area, bytes),
	     S(mw_census_area, caller)),
	LIST("stack", mw_census_stack, stack, n_stacks, N(mw_census_stack, pid),
	     N(mw_census_stack, bytes), S(mw_census_stack, comm)),
	LIST("holder", mw_census_holder, holder, n_holders, N(mw_census_holder, bytes),
	     N(mw_census_holder, blocks), S(mw_census_holder, class), S(mw_census_holder, kind),
	     S(mw_census_holder, form), N(mw_census_holder, chained),
	     N(mw_census_holder, object_bytes), N(mw_census_holder, first_byte),
	     N(mw_census_holder, last_byte), S(mw_census_holder, name)),
	LIST("fact", mw_census_fact, fact, n_facts, S(mw_census_fact, name),
	     N(mw_census_fact, value)),
	LIST("step", mw_census_step, step, n_steps, S(mw_census_step, name),
	     N(mw_census_step, cpu_us), N(mw_census_step, wall_us)),
	LIST("refused", mw_census_refusal, refusal, n_refusals, S(mw_census_refusal, reader),
	     S(mw_census_refusal, error), S(mw_census_refusal, reason)),
};

#define N_LISTS (sizeof(lists) / sizeof(lists[0]))

struct out {
	struct mw_arena *arena;
	char *p; /* grown a byte at a time, which mw_arena_grow() makes room for by doubling */
	size_t n;
};

static void put(struct out *o, struct mw_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char *p = mw_arena_grow(o->arena, o->p, o->n, 1);

		if (!p)
			return;
		o->p = p;
		p[o->n++] = s.p[i];
	}
}

/* An empty text is "-", and a text that is "-" has its escape. */
static void put_text(struct out *o, struct mw_str s)
{
	if (mw_str_eq(s, "-"))
		put(o, mw_str_of("\\055"));
	else
		put(o, s.n ? mw_fmt_octal(o->arena, s) : mw_str_of("-"));
}

static void put_line(struct out *o, const char *word, const struct field *f, const void *item)
{
	put(o, mw_str_of(word));
	for (; f->kind != END; f++) {
		const char *at = (const char *)item + f->at;

		put(o, mw_str_of(" "));
		if (f->kind == TEXT)
			put_text(o, *(const struct mw_str *)at);
		else
			put(o,
			    mw_str_of(mw_fmt(o->arena, "%llu", *(const unsigned long long *)at)));
	}
	put(o, mw_str_of("\n"));
}

struct mw_str mw_census_format(const struct mw_census *c, struct mw_arena *arena)
{
	struct out o = { .arena = arena };

	put_line(&o, "census", head, c);
	for (size_t i = 0; i < N_LISTS; i++) {
		const char *item = *(const char *const *)((const char *)c + lists[i].list);
		size_t n = *(const size_t *)((const char *)c + lists[i].n);

		for (; n; n--, item += lists[i].bytes)
			put_line(&o, lists[i].word, lists[i].field, item);
	}
	return (struct mw_str){ o.p, o.n };
}

static bool take_field(struct mw_str *line, const struct field *f, struct mw_arena *arena,
		       void *item)
{
	char *at = (char *)item + f->at;
	struct mw_str word;

	if (!mw_str_word(line, &word))
		return false;
	if (f->kind == NUMBER)
		return !mw_str_u64(word, (uint64_t *)at);
	*(struct mw_str *)at =
		mw_str_eq(word, "-") ? (struct mw_str){} : mw_fmt_unoctal(arena, word);
	return true;
}

static bool take_line(struct mw_str line, const struct field *f, struct mw_arena *arena, void *item)
{
	for (; f->kind != END; f++)
		if (!take_field(&line, f, arena, item))
			return false;
	return !mw_str_trim(line).n;
}

static void take_item(size_t i, struct mw_str line, struct mw_arena *arena, struct mw_census *c)
{
	char **list = (char **)((char *)c + lists[i].list);
	size_t *n = (size_t *)((char *)c + lists[i].n);
	char *grown = mw_arena_grow(arena, *list, *n, lists[i].bytes);

	if (!grown)
		return;
	*list = grown;
	if (take_line(line, lists[i].field, arena, grown + *n * lists[i].bytes))
		++*n;
}

void mw_census_parse(struct mw_str text, struct mw_arena *arena, struct mw_census *ret)
{
	struct mw_census c = {}, parsed;
	struct mw_str line, word;

	while (mw_str_cut(&text, '\n', &line)) {
		if (!mw_str_word(&line, &word))
			continue;
		parsed = c;
		if (mw_str_eq(word, "census") && take_line(line, head, arena, &parsed))
			c = parsed;
		for (size_t i = 0; i < N_LISTS; i++)
			if (mw_str_eq(word, lists[i].word))
				take_item(i, line, arena, &c);
	}
	*ret = c;
}

/* Sums of a capture that was tampered with may be anything. */
static void sum_up(uint64_t *sum, uint64_t v)
{
	if (__builtin_add_overflow(*sum, v, sum))
		*sum = UINT64_MAX;
}

bool mw_census_class_sum(const struct mw_census *c, const char *name, struct mw_census_class *ret)
{
	struct mw_census_class sum = { .name = mw_str_of(name) };
	bool found = false;

	for (size_t i = 0; i < c->n_classes; i++) {
		if (!mw_str_eq(c->class[i].name, name))
			continue;
		found = true;
		sum_up(&sum.bytes, c->class[i].bytes);
		sum_up(&sum.low_bytes, c->class[i].low_bytes);
		sum_up(&sum.high_bytes, c->class[i].high_bytes);
	}
	*ret = sum;
	return found;
}

uint64_t mw_census_class_bytes(const struct mw_census *c, const char *name)
{
	struct mw_census_class sum;

	mw_census_class_sum(c, name, &sum);
	return sum.bytes;
}

struct mw_val mw_census_fact(const struct mw_census *c, const char *name)
{
	for (size_t i = 0; i < c->n_facts; i++)
		if (mw_str_eq(c->fact[i].name, name))
			return mw_ok(c->fact[i].value);
	return mw_no(MW_ABSENT);
}
