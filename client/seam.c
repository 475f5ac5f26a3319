/*
 * seam.c: where I/O can be another's: an answer that came by other ways is
 * taken in here.
 */
#include "base/base.h"
#include "operation.h"
#include "page.h"

static int parse(struct request *request, const struct inv_http_answer *from,
		 void *ret_result, struct inv_error *err)
{
	struct answer answer;
	int rc;

	answer_init(&answer);
	answer.attempts = 1;
	answer.has_no_body = strcmp(request->http.method, "HEAD") == 0;
	if (answer_fill(&answer, from))
		rc = answer.is_too_large
			 ? error_bad_answer(err, &answer, "it is too large")
			 : error_memory(err);
	else if (answer.status < 200 || answer.status > 299)
		rc = error_from_answer(err, &answer);
	else
		rc = operation_finish(request, &answer, ret_result, err);
	answer_release(&answer);
	return rc;
}

int inv_parse(const struct inv_http_request *request,
	      const struct inv_http_answer *answer, void *ret_result,
	      struct inv_error *err)
{
	if (!request || !answer)
		return error_null(err, request ? "answer" : "request");
	return parse(request_of(request), answer, ret_result, err);
}

int inv_receive(struct inv_receiver *to, const struct inv_http_answer *answer)
{
	if (!to || !answer)
		return -1;
	to->is_there = true;
	return answer_fill(to->answer, answer);
}
