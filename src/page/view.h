/*
 * view.h: one page while it is being filled: its title, its body, its values.
 *
 * What all pages share lies here: the document around the body, escaping,
 * language, and the policy that they are served under. What a page is about
 * its own file knows, which fills one of these and renders it:
 *
 *	struct view view = { .title = TEXT("home.title"), .body = "home" };
 *
 *	view_put(&view, "api", url);
 *	view_render(&view, &out);
 *
 * Templates are files in web/page/, sentences those of web/text/.
 */
#ifndef PAGE_VIEW_H
#define PAGE_VIEW_H

#include "base/base.h"
#include "base/buf.h"
#include "base/text.h"

#define VIEW_VALUES 24

struct view {
	const char *title;  /* key of a sentence */
	const char *body;   /* template */
	const char *icon;   /* template; NULL = an envelope */
	const char *tone;   /* class of page.css: good, trouble; NULL = calm */
	const char *script; /* file in web/assets/ that the page runs; NULL =
			     * none, and none is allowed */
	const char *base;   /* path of the public URL, no final '/', that
			     * links begin with; NULL = "" */
	const struct language *language; /* NULL = the first there is */

	/* What the lists are made of: the value of `name` in `row`, NULL
	 * behind the last; NULL itself where there is no list. */
	const char *(*row)(const void *context, struct str name, size_t row);
	const void *context;

	/* Filled by view_put(). */
	struct {
		const char *name, *value;
	} values[VIEW_VALUES];
	size_t count;
};

/*
 * A value for templates and sentences, borrowed until the page is rendered.
 * NULL and "" say nothing: templates that ask for it find none.
 */
void view_put(struct view *view, const char *name, const char *value);
void view_put_flag(struct view *view, const char *name, bool value);

/* The language that `view` is in; never NULL. */
const struct language *view_language(const struct view *view);

/* Appends the whole document to `out`; check buf_ok(). */
void view_render(const struct view *view, struct buf *out);

/* The Content-Security-Policy for pages with a script, and without one. */
const char *view_policy(bool scripted);

#endif
