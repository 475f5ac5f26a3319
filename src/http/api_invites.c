/*
 * api_invites.c: /organization/invites.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "base/random.h"
#include "core/id.h"
#include "http/body.h"
#include "http/errors.h"
#include "http/query.h"
#include "http/resource.h"
#include "http/wire.h"
#include "store/invites.h"

#define TTL_MIN_SECONDS 60
#define TTL_MAX_SECONDS (365 * 24 * 60 * 60)

/* ---- create ---- */

enum { EMAIL, ROLE, PROJECTS, EXPIRES_IN, SEND_EMAIL, INVITE_FIELDS };

static const struct field invite_fields[] = {
	[EMAIL] = { "email", FIELD_STRING, true, 1, EMAIL_MAX },
	[ROLE] = { "role", FIELD_STRING, true, 1, BODY_MAX },
	[PROJECTS] = { "projects", FIELD_ARRAY, false, 0, GRANTS_MAX },
	[EXPIRES_IN] = { "expires_in_seconds", FIELD_INTEGER, false,
			 TTL_MIN_SECONDS, TTL_MAX_SECONDS },
	[SEND_EMAIL] = { "send_email", FIELD_BOOLEAN, false, 0, 0 },
};

enum { GRANT_ID, GRANT_ROLE, GRANT_FIELDS };

static const struct field grant_fields[] = {
	[GRANT_ID] = { "id", FIELD_STRING, true, 1, BODY_MAX },
	[GRANT_ROLE] = { "role", FIELD_STRING, true, 1, BODY_MAX },
};

/* For complaints: where in the request each of the grants stands. */
struct create_state {
	size_t *places;
};

static int read_email(struct request *request, struct str text,
		      struct email *ret_email)
{
	const char *reason = email_parse(&request->arena, text, ret_email);

	if (!reason)
		return 0;
	if (reason == EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	return answer_error(request, 400, "invalid_email", "email",
			    "'%s' is not a valid e-mail address: %s.",
			    quoted(request, text), reason);
}

static int read_grant(struct request *request, const struct value *projects,
		      size_t index, struct grant *ret_grant)
{
	struct value values[GRANT_FIELDS];
	int role;

	if (body_read_item(request, "projects", projects, index, grant_fields,
			   GRANT_FIELDS, values) < 0)
		return -1;
	if (body_read_word(
		request, body_item_param(request, "projects", index, "role"),
		values[GRANT_ROLE].string, &project_roles, &role) < 0)
		return -1;
	ret_grant->role = (enum project_role)role;
	if (!id_parse(ID_PROJECT, values[GRANT_ID].string, &ret_grant->project))
		ret_grant->project = 0; /* nobody's */
	return 0;
}

/* The same project twice counts once, where it stands first, unless the roles
 * differ. */
static int add_grant(struct request *request, struct grant grant, size_t index,
		     struct grants *grants)
{
	struct create_state *state = request->state;
	const struct grant *same = grants_find(*grants, grant.project);

	if (same && same->role != grant.role)
		return answer_error(
		    request, 400, "invalid_value",
		    body_item_param(request, "projects", index, "role"),
		    "The project is named twice with different roles. Name it "
		    "once.");
	if (!same) {
		state->places[grants->count] = index;
		grants->at[grants->count++] = grant;
	}
	return 0;
}

static int read_projects(struct request *request, const struct value *projects,
			 struct create_state *state,
			 struct invite_create_in *in)
{
	struct grants *grants = &in->grants;
	size_t count = projects->count;
	struct grant grant;

