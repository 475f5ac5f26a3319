/*
 * answer.c: see answer.h. The head nearly always comes in one piece and is
 * then read where it lies; only a split one is copied together.
 */
#include "base/base.h"

#include "answer.h"

#include <strings.h>

#define STATUS_LINE_MIN 12 /* "HTTP/1.1 200" */

static const char LENGTH_NAME[] = "content-length:";

/* The announced length in the `len` bytes of a head, or -1. */
static int64_t content_length(const char *head, size_t len)
{
	const size_t name_len = sizeof LENGTH_NAME - 1;
	const char *end = head + len;

	for (const char *line = head; line != NULL && line < end;) {
		if ((size_t)(end - line) > name_len &&
		    (*line | 0x20) == LENGTH_NAME[0] &&
		    strncasecmp(line, LENGTH_NAME, name_len) == 0)
			return strtoll(line + name_len, NULL, 10);
		line = memchr(line, '\n', (size_t)(end - line));
		line = line == NULL ? NULL : line + 1;
	}
	return -1;
}

static bool read_head(struct answer *answer, const char *head, size_t len)
{
	int64_t length;

	if (len < STATUS_LINE_MIN || memcmp(head, "HTTP/1.", 7) != 0)
		return false;
	length = content_length(head, len);
	if (length < 0)
		return false;
	answer->status = (int)strtol(head + 9, NULL, 10);
	answer->body_left = (size_t)length;
	answer->in_body = true;
	answer->head_len = 0;
	return true;
}

static enum answer_state read_body(struct answer *answer, size_t len)
{
	if (len > answer->body_left)
		return ANSWER_BROKEN;
	answer->body_left -= len;
	if (answer->body_left > 0)
		return ANSWER_PARTIAL;
	answer->in_body = false;
	return ANSWER_WHOLE;
}

/* Keeps a piece of a head; the whole of it goes the usual way. */
static enum answer_state join_head(struct answer *answer, const char *data,
				   size_t len)
{
	char whole[ANSWER_HEAD_MAX];
	size_t had = answer->head_len;

	if (len >= ANSWER_HEAD_MAX - had)
		return ANSWER_BROKEN;
	memcpy(answer->head + had, data, len);
	answer->head_len += len;
	if (had == 0 ||
	    memmem(answer->head, answer->head_len, "\r\n\r\n", 4) == NULL)
		return ANSWER_PARTIAL;
	len = answer->head_len;
	memcpy(whole, answer->head, len);
	answer->head_len = 0;
	return answer_feed(answer, whole, len);
}

enum answer_state answer_feed(struct answer *answer, const char *data,
			      size_t len)
{
	const char *blank;
	size_t head_len;

	if (answer->in_body)
		return read_body(answer, len);
	if (answer->head_len > 0)
		return join_head(answer, data, len);
	blank = memmem(data, len, "\r\n\r\n", 4);
	if (blank == NULL)
		return join_head(answer, data, len);
	head_len = (size_t)(blank - data) + 4;
	if (!read_head(answer, data, head_len))
		return ANSWER_BROKEN;
	return read_body(answer, len - head_len);
}
