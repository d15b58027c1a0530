/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/words.h"

#include <errno.h>
#include <string.h>

void mw_words_bytes(struct mw_textbuf *t, struct mw_val bytes)
{
	if (mw_known(bytes))
		mw_textbuf_bytes(t, bytes.v);
	else
		mw_textbuf_say(t, mw_why_name(bytes.why));
}

void mw_words_state(struct mw_textbuf *t, const struct mw_guard_meters *m,
		    const struct mw_guard_decision *d)
{
	mw_words_bytes(t,
		       d->counted_bytes.why == MW_UNREAD ? m->available_bytes : d->counted_bytes);
	mw_textbuf_say(t, " of ");
	mw_words_bytes(t, mw_known(m->group_limit_bytes) ? m->group_limit_bytes : m->total_bytes);
	mw_textbuf_say(t, " available");
	if (mw_known(d->limit_bytes)) {
		mw_textbuf_say(t, ", limit ");
		mw_textbuf_bytes(t, d->limit_bytes.v);
	}
	if (mw_known(d->left_ms)) {
		mw_textbuf_say(t, ", empty in ");
		mw_textbuf_seconds(t, d->left_ms.v);
	}
	if (mw_known(d->stall_permille)) {
		mw_textbuf_say(t, ", ");
		mw_textbuf_permille(t, d->stall_permille.v);
		mw_textbuf_say(t, " of the time spent waiting for memory");
	}
	if (d->mistrusted) {
		mw_textbuf_say(t, ", MemAvailable not believed for ");
		mw_textbuf_say(t, d->mistrusted);
	}
}

static const char *what(enum mw_guard_verb verb, bool dry)
{
	if (verb == MW_GUARD_TERM)
		return dry ? "would send SIGTERM to " : "sent SIGTERM to ";
	if (verb == MW_GUARD_KILL_GROUP)
		return dry ? "would kill the group of " : "killed the group of ";
	if (verb == MW_GUARD_RESTART)
		return dry ? "would kill and start anew " : "killed, to be started anew, ";
	return dry ? "would kill " : "killed ";
}

static void who(struct mw_textbuf *t, const struct mw_deed *d)
{
	const struct mw_deed_name *n = &d->name;

	mw_textbuf_u64(t, n->pid);
	mw_textbuf_say(t, " (");
	mw_textbuf_word(t, n->comm_text);
	mw_textbuf_say(t, ")");
	if (n->unit_text.n) {
		mw_textbuf_say(t, " of ");
		mw_textbuf_word(t, n->unit_text);
	}
	if (d->decision.n_targets > 1 && d->decision.verb != MW_GUARD_KILL_GROUP) {
		mw_textbuf_say(t, " with ");
		mw_textbuf_u64(t, d->decision.n_targets - 1);
		mw_textbuf_say(t, d->decision.are_peers ? " like it" : " that share its memory");
	}
}

static void ms(struct mw_textbuf *t, uint64_t ns)
{
	mw_textbuf_u64(t, ns / 1000000);
	mw_textbuf_say(t, ".");
	mw_textbuf_u64(t, ns / 100000 % 10);
	mw_textbuf_say(t, " ms");
}

static void result(struct mw_textbuf *t, const struct mw_deed *d)
{
	const struct mw_kill_result *r = &d->result[0];

	if (d->outcome.error) {
		mw_textbuf_say(t, "; the signal failed: ");
		mw_textbuf_say(t, strerror(d->outcome.error));
		return;
	}
	mw_textbuf_say(t, "; signal ");
	ms(t, d->signal_ns - d->asked_ns);
	mw_textbuf_say(t, " after the look");
	if (r->reaped_ns && !r->reap_error) {
		mw_textbuf_say(t, ", memory taken back ");
		ms(t, r->reaped_ns);
		mw_textbuf_say(t, " after the signal");
	}
	if (r->reap_error == ESRCH)
		mw_textbuf_say(t, ", frees its memory by itself");
	else if (r->reap_error && r->reap_error != EINPROGRESS) {
		mw_textbuf_say(t, ", process_mrelease: ");
		mw_textbuf_say(t, strerror(r->reap_error));
	}
	if (d->over_ns) {
		mw_textbuf_say(t, ", gone after ");
		ms(t, d->over_ns - d->signal_ns);
	} else if (!d->outcome.gone) {
		mw_textbuf_say(t, ", not gone yet");
	}
	if (mw_known(d->outcome.freed_bytes)) {
		mw_textbuf_say(t, ", ");
		mw_textbuf_bytes(t, d->outcome.freed_bytes.v);
		mw_textbuf_say(t, " given back");
	}
}

void mw_words_deed(struct mw_textbuf *t, const struct mw_deed *d, const struct mw_guard_meters *m,
		   bool dry)
{
	mw_textbuf_say(t, what(d->decision.verb, dry));
	who(t, d);
	if (d->decision.n_targets) {
		mw_textbuf_say(t, ", which holds ");
		mw_textbuf_bytes(t, d->decision.target[0].frees_bytes);
	}
	mw_textbuf_say(t, ": ");
	mw_textbuf_say(t, mw_guard_cause_name(d->decision.cause));
	mw_textbuf_say(t, ", ");
	mw_words_state(t, m, &d->decision);
	if (!dry)
		result(t, d);
}

void mw_words_warning(struct mw_textbuf *t, const struct mw_guard_meters *m,
		      const struct mw_guard_decision *d)
{
	mw_textbuf_say(t, mw_guard_cause_name(d->cause));
	mw_textbuf_say(t, ": ");
	mw_words_state(t, m, d);
	if (d->cause != MW_GUARD_NOBODY_OWNS)
		return;
	mw_textbuf_say(t, "; tmpfs and shared memory ");
	mw_words_bytes(t, m->shmem_bytes);
	mw_textbuf_say(t, ", kernel that cannot shrink ");
	mw_words_bytes(t, m->slab_unreclaimable_bytes);
	mw_textbuf_say(t, ", huge pages ");
	mw_words_bytes(t, m->hugetlb_bytes);
	mw_textbuf_say(t, ": see memwhy ledger");
}
