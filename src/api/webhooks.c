/*
 * webhooks.c: /organization/webhooks: where an organization's events are sent.
 */
#include "base/base.h"

#include "base/hash.h"
#include "base/random.h"
#include "http/errors.h"
#include "http/router.h"
#include "store/webhooks/webhook_queue.h"

/* ---- what one looks like ---- */

#define SHOWN struct webhook

static void write_name(void *jw, const char *name)
{
	jw_text(jw, name);
}

static void write_events(struct jw *jw, const void *item, int64_t now_seconds)
{
	const SHOWN *webhook = item;

	(void)now_seconds;
	jw_array(jw);
	events_name(webhook->events, write_name, jw);
	jw_end_array(jw);
}

#define WEBHOOK_MEMBERS                                                     \
	SHOW_ID("id", SHOWN, id, ID_WEBHOOK), SHOW_TEXT("url", SHOWN, url), \
	    SHOW_BY("events", write_events),                                \
	    SHOW_WORD("status", SHOWN, status, &webhook_statuses),          \
	    SHOW_WORD("disabled_reason", SHOWN, reason, &webhook_reasons),  \
	    SHOW_TIME("disabled_at", SHOWN, disabled_at),                   \
	    SHOW_TIME("failing_since", SHOWN, failing_since),               \
	    SHOW_TIME("created_at", SHOWN, created_at)

static const struct member webhook_members[] = { WEBHOOK_MEMBERS, { 0 } };

static const struct shape webhook_shape = {
	SHAPE_OF(SHOWN, ID_WEBHOOK),
	.object = "organization.webhook",
	.members = webhook_members,
};

static const struct member secret_members[] = {
	WEBHOOK_MEMBERS,
	SHOW_CHARS("secret", SHOWN, text),
	{ 0 },
};

static const struct shape secret_shape = {
	SHAPE_OF(SHOWN, ID_WEBHOOK),
	.object = "organization.webhook",
	.members = secret_members,
};

#define EVENT struct webhook_event

/* What is to be sent. */
static const struct member event_members[] = {
	SHOW_ID("id", EVENT, id, ID_EVENT),
	SHOW_ID("webhook_id", EVENT, webhook, ID_WEBHOOK),
	SHOW_WORD("type", EVENT, type, &events),
	SHOW_TIME("created_at", EVENT, at),
	{ 0 },
};

static const struct shape event_shape = {
	SHAPE_OF(EVENT, ID_EVENT),
	.object = "organization.webhook.event",
	.members = event_members,
};

#define ATTEMPT struct webhook_attempt

static void write_status(struct jw *jw, const void *item, int64_t now_seconds)
{
	const ATTEMPT *attempt = item;

	(void)now_seconds;
	if (attempt->status)
		jw_i64(jw, attempt->status);
	else
		jw_null(jw);
}

static const struct member attempt_members[] = {
	SHOW_ID("id", ATTEMPT, id, ID_ATTEMPT),
	SHOW_ID("webhook_id", ATTEMPT, webhook, ID_WEBHOOK),
	SHOW_ID("event_id", ATTEMPT, event, ID_EVENT),
	SHOW_WORD("type", ATTEMPT, type, &events),
	SHOW_TIME("attempted_at", ATTEMPT, at),
	SHOW_WORD("outcome", ATTEMPT, outcome, &webhook_outcomes),
	SHOW_BY("status", write_status),
	SHOW_NUMBER("duration_ms", ATTEMPT, duration_ms),
	SHOW_TEXT("error", ATTEMPT, error),
	SHOW_TEXT("answer", ATTEMPT, answer),
	SHOW_TEXT("body", ATTEMPT, body),
	{ 0 },
};

static const struct shape attempt_shape = {
	SHAPE_OF(ATTEMPT, ID_ATTEMPT),
	.object = "organization.webhook.attempt",
	.members = attempt_members,
};

/* ---- what goes in ---- */

static const char *check_event(struct str name)
{
	int64_t set = 0;

	return events_add(name, &set)
		   ? NULL
		   : "there is no such event; \"*\" stands for all of them, "
		     "and \"invite.*\" for those of invites";
}

#define TAKE_EVENTS                                                           \
	{                                                                     \
		.name = "events", .type = FIELD_STRINGS, .min = 1,            \
		.max = EVENT_COUNT, .check = check_event,                     \
		.input = OFFSET_OF(struct webhook, listed, const char *) + 1, \
	}

static const struct field create_fields[] = {
	TAKE_STRING("url", REQUIRED, struct webhook, url, WEBHOOK_URL_MAX),
	TAKE_EVENTS,
};

static const struct field update_fields[] = {
	TAKE_STRING("url", OPTIONAL, struct webhook, url, WEBHOOK_URL_MAX),
	TAKE_EVENTS,
	TAKE_WORD("status", OPTIONAL, struct webhook, status,
		  &webhook_statuses),
};

static const struct field rotate_fields[] = {
	TAKE_NUMBER_IF("grace_seconds", struct webhook_rotate_in, grace,
		       has_grace, 0, WEBHOOK_GRACE_MAX),
};

