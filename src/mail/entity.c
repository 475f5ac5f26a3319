/*
 * entity.c: reads messages (RFC 5322) and their parts (RFC 2045, 2046).
 *
 * As much of that as it takes to find a report of delivery. Why no library does
 * it: doc/notes/013.
 */
#include "base/base.h"
#include "mail/entity.h"

#include "base/encode.h"

/* ---- lines and fields ---- */

/* The first line of `rest`, which is not empty, without its end; `rest` moves
 * on behind it. */
static struct str take_line(struct str *rest)
{
	struct str line = *rest;
	const char *end = memchr(rest->data, '\n', rest->len);

	if (end)
		line.len = (size_t)(end - line.data);
	rest->data += line.len + (end != NULL);
	rest->len -= line.len + (end != NULL);
	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What stands from `from` to `to`, both in one text. */
static struct str between(const char *from, const char *to)
{
	return (struct str){ from, (size_t)(to - from) };
}

struct entity entity_of(struct str text)
{
	struct entity entity = { .body = text };

	if (str_starts_with(text, "From "))
		(void)take_line(&entity.body);
	entity.head = entity.body;
	while (entity.body.len > 0) {
		const char *at = entity.body.data;

		if (take_line(&entity.body).len > 0)
			continue;
		entity.head = between(entity.head.data, at);
		return entity;
	}
	return entity;
}

bool entity_next_field(struct str *rest, struct str *ret_name,
		       struct str *ret_value)
{
	while (rest->len > 0) {
		struct str line = take_line(rest), name, value;
		bool is_field = str_cut(line, ':', &name, &value);

		if (line.len == 0)
			return false;
		while (rest->len > 0 && is_blank(rest->data[0])) {
			struct str more = take_line(rest);

			if (is_field)
				value =
				    between(value.data, more.data + more.len);
		}
		if (!is_field)
			continue;
		*ret_name = str_trim(name);
		*ret_value = value;
		return true;
	}
	return false;
}

const char *entity_unfold(struct arena *arena, struct str value)
{
	char *copy = arena_str(arena, value), *to = copy;

	if (!copy)
		return NULL;
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] != '\r' && value.data[i] != '\n')
			*to++ = value.data[i] ? value.data[i] : ' ';
	while (to > copy && is_blank(to[-1]))
		to--;
	*to = '\0';
	return copy + strspn(copy, " \t");
}

const char *entity_field(struct arena *arena, struct str head, const char *name)
{
	struct str found, value;

	while (entity_next_field(&head, &found, &value))
		if (str_is_nocase(found, name))
			return entity_unfold(arena, value);
	return NULL;
}

/* ---- Content-Type ---- */

struct str entity_type(const char *content_type)
{
	return (struct str){ content_type, strcspn(content_type, "; \t(") };
}

/* A parameter's value, which `text` begins with: quoted or not. */
static const char *read_value(struct arena *arena, const char *text)
{
	char *value = arena_str(arena, str_of(text)), *to = value;

	if (!value)
		return NULL;
	if (*text != '"') {
		value[strcspn(value, "; \t(")] = '\0';
		return value;
	}
	for (text++; *text && *text != '"'; text++) {
		if (*text == '\\' && text[1])
			text++;
		*to++ = *text;
	}
	*to = '\0';
	return value;
}

/* Behind the next ';' that is in no quoted text. */
static const char *next_parameter(const char *text)
{
	bool quoted = false;

	for (; *text && (quoted || *text != ';'); text++) {
		if (*text == '\\' && text[1])
			text++;
		else if (*text == '"')
			quoted = !quoted;
	}
	return *text ? text + 1 : text;
}

const char *entity_parameter(struct arena *arena, const char *content_type,
			     const char *name)
{
	const char *at = next_parameter(content_type);

	for (; *at; at = next_parameter(at)) {
		const char *word = at + strspn(at, " \t");
		size_t len = strcspn(word, "=; \t");
		const char *equals = word + len + strspn(word + len, " \t");

		if (*equals == '=' && strlen(name) == len &&
		    strncasecmp(word, name, len) == 0)
			return read_value(arena, equals + 1 +
						     strspn(equals + 1, " \t"));
	}
	return NULL;
}

