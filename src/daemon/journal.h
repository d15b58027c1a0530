/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal - one entry with fields to systemd's journal by its native protocol, or one line to
 * standard error where there is no journal, or a person started it.
 *
 * Invariants: never blocks, never allocates; a value may hold any bytes (newlines go by length to
 * the journal, and as \x0a into a line); an entry that does not fit is cut at a field.
 */
#pragma once

#include "base/str.h"

enum { MW_LOG_ERR = 3, MW_LOG_WARNING = 4, MW_LOG_NOTICE = 5, MW_LOG_INFO = 6 };

struct mw_journal_field {
	const char *name; /* "MEMWHY_PID" */
	struct mw_str value;
};

struct mw_journal {
	int fd;		/* -1: there is no journal */
	bool by_person; /* only the message, without fields */
	char buf[8192];
};

/* by_person: to standard error whatever there is. */
void mw_journal_open(bool by_person, struct mw_journal *ret);
void mw_journal_say(struct mw_journal *j, int priority, struct mw_str message,
		    const struct mw_journal_field *field, size_t n);
