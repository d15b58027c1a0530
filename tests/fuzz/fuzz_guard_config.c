/* SPDX-License-Identifier: Apache-2.0 */
#include "why/guard_config.h"

#include <string.h>

#include "fuzz.h"

static struct mw_str written(const struct mw_guard_config *c, char *room, size_t size)
{
	struct mw_textbuf t = { .p = room, .size = size };

	mw_guard_config_write(c, "", &t);
	must(!t.full);
	return mw_textbuf_str(&t);
}

static void must_be_patterns(struct mw_str text, const struct mw_guard_patterns *list)
{
	must(list->n <= MW_GUARD_PATTERNS_MAX);
	for (size_t i = 0; i < list->n; i++)
		must_lie_in(text, list->item[i].glob);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_guard_config_error error = {};
	struct mw_guard_config c = { .idle_ms = 77 }, again;
	struct mw_str text = fuzz_text(data, size), first;
	size_t room = 8192 + 2 * size;
	char *a, *b;

	if (mw_guard_config_parse(text, &c, &error) < 0) {
		must(c.idle_ms == 77 && error.text && *error.text);
		return 0;
	}
	must(!error.text);
	must_be_patterns(text, &c.avoid);
	must_be_patterns(text, &c.prefer);
	must_be_patterns(text, &c.groups);
	must_lie_in(text, c.hook);
	must_lie_in(text, c.record_dir);
	must(c.idle_ms && c.settle_ms && c.fill_bytes_per_s && c.least_bytes);
	a = malloc(room), b = malloc(room);
	must(a && b);
	first = written(&c, a, room);
	must(!mw_guard_config_parse(first, &again, &error));
	must(mw_str_same(first, written(&again, b, room)));
	free(a);
	free(b);
	return 0;
}
