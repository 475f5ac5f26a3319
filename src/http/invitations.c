/*
 * invitations.c: asks the store about a link, and slows down guessing.
 */
#include "base/base.h"

#include "http/invitations.h"

#include "base/clock.h"
#include "http/limiter.h"

struct asking {
	struct invitation_request ask;
	struct limiter_client client;
};

static void finished(struct request *request)
{
	struct asking *asking = request->state;

	limiter_settle(request->service->limiter, &asking->client,
		       request->op.result == RESULT_INVITATION_NOT_FOUND,
		       clock_mono_ms());
	asking->ask.then(request);
}

/* By the token alone, however the link around it was written. */
static int ask_limiter(struct request *request, struct asking *asking,
		       const struct token *token)
{
	char text[TOKEN_TEXT_SIZE];

	token_format(token, text);
	asking->client = limiter_client(request);
	return limiter_ask(request->service->limiter, &asking->client,
			   str_of(text), clock_mono_ms());
}

void invitation_ask(struct request *request,
		    const struct invitation_request *ask)
{
	struct asking *asking = arena_alloc(&request->arena, sizeof(*asking));
	struct invitation_in *in;
	int wait;

	request->op.arena = &request->arena;
	in = op_begin(&request->op, ask->verb);
	request->op.result = RESULT_OUT_OF_MEMORY;
	if (!asking || !in) {
		ask->then(request);
		return;
	}
	asking->ask = *ask;
	if (!token_find(ask->code, &in->token)) {
		request->op.result = RESULT_INVITATION_NOT_FOUND;
		ask->then(request);
		return;
	}
	request->state = asking;
	wait = ask_limiter(request, asking, &in->token);
	if (wait != LIMITER_GO) {
		ask->too_many(request, wait);
		return;
	}
	in->name = ask->name;
	request_submit(request, finished);
}
