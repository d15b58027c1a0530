/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A thousand nights that nobody thought of: random processes grow, and a victim dies slowly, at
 * once or not at all.  Whatever happens, no decision breaks a promise of guard.h, and what was
 * recorded is decided again as it was.
 */
#include "guard_helper.h"
#include "why/guard_play.h"

#define NIGHTS 1000
#define TURNS 80

static struct night n;
static char record[8 << 20], first[4 << 20], second[4 << 20];
static struct mw_guard_task shown_room[NIGHT_TASKS];
static uint64_t seed, kills, terms, warnings, group_rests;
static bool last_moved; /* the victim gave back something in this turn */

static bool chance(unsigned in_100)
{
	return random_below(&seed, 100) < in_100;
}

static void make_config(void)
{
	struct mw_guard_config *c = &n.config;

	if (chance(20))
		c->unit = MW_GUARD_GROUP;
	if (chance(30))
		c->term_grace_ms = 500;
	if (chance(20))
		c->until_available_permille = 80;
	c->reclaim = chance(10);
	c->throttle = chance(10);
	c->freeze = chance(10);
	c->restart_unit = chance(10);
	c->notify = chance(10);
	c->settle_ms = 300 + random_below(&seed, 2000);
	if (chance(50))
		c->avoid.item[c->avoid.n++] =
			(struct mw_guard_pattern){ MW_GUARD_COMM, LIT("keep*"), 0 };
	if (chance(50))
		c->avoid.item[c->avoid.n++] =
			(struct mw_guard_pattern){ MW_GUARD_CMDLINE, LIT("* --keep"), 0 };
	if (chance(20))
		c->prefer.item[c->prefer.n++] =
			(struct mw_guard_pattern){ MW_GUARD_UID, LIT("1001"), 0 };
}

static const char *const names[] = { "hog",  "db",     "keep-me", "sshd",
				     "Xorg", "worker", "systemd", "tab" };

static void make_task(uint64_t pid)
{
	size_t name = random_below(&seed, COUNT(names));
	struct mw_guard_task *t = add_task(&n, pid, names[name], random_below(&seed, 1500) * MIB);

	t->uid = mw_ok(chance(30) ? 0 : 1000 + random_below(&seed, 2));
	t->cmdline = mw_str_of(chance(20) ? "x --keep" : "x");
	t->adj = chance(5)   ? mw_ok(0)
		 : chance(5) ? mw_no(MW_DENIED)
			     : mw_ok(1000 + random_below(&seed, 600));
	t->flags = chance(5) ? 0x00200000 : 0;
	t->dying = chance(5);
	t->state = chance(5) ? 'T' : 'S';
	t->group = chance(70) ? random_below(&seed, n.n_groups) : MW_GUARD_NO_GROUP;
	t->unit = mw_str_of(chance(30) ? "x.service" : "");
	t->ignores_term = mw_ok(chance(20));
	t->detail_why = chance(5) ? MW_GONE : MW_OK;
	if (n.n > 6 && chance(5)) {
		struct mw_guard_task *other = &n.truth[n.n - 2];

		t->space = other->space = pid;
		t->sharers = other->sharers = mw_ok(1);
	}
}

/* As a rule of a name that is there. */
static void make_rest(size_t group)
{
	const char *name = names[random_below(&seed, COUNT(names))];

	for (size_t i = 0; i < n.n && chance(90); i++)
		if (n.truth[i].group == group)
			name = n.truth[i].comm;
	add_rest(&n, group, name, 1 + random_below(&seed, 900), random_below(&seed, 500) * MIB);
}

static void make_night(uint64_t night)
{
	size_t tasks;

	seed = night * 2654435761 + 88172645463325252ULL;
	begin_night(&n);
	make_config();
	add_group(&n, "/");
	add_group(&n, "/system.slice/x.service");
	add_group(&n, "/user.slice/s.scope");
	add_group(&n, "/user.slice/s.scope/below");
	tasks = 3 + random_below(&seed, 60);
	for (size_t i = 0; i < tasks; i++)
		make_task(1000 + i);
	for (size_t g = 1; g < n.n_groups; g++)
		if (chance(20))
			make_rest(g);
	n.view.n_unseen += chance(5);
	if (chance(50)) {
		n.meters.swap_total_bytes = mw_ok(4 * GIB);
		n.meters.swap_free_bytes = mw_ok(random_below(&seed, 4096) * MIB);
	}
	if (chance(20))
		n.meters.shmem_bytes = mw_ok(random_below(&seed, 14) * GIB);
	n.meters.available_bytes = mw_ok(random_below(&seed, 4096) * MIB);
}

