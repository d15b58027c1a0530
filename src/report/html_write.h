/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_write - text from outside, harmless in a page of HTML.
 *
 * Invariants: what may not be shown stands as \xNN, as mw_escape() has it; none of < > & " ' is
 * left as it was, so the text ends neither an element nor a quoted attribute.
 */
#pragma once

#include <stdio.h>

#include "base/str.h"

void mw_html_str(FILE *out, struct mw_str s);
void mw_html_text(FILE *out, const char *s); /* NULL: nothing */
