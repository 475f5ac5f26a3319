/*
 * api_invitations.c: /invitations/lookup, accept and decline: the invited
 * person's side, for programs. The token is the authorisation.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "http/body.h"
#include "http/errors.h"
#include "http/invitations.h"
#include "http/query.h"
#include "http/wire.h"

enum { TOKEN, NAME, INVITATION_FIELDS };

static const struct field invitation_fields[] = {
	[TOKEN] = { "token", FIELD_STRING, true, 1, 4096 },
	[NAME] = { "name", FIELD_STRING, false, 0, NAME_MAX_OCTETS },
};

static void finished(struct request *request)
{
	const struct invitation_out *out = request->op.out;
	struct jw jw;

	if (request->op.result == RESULT_INVITE_ACCEPTED) {
		answer_error(request, 400, "invite_already_accepted", "token",
			     "The invitation was already accepted and cannot "
			     "be declined any more.");
		return;
	}
	if (request->op.result != RESULT_OK) {
		answer_result(request, "token");
		return;
	}
	jw = answer_json(request);
	wire_invitation(&jw, &out->invitation, out->user,
			request->service->welcome_url);
	answer_json_end(request);
}

static void too_many(struct request *request, int wait_seconds)
{
	answer_header(request, "Retry-After",
		      arena_printf(&request->arena, "%d", wait_seconds));
	answer_error(request, 429, "rate_limit_exceeded", NULL,
		     "Too many wrong tokens from your address. Please try "
		     "again after %d seconds.",
		     wait_seconds);
}

/* `name` is known where somebody accepts. */
static void ask(struct request *request, const struct verb *verb)
{
	size_t fields =
	    verb == &verb_invitation_accept ? INVITATION_FIELDS : NAME;
	struct value values[INVITATION_FIELDS] = { { .present = false } };
	struct invitation_request asked = {
		.verb = verb, .name = "", .then = finished, .too_many = too_many
	};

	if (query_read_none(request) < 0 ||
	    body_read(request, invitation_fields, fields, values) < 0)
		return;
	asked.code = values[TOKEN].string;
	if (values[NAME].present && values[NAME].string.len > 0) {
		if (body_check_text(request, "name", values[NAME].string) < 0)
			return;
		asked.name = values[NAME].string.data;
	}
	invitation_ask(request, &asked);
}

void invitations_lookup(struct request *request)
{
	ask(request, &verb_invitation_lookup);
}

void invitations_accept(struct request *request)
{
	ask(request, &verb_invitation_accept);
}

void invitations_decline(struct request *request)
{
	ask(request, &verb_invitation_decline);
}
