/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - what the guard says of what it saw, decided and did.
 *
 * Invariant: names from outside are escaped: nothing breaks a line.
 */
#pragma once

#include "base/textbuf.h"
#include "daemon/deed.h"
#include "daemon/psi.h"

void mw_words_bytes(struct mw_textbuf *t, struct mw_val bytes);

/* "312 MiB of 23.5 GiB available, limit 1.17 GiB, empty in 4 s" */
void mw_words_state(struct mw_textbuf *t, const struct mw_guard_meters *m,
		    const struct mw_guard_decision *d);

/* "killed 1234 (hog), which held 1.90 GiB: ..."; dry: "would kill". */
void mw_words_deed(struct mw_textbuf *t, const struct mw_deed *d, const struct mw_guard_meters *m,
		   bool dry);

/* A warning: what holds memory, or who could not be found. */
void mw_words_warning(struct mw_textbuf *t, const struct mw_guard_meters *m,
		      const struct mw_guard_decision *d);
