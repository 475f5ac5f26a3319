/*
 * template.c: fills templates. The language is described in template.h.
 *
 * There is no parse tree: a template is read from front to back each time it
 * is written, and a section is a piece of it that is rendered or not. Pages
 * are small and searched with memmem(3); that costs microseconds.
 */
#include "base/base.h"
#include "base/template.h"

#include <assert.h>

#include "base/encode.h"

#define OPEN  STR("{{")
#define CLOSE STR("}}")

/* Splits `text` at the first `mark`; false where there is none. */
static bool cut(struct str text, struct str mark, struct str *ret_before,
		struct str *ret_after)
{
	const char *at;

	at = memmem(text.data, text.len, mark.data, mark.len);
	if (!at)
		return false;
	*ret_before = (struct str){ text.data, (size_t)(at - text.data) };
	ret_after->data = at + mark.len;
	ret_after->len = text.len - ret_before->len - mark.len;
	return true;
}

/* A tag that writes nothing itself should not leave an empty line behind. */
static struct str skip_newline(struct str text)
{
	if (text.len > 0 && text.data[0] == '\n') {
		text.data++;
		text.len--;
	}
	return text;
}

/* Cuts off what belongs to the section `name`, through its closing tag. */
static struct str cut_section(struct str name, struct str *text)
{
	char closing[64];
	struct str body;
	int len;
	bool closed;

	len = snprintf(closing, sizeof(closing), "{{/%.*s}}", STR_ARG(name));
	assert(len > 0 && (size_t)len < sizeof(closing));
	closed = cut(*text, str_of(closing), &body, text);
	assert(closed);
	*text = skip_newline(*text);
	return body;
}

static void render(struct str text, size_t row,
		   const struct template_source *source, struct buf *out);

static void render_section(char kind, struct str name, struct str body,
			   size_t row, const struct template_source *source,
			   struct buf *out)
{
	bool there = source->value(source->context, name, row);

	body = skip_newline(body);
	if (kind == '*')
		for (row = 0; source->value(source->context, name, row); row++)
			render(body, row, source, out);
	else if (there == (kind == '?'))
		render(body, row, source, out);
}

static void write_text(struct str text, const struct template_source *source,
		       struct buf *out)
{
	if (source->plain)
		buf_add_str(out, text);
	else
		html_add(out, text);
}

static void write_value(struct str name, size_t row,
			const struct template_source *source, struct buf *out)
{
	const char *value = source->value(source->context, name, row);

	write_text(str_of(value), source, out);
}

/* The sentence `key`, or the one whose key is the value of "@name". */
static struct str find_sentence(struct str key, size_t row,
				const struct template_source *source)
{
	if (str_starts_with(key, "@")) {
		key.data++;
		key.len--;
		key = str_of(source->value(source->context, key, row));
	}
	return text_of(source->language, key);
}

static void write_sentence(struct str sentence, bool isolate, size_t row,
			   const struct template_source *source,
			   struct buf *out)
{
	struct str before, place;

	isolate = isolate && !source->plain;
	while (text_next(&sentence, &before, &place)) {
		write_text(before, source, out);
		if (isolate)
			buf_add_text(out, "<bdi>");
		write_value(place, row, source, out);
		if (isolate)
			buf_add_text(out, "</bdi>");
	}
	write_text(sentence, source, out);
}

/* Writes `tag`; `rest` is what follows it, and loses what belongs to it. */
static void render_tag(struct str tag, struct str *rest, size_t row,
		       const struct template_source *source, struct buf *out)
{
	struct str name = { tag.data + 1, tag.len - 1 };

	assert(tag.len > 0);
	switch (tag.data[0]) {
	case '?':
	case '^':
	case '*':
		render_section(tag.data[0], name, cut_section(name, rest), row,
			       source, out);
		break;
	case '>':
		render(str_of(source->part(source->context, name)), row, source,
		       out);
		break;
	case '=':
	case '\'':
		write_sentence(find_sentence(name, row, source),
			       tag.data[0] == '=', row, source, out);
		break;
	case '!':
		*rest = skip_newline(*rest);
		break;
	default:
		write_value(tag, row, source, out);
	}
}

static void render(struct str text, size_t row,
		   const struct template_source *source, struct buf *out)
{
	struct str before, tag;
	bool closed;

	while (cut(text, OPEN, &before, &text)) {
		buf_add_str(out, before);
		closed = cut(text, CLOSE, &tag, &text);
		assert(closed);
		render_tag(tag, &text, row, source, out);
	}
	buf_add_str(out, text);
}

void template_render(const char *text, const struct template_source *source,
		     struct buf *out)
{
	render(str_of(text), 0, source, out);
}
