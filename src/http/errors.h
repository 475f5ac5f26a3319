/*
 * errors.h: which status and which words go with which failure.
 *
 * {"error": {"message", "type", "param", "code"}}, always all four. A message
 * is one finished sentence that says what to do.
 */
#ifndef HTTP_ERRORS_H
#define HTTP_ERRORS_H

#include "base/base.h"
#include "http/request.h"

/*
 * Answers with an error. `param` and `code` may be NULL. Returns -1, so that
 * a check can end with `return answer_error(...)`.
 */
int answer_error(struct request *request, int status, const char *code,
		 const char *param, const char *format, ...) PRINTF_LIKE(5, 6);

#define QUOTE_MAX 64 /* octets of input that a message repeats */

/*
 * What came in, as a message may repeat it: cut short, and with '?' for what
 * is not printable. A message is no mirror, and ends up on terminals.
 */
const char *quoted(struct request *request, struct str text);

/* Answers with what the table says of `op.refusal`; `param` may be NULL. */
void answer_refusal(struct request *request, const char *param);

/* The status and the code of a refusal; for pages and tests. */
int refusal_status(enum refusal refusal);
const char *refusal_code(enum refusal refusal);

/* 503 with retry-after, where a request cannot even be begun. */
void answer_unavailable(struct request *request);

#endif
