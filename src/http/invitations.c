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
	static const enum store_verb verbs[] = {
		[INVITATION_LOOKUP] = STORE_INVITATION_LOOKUP,
		[INVITATION_ACCEPT] = STORE_INVITATION_ACCEPT,
		[INVITATION_DECLINE] = STORE_INVITATION_DECLINE,
	};
	struct asking *asking = arena_alloc(&request->arena, sizeof(*asking));
	struct store_op *op = &request->op;
	int wait;

	op->result = RESULT_OUT_OF_MEMORY;
	if (!asking) {
		ask->then(request);
		return;
	}
	asking->ask = *ask;
	asking->client = limiter_client(request);
	request->state = asking;
	wait = limiter_wait_seconds(request->service->limiter, asking->client,
				    clock_mono_ms());
	if (wait > 0) {
		ask->too_many(request, wait);
		return;
	}
	op->invitation.name = ask->name;
	if (token_parse(ask->code, &op->invitation.token)) {
		request_submit(request, verbs[ask->action], finished);
		return;
	}
	op->result = RESULT_INVITATION_NOT_FOUND;
	finished(request);
}
