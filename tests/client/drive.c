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

/* "projects": absent, null or [] as they are, else [{"id","role"}]. */
static int create(struct inv_client *client, const json_t *line, json_t **ret,
		  struct inv_error *err)
{
	const json_t *projects = json_object_get(line, "projects");
	struct inv_grant grants[16] = { { 0 } };
	struct inv_invite_create_params params = {
		.email = text_of(line, "email"),
		.role_text = text_of(line, "role"),
		.projects = json_is_array(projects) ? grants : NULL,
		.projects_len = json_array_size(projects),
		.extra_body = text_of(line, "extra_body"),
	};
	struct inv_invite *invite;

	for (size_t i = 0; i < params.projects_len && i < 16; i++) {
		const json_t *project = json_array_get(projects, i);

		grants[i].id = text_of(project, "id");
		grants[i].role_text = text_of(project, "role");
	}
	if (inv_admin_organization_invites_create(client, &params, &invite,
						  err))
		return -1;
	*ret = json_pack("{s:s, s:s, s:i, s:s, s:i, s:s, s:I, s:I, s:I, s:i, "
			 "s:s, s:s}",
			 "id", invite->id, "email", invite->email, "role",
			 invite->role, "role_text", invite->role_text, "status",
			 invite->status, "status_text", invite->status_text,
			 "created_at", invite->created_at, "expires_at",
			 invite->expires_at, "accepted_at", invite->accepted_at,
			 "projects_len", (int)invite->projects_len, "json",
			 invite->json, "request_id", invite->request_id);
	inv_invite_free(invite);
	return 0;
}

static int retrieve(struct inv_client *client, const json_t *line, json_t **ret,
		    struct inv_error *err)
{
	struct inv_invite *invite;

	if (inv_admin_organization_invites_retrieve(client, text_of(line, "id"),
						    &invite, err))
		return -1;
	*ret = json_pack("{s:s, s:s, s:s}", "id", invite->id, "json",
			 invite->json, "request_id", invite->request_id);
	inv_invite_free(invite);
	return 0;
}

static int list(struct inv_client *client, const json_t *line, json_t **ret,
		struct inv_error *err)
{
	struct inv_list_params params = {
		.after = text_of(line, "after"),
		.limit = number_of(line, "limit"),
		.extra_query = text_of(line, "extra_query"),
	};
	const struct inv_invite *invite;
	struct inv_invite_iter *iter;
	json_t *ids = json_array(), *requests = json_array();
	int rc;

	if (inv_admin_organization_invites_iterate(client, &params, &iter, err))
		return -1;
	while (!(rc = inv_invite_iter_next(iter, &invite, err)) && invite) {
		json_array_append_new(ids, json_string(invite->id));
		json_array_append_new(requests,
				      json_string(invite->request_id));
	}
	inv_invite_iter_free(iter);
	*ret = json_pack("{s:o, s:o}", "ids", ids, "request_ids", requests);
	return rc;
}

static int delete (struct inv_client *client, const json_t *line, json_t **ret,
		   struct inv_error *err)
{
	struct inv_deleted *deleted;

	if (inv_admin_organization_invites_delete(client, text_of(line, "id"),
						  &deleted, err))
		return -1;
	*ret = json_pack("{s:s, s:b}", "id", deleted->id, "deleted",
			 deleted->deleted);
	inv_deleted_free(deleted);
	return 0;
}

static int projects_create(struct inv_client *client, const json_t *line,
			   json_t **ret, struct inv_error *err)
{
	struct inv_project *project;

	if (inv_admin_organization_projects_create(
		client,
		&(struct inv_project_create_params){
		    .name = text_of(line, "name") },
		&project, err))
		return -1;
	*ret = json_pack("{s:s}", "id", project->id);
	inv_project_free(project);
	return 0;
}

static int projects_retrieve(struct inv_client *client, const json_t *line,
			     json_t **ret, struct inv_error *err)
{
	struct inv_project *project;

	if (inv_admin_organization_projects_retrieve(
		client, text_of(line, "id"), &project, err))
		return -1;
	*ret = json_pack("{s:s}", "id", project->id);
	inv_project_free(project);
	return 0;
}

