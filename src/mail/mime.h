/*
 * mime.h: how text has to look on its way through mail servers: short lines,
 * CRLF at their ends, nothing but ASCII.
 *
 * Pure. Whatever could end a header or begin another is taken out by
 * mime_clean() before it is used in one.
 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

#define MIME_LINE_MAX 998 /* octets that no line may pass, RFC 5322 2.1.1 */
#define MIME_LINE_AIM 76  /* octets that lines are broken at */

/*
 * A copy of `text` for one line: control characters, line and paragraph
 * separators, and the controls that turn the direction of what follows become
 * blanks, what is not UTF-8 a question mark; no blanks at the ends. NULL when
 * out of memory.
 */
const char *mime_clean(struct arena *arena, struct str text) MUST_CHECK;

/*
 * A header of free text, with its CRLF: "Subject: ..." as it is where that
 * fits and is ASCII, otherwise in encoded words (RFC 2047). `text` is clean.
 */
void mime_add_header(struct buf *out, const char *name, const char *text);

/*
 * A display name before an address (RFC 5322 phrase): quoted, or in encoded
 * words. `column` says how much of the line is taken. `text` is clean.
 */
void mime_add_phrase(struct buf *out, size_t column, const char *text);

/* "Sat, 31 Jan 2026 14:05:00 +0000" */
void mime_add_date(struct buf *out, int64_t seconds);

/*
 * The body of a part with its Content-Transfer-Encoding header in front:
 * lines of `text` end in LF. Text that needs no encoding stays as it is, so
 * that a person who looks into the file can copy a link out of it; `boundary`
 * must not be in it then.
 */
void mime_add_body(struct buf *out, struct str text, const char *boundary);

#endif