static const struct field redeliver_fields[] = {
	TAKE_ID("event_id", REQUIRED, struct webhook_redeliver_in, event,
		ID_EVENT),
};

/* The lines were checked one by one. */
static int take_events(struct request *request, struct webhook *in)
{
	struct str rest = str_of(in->listed), line;

	if (in->listed && rest.len == 0)
		return answer_error(request, 400, "invalid_value", "events",
				    "Invalid 'events': name at least one.");

	while (rest.len > 0) {
		(void)str_cut(rest, '\n', &line, &rest);
		(void)events_add(line, &in->events);
	}
	return 0;
}

static int check_url(struct request *request, const char *url)
{
	const char *reason =
	    url ? webhook_url_check(&request->service->reach, str_of(url))
		: NULL;

	if (!reason)
		return 0;
	return answer_error(request, 400, "invalid_value", "url",
			    "Invalid 'url': %s.", reason);
}

static int check_update(struct request *request, void *input)
{
	struct webhook *in = input;

	return take_events(request, in) < 0 ? -1 : check_url(request, in->url);
}

/* A secret as it is kept, and as it is shown. */
static int make_secret(struct request *request, uint8_t sealed[WEBHOOK_SEALED],
		       char text[WEBHOOK_SECRET_TEXT])
{
	const struct seal_key *key = request->service->seal_key;
	uint8_t secret[WEBHOOK_SECRET_SIZE];
	bool made;

	if (!key)
		return answer_error(request, 400, "webhooks_unavailable", NULL,
				    "This server has no key to encrypt the "
				    "secrets of webhooks with. Whoever runs it "
				    "can set one with --secrets-key.");
	random_bytes(secret, sizeof(secret));
	made = seal(key, request->organization, secret, sizeof(secret), sealed);
	webhook_secret_text(secret, text);
	wipe(secret, sizeof(secret));
	if (!made) {
		answer_unavailable(request);
		return -1;
	}
	return 0;
}

static int prepare_create(struct request *request, void *input)
{
	struct webhook *in = input;

	if (check_url(request, in->url) < 0 || take_events(request, in) < 0)
		return -1;
	if (!in->listed)
		in->events = EVENTS_ALL;
	in->status = WEBHOOK_ENABLED;
	return make_secret(request, in->secret, in->text);
}

static int prepare_rotate(struct request *request, void *input)
{
	struct webhook_rotate_in *in = input;

	return make_secret(request, in->secret, in->text);
}

static bool showed_secret(const struct request *request)
{
	(void)request;
	return true;
}

/* ---- routes ---- */

static const struct list_query webhook_list = { .kind = ID_WEBHOOK };
static const struct list_query attempt_list = { .kind = ID_ATTEMPT };

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/webhooks",
	  .body = BODY_JSON,
	  .verb = &verb_webhook_create,
	  FIELDS(create_fields),
	  .prepare = prepare_create,
	  .shape = &secret_shape,
	  .showed_secret = showed_secret },
	{ .method = METHOD_GET,
	  .path = "/organization/webhooks",
	  .verb = &verb_webhook_list,
	  .list = &webhook_list,
	  .shape = &webhook_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/webhooks/{webhook_id}",
	  .verb = &verb_webhook_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &webhook_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/webhooks/{webhook_id}",
	  .body = BODY_JSON,
	  .verb = &verb_webhook_update,
	  .ids = { INPUT(struct webhook, id) },
	  FIELDS(update_fields),
	  .prepare = check_update,
	  .shape = &webhook_shape,
	  .again = true },
	{ .method = METHOD_DELETE,
	  .path = "/organization/webhooks/{webhook_id}",
	  .verb = &verb_webhook_delete,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &webhook_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/webhooks/{webhook_id}/rotate",
	  .body = BODY_JSON,
	  .body_optional = true,
	  .verb = &verb_webhook_rotate,
	  .ids = { INPUT(struct webhook_rotate_in, id) },
	  FIELDS(rotate_fields),
	  .prepare = prepare_rotate,
	  .shape = &secret_shape,
	  .showed_secret = showed_secret },
	{ .method = METHOD_POST,
	  .path = "/organization/webhooks/{webhook_id}/test",
	  .body = BODY_JSON,
	  .body_optional = true,
	  .verb = &verb_webhook_test,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &event_shape,
	  .again = true },
	{ .method = METHOD_POST,
	  .path = "/organization/webhooks/{webhook_id}/redeliver",
	  .body = BODY_JSON,
	  .verb = &verb_webhook_redeliver,
	  .ids = { INPUT(struct webhook_redeliver_in, webhook) },
	  FIELDS(redeliver_fields),
	  .shape = &event_shape,
	  .again = true },
	{ .method = METHOD_GET,
	  .path = "/organization/webhooks/{webhook_id}/attempts",
	  .verb = &verb_webhook_attempt_list,
	  .ids = { INPUT(struct webhook_attempt_list_in, webhook) },
	  .list = &attempt_list,
	  .shape = &attempt_shape },
};

const struct route_table webhooks_api = ROUTES(routes);
