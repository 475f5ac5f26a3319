/*
 * audit_logs.c: /organization/audit_logs: who did what.
 *
 * Strict clients know the types of the contract and no others, so ours are
 * shown to whoever names them, or says include_extensions=true.
 */
#include "base/base.h"

#include "core/email.h"
#include "core/role.h"
#include "http/errors.h"
#include "http/json_text.h"
#include "http/router.h"
#include "store/organizations/audit_logs.h"

/* ---- an event ---- */

static void write_said(struct jw *jw, const char *name, const char *value)
{
	if (value && *value)
		write_text(jw, name, value);
}

static void write_user(struct jw *jw, const struct audit_log *log)
{
	jw_key(jw, "user");
	jw_object(jw);
	if (log->user)
		write_id(jw, "id", ID_USER, log->user);
	write_said(jw, "email", log->email);
	jw_end_object(jw);
}

/* A key that belongs to no person has no type: the contract has none for it. */
static void write_key(struct jw *jw, const struct audit_log *log)
{
	write_text(jw, "type", "api_key");
	jw_key(jw, "api_key");
	jw_object(jw);
	write_id(jw, "id", ID_KEY, log->key);
	if (log->user) {
		write_text(jw, "type", "user");
		write_user(jw, log);
	}
	jw_end_object(jw);
}

static void write_session(struct jw *jw, const struct audit_log *log)
{
	write_text(jw, "type", "session");
	jw_key(jw, "session");
	jw_object(jw);
	write_user(jw, log);
	write_said(jw, "ip_address", log->address);
	write_said(jw, "user_agent", log->agent);
	jw_end_object(jw);
}

static void write_actor(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct audit_log *log = item;

	(void)now_seconds;
	if (!log->key && !log->user && !log->email && !log->address &&
	    !log->agent) {
		jw_null(jw); /* the program itself, or its operator */
		return;
	}
	jw_object(jw);
	if (log->key)
		write_key(jw, log);
	else
		write_session(jw, log);
	jw_end_object(jw);
}

/* Details that older programs did not write, from the present rows. */
static void write_derived(struct jw *jw, const struct audit_log *log)
{
	if (log->type == AUDIT_INVITE_SENT)
		write_said(jw, "email", log->target_email);
	if (log->has_role)
		write_text(jw, "role", vocabulary_word(&roles, log->role));
	if (log->type == AUDIT_PROJECT_CREATED) {
		write_said(jw, "name", log->project_name);
		write_said(jw, "title", log->project_name);
	}
}

static void write_detail(struct jw *jw, const struct audit_log *log)
{
	struct str detail = str_of(log->detail);

	if (!log->detail || !json_is_object_text(detail)) {
		write_derived(jw, log);
		return;
	}
	detail = (struct str){ detail.data + 1, detail.len - 2 };
	if (detail.len > 0)
		jw_json(jw, detail);
}

/* Predefined roles have no id of their own in the database. */
static void write_target(struct jw *jw, const struct audit_kind *kind,
			 const struct audit_log *log)
{
	char text[ROLE_TEXT_SIZE];
	struct assignable_role role;
	int64_t of = log->target;

	if (kind->target != ID_ROLE || !role_is_predefined(of)) {
		write_id(jw, "id", kind->target, of);
		return;
	}
	role = role_predefined(of, log->organization,
			       role_is_of(of, 0) ? 0 : log->project);
	write_text(jw, "id", role_format(&role, text));
}

/* The details are a member that is called as the event's type. */
static void write_details(struct jw *jw, const struct audit_log *log)
{
	const struct audit_kind *kind = audit_kind_of(log->type);

	if (!kind)
		return;
	jw_key(jw, kind->word);
	jw_object(jw);
	write_target(jw, kind, log);
	if (kind->place) {
		jw_key(jw, kind->place);
		jw_object(jw);
	}
	write_detail(jw, log);
	if (kind->place)
		jw_end_object(jw);
	jw_end_object(jw);
}

static void write_rest(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct audit_log *log = item;

	(void)now_seconds;
	if (log->project) {
		jw_key(jw, "project");
		jw_object(jw);
		write_id(jw, "id", ID_PROJECT, log->project);
		write_said(jw, "name", log->project_name);
		jw_end_object(jw);
	}
	write_details(jw, log);
}

static const struct member log_members[] = {
	SHOW_ID("id", struct audit_log, id, ID_AUDIT_LOG),
	SHOW_WORD("type", struct audit_log, type, &audit_types),
	SHOW_TIME("effective_at", struct audit_log, at),
	SHOW_BY("actor", write_actor),
	SHOW_REST_BY(write_rest),
	{ 0 },
};

static const struct shape log_shape = {
	SHAPE_OF(struct audit_log, ID_AUDIT_LOG),
	.members = log_members,
};

/* ---- what is asked for ---- */

