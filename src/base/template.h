/*
 * template.h: text with places in it that are filled when it is written.
 *
 *	{{name}}                 the value, escaped for HTML (unless `plain`)
 *	{{?name}} ... {{/name}}  only where there is such a value
 *	{{^name}} ... {{/name}}  only where there is none
 *	{{*name}} ... {{/name}}  once for each row of a list
 *	{{>name}}                another template, in place
 *	{{=key}}                 the sentence `key` in the source's language; in
 *				 HTML the values in it stand in <bdi>
 *	{{'key}}                 the same without <bdi>, for titles, attributes
 *	{{=@name}} {{'@name}}    the sentence whose key is the value of `name`
 *	{{! ... }}               a comment
 *
 * That is the whole language: a template cannot ask for a value unescaped; only
 * the program can, for text that is not HTML. Sentences are plain text, in
 * files of their own (base/text.h), and are escaped too. Within a list the
 * names of its values mean the current row. A section may not hold another of
 * the same name.
 */
#ifndef BASE_TEMPLATE_H
#define BASE_TEMPLATE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/text.h"

/* Where a template's values come from. */
struct template_source {
	const void *context; /* handed to both */

	/* The value of `name`, in the list's row `row` (0 outside of lists);
	 * NULL where there is none. Borrowed until the next call. */
	const char *(*value)(const void *context, struct str name, size_t row);

	/* For plain text: values as they are. */
	bool plain;

	/* Whose sentences; NULL where templates name none. */
	const struct language *language;

	/* The template called `name`. Never NULL for a name that is used;
	 * may be NULL itself where no template holds another. */
	const char *(*part)(const void *context, struct str name);
};

/*
 * Appends `text`, filled, to `out`; check buf_ok(). Templates are ours: one
 * that is malformed ends the program, and the tests render them all.
 */
void template_render(const char *text, const struct template_source *source,
		     struct buf *out);

#endif
