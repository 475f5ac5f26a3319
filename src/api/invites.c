/*
 * invites.c: /organization/invites.
 *
 * `projects` is always an array. `invited_at` is what `created_at` was called
 * until May 2026.
 */
#include "base/base.h"

#include "api/invites.h"

#include "api/shapes.h"
#include "base/random.h"
#include "core/id.h"
#include "http/errors.h"
#include "http/operation.h"
#include "http/router.h"
#include "store/invites/invites.h"

/* ---- what it looks like ---- */

static void write_status(struct jw *jw, const void *item, int64_t now_seconds)
{
	jw_text(jw, vocabulary_word(&invite_statuses,
				    invite_status(item, now_seconds)));
}

static void write_grants(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invite *invite = item;

	(void)now_seconds;
	jw_array(jw);
	for (size_t i = 0; i < invite->grants.count; i++) {
		const struct grant *grant = &invite->grants.at[i];

		jw_object(jw);
		write_id(jw, "id", ID_PROJECT, grant->project);
		write_text(jw, "role",
			   vocabulary_word(&project_roles, grant->role));
		jw_end_object(jw);
	}
	jw_end_array(jw);
}

static const struct member delivery_members[] = {
	SHOW_WORD("status", struct delivery, status, &delivery_statuses),
	SHOW_NUMBER("attempts", struct delivery, attempts),
	SHOW_TEXT("last_error", struct delivery, last_error),
	SHOW_TIME("updated_at", struct delivery, updated_at),
	{ 0 },
};

static void write_delivery(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invite *invite = item;

	jw_object(jw);
	shape_members(jw, delivery_members, &invite->delivery, now_seconds);
	jw_end_object(jw);
}

void shape_inviter(struct jw *jw, const struct inviter *inviter)
{
	if (!inviter_called(inviter)) {
		jw_null(jw);
		return;
	}
	jw_object(jw);
	write_text(jw, "name", inviter->name);
	write_text(jw, "email", inviter->email);
	jw_end_object(jw);
}

static void write_pairs(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invite *invite = item;

	(void)now_seconds;
	write_metadata(jw, invite->metadata);
}

static void write_inviter(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invite *invite = item;

	(void)now_seconds;
	shape_inviter(jw, &invite->inviter);
}

static void write_remind(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct invite *invite = item;

	(void)now_seconds;
	jw_bool(jw, invite->reminder == REMINDER_WANTED);
}

static const struct member invite_members[] = {
	SHOW_ID("id", struct invite, id, ID_INVITE),
	SHOW_TEXT("email", struct invite, email),
	SHOW_WORD("role", struct invite, role, &roles),
	SHOW_BY("status", write_status),
	SHOW_TIME("created_at", struct invite, created_at),
	SHOW_TIME("invited_at", struct invite, created_at),
	SHOW_TIME("expires_at", struct invite, expires_at),
	SHOW_TIME("accepted_at", struct invite, accepted_at),
	SHOW_TIME("declined_at", struct invite, declined_at),
	SHOW_TIME("reminded_at", struct invite, reminded_at),
	SHOW_TIME("opted_out_at", struct invite, opted_out_at),
	SHOW_TIME("resend_requested_at", struct invite, resend_requested_at),
	SHOW_BY("projects", write_grants),
	SHOW_BY("delivery", write_delivery),
	SHOW_BY("inviter", write_inviter),
	SHOW_BY("metadata", write_pairs),
	SHOW_TEXT("external_id", struct invite, external_id),
	SHOW_TEXT("locale", struct invite, locale),
	SHOW_BY("remind", write_remind),
	{ 0 },
};

const struct shape invite_shape = {
	SHAPE_OF(struct invite, ID_INVITE),
	.object = "organization.invite",
	.members = invite_members,
};

/* ---- create ---- */

enum {
	EMAIL,
	ROLE,
	PROJECTS,
	EXPIRES_IN,
	SEND_EMAIL,
	INVITER,
	LOCALE,
	REPLACE,
	METADATA,
	EXTERNAL_ID,
	REMIND,
	INVITE_FIELDS
};