	in->default_project = !projects->present;
	state->places =
	    arena_array(&request->arena, count + 1, sizeof(*state->places));
	*grants = (struct grants){
		arena_array(&request->arena, count + 1, sizeof(*grants->at)), 0
	};
	if (!state->places || !grants->at) {
		answer_unavailable(request);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (read_grant(request, projects, i, &grant) < 0 ||
		    add_grant(request, grant, i, grants) < 0)
			return -1;
	}
	return 0;
}

static void refuse_create(struct request *request)
{
	const struct create_state *state = request->state;
	const struct invite_create_out *out = request->op.out;
	char id[ID_TEXT_SIZE];

	switch (request->op.result) {
	case RESULT_INVITE_EXISTS:
		id_format(ID_INVITE, out->invite.id, id);
		answer_error(request, 400, "invite_already_exists", "email",
			     "An invite to this address is pending already, "
			     "with another role or other projects: %s. Delete "
			     "it first to change it.",
			     id);
		return;
	case RESULT_PROJECT_NOT_FOUND:
	case RESULT_PROJECT_ARCHIVED: {
		bool archived = request->op.result == RESULT_PROJECT_ARCHIVED;

		answer_error(request, 400, result_code(request->op.result),
			     body_item_param(request, "projects",
					     state->places[out->index], "id"),
			     archived
				 ? "The project is archived. Name one that is "
				   "active."
				 : "There is no project with this id in your "
				   "organization.");
		return;
	}
	case RESULT_USER_EXISTS:
		answer_result(request, "email");
		return;
	default:
		answer_result(request, NULL);
	}
}

static const char *create_link(struct request *request)
{
	const struct invite_create_in *in = request->op.in;
	const struct invite_create_out *out = request->op.out;
	struct token token = { .invite = out->invite.id };

	memcpy(token.secret, in->secret, SECRET_SIZE);
	return token_link(&request->arena, request->service->public_url,
			  &token);
}

static void create_finished(struct request *request)
{
	const struct invite_create_out *out = request->op.out;
	const char *link = NULL;
	struct jw jw;

	if (request->op.result != RESULT_OK) {
		refuse_create(request);
		return;
	}
	if (out->link) {
		link = create_link(request);
		if (!link) {
			answer_unavailable(request);
			return;
		}
	}
	if (!out->created) /* the body is the same, as a retry needs it */
		answer_header(request, "x-invite-existing", "true");
	jw = answer_json(request);
	wire_invite(&jw, &out->invite, request->now_ms / 1000, link);
	answer_json_end(request);
}

void invites_create(struct request *request)
{
	struct value values[INVITE_FIELDS];
	struct create_state *state =
	    arena_alloc(&request->arena, sizeof(*state));
	struct invite_create_in *in =
	    request_verb(request, &verb_invite_create);
	bool mail_wanted;
	int role;

	if (!in || !state) {
		answer_unavailable(request);
		return;
	}
	request->state = state;
	if (query_read_none(request) < 0 ||
	    body_read(request, invite_fields, INVITE_FIELDS, values) < 0 ||
	    read_email(request, values[EMAIL].string, &in->email) < 0)
		return;
	if (body_read_word(request, "role", values[ROLE].string, &roles,
			   &role) < 0)
		return;
	in->role = (enum role)role;
	if (read_projects(request, &values[PROJECTS], state, in) < 0)
		return;
	mail_wanted = !values[SEND_EMAIL].present || values[SEND_EMAIL].boolean;
	in->queue_mail = mail_wanted && request->service->mail_sends;
	in->ttl_seconds = values[EXPIRES_IN].present
			      ? values[EXPIRES_IN].integer
			      : request->service->invite_ttl_seconds;
	random_bytes(in->secret, SECRET_SIZE);
	request_submit(request, create_finished);
}

/* ---- list ---- */

static int take_list_filter(struct request *request, void *input,
			    struct str key, struct str value)
{
	struct invite_list_in *in = input;
	struct email email;
	int status;

	if (str_is(key, "status")) {
		in->by_status = true;
		if (body_read_word(request, "status", value, &invite_statuses,
				   &status) < 0)
			return -1;
		in->status = (enum invite_status)status;
		return 1;
	}
	if (str_is(key, "email")) {
		if (read_email(request, value, &email) < 0)
			return -1;
		in->email_key = email.key;
		return 1;
	}
	return 0;
}

static void list_finished(struct request *request)
{
	answer_page_of(request, &invite_resource);
}

void invites_list(struct request *request)
{
	struct invite_list_in *in = request_verb(request, &verb_invite_list);

	if (in &&
	    query_read_list(request, ID_INVITE, in, take_list_filter) == 0)
		request_submit(request, list_finished);
}

/* ---- retrieve and delete ---- */

/* Has `verb` done to the invite in the path. */
static void ask_of_one(struct request *request, const struct verb *verb,
		       void (*then)(struct request *request))
{
	struct id_in *in = request_verb(request, verb);

	if (!in || query_read_none(request) < 0)
		return;
	in->id = resource_path_id(request, &invite_resource);
	request_submit(request, then);
}

static void retrieve_finished(struct request *request)
{
	answer_resource(request, &invite_resource);
}

void invites_retrieve(struct request *request)
{
	ask_of_one(request, &verb_invite_get, retrieve_finished);
}

static void delete_finished(struct request *request)
{
	answer_deleted(request, &invite_resource);
}

void invites_delete(struct request *request)
{
	ask_of_one(request, &verb_invite_delete, delete_finished);
}
