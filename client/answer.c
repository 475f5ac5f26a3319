/*
 * answer.c: what came back: head and body as bytes, and what the head says.
 */
#include "base/base.h"
#include "request.h"

#include "base/clock.h"
#include "retry.h"

void answer_init(struct answer *answer)
{
	*answer = (struct answer){ 0 };
	buf_init(&answer->head, HEADERS_MAX);
	buf_init(&answer->body, ANSWER_BODY_MAX);
}

void answer_release(struct answer *answer)
{
	buf_release(&answer->head);
	buf_release(&answer->body);
}

void answer_clear(struct answer *answer)
{
	answer->status = 0;
	answer->temporary = false;
	answer->retry_after_ms = 0;
	answer->is_too_large = false;
	answer->request_id[0] = '\0';
	buf_clear(&answer->head);
	buf_clear(&answer->body);
}

void answer_add_line(struct answer *answer, struct str line)
{
	while (line.len > 0 && strchr("\r\n", line.data[line.len - 1]))
		line.len--;
	if (str_starts_with(line, "HTTP/")) {
		buf_clear(&answer->head);
		return;
	}
	if (line.len == 0)
		return;
	answer->is_too_large |= answer->head.len + line.len >= HEADERS_MAX;
	buf_add_str(&answer->head, line);
	buf_add_char(&answer->head, '\n');
}

void answer_add_body(struct answer *answer, struct str part)
{
	answer->is_too_large |= answer->body.len + part.len > ANSWER_BODY_MAX;
	buf_add_str(&answer->body, part);
}

int answer_fill(struct answer *answer, const struct inv_http_answer *from)
{
	struct str rest = str_of(from->headers), line;

	answer_clear(answer);
	answer->status = from->status;
	while (rest.len > 0) {
		str_cut(rest, '\n', &line, &rest);
		answer_add_line(answer, line);
	}
	if (from->body_len > 0)
		answer_add_body(answer,
				(struct str){ from->body, from->body_len });
	answer_read_head(answer);
	return buf_ok(&answer->head) && buf_ok(&answer->body) ? 0 : -1;
}

void answer_header(const struct answer *answer, const char *name, char *out,
		   size_t size)
{
	struct str rest = buf_str(&answer->head), line, key, value;

	out[0] = '\0';
	while (rest.len > 0) {
		str_cut(rest, '\n', &line, &rest);
		if (!str_cut(line, ':', &key, &value) ||
		    !str_is_nocase(str_trim(key), name))
			continue;
		text_copy(out, size, str_trim(value));
		return;
	}
}

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

void answer_read_head(struct answer *answer)
{
	char again[16], after[64], after_ms[64];

	answer_header(answer, "x-request-id", answer->request_id,
		      sizeof(answer->request_id));
	answer_header(answer, "x-should-retry", again, sizeof(again));
	answer_header(answer, "retry-after", after, sizeof(after));
	answer_header(answer, "retry-after-ms", after_ms, sizeof(after_ms));
	answer->temporary = retry_status(answer->status, or_null(again));
	answer->retry_after_ms =
	    retry_after(or_null(after_ms), or_null(after),
			*after ? clock_now_ms() / SECOND_MS : 0);
}