static const struct field invite_fields[] = {
	[EMAIL] = { .name = "email",
		    .type = FIELD_STRING,
		    .required = true,
		    .min = 1,
		    .max = EMAIL_MAX },
	[ROLE] =
	    TAKE_WORD("role", REQUIRED, struct invite_create_in, role, &roles),
	[PROJECTS] = { .name = "projects",
		       .type = FIELD_ARRAY,
		       .max = GRANTS_MAX },
	[EXPIRES_IN] = { .name = "expires_in_seconds",
			 .type = FIELD_INTEGER,
			 .min = TTL_MIN_SECONDS,
			 .max = TTL_MAX_SECONDS },
	[SEND_EMAIL] = { .name = "send_email", .type = FIELD_BOOLEAN },
	[INVITER] = { .name = "inviter", .type = FIELD_OBJECT },
	[LOCALE] = TAKE_STRING("locale", OPTIONAL, struct invite_create_in,
			       locale, LOCALE_MAX),
	[METADATA] = { .name = "metadata", .type = FIELD_OBJECT },
	[EXTERNAL_ID] =
	    TAKE_TEXT("external_id", OPTIONAL, struct invite_create_in,
		      external_id, NAME_MAX_OCTETS),
	[REMIND] = TAKE_BOOL("remind", struct invite_create_in, remind),
	[REPLACE] = TAKE_BOOL("replace", struct invite_create_in, replace),
};

enum { INVITER_NAME, INVITER_EMAIL, INVITER_FIELDS };

/* The address is needed, since erasure finds inviters by it. */
static const struct field inviter_fields[] = {
	[INVITER_NAME] = TAKE_TEXT("name", OPTIONAL, struct invite_create_in,
				   inviter_name, NAME_MAX_OCTETS),
	[INVITER_EMAIL] = { .name = "email",
			    .type = FIELD_STRING,
			    .required = true,
			    .min = 1,
			    .max = EMAIL_MAX },
};

static const struct field grant_fields[] = {
	TAKE_ID("id", REQUIRED, struct grant, project, ID_PROJECT),
	TAKE_WORD("role", REQUIRED, struct grant, role, &project_roles),
};

int read_email(struct request *request, const char *param, struct str text,
	       struct email *ret_email)
{
	const char *reason = email_parse(&request->arena, text, ret_email);

	if (!reason)
		return 0;
	if (reason == EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	return answer_error(request, 400, "invalid_email", param,
			    "'%s' is not a valid e-mail address: %s.",
			    quoted(request, text), reason);
}

/* The inviter, whom the mail names. */
static int read_inviter(struct request *request, const struct value *inviter,
			struct invite_create_in *in)
{
	struct value values[INVITER_FIELDS];

	if (!inviter->present)
		return 0;
	if (body_read_object(request, "inviter", inviter, inviter_fields,
			     INVITER_FIELDS, values) < 0)
		return -1;
	body_fill(inviter_fields, INVITER_FIELDS, values, in);
	return read_email(request, "inviter.email",
			  values[INVITER_EMAIL].string, &in->inviter_email);
}

static int read_grant(struct request *request, const struct value *projects,
		      size_t index, struct grant *ret_grant)
{
	struct value values[COUNT_OF(grant_fields)];

	if (body_read_item(request, "projects", projects, index, grant_fields,
			   COUNT_OF(grant_fields), values) < 0)
		return -1;
	*ret_grant = (struct grant){ .project = 0 };
	body_fill(grant_fields, COUNT_OF(grant_fields), values, ret_grant);
	return 0;
}

/* The same project twice counts once, where it stands first, unless the roles
 * differ. */
static int add_grant(struct request *request, struct grant grant, size_t index,
		     struct named_projects *named)
{
	struct grants *grants = &named->grants;
	const struct grant *same = grants_find(*grants, grant.project);

	if (same && same->role != grant.role)
		return answer_error(
		    request, 400, "invalid_value",
		    body_item_param(request, "projects", index, "role"),
		    "The project is named twice with different roles. Name it "
		    "once.");
	if (!same) {
		named->places[grants->count] = index;
		grants->at[grants->count++] = grant;
	}
	return 0;
}

int read_projects(struct request *request, const struct value *projects,
		  struct named_projects *ret)
{
	size_t count = projects->count;
	struct grant grant;

