/*
 * mime.c: encoded words, quoted-printable, and what else a mail is written in.
 */
#include "base/base.h"
#include "mail/mime.h"

#include <assert.h>

#include "base/encode.h"

#define WORD_FRAME 12 /* characters of an encoded word around its text */

/* Whether the character may not be in a line that people or parsers read. */
static bool is_unwanted(struct str c)
{
	const unsigned char *b = (const unsigned char *)c.data;

	if (c.len == 1)
		return b[0] < 0x20 || b[0] == 0x7F;
	if (c.len == 2)
		return b[0] == 0xC2 && b[1] < 0xA0;
	if (c.len != 3 || b[0] != 0xE2)
		return false;
	return (b[1] == 0x80 && b[2] >= 0xA8 && b[2] <= 0xAE) ||
	       (b[1] == 0x81 && b[2] >= 0xA6 && b[2] <= 0xA9);
}

const char *mime_clean(struct arena *arena, struct str text)
{
	char *copy = arena_str(arena, text), *to = copy;

	if (!copy)
		return NULL;
	while (text.len > 0) {
		struct str c = { text.data, str_utf8_char(text) };
		size_t taken = c.len > 0 ? c.len : 1;
		if (c.len == 0)
			*to++ = '?';
		else if (is_unwanted(c))
			*to++ = ' ';
		else
			to = mempcpy(to, c.data, c.len);
		text.data += taken;
		text.len -= taken;
	}
	while (to > copy && to[-1] == ' ')
		to--;
	*to = '\0';
	return copy + strspn(copy, " ");
}

/* As many bytes of `text` as are whole characters and at most `max`. */
static size_t whole_chars(struct str text, size_t max)
{
	size_t len = 0;

	for (;;) {
		struct str rest = { text.data + len, text.len - len };
		size_t next = rest.len > 0 ? str_utf8_char(rest) : 0;
		if (next == 0 || len + next > max)
			return len;
		len += next;
	}
}

/*
 * Encoded words, each of whole characters, one to a line. The first goes on
 * at `column` if a few characters have room there.
 */
static void add_words(struct buf *out, size_t column, struct str text)
{
	while (text.len > 0) {
		size_t len, room = 0;
		if (column + WORD_FRAME < MIME_LINE_AIM)
			room = (MIME_LINE_AIM - column - WORD_FRAME) / 4 * 3;
		len = whole_chars(text, room);
		assert(len > 0 || column > 1);
		if (len > 0) {
			buf_add_text(out, "=?utf-8?B?");
			base64_add(out, (struct str){ text.data, len });
			buf_add_text(out, "?=");
			text.data += len;
			text.len -= len;
		}
		if (text.len > 0)
			buf_add_text(out, "\r\n ");
		column = 1;
	}
}

/* Whether the text means itself in a header and leaves the line in bounds. */
static bool is_plain(size_t column, const char *text)
{
	return str_is_ascii(str_of(text)) && !strstr(text, "=?") &&
	       column + strlen(text) <= MIME_LINE_AIM;
}

void mime_add_header(struct buf *out, const char *name, const char *text)
{
	size_t column = strlen(name) + 2;

	buf_addf(out, "%s: ", name);
	if (is_plain(column, text))
		buf_add_text(out, text);
	else
		add_words(out, column, str_of(text));
	buf_add_text(out, "\r\n");
}

void mime_add_phrase(struct buf *out, size_t column, const char *text)
{
	if (!is_plain(column, text)) {
		add_words(out, column, str_of(text));
		return;
	}
	buf_add_char(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_add_char(out, '\\');
		buf_add_char(out, *text);
	}
	buf_add_char(out, '"');
}

void mime_add_date(struct buf *out, int64_t seconds)
{
	static const char days[][4] = { "Sun", "Mon", "Tue", "Wed",
					"Thu", "Fri", "Sat" };
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr",
					  "May", "Jun", "Jul", "Aug",
					  "Sep", "Oct", "Nov", "Dec" };
	time_t time = (time_t)seconds;
	struct tm tm;

	gmtime_r(&time, &tm);
	buf_addf(out, "%s, %d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday],
		 tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour,
		 tm.tm_min, tm.tm_sec);
}

/* ---- bodies ---- */

/* Whether no mail server would mind the text as it is. */
static bool is_harmless(struct str text, const char *boundary)
{
	struct str line;

	if (memmem(text.data, text.len, boundary, strlen(boundary)))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if ((c < ' ' && c != '\n') || c >= 0x7F)
			return false;
	}
	while (text.len > 0) {
		str_cut(text, '\n', &line, &text);
		if (line.len > MIME_LINE_MAX)
			return false;
	}
	return true;
}

/* The text of `c` in quoted-printable; `last` on its line. */
static struct str quoted(unsigned char c, bool last, char room[4])
{
	bool literal = (c > ' ' && c <= '~' && c != '=') || (c == ' ' && !last);

	snprintf(room, 4, literal ? "%c" : "=%02X", c);
	return (struct str){ room, literal ? 1 : 3 };
}

static void add_quoted_line(struct buf *out, struct str line)
{
	char room[4];
	size_t column = 0;

	for (size_t i = 0; i < line.len; i++) {
		bool last = i + 1 == line.len;
		struct str q = quoted((unsigned char)line.data[i], last, room);
		/* A broken line ends in '=', which needs its place too. */
		if (column + q.len > MIME_LINE_AIM - (last ? 0 : 1)) {
			buf_add_text(out, "=\r\n");
			column = 0;
		}
		buf_add_str(out, q);
		column += q.len;
	}
	buf_add_text(out, "\r\n");
}

static void add_plain_line(struct buf *out, struct str line)
{
	buf_add_str(out, line);
	buf_add_text(out, "\r\n");
}

void mime_add_body(struct buf *out, struct str text, const char *boundary)
{
	bool plain = is_harmless(text, boundary);
	struct str line;

	buf_addf(out, "Content-Transfer-Encoding: %s\r\n\r\n",
		 plain ? "7bit" : "quoted-printable");
	while (text.len > 0) {
		str_cut(text, '\n', &line, &text);
		if (plain)
			add_plain_line(out, line);
		else
			add_quoted_line(out, line);
	}
}
