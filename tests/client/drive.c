/*
 * drive.c: lets a test written in another language use libinv: one call per
 * line of standard input as JSON, its outcome as a line of JSON.
 *
 * Pauses between attempts are recorded, not slept, so that tests of retries
 * take no time.
 */
#include <inv.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct inv_client *client;
static struct inv_canceller *cancel; /* cancelled already */
static struct inv_http_request *built;
static json_t *pauses, *lines;

static int note_pause(void *arg, int64_t milliseconds)
{
	(void)arg;
	json_array_append_new(pauses, json_integer(milliseconds));
	return 0;
}

static void note_line(void *arg, const char *line)
{
	(void)arg;
	json_array_append_new(lines, json_string(line));
}

static const char *text_of(const json_t *line, const char *name)
{
	return json_string_value(json_object_get(line, name));
}

static int number_of(const json_t *line, const char *name)
{
	return (int)json_integer_value(json_object_get(line, name));
}

static int make_client(const json_t *line, struct inv_client **ret_client,
		       struct inv_error *err)
{
	struct inv_options options = {
		.admin_api_key = text_of(line, "admin_api_key"),
		.base_url = text_of(line, "base_url"),
		.organization = text_of(line, "organization"),
		.project = text_of(line, "project"),
		.headers = text_of(line, "headers"),
		.timeout_ms = number_of(line, "timeout_ms"),
		.connect_timeout_ms = number_of(line, "connect_timeout_ms"),
		.max_retries = number_of(line, "max_retries"),
		.proxy = text_of(line, "proxy"),
		.ca_file = text_of(line, "ca_file"),
		.debug = json_is_true(json_object_get(line, "debug"))
			     ? note_line
			     : NULL,
		.pause = note_pause,
	};

	return inv_client_new(&options, ret_client, err);
}

/* "options": those of the one call. */
static struct inv_call call_of(const json_t *line)
{
	const json_t *options = json_object_get(line, "options");
	struct inv_call call = {
		.timeout_ms = number_of(options, "timeout_ms"),
		.deadline_ms = number_of(options, "deadline_ms"),
		.max_retries = number_of(options, "max_retries"),
		.headers = text_of(options, "headers"),
		.idempotency_key = text_of(options, "idempotency_key"),
	};

	if (json_is_true(json_object_get(options, "cancel")))
		call.cancel = cancel;
	if (json_is_true(json_object_get(options, "build")))
		call.ret_request = &built;
	return call;
}

/* What every outcome tells of its result. */
static json_t *with_meta(json_t *what, const void *result)
{
	const struct inv_metadata *meta = inv_meta(result);

	json_object_set_new(what, "json", json_string(meta->json));
	json_object_set_new(what, "status_code", json_integer(meta->status));
	json_object_set_new(what, "attempts", json_integer(meta->attempts));
	json_object_set_new(what, "request_id", json_string(meta->request_id));
	json_object_set_new(what, "headers", json_string(meta->headers));
	return what;
}

static int hand_out(json_t **ret, json_t *what, void *result)
{
	*ret = with_meta(what, result);
	inv_free(result);
	return 0;
}

static json_t *describe_built(void)
{
	json_t *headers = json_array();

	for (size_t i = 0; i < built->headers_len; i++)
		json_array_append_new(headers, json_string(built->headers[i]));
	return json_pack("{s:s, s:s, s:o, s:s?, s:I}", "method", built->method,
			 "url", built->url, "headers", headers, "body",
			 built->body, "timeout_ms", built->timeout_ms);
}

/* "projects": absent, null, [] or [{"id","role"}], as they are. */
static struct inv_grants grants_of(const json_t *projects,
				   struct inv_grant *grants, size_t max)
{
	size_t len = json_array_size(projects);

	if (!projects)
		return (struct inv_grants){ .said = INV_OMITTED };
	if (json_is_null(projects))
		return (struct inv_grants){ .said = INV_NULL };
	for (size_t i = 0; i < len && i < max; i++) {
		const json_t *project = json_array_get(projects, i);

		grants[i].id = text_of(project, "id");
		grants[i].role_text = text_of(project, "role");
	}
	return INV_GRANTS(len ? grants : NULL, len);
}