/* --- the promises --- */

static void must_be_victim(const struct mw_guard_target *t)
{
	const struct mw_guard_task *k;

	assert_true(t->task < n.view.n_tasks);
	k = &n.view.task[t->task];
	assert_int_equal(k->pid, t->pid);
	assert_int_equal(k->start_ticks, t->start_ticks);
	k = &n.truth[t->task];
	assert_true(k->pid > 1 && k->pid != n.view.own_pid);
	assert_false(k->flags & 0x00200000);
	assert_false(k->dying);
	assert_true(mw_or(k->adj, 0) > 0);
	assert_int_equal(k->detail_why, MW_OK);
	assert_false(!strcmp(k->comm, "Xorg") || !strcmp(k->comm, "systemd"));
	assert_false(!strcmp(k->comm, "sshd") && k->uid.v == 0);
	for (size_t i = 0; i < n.config.avoid.n; i++) {
		if (n.config.avoid.item[i].field == MW_GUARD_COMM)
			assert_true(strncmp(k->comm, "keep", 4) != 0);
		else
			assert_false(mw_str_ends(k->cmdline, " --keep"));
	}
}

static bool is_kill(const struct mw_guard_decision *d)
{
	return d->verb == MW_GUARD_KILL || d->verb == MW_GUARD_KILL_GROUP ||
	       d->verb == MW_GUARD_RESTART;
}

static bool is_within(size_t own, size_t group)
{
	return own == group || (group == 2 && own == 3);
}

static void must_hold(const struct mw_guard_decision *d)
{
	assert_true(d->n_targets <= MW_GUARD_TARGETS_MAX);
	assert_true(d->wait_ms > 0);
	warnings += d->verb == MW_GUARD_WARN;
	terms += d->verb == MW_GUARD_TERM;
	if (!is_kill(d) && d->verb != MW_GUARD_TERM)
		return;
	kills += is_kill(d);
	/* Never while the last one's memory is on its way. */
	assert_false(last_moved);
	assert_true(d->n_targets > 0);
	for (size_t i = 0; i < d->n_targets; i++)
		must_be_victim(&d->target[i]);
	if (d->verb != MW_GUARD_KILL_GROUP)
		return;
	assert_true(d->group > 0 && d->group < n.n_groups);
	for (size_t i = 0; i < n.n_rests; i++)
		if (is_within(n.rest[i].group, d->group)) {
			assert_string_not_equal(n.rest[i].comm, "Xorg");
			assert_string_not_equal(n.rest[i].comm, "systemd");
			assert_string_not_equal(n.rest[i].comm, "keep-me");
			group_rests++;
		}
	for (size_t i = 0; i < n.n; i++)
		if (is_within(n.truth[i].group, d->group) && !n.truth[i].dying) {
			const struct mw_guard_task *t = &n.truth[i];

			must_be_victim(&(struct mw_guard_target){ i, t->pid, t->start_ticks, 0 });
		}
}

/* --- the machine --- */

static void give_back(size_t task, uint64_t bytes)
{
	n.truth[task].anon_bytes.v -= bytes;
	n.truth[task].rss_bytes.v -= bytes;
	n.meters.available_bytes.v += chance(70) ? bytes : 0;
	n.meters.anon_bytes.v -= n.meters.anon_bytes.v > bytes ? bytes : 0;
}

/* The victim goes on dying, in one of three ways. */
static void die(size_t task, unsigned way)
{
	struct mw_guard_task *t = &n.truth[task];
	struct mw_guard_outcome *o = &n.view.outcome;
	uint64_t left = t->anon_bytes.v, part = way == 0 ? left : way == 1 ? left / 3 : 0;

	part = way == 1 && left < 20 * MIB ? left : part;
	*o = (struct mw_guard_outcome){ .is = true,
					.pid = t->pid,
					.start_ticks = t->start_ticks,
					.error = way == 3 ? EPERM : 0 };
	give_back(task, part);
	last_moved = part > 0 && part < left;
	o->left_bytes = mw_ok(left - part);
	o->gone = left && part == left;
	t->dying = way != 3;
}

