/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kmsg.h"

#include <string.h>

#define PREFIXES_MAX 12

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t leading_digits(struct mw_str s)
{
	size_t n = 0;

	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n;
}

/* A mail program may have made a blank one that does not break. */
#define FIXED_BLANK "\xc2\xa0"

static size_t leading_blanks(struct mw_str s)
{
	size_t n = 0;

	while (n < s.n)
		if (s.p[n] == ' ' || s.p[n] == '\t')
			n++;
		else if (mw_str_starts(mw_str_from(s, n), FIXED_BLANK))
			n += strlen(FIXED_BLANK);
		else
			break;
	return n;
}

/* Takes n bytes and one blank after them off the body. */
static bool take(struct mw_kmsg *k, size_t n)
{
	k->body = mw_str_from(k->body, n);
	if (k->body.n && k->body.p[0] == ' ')
		k->body = mw_str_from(k->body, 1);
	k->prefixed = true;
	return true;
}

/* "<4>", "<30>" */
static bool take_level(struct mw_kmsg *k)
{
	size_t n = leading_digits(mw_str_from(k->body, 1));

	if (k->body.n < 3 || k->body.p[0] != '<' || !n || n > 3 || n + 1 >= k->body.n ||
	    k->body.p[n + 1] != '>')
		return false;
	return take(k, n + 2);
}

static bool is_caller(struct mw_str s)
{
	return s.n >= 2 && (s.p[0] == 'T' || s.p[0] == 'C') &&
	       leading_digits(mw_str_from(s, 1)) == s.n - 1;
}

/* "[  123.456789]", "[Wed Jun 15 06:37:51 2022]", "[   T123]", "[pod/web-0/app]" */
static bool take_brackets(struct mw_kmsg *k)
{
	struct mw_str inside = mw_str_from(k->body, 1), trimmed;
	size_t n = mw_str_find(inside, ']');

	if (!k->body.n || k->body.p[0] != '[' || n == inside.n || n > 160)
		return false;
	inside.n = n;
	trimmed = mw_str_trim(inside);
	if (is_caller(trimmed))
		k->caller = trimmed;
	else if (!mw_stamp_uptime(inside, &k->stamp) && !mw_stamp_ctime(inside, &k->stamp) &&
		 !mw_str_starts(inside, "pod/"))
		return false;
	return take(k, n + 2);
}

/* "6,1234,567890,-,caller=T12;text": a record of /dev/kmsg */
static bool take_record(struct mw_kmsg *k)
{
	struct mw_str head = k->body, word;
	uint64_t v[3];

	head.n = mw_str_find(head, ';');
	if (head.n == k->body.n || head.n > 200)
		return false;
	for (size_t i = 0; i < 3; i++)
		if (!mw_str_cut(&head, ',', &word) || mw_str_u64(word, &v[i]) < 0)
			return false;
	k->stamp.uptime_us = mw_ok(v[2]);
	while (mw_str_cut(&head, ',', &word))
		if (mw_str_starts(word, "caller=") && is_caller(mw_str_from(word, 7)))
			k->caller = mw_str_from(word, 7);
	k->body = mw_str_from(k->body, mw_str_find(k->body, ';') + 1);
	k->prefixed = true;
	return true;
}