static struct inv_text optional_of(const json_t *line, const char *name)
{
	const json_t *value = json_object_get(line, name);

	if (!value)
		return (struct inv_text){ .said = INV_OMITTED };
	if (json_is_null(value))
		return (struct inv_text){ .said = INV_NULL };
	return INV_TEXT(json_string_value(value));
}

static int create(const json_t *line, const struct inv_call *call, json_t **ret,
		  struct inv_error *err)
{
	struct inv_grant grants[16] = { { 0 } };
	struct inv_invite_create_params params = {
		.email = text_of(line, "email"),
		.role_text = text_of(line, "role"),
		.projects =
		    grants_of(json_object_get(line, "projects"), grants, 16),
		.extra_body = text_of(line, "extra_body"),
	};
	struct inv_invite *invite;

	if (inv_invites_create(client, &params, call, &invite, err))
		return -1;
	if (call->ret_request)
		return 0;
	return hand_out(
	    ret,
	    json_pack("{s:s, s:s, s:i, s:s, s:i, s:s, s:I, s:I, "
		      "s:I, s:i}",
		      "id", invite->id, "email", invite->email, "role",
		      invite->role, "role_text", invite->role_text, "status",
		      invite->status, "status_text", invite->status_text,
		      "created_at", invite->created_at, "expires_at",
		      invite->expires_at, "accepted_at", invite->accepted_at,
		      "projects_len", (int)invite->projects_len),
	    invite);
}

static int retrieve(const json_t *line, const struct inv_call *call,
		    json_t **ret, struct inv_error *err)
{
	struct inv_invite *invite;

	if (inv_invites_retrieve(client, text_of(line, "id"), call, &invite,
				 err))
		return -1;
	return call->ret_request
		   ? 0
		   : hand_out(ret, json_pack("{s:s}", "id", invite->id),
			      invite);
}

/* What was built last, and this answer to it. */
static int parse(const json_t *line, const struct inv_call *call, json_t **ret,
		 struct inv_error *err)
{
	const char *body = text_of(line, "body");
	struct inv_http_answer answer = { .status = number_of(line, "status"),
					  .headers = text_of(line, "headers"),
					  .body = body,
					  .body_len = body ? strlen(body) : 0 };
	struct inv_invite *invite;

	(void)call;
	if (inv_parse(built, &answer, &invite, err))
		return -1;
	return hand_out(ret, json_pack("{s:s}", "id", invite->id), invite);
}

static int list(const json_t *line, const struct inv_call *call, json_t **ret,
		struct inv_error *err)
{
	struct inv_invite_list_params params = {
		.after = text_of(line, "after"),
		.limit = number_of(line, "limit"),
		.extra_query = text_of(line, "extra_query"),
	};
	const struct inv_invite *invite;
	struct inv_invite_page *page;
	json_t *ids, *requests;
	int rc;

	if (inv_invites_list(client, &params, call, &page, err))
		return -1;
	if (call->ret_request)
		return 0;
	ids = json_array();
	requests = json_array();
	while (!(rc = inv_next(page, &invite, err)) && invite) {
		json_array_append_new(ids, json_string(invite->id));
		json_array_append_new(
		    requests, json_string(inv_meta(invite)->request_id));
	}
	*ret = with_meta(
	    json_pack("{s:o, s:o}", "ids", ids, "request_ids", requests), page);
	inv_free(page);
	return rc;
}

static int delete (const json_t *line, const struct inv_call *call,
		   json_t **ret, struct inv_error *err)
{
	struct inv_deleted *deleted;

	if (inv_invites_delete(client, text_of(line, "id"), call, &deleted,
			       err))
		return -1;
	return hand_out(ret,
			json_pack("{s:s, s:b}", "id", deleted->id, "deleted",
				  deleted->deleted),
			deleted);
}

