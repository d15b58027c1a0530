/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any recording: read, written and read again it is the same; and the policy keeps its promises
 * whatever it is shown.
 */
#include <string.h>

#include "fuzz.h"
#include "why/guard_config.h"
#include "why/guard_play.h"
#include "why/guard_words.h"

static struct mw_guard_room make_room(struct mw_str recording)
{
	struct mw_guard_room room = mw_guard_record_measure(recording);

	room.task = malloc((room.max_tasks + 1) * sizeof(*room.task));
	room.group = malloc((room.max_groups + 1) * sizeof(*room.group));
	room.text = malloc(room.text_bytes + 1);
	room.rest = malloc((room.max_rests + 1) * sizeof(*room.rest));
	must(room.task && room.group && room.rest && room.text);
	return room;
}

static void free_room(struct mw_guard_room *room)
{
	free(room->task);
	free(room->group);
	free(room->rest);
	free(room->text);
}

static void must_be_victim(const struct mw_guard_view *v, const struct mw_guard_target *t)
{
	const struct mw_guard_task *k;

	must(t->task < v->n_tasks);
	k = &v->task[t->task];
	must(k->pid == t->pid && k->start_ticks == t->start_ticks);
	must(k->pid > 1 && k->pid != v->own_pid && !(k->flags & 0x00200000) && !k->dying);
	must(mw_or(k->adj, 0) > 0);
}

static bool ends(enum mw_guard_verb v)
{
	return v == MW_GUARD_KILL || v == MW_GUARD_KILL_GROUP || v == MW_GUARD_RESTART ||
	       v == MW_GUARD_TERM;
}

static void play(struct mw_str recording)
{
	struct mw_guard_config config;
	struct mw_guard_config_error error;
	struct mw_guard_decision d;
	static struct mw_guard_play p;
	struct mw_guard_room room = make_room(recording);
	char config_room[8192], words[1024];

	memset(&p, 0, sizeof(p));
	p.shown = malloc((room.max_tasks + 1) * sizeof(*p.shown));
	must(p.shown != NULL);
	if (!mw_guard_record_begin(&p.player, recording, room) &&
	    !mw_guard_config_parse(
		    mw_guard_record_config(&p.player, config_room, sizeof(config_room)), &config,
		    &error)) {
		mw_guard_play_begin(&p, &config, recording);
		while (mw_guard_play_next(&p, &d) > 0) {
			struct mw_textbuf t = { .p = words, .size = sizeof(words) };

			must(d.n_targets <= MW_GUARD_TARGETS_MAX);
			must(!ends(d.verb) || d.n_targets);
			for (size_t i = 0; i < d.n_targets && ends(d.verb); i++)
				must_be_victim(&p.view, &d.target[i]);
			mw_guard_say(&t, &p.view, &d, false);
		}
	}
	free(p.shown);
	free_room(&room);
}

static void again(const struct mw_guard_view *view, const struct mw_guard_decision *d, size_t size)
{
	struct mw_guard_room room;
	struct mw_guard_player p;
	struct mw_guard_view view2;
	struct mw_guard_decision d2;
	struct mw_textbuf a = { .size = size }, b = { .size = size };
	bool has;

	a.p = malloc(size), b.p = malloc(size);
	must(a.p && b.p);
	mw_textbuf_say(&a, "memwhy-guard-record 1\n");
	mw_guard_record_view(&a, view);
	mw_guard_record_decision(&a, d);
	must(!a.full);
	room = make_room(mw_textbuf_str(&a));
	must(!mw_guard_record_begin(&p, mw_textbuf_str(&a), room));
	must(mw_guard_record_next(&p, &view2, &d2, &has) == 1 && has);
	mw_textbuf_say(&b, "memwhy-guard-record 1\n");
	mw_guard_record_view(&b, &view2);
	mw_guard_record_decision(&b, &d2);
	must(mw_str_same(mw_textbuf_str(&a), mw_textbuf_str(&b)));
	free_room(&room);
	free(a.p);
	free(b.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mw_str recording = fuzz_text(data, size);
	struct mw_guard_room room = make_room(recording);
	struct mw_guard_player p;
	struct mw_guard_view view;
	struct mw_guard_decision d;
	char config_room[4096];
	bool has;
	int r;

	if (!mw_guard_record_begin(&p, recording, room)) {
		mw_guard_record_config(&p, config_room, sizeof(config_room));
		while ((r = mw_guard_record_next(&p, &view, &d, &has)) > 0)
			again(&view, &d, 65536 + 8 * size);
		must(r == 0 || (p.wrong && p.line));
	}
	free_room(&room);
	play(recording);
	return 0;
}
