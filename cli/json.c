/*
 * json.c: see json.h. What comes in was read by libinv, so it is known to be
 * JSON: it needs no parser here.
 */
#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* ---- laid out anew ---------------------------------------------------- */

static const char *skip_space(const char *json)
{
	return json + strspn(json, " \t\r\n");
}

/* One character inside a string; returns what stands behind. */
static const char *pass_char(FILE *out, const char *json)
{
	size_t len;
	uint32_t c = text_char(json, &len);

	if (c == TEXT_INVALID)
		fputs("\\ufffd", out);
	else if (text_is_control(c))
		fprintf(out, "\\u%04x", (unsigned)c);
	else
		fwrite(json, 1, len, out);
	return json + len;
}

/* A string, to its closing quote. */
static const char *pass_string(FILE *out, const char *json)
{
	fputc(*json++, out);
	while (*json && *json != '"') {
		if (*json == '\\' && json[1])
			fputc(*json++, out);
		json = pass_char(out, json);
	}
	if (*json)
		fputc(*json++, out);
	return json;
}

static void as_received(FILE *out, const char *json)
{
	while (*json) {
		if (*json == '"')
			json = pass_string(out, json);
		else
			fputc(*json++, out);
	}
}

static void line_break(FILE *out, int depth)
{
	fputc('\n', out);
	for (int i = 0; i < depth; i++)
		fputs("  ", out);
}

/* Behind an opening bracket: whether the closing one follows at once. */
static bool is_empty(const char *json)
{
	return strchr("}]", *skip_space(json)) != NULL;
}

/* A bracket, comma or colon, or a letter of a number or word. */
static const char *pass_sign(FILE *out, const char *json, bool indent,
			     int *depth)
{
	char c = *json++;

	if (c == '}' || c == ']') {
		--*depth;
		if (indent)
			line_break(out, *depth);
	}
	fputc(c, out);
	if (c == ':' && indent)
		fputc(' ', out);
	if (c == '{' || c == '[') {
		if (is_empty(json)) {
			json = skip_space(json);
			if (*json)
				fputc(*json++, out);
			return json;
		}
		++*depth;
	}
	if (indent && (c == '{' || c == '[' || c == ','))
		line_break(out, *depth);
	return json;
}

void json_print(FILE *out, enum json_layout layout, int depth, const char *json)
{
	if (layout == JSON_AS_RECEIVED) {
		as_received(out, json);
		return;
	}
	for (json = skip_space(json); *json; json = skip_space(json)) {
		if (*json == '"')
			json = pass_string(out, json);
		else
			json = pass_sign(out, json, layout == JSON_INDENTED,
					 &depth);
	}
}

void json_string(FILE *out, const char *text)
{
	if (!text) {
		fputs("null", out);
		return;
	}
	fputc('"', out);
	while (*text) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		text = pass_char(out, text);
	}
	fputc('"', out);
}

/* ---- looked into ------------------------------------------------------ */

/* Behind the string that begins here. */
static const char *skip_string(const char *json)
{
	for (json++; *json && *json != '"'; json++)
		if (*json == '\\' && json[1])
			json++;
	return *json ? json + 1 : json;
}

/* Behind a value of any kind: to the comma or bracket that ends it. */
static const char *skip_value(const char *json)
{
	int depth = 0;

	while (*json) {
		if (*json == '"') {
			json = skip_string(json);
			continue;
		}
		if (depth == 0 && strchr(",}]", *json))
			return json;
		depth += *json == '{' || *json == '[';
		depth -= *json == '}' || *json == ']';
		json++;
	}
	return json;
}

static char *put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
	} else if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
		*out++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*out++ = (char)(0xe0 | c >> 12);
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	} else {
		*out++ = (char)(0xf0 | c >> 18);
		*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
		*out++ = (char)(0x80 | (c & 0x3f));
	}
	return out;
}

static uint32_t hex4(const char *text)
{
	char digits[5] = { 0 };

	memcpy(digits, text, strnlen(text, 4));
	return (uint32_t)strtoul(digits, NULL, 16);
}

/* What stands behind a backslash, into `out`; moves `json` behind it. */
static char *unescape(char *out, const char **json)
{
	static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
	const char *at = *json, *name = strchr(names, *at);
	uint32_t c;

	if (*at != 'u') {
		*json = at + 1;
		*out++ = name ? values[name - names] : *at;
		return out;
	}
	c = hex4(at + 1);
	at += 1 + strnlen(at + 1, 4);
	if (c >= 0xd800 && c < 0xdc00 && at[0] == '\\' && at[1] == 'u') {
		c = 0x10000 + ((c - 0xd800) << 10) + (hex4(at + 2) & 0x3ff);
		at += 2 + strnlen(at + 2, 4);
	}
	*json = at;
	return put_utf8(out, c);
}

/* Never longer than it was. */
static char *decoded(const char *json)
{
	char *text = copy_of(json), *out = text;

	for (json++; *json && *json != '"';) {
		if (*json == '\\' && json[1]) {
			json++;
			out = unescape(out, &json);
		} else {
			*out++ = *json++;
		}
	}
	*out = '\0';
	return text;
}

char *json_member(const char *json, const char *name)
{
	json = skip_space(json);
	if (*json != '{')
		return NULL;
	for (json = skip_space(json + 1); *json == '"';
	     json = skip_space(json)) {
		char *found = decoded(json);
		bool is_it = strcmp(found, name) == 0;

		free(found);
		json = skip_space(skip_string(json));
		json = skip_space(json + (*json == ':'));
		if (is_it)
			return *json == '"' ? decoded(json) : NULL;
		json = skip_value(json);
		json += *json == ',';
	}
	return NULL;
}
