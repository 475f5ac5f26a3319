/*
 * jw.c: JSON text, written as it comes.
 *
 * Nearly every string needs no escaping: such a one is found out in one pass
 * and copied whole, comma and quotes included, in one step.
 */
#include "base/base.h"
#include "base/jw.h"
#include "base/str.h"

/*
 * Whether a byte cannot stand as it is: controls, what JSON or HTML gives a
 * meaning, and all beyond ASCII, which has to be looked at closer.
 */
static bool is_special(char c)
{
	/* One bit for each ASCII character: " & < > \\ and the controls. */
	static const uint64_t set[2] = { 0x50000044FFFFFFFF,
					 0x8000000010000000 };
	unsigned char u = c;

	return u > 0x7F || (set[u >> 6] >> (u & 63) & 1);
}

void jw_init(struct jw *jw, struct buf *out)
{
	*jw = (struct jw){ .out = out };
}

/*
 * Writes a value: a comma where one is due, then `len` bytes of `text`.
 * Afterwards a comma is due where `comma` says so.
 */
static void put(struct jw *jw, const char *text, size_t len, bool comma)
{
	char *room = buf_reserve(jw->out, len + jw->comma);

	if (!room)
		return;
	if (jw->comma)
		*room++ = ',';
	memcpy(room, text, len);
	buf_added(jw->out, len + jw->comma);
	jw->comma = comma;
}

void jw_object(struct jw *jw)
{
	put(jw, "{", 1, false);
}

void jw_end_object(struct jw *jw)
{
	buf_add_char(jw->out, '}');
	jw->comma = true;
}

void jw_array(struct jw *jw)
{
	put(jw, "[", 1, false);
}

void jw_end_array(struct jw *jw)
{
	buf_add_char(jw->out, ']');
	jw->comma = true;
}

/* A comma where one is due, then `text` in quotes, then `tail` (or '\0'). */
static void put_quoted(struct jw *jw, struct str text, char tail)
{
	size_t len = jw->comma + 1 + text.len + 1 + (tail != '\0');
	char *room = buf_reserve(jw->out, len);

	if (!room)
		return;
	if (jw->comma)
		*room++ = ',';
	*room++ = '"';
	if (text.len > 0)
		memcpy(room, text.data, text.len);
	room += text.len;
	*room++ = '"';
	if (tail != '\0')
		*room = tail;
	buf_added(jw->out, len);
}

void jw_key(struct jw *jw, const char *name)
{
	put_quoted(jw, str_of(name), ':');
	jw->comma = false;
}

void jw_key_written(struct jw *jw, struct str key)
{
	put(jw, key.data, key.len, false);
}

static size_t plain_prefix(struct str s)
{
	size_t i = 0;

	while (i < s.len && !is_special(s.data[i]))
		i++;
	return i;
}

static void add_escape(struct buf *out, unsigned c)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	const char *letter = letters;

	while (*letter && (unsigned)*letter != c)
		letter += 2;
	if (*letter) {
		char escape[2] = { '\\', letter[1] };
		buf_add(out, escape, sizeof(escape));
	} else {
		buf_addf(out, "\\u%04x", c);
	}
}

/* Writes the special character that `s` begins with; returns its length. */
static size_t add_special(struct buf *out, struct str s)
{
	size_t len = str_utf8_char(s);

	if (len == 0) {
		buf_add_text(out, "\xEF\xBF\xBD");
		return 1;
	}
	if (len == 1 && s.data[0] != 0x7F)
		add_escape(out, (unsigned char)s.data[0]);
	else if (len == 3 && memcmp(s.data, "\xE2\x80\xA8", 3) == 0)
		add_escape(out, 0x2028);
	else if (len == 3 && memcmp(s.data, "\xE2\x80\xA9", 3) == 0)
		add_escape(out, 0x2029);
	else
		buf_add(out, s.data, len);
	return len;
}

void jw_str(struct jw *jw, struct str value)
{
	size_t len = plain_prefix(value);

	if (len == value.len) {
		put_quoted(jw, value, '\0');
		jw->comma = true;
		return;
	}
	put(jw, "\"", 1, true);
	while (value.len > 0) {
		if (len > 0)
			buf_add(jw->out, value.data, len);
		else
			len = add_special(jw->out, value);
		value.data += len;
		value.len -= len;
		len = plain_prefix(value);
	}
	buf_add_char(jw->out, '"');
}

void jw_text(struct jw *jw, const char *value)
{
	if (value)
		jw_str(jw, str_of(value));
	else
		jw_null(jw);
}

void jw_plain(struct jw *jw, const char *value)
{
	if (!value) {
		jw_null(jw);
		return;
	}
	put_quoted(jw, str_of(value), '\0');
	jw->comma = true;
}

void jw_lines(struct jw *jw, struct str text)
{
	struct str line;
	bool more = text.len > 0;

	jw_array(jw);
	while (more) {
		more = str_cut(text, '\n', &line, &text);
		jw_str(jw, line);
	}
	jw_end_array(jw);
}

void jw_i64(struct jw *jw, int64_t value)
{
	char digits[STR_I64_MAX];

	put(jw, digits, str_put_i64(value, digits), true);
}

void jw_bool(struct jw *jw, bool value)
{
	if (value)
		put(jw, "true", 4, true);
	else
		put(jw, "false", 5, true);
}

void jw_null(struct jw *jw)
{
	put(jw, "null", 4, true);
}

void jw_json(struct jw *jw, struct str json)
{
	put(jw, json.data, json.len, true);
}