	ret->places =
	    arena_array(&request->arena, count + 1, sizeof(*ret->places));
	ret->grants = (struct grants){
		arena_array(&request->arena, count + 1, sizeof(struct grant)), 0
	};
	if (!ret->places || !ret->grants.at) {
		answer_unavailable(request);
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		if (read_grant(request, projects, i, &grant) < 0 ||
		    add_grant(request, grant, i, ret) < 0)
			return -1;
	}
	return 0;
}

void refuse_project(struct request *request, const struct named_projects *named,
		    size_t index)
{
	bool archived = request->op.result == RESULT_PROJECT_ARCHIVED;

	answer_error(
	    request, 400, result_code(request->op.result),
	    body_item_param(request, "projects", named->places[index], "id"),
	    archived ? "The project is archived. Name one that is "
		       "active."
		     : "There is no project with this id in your "
		       "organization.");
}

/* In a bulk request that is all or nothing, the line before is not done yet. */
static void refuse_repeat(struct request *request)
{
	answer_error(request, 400, "invite_already_exists", "email",
		     "Another line invites this address, with another role, "
		     "other projects or another external_id. Leave one of them "
		     "out.");
}

void refuse_external_id(struct request *request)
{
	const struct invite_create_out *out = request->op.out;
	char id[ID_TEXT_SIZE];

	if (out->user)
		id_format(ID_USER, out->user, id);
	else if (out->invite.id)
		id_format(ID_INVITE, out->invite.id, id);
	if (out->user || out->invite.id)
		answer_error(request, 400, "external_id_taken", "external_id",
			     "%s of your organization has this external_id "
			     "already: %s.",
			     out->user ? "A user" : "Another invite", id);
	else
		answer_error(request, 400, "external_id_taken", "external_id",
			     "Another line has this external_id. Leave one of "
			     "them out.");
}

/* Clients retry a 429 by themselves, which for a while is useless. */
#define REPEAT_WITHIN 60 /* seconds */

void refuse_rate(struct request *request)
{
	const struct invite_create_out *out = request->op.out;
	bool mails = request->op.result == RESULT_MAILS_PER_DAY;
	long long wait = out->wait_seconds;

	answer_header(request, "Retry-After",
		      arena_printf(&request->arena, "%lld", wait));
	if (wait > REPEAT_WITHIN)
		answer_header(request, "x-should-retry", "false");
	answer_error(request, 429, "rate_limit_exceeded",
		     mails ? "email" : NULL,
		     mails ? "This address got as many mails within a day as "
			     "your organization allows (`mails_per_day` in its "
			     "settings). Try again in %lld seconds."
			   : "This key made as many invites within a minute as "
			     "your organization allows (`invites_per_minute` "
			     "in its settings). Try again in %lld seconds.",
		     wait);
}

static void refuse_create(struct request *request)
{
	const struct invite_create_out *out = request->op.out;
	char id[ID_TEXT_SIZE];

	switch (request->op.result) {
	case RESULT_INVITE_EXISTS:
		if (!out->invite.id) {
			refuse_repeat(request);
			return;
		}
		id_format(ID_INVITE, out->invite.id, id);
		answer_error(request, 400, "invite_already_exists", "email",
			     "An invite to this address is pending already, "
			     "with another role, other projects or another "
			     "external_id: %s. Change "
			     "it with POST /organization/invites/%s, or this "
			     "create with \"replace\": true; send it again "
			     "with POST /organization/invites/%s/resend.",
			     id, id, id);
		return;
	case RESULT_PROJECT_NOT_FOUND:
	case RESULT_PROJECT_ARCHIVED:
		refuse_project(request, request->state, out->index);
		return;
	case RESULT_EXTERNAL_ID_TAKEN:
		refuse_external_id(request);
		return;
	case RESULT_MAILS_PER_DAY:
	case RESULT_INVITES_PER_MINUTE:
		refuse_rate(request);
		return;
	case RESULT_USER_EXISTS:
	case RESULT_ADDRESS_BLOCKED:
	case RESULT_DOMAIN_NOT_ALLOWED:
		answer_result(request, "email");
		return;
	default:
		answer_result(request, NULL);
	}
}

static const char *link_of(struct request *request, const struct invite *invite,
			   const uint8_t secret[SECRET_SIZE])
{
	struct token token = { .invite = invite->id };

	memcpy(token.secret, secret, SECRET_SIZE);
	return token_link(&request->arena, request->service->public_url,
			  &token);
}

void answer_invite(struct request *request, const struct invite *invite,
		   const uint8_t *secret)
{
	const char *link = secret ? link_of(request, invite, secret) : NULL;
	struct jw jw;

	if (secret && !link) {
		answer_unavailable(request);
		return;
	}
	jw = answer_json(request);
	jw_object(&jw);
	shape_write_members(&jw, &invite_shape, invite, request->now_ms / 1000);
	if (link)
		write_text(&jw, "accept_url", link);
	jw_end_object(&jw);
	answer_json_end(request);
}

void invite_create_answer(struct request *request)
{
	const struct invite_create_in *in = request->op.in;
	const struct invite_create_out *out = request->op.out;

	if (request->op.result != RESULT_OK) {
		refuse_create(request);
		return;
	}
	if (!out->created) /* the body has to be the same for a retry */
		answer_header(request, INVITE_EXISTING, "true");
	answer_invite(request, &out->invite, out->link ? in->secret : NULL);
}

bool mail_is_sent(const struct request *request, const struct value *wanted)
{
	return (!wanted->present || wanted->boolean) &&
	       request->service->mail_sends;
}

struct invite_create_in *invite_create_read(struct request *request)
{
	struct value values[INVITE_FIELDS];
	struct named_projects *named =
	    arena_alloc(&request->arena, sizeof(*named));
	struct invite_create_in *in =
	    request_verb(request, &verb_invite_create);

