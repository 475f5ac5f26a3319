/*
 * invite_changes.c: /organization/invites/{invite_id}, sent again or changed.
 */
#include "base/base.h"

#include "api/invites.h"

#include "base/random.h"
#include "core/id.h"
#include "http/errors.h"
#include "http/operation.h"
#include "http/router.h"

#define EXPIRES_FIELD                                                \
	{                                                            \
		.name = "expires_in_seconds", .type = FIELD_INTEGER, \
		.min = TTL_MIN_SECONDS, .max = TTL_MAX_SECONDS       \
	}

/* ---- sent again ---- */

enum { SEND_EMAIL, RESEND_EXPIRES_IN, RESEND_FIELDS };

static const struct field resend_fields[] = {
	[SEND_EMAIL] = { .name = "send_email", .type = FIELD_BOOLEAN },
	[RESEND_EXPIRES_IN] = EXPIRES_FIELD,
};

static void resend_finished(struct request *request)
{
	const struct invite_resend_in *in = request->op.in;
	const struct invite_create_out *out = request->op.out;
	char id[ID_TEXT_SIZE];

	switch (request->op.result) {
	case RESULT_OK:
		answer_invite(request, &out->invite,
			      out->link ? in->secret : NULL);
		return;
	case RESULT_INVITE_EXISTS:
		answer_error(request, 400, "invite_already_exists", "invite_id",
			     "There is a newer invite to this address, which "
			     "is pending: %s. Send that one again.",
			     id_format(ID_INVITE, out->invite.id, id));
		return;
	case RESULT_EXTERNAL_ID_TAKEN:
		refuse_external_id(request);
		return;
	case RESULT_MAILS_PER_DAY:
	case RESULT_INVITES_PER_MINUTE:
		refuse_rate(request);
		return;
	default:
		answer_result(request, "invite_id");
	}
}

static bool resend_showed_link(const struct request *request)
{
	const struct invite_resend_in *in = request->op.in;

	return !in->queue_mail;
}

static void resend(struct request *request)
{
	struct value values[RESEND_FIELDS] = { { .present = false } };
	struct invite_resend_in *in =
	    request_verb(request, &verb_invite_resend);

	if (!in || query_read(request, NULL, NULL) < 0 ||
	    (request->body.len > 0 &&
	     body_read(request, resend_fields, RESEND_FIELDS, values) < 0))
		return;
	in->id = request->ids[0];
	in->has_ttl = values[RESEND_EXPIRES_IN].present;
	in->ttl_seconds = in->has_ttl ? values[RESEND_EXPIRES_IN].integer
				      : request->service->invite_ttl_seconds;
	in->queue_mail = mail_is_sent(request, &values[SEND_EMAIL]);
	random_bytes(in->secret, SECRET_SIZE);
	request_submit(request, resend_finished);
}

/* ---- changed ---- */

enum { ROLE, PROJECTS, EXPIRES_IN, EXTERNAL_ID, METADATA, CHANGE_FIELDS };

static const struct field change_fields[] = {
	[ROLE] = TAKE_WORD_IF("role", struct invite_change_in, role, has_role,
			      &roles),
	[PROJECTS] = { .name = "projects",
		       .type = FIELD_ARRAY,
		       .max = GRANTS_MAX },
	[EXPIRES_IN] = EXPIRES_FIELD,
	[EXTERNAL_ID] =
	    TAKE_TEXT_OR_EMPTY("external_id", struct invite_change_in,
			       external_id, NAME_MAX_OCTETS),
	[METADATA] = { .name = "metadata", .type = FIELD_OBJECT },
};

static void change_finished(struct request *request)
{
	const struct invite_create_out *out = request->op.out;

	switch (request->op.result) {
	case RESULT_OK:
		answer_invite(request, &out->invite, NULL);
		return;
	case RESULT_EXTERNAL_ID_TAKEN:
		refuse_external_id(request);
		return;
	case RESULT_PROJECT_NOT_FOUND:
	case RESULT_PROJECT_ARCHIVED:
		refuse_project(request, request->state, out->index);
		return;
	default:
		answer_result(request, "invite_id");
	}
}

static void change(struct request *request)
{
	struct value values[CHANGE_FIELDS];
	struct named_projects *named =
	    arena_alloc(&request->arena, sizeof(*named));
	struct invite_change_in *in =
	    request_verb(request, &verb_invite_change);

	if (!in || !named) {
		answer_unavailable(request);
		return;
	}
	request->state = named;
	if (query_read(request, NULL, NULL) < 0 ||
	    body_read(request, change_fields, CHANGE_FIELDS, values) < 0 ||
	    body_read_metadata(request, "metadata", &values[METADATA],
			       &in->metadata) < 0 ||
	    read_projects(request, &values[PROJECTS], named) < 0)
		return;
	body_fill(change_fields, CHANGE_FIELDS, values, in);
	in->id = request->ids[0];
	in->has_grants = values[PROJECTS].present;
	in->has_metadata = values[METADATA].present;
	in->has_external_id = in->external_id != NULL;
	if (in->has_external_id && !*in->external_id)
		in->external_id = NULL;
	in->grants = named->grants;
	if (values[EXPIRES_IN].present)
		in->ttl_seconds = values[EXPIRES_IN].integer;
	request_submit(request, change_finished);
}

/* ---- its link, copied ---- */

static void copy_finished(struct request *request)
{
	const struct invite_link_in *in = request->op.in;
	const struct invite_create_out *out = request->op.out;

	if (request->op.result != RESULT_OK)
		answer_result(request, "invite_id");
	else
		answer_invite(request, &out->invite, in->secret);
}

static bool copy_showed_link(const struct request *request)
{
	(void)request;
	return true;
}

static void copy_link(struct request *request)
{
	struct invite_link_in *in = request_verb(request, &verb_invite_link);

	if (!in || query_read(request, NULL, NULL) < 0)
		return;
	in->id = request->ids[0];
	random_bytes(in->secret, SECRET_SIZE);
	request_submit(request, copy_finished);
}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/invites/{invite_id}",
	  .body = BODY_JSON,
	  .handle = change,
	  .shape = &invite_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/invites/{invite_id}/resend",
	  .body = BODY_JSON,
	  .body_optional = true,
	  .handle = resend,
	  .shape = &invite_shape,
	  .showed_secret = resend_showed_link },
	{ .method = METHOD_POST,
	  .path = "/organization/invites/{invite_id}/link",
	  .handle = copy_link,
	  .shape = &invite_shape,
	  .showed_secret = copy_showed_link },
};

const struct route_table invite_changes_api = ROUTES(routes);
