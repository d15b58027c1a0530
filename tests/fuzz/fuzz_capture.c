/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "fuzz.h"
#include "kernel/capture.h"

static void ask(const struct mw_capture *c, struct mw_str path, struct mw_arena *arena)
{
	struct mw_names names = {};
	struct mw_str body = {};
	int r = mw_capture_list(c, path, arena, &names);

	must(r <= 0 && (!r || !names.n));
	for (size_t i = 0; i < names.n; i++)
		must(names.item[i].n && mw_str_find(names.item[i], '/') == names.item[i].n);
	for (size_t i = 1; i < names.n; i++)
		must(mw_str_cmp(names.item[i - 1], names.item[i]) < 0);
	must(mw_capture_read(c, path, arena, &body) <= 0);
}

/* Each file and each folder on the way to it. */
static void ask_all(const struct mw_capture *c, struct mw_arena *arena)
{
	for (size_t i = 0; i < c->n_files; i++) {
		struct mw_str path = c->file[i].path, body = {};

		must(path.n && path.p[0] != '/');
		must(mw_capture_read(c, path, arena, &body) == c->file[i].r);
		must(c->file[i].r || mw_str_same(body, c->file[i].body));
		for (size_t k = 0; k < 4 && path.n; k++) {
			size_t up = mw_str_rfind(path, '/');

			ask(c, path, arena);
			path.n = up == path.n ? 0 : up;
		}
	}
	ask(c, (struct mw_str){}, arena);
	ask(c, mw_str_of("proc/1/status"), arena);
}

static void must_be_equal(const struct mw_capture *x, const struct mw_capture *y)
{
	must(x->n_files == y->n_files);
	for (size_t i = 0; i < x->n_files; i++) {
		must(mw_str_same(x->file[i].path, y->file[i].path));
		must(mw_str_same(x->file[i].body, y->file[i].body));
		must(x->file[i].r == y->file[i].r);
	}
}

/* The same files as an archive would give them: some are links. */
static void with_links(struct mw_capture *c, struct mw_arena *arena)
{
	for (size_t i = 0; i < c->n_files; i++)
		c->file[i].link = !c->file[i].r && i % 3 != 1;
	for (size_t i = 0; i < c->n_files; i++)
		ask(c, c->file[i].path, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_mw_arena_ struct mw_arena arena = {};
	struct mw_problem problem = {};
	struct mw_capture c = {}, again = {};
	struct mw_str text;
	int r = mw_capture_parse(fuzz_text(data, size), &arena, &c, &problem);

	if (r) {
		must(r == -EINVAL && problem.what && !c.n_files);
		return 0;
	}
	must(mw_capture_is(fuzz_text(data, size)));
	ask_all(&c, &arena);
	text = mw_capture_encode(&c, &arena);
	must(!mw_capture_parse(text, &arena, &again, &problem));
	must_be_equal(&c, &again);
	must(mw_str_same(mw_capture_encode(&again, &arena), text));
	mw_capture_scrub(&again);
	mw_capture_sort(&again);
	with_links(&c, &arena);
	return 0;
}