static int refuse_many(struct request *request, const char *param)
{
	return answer_error(request, 400, "array_above_max_length", param,
			    "Invalid '%s': array too long. Expected at most %d "
			    "values.",
			    param, AUDIT_FILTER_MAX);
}

/* Each once. */
static int add(struct request *request, const char *param,
	       struct audit_filter *filter, int64_t number)
{
	for (size_t i = 0; i < filter->count; i++) {
		if (filter->at[i] == number)
			return 0;
	}
	if (filter->count == AUDIT_FILTER_MAX)
		return refuse_many(request, param);
	filter->at[filter->count++] = number;
	return 0;
}

static int add_id(struct request *request, const char *param,
		  struct audit_filter *filter, struct str value)
{
	int64_t id;

	filter->given = true;
	for (int kind = 0; kind < ID_KINDS; kind++) {
		if (id_parse((enum id_kind)kind, value, &id))
			return add(request, param, filter, id);
	}
	return 0; /* the id of nothing here */
}

static int read_project(struct request *request, void *in, struct str value)
{
	struct audit_log_list_in *list = in;

	return add_id(request, "project_ids[]", &list->projects, value);
}

static int read_actor(struct request *request, void *in, struct str value)
{
	struct audit_log_list_in *list = in;

	return add_id(request, "actor_ids[]", &list->actors, value);
}

static int read_resource(struct request *request, void *in, struct str value)
{
	struct audit_log_list_in *list = in;

	return add_id(request, "resource_ids[]", &list->resources, value);
}

static int read_type(struct request *request, void *in, struct str value)
{
	struct audit_log_list_in *list = in;
	int number = vocabulary_find(&audit_types, value);

	list->types.given = true;
	if (number > 0)
		return add(request, "event_types[]", &list->types, number);
	if (audit_is_published(value))
		return 0; /* a type that never occurs here */
	return answer_error(request, 400, "invalid_value", "event_types[]",
			    "Invalid value: '%s'. It is not a type of event.",
			    quoted(request, value));
}

static int read_email(struct request *request, void *in, struct str value)
{
	struct audit_log_list_in *list = in;
	struct email email = { .key = NULL };

	list->by_email = true;
	if (list->email_count == AUDIT_FILTER_MAX)
		return refuse_many(request, "actor_emails[]");
	if (email_parse(&request->arena, value, &email) ==
	    EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	if (email.key)
		list->email_keys[list->email_count++] = email.key;
	return 0;
}

/* The contract's events of tenants: there are none. */
static int read_tenant_only(struct request *request, void *in, struct str value)
{
	struct audit_log_list_in *list = in;

	if (!str_is(value, "true") && !str_is(value, "false"))
		return answer_error(request, 400, "invalid_type", "tenant_only",
				    "Invalid type for 'tenant_only': expected "
				    "true or false.");
	list->tenants = str_is(value, "true");
	return 0;
}

QUERY_TIME(read_gt, audit_log_list_in, effective, "effective_at[gt]",
	   query_since, 1)
QUERY_TIME(read_gte, audit_log_list_in, effective, "effective_at[gte]",
	   query_since, 0)
QUERY_TIME(read_lt, audit_log_list_in, effective, "effective_at[lt]",
	   query_until, -1)
QUERY_TIME(read_lte, audit_log_list_in, effective, "effective_at[lte]",
	   query_until, 0)

/* Repeated, with brackets or without: clients differ. */
static const struct query_param log_filters[] = {
	FILTER_BY("effective_at[gt]", read_gt),
	FILTER_BY("effective_at[gte]", read_gte),
	FILTER_BY("effective_at[lt]", read_lt),
	FILTER_BY("effective_at[lte]", read_lte),
	FILTER_EACH_BY("project_ids[]", read_project),
	FILTER_EACH_BY("project_ids", read_project),
	FILTER_EACH_BY("event_types[]", read_type),
	FILTER_EACH_BY("event_types", read_type),
	FILTER_EACH_BY("actor_ids[]", read_actor),
	FILTER_EACH_BY("actor_ids", read_actor),
	FILTER_EACH_BY("actor_emails[]", read_email),
	FILTER_EACH_BY("actor_emails", read_email),
	FILTER_EACH_BY("resource_ids[]", read_resource),
	FILTER_EACH_BY("resource_ids", read_resource),
	FILTER_BY("tenant_only", read_tenant_only),
	FILTER_BOOL("include_extensions", struct audit_log_list_in, ours),
	{ 0 },
};

static const struct list_query log_list = {
	.kind = ID_AUDIT_LOG,
	.before = true,
	.filters = log_filters,
};

static const struct route routes[] = {
	{ .method = METHOD_GET,
	  .path = "/organization/audit_logs",
	  .verb = &verb_audit_log_list,
	  .list = &log_list,
	  .shape = &log_shape },
};

const struct route_table audit_logs_api = ROUTES(routes);
