/*
 * text.c: see text.h.
 */
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>

#include "print.h"

static void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("invite: out of memory\n", stderr);
	exit(STATUS_TRY_AGAIN);
}

void *grown(void *list, size_t count, size_t size)
{
	/* A power of two has just been filled: double. */
	if (count & (count - 1))
		return list;
	return must(realloc(list, (count ? count * 2 : 1) * size));
}

char *copy_of(const char *text)
{
	return must(strdup(text));
}

char *text_of(const char *format, ...)
{
	char *text;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	return must(len < 0 ? NULL : text);
}

char *text_joined(char *text, const char *between, const char *more)
{
	bool is_empty = !text || !*text;
	char *longer = text_of("%s%s%s", is_empty ? "" : text,
			       is_empty ? "" : between, more);

	free(text);
	return longer;
}

char *text_list(const char *const *items, size_t count)
{
	char *text = count > 0 ? copy_of("") : NULL;

	for (size_t i = 0; i < count; i++)
		text = text_joined(text, ", ", items[i]);
	return text;
}

/* ---- characters ------------------------------------------------------- */

/* By the first byte: how many follow, its bits, the least that needs so many.
 */
static const struct lead {
	unsigned char mask, is;
	size_t more;
	uint32_t least;
} leads[] = {
	{ 0x80, 0x00, 0, 0 },
	{ 0xe0, 0xc0, 1, 0x80 },
	{ 0xf0, 0xe0, 2, 0x800 },
	{ 0xf8, 0xf0, 3, 0x10000 },
};

static uint32_t decode(const char *text, const struct lead *lead)
{
	uint32_t c = (unsigned char)*text & (unsigned char)~lead->mask;

	for (size_t i = 1; i <= lead->more; i++) {
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return TEXT_INVALID;
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	}
	if (c < lead->least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return TEXT_INVALID;
	return c;
}

uint32_t text_char(const char *text, size_t *ret_len)
{
	uint32_t c;

	*ret_len = 1;
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (((unsigned char)*text & leads[i].mask) != leads[i].is)
			continue;
		c = decode(text, &leads[i]);
		if (c != TEXT_INVALID)
			*ret_len = leads[i].more + 1;
		return c;
	}
	return TEXT_INVALID;
}

struct range {
	uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t c)
{
	for (size_t i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

bool text_is_control(uint32_t c)
{
	static const struct range controls[] = {
		{ 0, 0x1f },
		{ 0x7f, 0x9f },
		{ 0x61c, 0x61c },
		{ 0x200e, 0x200f },
		{ 0x2028, 0x202e },
		{ 0x2066, 0x2069 },
		{ TEXT_INVALID, TEXT_INVALID },
	};

	return is_in(controls, sizeof(controls) / sizeof(controls[0]), c);
}

static bool is_blank(uint32_t c)
{
	static const struct range blanks[] = {
		{ '\t', '\r' },	    { ' ', ' ' },	{ 0xa0, 0xa0 },
		{ 0x2000, 0x200b }, { 0x202f, 0x202f }, { 0x3000, 0x3000 },
		{ 0xfeff, 0xfeff },
	};

	return is_in(blanks, sizeof(blanks) / sizeof(blanks[0]), c);
}

/* ---- whole texts ------------------------------------------------------ */

char *text_clean(const char *text)
{
	char *copy = copy_of(text), *out = copy;
	size_t len;

	for (; *text; text += len) {
		if (text_is_control(text_char(text, &len)))
			*out++ = '?';
		else
			out = (char *)memcpy(out, text, len) + len;
	}
	*out = '\0';
	return copy;
}

void text_print(FILE *out, const char *text)
{
	char *clean = text_clean(text);

	fputs(clean, out);
	free(clean);
}

int text_width(const char *text)
{
	int width = 0;
	size_t len;

	for (; *text; text += len) {
		uint32_t c = text_char(text, &len);
		int columns = c == TEXT_INVALID ? 1 : wcwidth((wchar_t)c);

		width += columns > 0 ? columns : 0;
	}
	return width;
}

char *text_trim(char *text)
{
	char *end = text;
	size_t len;

	while (*text && is_blank(text_char(text, &len)))
		text += len;
	for (char *at = end = text; *at; at += len)
		if (!is_blank(text_char(at, &len)))
			end = at + len;
	*end = '\0';
	return text;
}

char *text_lower(char *text)
{
	for (char *c = text; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return text;
}

char *text_header(const char *headers, const char *name)
{
	size_t len = strlen(name);

	while (*headers) {
		size_t line = strcspn(headers, "\r\n");

		if (line > len && headers[len] == ':' &&
		    strncasecmp(headers, name, len) == 0) {
			char *copy = text_of("%.*s", (int)(line - len - 1),
					     headers + len + 1);
			char *value = copy_of(text_trim(copy));

			free(copy);
			return value;
		}
		headers += line + strspn(headers + line, "\r\n");
	}
	return NULL;
}

char *text_percent(const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";
	char *coded = must(malloc(strlen(text) * 3 + 1)), *out = coded;

	for (; *text; text++) {
		if (strchr(plain, *text)) {
			*out++ = *text;
			continue;
		}
		*out++ = '%';
		*out++ = digits[(unsigned char)*text >> 4];
		*out++ = digits[(unsigned char)*text & 15];
	}
	*out = '\0';
	return coded;
}