static int projects_create(const json_t *line, const struct inv_call *call,
			   json_t **ret, struct inv_error *err)
{
	struct inv_project_create_params params = {
		.name = text_of(line, "name"),
		.external_key_id = optional_of(line, "external_key_id"),
		.residency = text_of(line, "residency"),
	};
	struct inv_project *project;

	if (inv_projects_create(client, &params, call, &project, err))
		return -1;
	return hand_out(ret,
			json_pack("{s:s, s:s?}", "id", project->id, "residency",
				  project->residency),
			project);
}

static int projects_retrieve(const json_t *line, const struct inv_call *call,
			     json_t **ret, struct inv_error *err)
{
	struct inv_project *project;

	if (inv_projects_retrieve(client, text_of(line, "id"), call, &project,
				  err))
		return -1;
	return hand_out(ret, json_pack("{s:s}", "id", project->id), project);
}

static int projects_list(const json_t *line, const struct inv_call *call,
			 json_t **ret, struct inv_error *err)
{
	struct inv_project_list_params params = {
		.after = text_of(line, "after"),
		.limit = number_of(line, "limit"),
		.extra_query = text_of(line, "extra_query"),
		.include_archived =
		    json_is_true(json_object_get(line, "include_archived")),
	};
	struct inv_project_page *page;

	if (inv_projects_list(client, &params, call, &page, err))
		return -1;
	return hand_out(ret, json_pack("{s:i}", "count", (int)page->data_len),
			page);
}

static int projects_users(const json_t *line, const struct inv_call *call,
			  json_t **ret, struct inv_error *err)
{
	struct inv_project_user_list_params params = {
		.after = text_of(line, "after"),
		.limit = number_of(line, "limit"),
	};
	struct inv_project_user_page *page;

	if (inv_projects_users_list(client, text_of(line, "id"), &params, call,
				    &page, err))
		return -1;
	return hand_out(ret, json_pack("{s:i}", "count", (int)page->data_len),
			page);
}

static int users_retrieve(const json_t *line, const struct inv_call *call,
			  json_t **ret, struct inv_error *err)
{
	struct inv_user *user;

	if (inv_users_retrieve(client, text_of(line, "id"), call, &user, err))
		return -1;
	return hand_out(ret, json_pack("{s:s}", "id", user->id), user);
}

static int users_list(const json_t *line, const struct inv_call *call,
		      json_t **ret, struct inv_error *err)
{
	const json_t *emails = json_object_get(line, "emails");
	const char *texts[16] = { 0 };
	struct inv_user_list_params params = {
		.after = text_of(line, "after"),
		.limit = number_of(line, "limit"),
	};
	struct inv_user_page *page;

	for (size_t i = 0; i < json_array_size(emails) && i < 16; i++)
		texts[i] = json_string_value(json_array_get(emails, i));
	if (emails)
		params.emails = INV_TEXTS(texts, json_array_size(emails));
	if (inv_users_list(client, &params, call, &page, err))
		return -1;
	return hand_out(ret, json_pack("{s:i}", "count", (int)page->data_len),
			page);
}

static int accept_link(const json_t *line, const struct inv_call *call,
		       json_t **ret, struct inv_error *err)
{
	struct inv_invitation_params params = { .link = text_of(line, "link"),
						.name = text_of(line, "name") };
	struct inv_invitation *invitation;

	if (inv_invitations_accept(client, &params, call, &invitation, err))
		return -1;
	return hand_out(ret,
			json_pack("{s:s, s:i}", "status", invitation->status,
				  "skipped",
				  (int)invitation->skipped_projects_len),
			invitation);
}

static int request(const json_t *line, const struct inv_call *call,
		   json_t **ret, struct inv_error *err)
{
	struct inv_request_params params = { .query = text_of(line, "query"),
					     .body = text_of(line, "body") };
	struct inv_answer *answer;

	if (inv_request(client, text_of(line, "method"), text_of(line, "path"),
			&params, call, &answer, err))
		return -1;
	return hand_out(ret, json_object(), answer);
}

