/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal through libsystemd, which is loaded when first needed: kernel messages and those of
 * the guards that kill, of all boots that are there, as lines of text in UTC.
 *
 * No message can pass for the kernel's: a newline in it begins a new line with the same prefix,
 * host and tag are one word each, and only _TRANSPORT, which journald sets and no client, makes it
 * a kernel message (a client may send any SYSLOG_IDENTIFIER, and several).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/root_library.h"
#include "kernel/root_log_private.h"
#include "kernel/utc.h"

/* libsystemd unpacks no more than this of a compressed field; kernel messages are far shorter. */
#define FIELD_MAX_BYTES ((size_t)64 << 10)

#define WORD_MAX 64
#define PREFIX_MAX (64 + 2 * WORD_MAX)

#define LOCAL_ONLY 1 /* SD_JOURNAL_LOCAL_ONLY */

static const char *const guards[] = { "systemd-oomd", "earlyoom", "nohang", "nohang-desktop",
				      "kubelet",      "lmkd",	  "memwhyd" };

#define N_GUARDS (sizeof(guards) / sizeof(guards[0]))

struct sd_journal;

/* The functions of libsystemd.so.0 that are used (sd_journal_*(3), all since 209). */
struct sd {
	int (*open)(struct sd_journal **ret, int flags);
	int (*open_directory)(struct sd_journal **ret, const char *path, int flags);
	int (*open_files)(struct sd_journal **ret, const char **paths, int flags);
	void (*close)(struct sd_journal *j);
	int (*add_match)(struct sd_journal *j, const void *data, size_t n);
	int (*add_disjunction)(struct sd_journal *j);
	int (*set_data_threshold)(struct sd_journal *j, size_t n);
	int (*next)(struct sd_journal *j);
	int (*get_data)(struct sd_journal *j, const char *field, const void **ret, size_t *ret_n);
	int (*get_realtime_usec)(struct sd_journal *j, uint64_t *ret);
};

static const struct mw_symbol symbols[] = {
	{ "sd_journal_open", offsetof(struct sd, open) },
	{ "sd_journal_open_directory", offsetof(struct sd, open_directory) },
	{ "sd_journal_open_files", offsetof(struct sd, open_files) },
	{ "sd_journal_close", offsetof(struct sd, close) },
	{ "sd_journal_add_match", offsetof(struct sd, add_match) },
	{ "sd_journal_add_disjunction", offsetof(struct sd, add_disjunction) },
	{ "sd_journal_set_data_threshold", offsetof(struct sd, set_data_threshold) },
	{ "sd_journal_next", offsetof(struct sd, next) },
	{ "sd_journal_get_data", offsetof(struct sd, get_data) },
	{ "sd_journal_get_realtime_usec", offsetof(struct sd, get_realtime_usec) },
};

struct journal {
	struct sd sd;
	struct sd_journal *j;
	struct mw_str message;	/* lines not yet begun; libsystemd's until the next step */
	struct mw_str piece[3]; /* of the line: what is left of prefix, text and newline */
	char prefix[PREFIX_MAX];
	size_t prefix_n;
};

/* The value of a field of this entry; empty: it has none that can be read. */
static struct mw_str field(const struct journal *j, const char *name)
{
	const void *p;
	size_t n, skip = strlen(name) + 1;

	if (j->sd.get_data(j->j, name, &p, &n) < 0)
		return (struct mw_str){};
	return mw_str_from((struct mw_str){ p, n }, skip);
}

/* As one word: blanks and control bytes become '_'. */
static void add_word(struct journal *j, struct mw_str value, const char *other, char after)
{
	if (!value.n)
		value = mw_str_of(other);
	for (size_t i = 0; i < value.n && i < WORD_MAX; i++) {
		unsigned char c = (unsigned char)value.p[i];

		j->prefix[j->prefix_n++] = c <= ' ' || c == 0x7f ? '_' : (char)c;
	}
	j->prefix[j->prefix_n++] = after;
}

static void add_time(struct journal *j, uint64_t usec)
{
	struct mw_utc t = mw_utc_of(usec / 1000000);

	j->prefix_n = (size_t)snprintf(j->prefix, sizeof(j->prefix),
				       "%04llu-%02u-%02uT%02u:%02u:%02u.%06u+00:00 ",
				       (unsigned long long)t.year, t.month, t.day, t.hour, t.minute,
				       t.second, (unsigned)(usec % 1000000));
}

static bool is_guard(struct mw_str tag)
{
	for (size_t i = 0; i < N_GUARDS; i++)
		if (mw_str_eq(tag, guards[i]))
			return true;
	return false;
}

