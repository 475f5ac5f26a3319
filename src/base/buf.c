/*
 * buf.c: a growing byte buffer with a ceiling and a memory for its first
 * failure.
 *
 * Room is doubled, so that adding is cheap on average; an addition is whole or
 * not there at all, never cut.
 */
#include "base/base.h"
#include "base/buf.h"

#include <stdarg.h>

#define FIRST_CAP 256 /* bytes of the first allocation */

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){ .max = max };
}

void buf_release(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->max);
}

void buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->data)
		buf->data[0] = '\0';
}

bool buf_ok(const struct buf *buf)
{
	return !buf->failed;
}

struct str buf_str(const struct buf *buf)
{
	return (struct str){ buf->data ? buf->data : "", buf->len };
}

/* Makes `cap` at least `need`; false when out of memory. */
static bool grow(struct buf *buf, size_t need)
{
	size_t cap = buf->cap ? buf->cap : FIRST_CAP;
	char *data;

	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	data = realloc(buf->data, cap);
	if (!data)
		return false;
	buf->data = data;
	buf->cap = cap;
	return true;
}

char *buf_make_room(struct buf *buf, size_t len)
{
	if (buf->failed)
		return NULL;
	if (len > buf->max - buf->len || len >= SIZE_MAX - buf->len ||
	    (buf->len + len >= buf->cap && !grow(buf, buf->len + len + 1))) {
		buf->failed = true;
		return NULL;
	}
	return buf->data + buf->len;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	char *room = buf_reserve(buf, len);

	if (!room)
		return;
	if (len > 0)
		memcpy(room, data, len);
	buf_added(buf, len);
}

void buf_add_str(struct buf *buf, struct str s)
{
	buf_add(buf, s.data, s.len);
}

void buf_add_text(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_add_i64(struct buf *buf, int64_t value)
{
	char digits[STR_I64_MAX];

	buf_add(buf, digits, str_put_i64(value, digits));
}

void buf_addf(struct buf *buf, const char *format, ...)
{
	char text[256];
	va_list args;
	char *room;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if ((size_t)len < sizeof(text)) {
		buf_add(buf, text, len);
		return;
	}
	room = buf_reserve(buf, len);
	if (!room)
		return;
	va_start(args, format);
	vsnprintf(room, (size_t)len + 1, format, args);
	va_end(args);
	buf_added(buf, len);
}