/* ---- parts ---- */

enum delimiter { DELIMITER_NONE, DELIMITER_NEXT, DELIMITER_LAST };

static enum delimiter delimiter_of(struct str line, struct str boundary)
{
	enum delimiter delimiter = DELIMITER_NEXT;

	if (!str_starts_with(line, "--"))
		return DELIMITER_NONE;
	line = between(line.data + 2, line.data + line.len);
	if (line.len < boundary.len ||
	    memcmp(line.data, boundary.data, boundary.len) != 0)
		return DELIMITER_NONE;
	line = between(line.data + boundary.len, line.data + line.len);
	if (str_starts_with(line, "--")) {
		line = between(line.data + 2, line.data + line.len);
		delimiter = DELIMITER_LAST;
	}
	return str_trim(line).len == 0 ? delimiter : DELIMITER_NONE;
}

/* Passes over all lines up to a delimiter, and that too; the text in front of
 * it. */
static struct str pass_delimiter(struct str *rest, struct str boundary,
				 enum delimiter *ret_delimiter)
{
	const char *begin = rest->data;

	*ret_delimiter = DELIMITER_NONE;
	while (rest->len > 0) {
		const char *at = rest->data;

		*ret_delimiter = delimiter_of(take_line(rest), boundary);
		if (*ret_delimiter != DELIMITER_NONE)
			return between(begin, at);
	}
	return between(begin, rest->data);
}

/* Each call ends at the delimiter behind the part, which the next one begins
 * with. */
bool entity_next_part(struct str *rest, const char *boundary_text,
		      struct str *ret_part)
{
	struct str boundary = str_of(boundary_text), behind;
	enum delimiter delimiter;
	const char *end;

	if (boundary.len == 0 || rest->len == 0)
		return false;
	(void)pass_delimiter(rest, boundary, &delimiter);
	if (delimiter != DELIMITER_NEXT)
		return false;
	behind = *rest;
	end = behind.data + behind.len;
	*ret_part = pass_delimiter(&behind, boundary, &delimiter);
	*rest = between(ret_part->data + ret_part->len, end);
	return true;
}

/* ---- encodings ---- */

/* In place of `text`; the new length. What is no digit is passed over, as RFC
 * 2045 wants it. */
static size_t decode_base64(char *text, size_t len)
{
	unsigned bits = 0, count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < len && text[i] != '='; i++) {
		int digit = base64_digit(text[i], "+/");

		if (digit < 0)
			continue;
		bits = (bits << 6 | (unsigned)digit) & 0xfff;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		text[kept++] = (char)(bits >> count);
	}
	return kept;
}

/* How many characters a '=' at the end of a line takes with it; 0: it is none.
 */
static size_t soft_break_len(struct str text)
{
	size_t len = 1;

	while (len < text.len && is_blank(text.data[len]))
		len++;
	if (len < text.len && text.data[len] == '\r')
		len++;
	return len < text.len && text.data[len] == '\n' ? len + 1 : 0;
}

/* Likewise. */
static size_t decode_quoted(char *text, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < len;) {
		struct str rest = { text + i, len - i };
		size_t broken = text[i] == '=' ? soft_break_len(rest) : 0;
		int high = rest.len > 2 ? hex_digit(rest.data[1]) : -1;
		int low = rest.len > 2 ? hex_digit(rest.data[2]) : -1;

		if (broken > 0) {
			i += broken;
		} else if (text[i] == '=' && high >= 0 && low >= 0) {
			text[kept++] = (char)(high << 4 | low);
			i += 3;
		} else {
			text[kept++] = text[i++];
		}
	}
	return kept;
}

struct str entity_decode(struct arena *arena, const struct entity *entity)
{
	const char *encoding =
	    entity_field(arena, entity->head, "Content-Transfer-Encoding");
	bool base64 = encoding && strcasecmp(encoding, "base64") == 0;
	char *copy;

	if (!base64 &&
	    (!encoding || strcasecmp(encoding, "quoted-printable") != 0))
		return entity->body;
	copy = arena_str(arena, entity->body);
	if (!copy)
		return STR("");
	return (struct str){ copy, (base64 ? decode_base64 : decode_quoted)(
				       copy, entity->body.len) };
}
