/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_check - does a text hold no other tags and attributes than those of our pages, each closed
 * in its order, every other < > & " ' as an entity, and no character that may not be shown?
 */
#pragma once

#include <string.h>

#include "base/str.h"
#include "report/escape.h"

#define HTML_DEPTH_MAX 32
#define HTML_COUNT(list) (sizeof(list) / sizeof((list)[0]))

static inline bool html_take(struct mw_str *s, const char *word)
{
	if (!mw_str_starts(*s, word))
		return false;
	*s = mw_str_from(*s, strlen(word));
	return true;
}

static inline struct mw_str html_name(struct mw_str *s)
{
	struct mw_str name = { s->p, 0 };

	while (name.n < s->n &&
	       (s->p[name.n] == '-' || (s->p[name.n] >= 'a' && s->p[name.n] <= 'z') ||
		(s->p[name.n] >= '1' && s->p[name.n] <= '3')))
		name.n++;
	*s = mw_str_from(*s, name.n);
	return name;
}

static inline bool html_is_one_of(struct mw_str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (mw_str_eq(name, list[i]))
			return true;
	return false;
}

/* One character that is no part of a tag: as it is, or an entity. */
static inline bool html_character(struct mw_str *s)
{
	static const char *const entity[] = { "&lt;", "&gt;", "&amp;", "&quot;", "&#39;" };
	size_t n;

	for (size_t i = 0; i < HTML_COUNT(entity); i++)
		if (html_take(s, entity[i]))
			return true;
	if (memchr("<>&\"'", s->p[0], 5))
		return false;
	n = s->p[0] == '\n' ? 1 : mw_utf8_shown(*s);
	*s = mw_str_from(*s, n);
	return n;
}

static inline bool html_attributes(struct mw_str *s)
{
	static const char *const known[] = { "charset", "class", "content", "http-equiv",
					     "lang",	"name",	 "scope",   "title" };
	static const char policy[] = "content=\"default-src 'none'; style-src 'unsafe-inline'\"";

	while (html_take(s, " ")) {
		if (html_take(s, "open") || html_take(s, policy))
			continue;
		if (!html_is_one_of(html_name(s), known, HTML_COUNT(known)) || !html_take(s, "=\""))
			return false;
		while (s->n && s->p[0] != '"')
			if (s->p[0] == '\n' || !html_character(s))
				return false;
		if (!html_take(s, "\""))
			return false;
	}
	return html_take(s, ">");
}

/* The style sheet is our own and has no tags in it. */
static inline bool html_style(struct mw_str *s)
{
	size_t n = mw_str_find(*s, '<');

	*s = mw_str_from(*s, n);
	return mw_str_starts(*s, "</style>");
}

static inline bool html_tag(struct mw_str *s, struct mw_str open[], size_t *depth)
{
	static const char *const known[] = { "article", "b",	   "body",  "caption", "code",
					     "details", "div",	   "h1",    "h2",      "h3",
					     "head",	"html",	   "li",    "main",    "p",
					     "pre",	"section", "style", "summary", "table",
					     "tbody",	"td",	   "th",    "thead",   "title",
					     "tr",	"ul" };
	bool ends = html_take(s, "/");
	struct mw_str name = html_name(s);

	if (ends)
		return *depth && mw_str_same(open[--*depth], name) && html_take(s, ">");
	if (mw_str_eq(name, "meta"))
		return html_attributes(s);
	if (!html_is_one_of(name, known, HTML_COUNT(known)) || *depth == HTML_DEPTH_MAX)
		return false;
	open[(*depth)++] = name;
	return html_attributes(s) && (!mw_str_eq(name, "style") || html_style(s));
}

/* A whole page, or a part of one. */
static inline bool html_check(struct mw_str text)
{
	struct mw_str open[HTML_DEPTH_MAX];
	size_t depth = 0;

	html_take(&text, "<!doctype html>");
	while (text.n)
		if (!(html_take(&text, "<") ? html_tag(&text, open, &depth)
					    : html_character(&text)))
			return false;
	return !depth;
}