/* Tags that stand without a process number too. */
static bool is_known_tag(struct mw_str tag)
{
	static const char *const known[] = { "kernel", "klogd",		"systemd-oomd", "earlyoom",
					     "nohang", "kubelet",	"lmkd",		"memwhyd",
					     "vmunix", "nohang-desktop" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (mw_str_eq(tag, known[i]))
			return true;
	return false;
}

/* "kernel:", "kubelet[812]:" as the first word of s: its length with the colon; 0: none. */
static size_t tag_of(struct mw_str s, struct mw_str *ret)
{
	size_t n = mw_str_find(s, ' '), open;
	struct mw_str word = { s.p, n };
	bool numbered;

	if (word.n < 2 || word.p[word.n - 1] != ':')
		return 0;
	word.n--;
	open = mw_str_find(word, '[');
	numbered = word.n && word.p[word.n - 1] == ']' && open < word.n;
	if (numbered)
		numbered = word.n - open > 2 &&
			   leading_digits(mw_str_from(word, open + 1)) == word.n - open - 2;
	if (numbered)
		word.n = open;
	if (!word.n || (!numbered && !is_known_tag(word)))
		return 0;
	*ret = word;
	return n;
}

/* After a date: "HOST TAG:", "TAG:", "HOST" before brackets, or "stdout F" of a container. */
static void take_host(struct mw_kmsg *k)
{
	struct mw_str word = { k->body.p, mw_str_find(k->body, ' ') }, rest;
	size_t n = tag_of(k->body, &k->tag);

	if (n) {
		take(k, n);
		return;
	}
	rest = mw_str_from(k->body, word.n + 1);
	if (!word.n || !rest.n)
		return;
	if ((mw_str_eq(word, "stdout") || mw_str_eq(word, "stderr")) && rest.n > 2 &&
	    (rest.p[0] == 'F' || rest.p[0] == 'P') && rest.p[1] == ' ') {
		take(k, word.n + 3);
		return;
	}
	n = tag_of(rest, &k->tag);
	if (!n && rest.p[0] != '[')
		return;
	k->host = word;
	take(k, word.n + 1 + n);
}

static bool take_date(struct mw_kmsg *k)
{
	size_t n = mw_stamp_iso(k->body, &k->stamp);

	if (n < 16)
		n = mw_stamp_syslog(k->body, &k->stamp);
	if (!n || (n < k->body.n && k->body.p[n] != ' '))
		return false;
	take(k, n);
	take_host(k);
	return true;
}

/* "kernel: text" without a date; "kern  :warn  : text" of dmesg -x */
static bool take_tag(struct mw_kmsg *k)
{
	size_t n, second;

	if (mw_str_starts(k->body, "kern ")) {
		n = mw_str_find(k->body, ':');
		second = n + 1 + mw_str_find(mw_str_from(k->body, n + 1), ':');
		if (n < 10 && second < k->body.n && second - n < 12)
			return take(k, second + 1);
	}
	n = tag_of(k->body, &k->tag);
	return n ? take(k, n) : false;
}

/* "06-15 06:37:51.123  1234  1234 I lmkd    : text", and "I/lmkd    ( 123): text" */
static bool take_logcat(struct mw_kmsg *k)
{
	struct mw_str s = k->body, word;
	struct mw_stamp stamp = {};
	size_t colon, open;

	if (s.n > 2 && s.p[1] == '/' && s.p[0] >= 'A' && s.p[0] <= 'Z') {
		open = mw_str_find(s, '(');
		colon = mw_str_find(s, ':');
		if (open > 40 || colon == s.n || colon < open)
			return false;
		k->tag = mw_str_trim((struct mw_str){ s.p + 2, open - 2 });
		return take(k, colon + 1);
	}
	if (s.n < 20 || s.p[2] != '-' || s.p[5] != ' ' || !is_digit(s.p[0]) ||
	    !mw_stamp_ctime((struct mw_str){ s.p + 6, mw_str_find(mw_str_from(s, 6), ' ') },
			    &stamp))
		return false;
	s = mw_str_from(s, 6 + stamp.text.n);
	for (size_t i = 0; i < 3; i++)
		if (!mw_str_word(&s, &word) || (i < 2 && leading_digits(word) != word.n))
			return false;
	colon = mw_str_find(s, ':');
	if (word.n != 1 || colon > 60 || colon == s.n)
		return false;
	k->stamp.text = (struct mw_str){ k->body.p, 6 + stamp.text.n };
	k->stamp.second = stamp.second;
	k->tag = mw_str_trim((struct mw_str){ s.p, colon });
	return take(k, (size_t)(s.p + colon + 1 - k->body.p));
}

/* "web_1  | text" of docker compose: only where what follows is a prefix too. */
static bool take_service(struct mw_kmsg *k)
{
	size_t bar = mw_str_find(k->body, '|'), word = mw_str_find(k->body, ' ');
	struct mw_kmsg inner = *k;

	if (bar == k->body.n || bar > 80 || word > bar ||
	    word + leading_blanks(mw_str_from(k->body, word)) != bar)
		return false;
	take(&inner, bar + 1);
	if (!take_brackets(&inner) && !take_date(&inner))
		return false;
	*k = inner;
	return true;
}

/* journalctl -o export: the message alone; its other fields are lines of their own, and say nothing
 * here: "PRIORITY=4". */
static bool take_export(struct mw_kmsg *k)
{
	size_t n = 0;

	if (mw_str_starts(k->body, "MESSAGE="))
		return take(k, 8);
	while (n < k->body.n &&
	       (k->body.p[n] == '_' || (k->body.p[n] >= 'A' && k->body.p[n] <= 'Z')))
		n++;
	if (n < 5 || n >= k->body.n || k->body.p[n] != '=' || mw_str_find(k->body, '_') > n)
		return false;
	return take(k, k->body.n);
}

static void take_quotes(struct mw_kmsg *k)
{
	while (k->body.n && k->body.p[0] == '>')
		k->body = mw_str_from(k->body, 1 + (k->body.n > 1 && k->body.p[1] == ' '));
}

static bool take_one(struct mw_kmsg *k)
{
	if (!k->body.n)
		return false;
	return take_level(k) || take_brackets(k) || take_record(k) || take_date(k) || take_tag(k) ||
	       take_logcat(k) || take_export(k) || take_service(k);
}

static struct mw_str trim_end(struct mw_str s)
{
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t' || s.p[s.n - 1] == '\r' ||
		       s.p[s.n - 1] == '\0' || s.p[s.n - 1] == '\n'))
		s.n--;
	return s;
}

/* An indent stays, but not one that a mail program made. */
static bool is_mail_indent(struct mw_str s)
{
	s.n = leading_blanks(s);
	return mw_str_search(s, FIXED_BLANK) < s.n;
}

void mw_kmsg_strip(struct mw_str line, struct mw_arena *arena, struct mw_kmsg *ret)
{
	struct mw_kmsg k = { .body = trim_end(line) };
	struct mw_str kept;

	take_quotes(&k);
	if (mw_kmsg_json(mw_str_trim(k.body), arena, &k))
		k.prefixed = true;
	for (size_t i = 0; i < PREFIXES_MAX; i++) {
		kept = k.body;
		k.body = mw_str_from(k.body, leading_blanks(k.body));
		if (!take_one(&k)) {
			if (!is_mail_indent(kept))
				k.body = kept;
			break;
		}
	}
	*ret = k;
}
