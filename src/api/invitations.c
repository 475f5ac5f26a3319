/*
 * invitations.c: /invitations/lookup, accept, decline, opt_out and
 * request_resend: the invited person's side, for programs. The token is the
 * authorisation.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "core/organization.h"
#include "http/errors.h"
#include "http/invitations.h"
#include "http/router.h"

/* ---- what the holder of a link sees ---- */

static void write_status(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invitation_out *out = item;
	const struct invite *invite = &out->invitation.invite;

	(void)now_seconds;
	jw_text(jw, invite->opted_out_at	       ? "opted_out"
		    : invite->state == INVITE_DECLINED ? "declined"
		    : invite->state == INVITE_ACCEPTED ? "accepted"
						       : "pending");
}

static void write_organization(struct jw *jw, const void *item,
			       int64_t now_seconds)
{
	const struct invitation_out *out = item;

	(void)now_seconds;
	jw_object(jw);
	write_text(jw, "name", out->invitation.organization_name);
	jw_end_object(jw);
}

static void write_projects(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invitation *invitation =
	    &((const struct invitation_out *)item)->invitation;

	(void)now_seconds;
	jw_array(jw);
	for (size_t i = 0; i < invitation->invite.grants.count; i++) {
		const struct named_grant *grant = &invitation->grants[i];

		if (grant->archived)
			continue;
		jw_object(jw);
		write_text(jw, "name", grant->project_name);
		write_text(jw, "role",
			   vocabulary_word(&project_roles, grant->role));
		jw_end_object(jw);
	}
	jw_end_array(jw);
}

static void write_skipped(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invitation *invitation =
	    &((const struct invitation_out *)item)->invitation;

	(void)now_seconds;
	jw_array(jw);
	for (size_t i = 0; i < invitation->invite.grants.count; i++) {
		if (invitation->grants[i].archived)
			jw_text(jw, invitation->grants[i].project_name);
	}
	jw_end_array(jw);
}

static void write_inviter(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invitation_out *out = item;

	(void)now_seconds;
	shape_inviter(jw, &out->invitation.invite.inviter);
}

#define OUT struct invitation_out

static const struct member invitation_members[] = {
	SHOW_FIXED("object", "invitation"),
	SHOW_BY("status", write_status),
	SHOW_BY("organization", write_organization),
	SHOW_TEXT("email", OUT, invitation.invite.email),
	SHOW_WORD("role", OUT, invitation.invite.role, &roles),
	SHOW_BY("projects", write_projects),
	SHOW_BY("skipped_projects", write_skipped),
	SHOW_TIME("expires_at", OUT, invitation.invite.expires_at),
	SHOW_TIME("accepted_at", OUT, invitation.invite.accepted_at),
	SHOW_ID("user_id", OUT, user, ID_USER), /* once there is one */
	SHOW_BY("inviter", write_inviter),
	{ 0 },
};

/* ---- asking ---- */

enum { TOKEN, NAME, INVITATION_FIELDS };

static const struct field invitation_fields[] = {
	[TOKEN] = { .name = "token",
		    .type = FIELD_STRING,
		    .required = true,
		    .min = 1,
		    .max = 4096 },
	[NAME] = { .name = "name",
		   .type = FIELD_STRING,
		   .max = NAME_MAX_OCTETS },
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
	jw_object(&jw);
	shape_members(&jw, invitation_members, out, request->now_ms / 1000);
	write_text(&jw, "welcome_url", request->service->welcome_url);
	jw_end_object(&jw);
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

/* What has expired is shown to nobody, so no more is said. */
static void requested(struct request *request)
{
	struct jw jw;

	if (request->op.result != RESULT_OK) {
		finished(request);
		return;
	}
	jw = answer_json(request);
	jw_object(&jw);
	write_text(&jw, "object", "invitation.resend_request");
	write_text(&jw, "status", "requested");
	jw_end_object(&jw);
	answer_json_end(request);
}

/* `name` is known where somebody accepts. */
static void ask(struct request *request, const struct verb *verb)
{
	size_t fields =
	    verb == &verb_invitation_accept ? INVITATION_FIELDS : NAME;
	struct value values[INVITATION_FIELDS] = { { .present = false } };
	struct invitation_request asked = {
		.verb = verb,
		.name = "",
		.then = verb == &verb_invitation_request ? requested : finished,
		.too_many = too_many
	};

	if (query_read(request, NULL, NULL) < 0 ||
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

static void lookup(struct request *request)
{
	ask(request, &verb_invitation_lookup);
}

static void accept_one(struct request *request)
{
	ask(request, &verb_invitation_accept);
}

static void decline(struct request *request)
{
	ask(request, &verb_invitation_decline);
}

static void opt_out(struct request *request)
{
	ask(request, &verb_invitation_opt_out);
}

static void request_resend(struct request *request)
{
	ask(request, &verb_invitation_request);
}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/invitations/lookup",
	  .access = ACCESS_LINK,
	  .body = BODY_JSON,
	  .handle = lookup },
	{ .method = METHOD_POST,
	  .path = "/invitations/accept",
	  .access = ACCESS_LINK,
	  .body = BODY_JSON,
	  .handle = accept_one },
	{ .method = METHOD_POST,
	  .path = "/invitations/decline",
	  .access = ACCESS_LINK,
	  .body = BODY_JSON,
	  .handle = decline },
	{ .method = METHOD_POST,
	  .path = "/invitations/opt_out",
	  .access = ACCESS_LINK,
	  .body = BODY_JSON,
	  .handle = opt_out },
	{ .method = METHOD_POST,
	  .path = "/invitations/request_resend",
	  .access = ACCESS_LINK,
	  .body = BODY_JSON,
	  .handle = request_resend },
};

const struct route_table invitations_api = ROUTES(routes);