static void live(void)
{
	uint64_t eat = random_below(&seed, 200) * MIB;

	if (eat > n.meters.available_bytes.v)
		eat = n.meters.available_bytes.v;
	if (chance(60)) {
		n.meters.available_bytes.v -= eat;
		n.meters.anon_bytes.v += eat;
	}
	n.meters.free_bytes = mw_ok(n.meters.available_bytes.v / 2);
	n.meters.full_us.v += random_below(&seed, 100000);
	n.meters.some_us.v += random_below(&seed, 100000);
	n.meters.refault_count.v += random_below(&seed, 100000);
	n.meters.swap_out_count.v += random_below(&seed, 1000);
	n.meters.time_ns += (10 + random_below(&seed, 200)) * 1000000;
}

static struct mw_str play_night(void)
{
	struct mw_textbuf rec = { .p = record, .size = sizeof(record) };
	struct mw_textbuf said = { .p = first, .size = sizeof(first) };
	size_t victim = SIZE_MAX;
	unsigned way = 0;

	mw_guard_record_head(&rec, &n.config);
	last_moved = false;
	for (size_t i = 0; i < TURNS; i++) {
		struct mw_guard_decision *d = turn(&n);

		must_hold(d);
		mw_guard_record_view(&rec, &n.view);
		mw_guard_record_decision(&rec, d);
		mw_guard_record_decision(&said, d);
		if (is_kill(d) || d->verb == MW_GUARD_TERM) {
			victim = d->target[0].task;
			way = d->verb == MW_GUARD_TERM ? 2 : (unsigned)random_below(&seed, 4);
		}
		last_moved = false;
		if (victim != SIZE_MAX && way == 2 && n.state.victim.termed)
			;
		else if (victim != SIZE_MAX)
			die(victim, way);
		live();
	}
	assert_false(rec.full || said.full);
	return mw_textbuf_str(&rec);
}

static struct mw_str replayed(struct mw_str recording, char *to, size_t size)
{
	static struct mw_guard_play play;
	struct mw_textbuf said = { .p = to, .size = size };
	struct mw_guard_config config;
	struct mw_guard_config_error error;
	struct mw_guard_decision d;
	char config_room[8192];
	int r;

	memset(&play, 0, sizeof(play));
	play.shown = shown_room;
	assert_int_equal(mw_guard_record_begin(&play.player, recording, night_room()), 0);
	assert_int_equal(
		mw_guard_config_parse(mw_guard_record_config(&play.player, config_room, 8192),
				      &config, &error),
		0);
	mw_guard_play_begin(&play, &config, recording);
	while ((r = mw_guard_play_next(&play, &d)) > 0)
		mw_guard_record_decision(&said, &d);
	assert_int_equal(r, 0);
	assert_false(said.full);
	return mw_textbuf_str(&said);
}

static void a_thousand(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= NIGHTS; i++) {
		struct mw_str recording, a, b;

		make_night(i);
		recording = play_night();
		a = replayed(recording, first, sizeof(first));
		b = replayed(recording, second, sizeof(second));
		expect_same(a, b);
	}
	/* Something happened at all. */
	assert_true(kills > 500 && terms > 50 && warnings > 300 && group_rests > 0);
	print_message("%zu kills, %zu SIGTERM, %zu warnings in %d nights\n", (size_t)kills,
		      (size_t)terms, (size_t)warnings, NIGHTS);
}

/* What was decided then is decided again, where the recording holds all that was asked for. */
static void as_it_was(void **state)
{
	static char then[4 << 20];
	size_t same = 0;

	(void)state;
	for (uint64_t i = 1; i <= NIGHTS / 10; i++) {
		struct mw_str recording, a;
		size_t len;

		make_night(i);
		n.config.unit = MW_GUARD_PROCESS;
		recording = play_night();
		len = strnlen(first, sizeof(first));
		memcpy(then, first, len);
		a = replayed(recording, second, sizeof(second));
		same += a.n <= len && !memcmp(a.p, then, a.n);
	}
	print_message("%zu of %d nights were decided again as they were\n", same, NIGHTS / 10);
	assert_true(same >= NIGHTS / 10 * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thousand),
		cmocka_unit_test(as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
