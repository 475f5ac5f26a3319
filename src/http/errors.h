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
 * Input as a message may repeat it: cut short, and with '?' for what is not
 * printable. Messages reach terminals, so input is never echoed unchanged.
 */
const char *quoted(struct request *request, struct str text);

/* Answers with what the table says of `op.result`; `param` may be NULL. */
void answer_result(struct request *request, const char *param);

/* The status and the code of a result; for pages and tests. */
int result_status(enum result result);
const char *result_code(enum result result);

/* 413: the body is, or would be, of more octets than may come. */
void answer_too_large(struct request *request, size_t most);

/* 503 with retry-after, where a request cannot even be begun. */
void answer_unavailable(struct request *request);

#endif
