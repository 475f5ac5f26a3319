/*
 * view.c: fills the templates of a page from one flat list of values.
 *
 * A value that has nothing to say is not in the list, so that templates can
 * ask for it.
 */
#include "base/base.h"

#include "page/view.h"

#include <assert.h>

#include "base/embedded.h"
#include "base/template.h"
#include "core/language.h"

#define POLICY(script)                                          \
	"default-src 'none'; style-src 'self'; " script         \
	"img-src 'self'; form-action 'self'; base-uri 'none'; " \
	"frame-ancestors 'none'"

/* From web/meson.build: what {{>name}} may name. */
extern const struct embedded page_files[];

void view_put(struct view *view, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	assert(view->count < COUNT_OF(view->values));
	view->values[view->count].name = name;
	view->values[view->count].value = value;
	view->count++;
}

void view_put_flag(struct view *view, const char *name, bool value)
{
	view_put(view, name, value ? name : NULL);
}

const struct language *view_language(const struct view *view)
{
	return view->language ? view->language : &languages[0];
}

/* What each page has; NULL where `name` is none of it. */
static const char *own_value(const struct view *view, struct str name)
{
	if (str_is(name, "title"))
		return view->title;
	if (str_is(name, "tone"))
		return view->tone ? view->tone : "calm";
	if (str_is(name, "script"))
		return view->script;
	if (str_is(name, "base"))
		return view->base;
	if (str_is(name, "language"))
		return view_language(view)->tag;
	if (str_is(name, "direction"))
		return language_direction(view_language(view));
	return NULL;
}

static const char *value_of(const void *context, struct str name, size_t row)
{
	const struct view *view = context;
	const char *own = own_value(view, name);

	if (own)
		return own;
	for (size_t i = 0; i < view->count; i++)
		if (str_is(name, view->values[i].name))
			return view->values[i].value;
	return view->row ? view->row(view->context, name, row) : NULL;
}

static const char *template_named(struct str name)
{
	for (const struct embedded *file = page_files; file->name; file++)
		if (str_is(name, file->name))
			return (const char *)file->data;
	assert(!"a template of this name");
	return "";
}

static const char *part_of(const void *context, struct str name)
{
	const struct view *view = context;

	if (str_is(name, "icon"))
		return template_named(
		    str_of(view->icon ? view->icon : "envelope"));
	if (str_is(name, "body"))
		return template_named(str_of(view->body));
	return template_named(name);
}

void view_render(const struct view *view, struct buf *out)
{
	const struct template_source source = {
		.context = view,
		.value = value_of,
		.part = part_of,
		.language = view_language(view),
	};

	template_render("{{>document}}", &source, out);
}

const char *view_policy(bool scripted)
{
	return scripted ? POLICY("script-src 'self'; connect-src 'self'; ")
			: POLICY("");
}