static int projects_list(struct inv_client *client, const json_t *line,
			 json_t **ret, struct inv_error *err)
{
	struct inv_list_params params = {
		.after = text_of(line, "after"),
		.limit = number_of(line, "limit"),
		.extra_query = text_of(line, "extra_query"),
	};
	struct inv_project_page *page;

	if (inv_admin_organization_projects_list(client, &params, &page, err))
		return -1;
	*ret = json_pack("{s:i}", "count", (int)page->data_len);
	inv_project_page_free(page);
	return 0;
}

static int projects_users(struct inv_client *client, const json_t *line,
			  json_t **ret, struct inv_error *err)
{
	struct inv_list_params params = { .after = text_of(line, "after"),
					  .limit = number_of(line, "limit") };
	struct inv_project_user_page *page;

	if (inv_admin_organization_projects_users_list(
		client, text_of(line, "id"), &params, &page, err))
		return -1;
	*ret = json_pack("{s:i}", "count", (int)page->data_len);
	inv_project_user_page_free(page);
	return 0;
}

static int users_retrieve(struct inv_client *client, const json_t *line,
			  json_t **ret, struct inv_error *err)
{
	struct inv_user *user;

	if (inv_admin_organization_users_retrieve(client, text_of(line, "id"),
						  &user, err))
		return -1;
	*ret = json_pack("{s:s}", "id", user->id);
	inv_user_free(user);
	return 0;
}

static int users_list(struct inv_client *client, const json_t *line,
		      json_t **ret, struct inv_error *err)
{
	struct inv_list_params params = { .after = text_of(line, "after"),
					  .limit = number_of(line, "limit") };
	struct inv_user_page *page;

	if (inv_admin_organization_users_list(client, &params, &page, err))
		return -1;
	*ret = json_pack("{s:i}", "count", (int)page->data_len);
	inv_user_page_free(page);
	return 0;
}

static int accept_link(struct inv_client *client, const json_t *line,
		       json_t **ret, struct inv_error *err)
{
	struct inv_invitation_params params = { .link = text_of(line, "link"),
						.name = text_of(line, "name") };
	struct inv_invitation *invitation;

	if (inv_invitations_accept(client, &params, &invitation, err))
		return -1;
	*ret = json_pack("{s:s, s:i}", "status", invitation->status, "skipped",
			 (int)invitation->skipped_projects_len);
	inv_invitation_free(invitation);
	return 0;
}

static int request(struct inv_client *client, const json_t *line, json_t **ret,
		   struct inv_error *err)
{
	struct inv_answer *answer;

	if (inv_request(client, text_of(line, "method"), text_of(line, "path"),
			text_of(line, "query"), text_of(line, "body"), &answer,
			err))
		return -1;
	*ret = json_pack("{s:s}", "json", answer->json);
	inv_answer_free(answer);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(struct inv_client *client, const json_t *line, json_t **ret,
		   struct inv_error *err);
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

static int run(struct inv_client **client, const json_t *line, json_t **ret,
	       struct inv_error *err)
{
	const char *name = text_of(line, "call");

	if (strcmp(name, "new") == 0) {
		inv_client_free(*client);
		*client = NULL;
		return make_client(line, client, err);
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strcmp(calls[i].name, name) == 0)
			return calls[i].run(*client, line, ret, err);
	fprintf(stderr, "drive: no call %s\n", name);
	exit(2);
}

static void answer(struct inv_client **client, const json_t *line)
{
	struct inv_error err;
	json_t *result = NULL, *out;
	int rc;

	pauses = json_array();
	lines = json_array();
	rc = run(client, line, &result, &err);
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
	struct inv_client *client = NULL;
	char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, stdin) > 0) {
		json_t *line = json_loads(text, 0, NULL);

		if (!line)
			return 2;
		answer(&client, line);
		json_decref(line);
	}
	free(text);
	inv_client_free(client);
	return 0;
}