	if (!in || !named) {
		answer_unavailable(request);
		return NULL;
	}
	request->state = named;
	if (query_read(request, NULL, NULL) < 0 ||
	    body_read(request, invite_fields, INVITE_FIELDS, values) < 0 ||
	    read_email(request, "email", values[EMAIL].string, &in->email) <
		0 ||
	    read_inviter(request, &values[INVITER], in) < 0 ||
	    body_read_metadata(request, "metadata", &values[METADATA],
			       &in->metadata) < 0)
		return NULL;
	in->remind = true;
	body_fill(invite_fields, INVITE_FIELDS, values, in);
	if (read_locale(request, &in->locale) < 0 ||
	    read_projects(request, &values[PROJECTS], named) < 0)
		return NULL;
	in->default_project = !values[PROJECTS].present;
	in->grants = named->grants;
	in->queue_mail = mail_is_sent(request, &values[SEND_EMAIL]);
	in->ttl_seconds = values[EXPIRES_IN].present
			      ? values[EXPIRES_IN].integer
			      : request->service->invite_ttl_seconds;
	random_bytes(in->secret, SECRET_SIZE);
	return in;
}

static bool showed_link(const struct request *request)
{
	const struct invite_create_in *in = request->op.in;

	return !in->queue_mail;
}

void invites_create(struct request *request)
{
	if (invite_create_read(request))
		request_submit(request, invite_create_answer);
}

/* ---- routes ---- */

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/invites",
	  .body = BODY_JSON,
	  .handle = invites_create,
	  .shape = &invite_shape,
	  .showed_secret = showed_link },
	{ .method = METHOD_GET,
	  .path = "/organization/invites",
	  .verb = &verb_invite_list,
	  .list = &invite_query,
	  .prepare = prepare_invite_query,
	  .shape = &invite_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/invites/{invite_id}",
	  .verb = &verb_invite_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &invite_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/invites/{invite_id}",
	  .verb = &verb_invite_delete,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &invite_shape },
};

const struct route_table invites_api = ROUTES(routes);
