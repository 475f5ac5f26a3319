/*
 * invitations.c: asks the store about a link, and slows down who guesses.
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

	if (request->op.result == RESULT_INVITATION_NOT_FOUND)
		limiter_punish(request->service->limiter, asking->client,
			       clock_mono_ms());
	asking->ask.then(request);
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
	asking->client = limiter_client(request);
	request->state = asking;
	wait = limiter_wait_seconds(request->service->limiter, asking->client,
				    clock_mono_ms());
	if (wait > 0) {
		ask->too_many(request, wait);
		return;
	}
	in->name = ask->name;
	request_submit(request, finished);
}
