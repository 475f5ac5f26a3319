/*
 * buf.h: a byte buffer that grows up to a ceiling.
 *
 * Adders never fail where they are called: the buffer remembers its first
 * failure (out of memory, ceiling) and ignores what comes after, so that a
 * writer asks once, at the end, with buf_ok(). `data` always ends in a NUL
 * that `len` does not count, once anything was added.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/base.h"
#include "base/str.h"

struct buf {
	char *data;      /* yours to read until the next change; may be NULL */
	size_t len, cap; /* bytes */
	size_t max;      /* ceiling for len */
	bool failed;
};

void buf_init(struct buf *buf, size_t max);
void buf_release(struct buf *buf); /* frees; then as after buf_init() */
void buf_clear(struct buf *buf);   /* empty again, memory and ceiling kept */

/* Whether every addition succeeded. */
bool buf_ok(const struct buf *buf) MUST_CHECK;

/* The content, borrowed until the next change. */
struct str buf_str(const struct buf *buf);

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_str(struct buf *buf, struct str s);
void buf_add_text(struct buf *buf, const char *text);
void buf_add_char(struct buf *buf, char c);
void buf_add_i64(struct buf *buf, int64_t value);
void buf_addf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* buf_reserve(), where the room has to be made first. */
char *buf_make_room(struct buf *buf, size_t len) MUST_CHECK;

/*
 * Makes room for `len` more bytes and returns where they go, or NULL on
 * failure; buf_added() says how many were written there.
 */
static inline MUST_CHECK char *buf_reserve(struct buf *buf, size_t len)
{
	if (buf->failed || len >= buf->cap - buf->len ||
	    len > buf->max - buf->len)
		return buf_make_room(buf, len);
	return buf->data + buf->len;
}

static inline void buf_added(struct buf *buf, size_t len)
{
	buf->len += len;
	buf->data[buf->len] = '\0';
}

#endif