/* False: the entry has no text, or is not what it was found as. */
static bool load_entry(struct journal *j)
{
	bool kernel = mw_str_eq(field(j, "_TRANSPORT"), "kernel");
	uint64_t usec;

	if (j->sd.get_realtime_usec(j->j, &usec) < 0)
		return false;
	if (!kernel && !is_guard(field(j, "SYSLOG_IDENTIFIER")))
		return false;
	add_time(j, usec);
	add_word(j, field(j, "_HOSTNAME"), "-", ' ');
	add_word(j, field(j, "SYSLOG_IDENTIFIER"), "kernel", ':');
	j->prefix[j->prefix_n++] = ' ';
	j->message = field(j, "MESSAGE");
	return j->message.n;
}

/* The next entry that has a text: 1, 0 at the end, or negative errno. */
static int next_entry(struct journal *j)
{
	int r;

	while ((r = j->sd.next(j->j)) > 0)
		if (load_entry(j))
			return 1;
	return r;
}

static bool next_line(struct journal *j)
{
	struct mw_str text;

	if (!mw_str_cut(&j->message, '\n', &text))
		return false;
	j->piece[0] = (struct mw_str){ j->prefix, j->prefix_n };
	j->piece[1] = text;
	j->piece[2] = mw_str_of("\n");
	return true;
}

/* What fits of the line at hand. */
static size_t give(struct journal *j, char *buffer, size_t n)
{
	size_t got = 0;

	for (size_t i = 0; i < 3; i++) {
		struct mw_str *piece = &j->piece[i];
		size_t part = piece->n < n - got ? piece->n : n - got;

		if (!part)
			continue;
		memcpy(buffer + got, piece->p, part);
		*piece = mw_str_from(*piece, part);
		got += part;
	}
	return got;
}

static ssize_t read_journal(struct mw_log *log, char *buffer, size_t n)
{
	struct journal *j = log->state;
	size_t got = 0;

	while (got < n) {
		size_t part = give(j, buffer + got, n - got);
		int r;

		got += part;
		if (part || next_line(j))
			continue;
		r = next_entry(j);
		if (r < 0)
			log->r = mw_log_fail(log, "the journal is damaged");
		if (r <= 0)
			break;
	}
	return got || !log->r ? (ssize_t)got : log->r;
}

static void close_journal(struct mw_log *log)
{
	struct journal *j = log->state;

	if (j->j)
		j->sd.close(j->j);
	free(j);
}

static int match(struct journal *j)
{
	int r = j->sd.add_match(j->j, "_TRANSPORT=kernel", 0);

	if (r >= 0)
		r = j->sd.add_disjunction(j->j);
	for (size_t i = 0; r >= 0 && i < N_GUARDS; i++) {
		char text[64];

		snprintf(text, sizeof(text), "SYSLOG_IDENTIFIER=%s", guards[i]);
		r = j->sd.add_match(j->j, text, 0);
	}
	return r;
}

static int load(struct mw_log *log)
{
	struct journal *j = calloc(1, sizeof(*j));

	if (!j)
		return -ENOMEM;
	log->state = j;
	log->close = close_journal;
	log->read = read_journal;
	return mw_library_load("libsystemd.so.0", symbols, sizeof(symbols) / sizeof(symbols[0]),
			       &j->sd);
}

/* To the first entry: 1, 0 where there is none, or negative errno. */
static int start(struct journal *j)
{
	int r = j->sd.set_data_threshold(j->j, FIELD_MAX_BYTES);

	if (r >= 0)
		r = match(j);
	return r < 0 ? r : next_entry(j);
}

int mw_log_use_journal_file(struct mw_log *log)
{
	char path[64];
	const char *paths[] = { path, NULL };
	struct journal *j;
	int r = load(log);

	if (r == -ENOSYS)
		return mw_log_fail(log, "is a journal file; to read it install libsystemd0");
	if (r < 0)
		return r;
	j = log->state;
	/* By its descriptor: the file whose first bytes were seen, standard input too. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", log->fd);
	r = j->sd.open_files(&j->j, paths, 0);
	if (r >= 0)
		r = start(j);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? mw_log_fail(log, "is a journal file, but damaged, cut, or no plain file")
		     : 0;
}

int mw_log_use_journal(struct mw_log *log, const char *directory)
{
	struct journal *j;
	int r = load(log);

	if (r < 0)
		return r;
	j = log->state;
	r = directory ? j->sd.open_directory(&j->j, directory, 0) : j->sd.open(&j->j, LOCAL_ONLY);
	if (r >= 0)
		r = start(j);
	if (r < 0)
		return r;
	return r ? 0 : -ENODATA;
}