static int webhook(const json_t *line, const struct inv_call *call,
		   json_t **ret, struct inv_error *err)
{
	const struct inv_webhook_unwrap_params params = {
		.webhook_id = text_of(line, "id"),
		.webhook_timestamp = text_of(line, "timestamp"),
		.webhook_signature = text_of(line, "signature"),
		.body = text_of(line, "body"),
		.body_len = json_string_length(json_object_get(line, "body")),
		.secrets = text_of(line, "secrets"),
		.tolerance_seconds = number_of(line, "tolerance"),
		.now = number_of(line, "now"),
	};
	struct inv_webhook_event *event;

	(void)call;
	if (inv_webhook_unwrap(&params, &event, err))
		return -1;
	return hand_out(
	    ret,
	    json_pack("{s:s, s:I, s:s?, s:s, s:s, s:I, s:s?}", "webhook_id",
		      event->webhook_id, "sent_at", event->sent_at, "id",
		      event->id, "object", event->object, "type", event->type,
		      "created_at", event->created_at, "data", event->data),
	    event);
}

static const struct {
	const char *name;
	int (*run)(const json_t *line, const struct inv_call *call,
		   json_t **ret, struct inv_error *err);
} calls[] = {
	{ "create", create },
	{ "retrieve", retrieve },
	{ "list", list },
	{ "delete", delete },
	{ "projects_create", projects_create },
	{ "projects_retrieve", projects_retrieve },
	{ "projects_list", projects_list },
	{ "projects_users", projects_users },
	{ "users_retrieve", users_retrieve },
	{ "users_list", users_list },
	{ "accept", accept_link },
	{ "request", request },
	{ "parse", parse },
	{ "webhook", webhook },
};

static json_t *describe(const struct inv_error *err)
{
	return json_pack("{s:s, s:i, s:i, s:i, s:b, s:I, s:s, s:s, s:s, s:s, "
			 "s:s, s:s, s:s}",
			 "kind", inv_error_kind_name(err->kind), "cause",
			 err->cause, "status", err->status, "attempts",
			 err->attempts, "temporary", err->temporary,
			 "retry_after_ms", err->retry_after_ms, "message",
			 err->message, "detail", err->detail, "type", err->type,
			 "code", err->code, "param", err->param, "request_id",
			 err->request_id, "body", err->body);
}

static int run(const json_t *line, json_t **ret, struct inv_error *err)
{
	const char *name = text_of(line, "call");
	struct inv_call call = call_of(line);

	if (strcmp(name, "new") == 0) {
		inv_free(client);
		client = NULL;
		return make_client(line, &client, err);
	}
	if (call.ret_request) {
		inv_free(built);
		built = NULL;
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int rc;

		if (strcmp(calls[i].name, name) != 0)
			continue;
		rc = calls[i].run(line, &call, ret, err);
		if (rc == 0 && call.ret_request)
			*ret = describe_built();
		return rc;
	}
	fprintf(stderr, "drive: no call %s\n", name);
	exit(2);
}

static void answer(const json_t *line)
{
	struct inv_error err;
	json_t *result = NULL, *out;
	int rc;

	pauses = json_array();
	lines = json_array();
	rc = run(line, &result, &err);
	out = json_pack("{s:b, s:o?, s:o?, s:o, s:o}", "ok", rc == 0, "result",
			result, "error", rc ? describe(&err) : NULL, "pauses",
			pauses, "debug", lines);
	json_dumpf(out, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(out);
}

int main(void)
{
	char *text = NULL;
	size_t size = 0;

	if (inv_canceller_new(&cancel, NULL))
		return 1;
	inv_cancel(cancel);
	while (getline(&text, &size, stdin) > 0) {
		json_t *line = json_loads(text, 0, NULL);

		if (!line)
			return 2;
		answer(line);
		json_decref(line);
	}
	free(text);
	inv_free(built);
	inv_free(cancel);
	inv_free(client);
	return 0;
}
