/*
 * project_users.c: /organization/projects/{project_id}/users: who was put into
 * a project. The owners of the organization are owners of each project besides,
 * whether they are listed there or not.
 */
#include "base/base.h"

#include "core/email.h"
#include "http/errors.h"
#include "http/router.h"
#include "store/projects/project_users.h"

static const struct member members[] = {
	SHOW_ID("id", struct project_user, id, ID_USER),
	SHOW_TEXT("name", struct project_user, name),
	SHOW_TEXT("email", struct project_user, email),
	SHOW_WORD("role", struct project_user, role, &member_roles),
	SHOW_TIME("added_at", struct project_user, added_at),
	{ 0 },
};

static const struct shape project_user_shape = {
	SHAPE_OF(struct project_user, ID_USER),
	.object = "organization.project.user",
	.members = members,
};

static const struct list_query project_user_list = { .kind = ID_USER };

/* ---- what goes in ---- */

static const struct field added_fields[] = {
	TAKE_WORD("role", REQUIRED, struct project_user_role_in, role,
		  &member_roles),
	TAKE_ID_IF("user_id", struct project_user_role_in, user, has_user,
		   ID_USER),
	TAKE_STRING("email", OPTIONAL, struct project_user_role_in, email_key,
		    BODY_MAX),
};

static const struct field updated_fields[] = {
	TAKE_WORD_IF("role", struct project_user_role_in, role, has_role,
		     &member_roles),
};

/* An invalid address is nobody's. */
static int find_key(struct request *request, struct project_user_role_in *in)
{
	struct email email = { .key = "" };

	if (email_parse(&request->arena, str_of(in->email_key), &email) ==
	    EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	in->email_key = email.key ? email.key : "";
	return 0;
}

static int check_person(struct request *request, void *input)
{
	struct project_user_role_in *in = input;

	if (in->has_user && in->email_key)
		return answer_error(request, 400, "invalid_value", "email",
				    "Both 'user_id' and 'email' are given. "
				    "Say by one of them who is meant.");
	if (!in->has_user && !in->email_key)
		return answer_error(request, 400, "missing_required_parameter",
				    "user_id",
				    "Missing required parameter: 'user_id' or "
				    "'email'.");
	return in->email_key ? find_key(request, in) : 0;
}

/* ---- routes ---- */

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/users",
	  .body = BODY_JSON,
	  .verb = &verb_project_user_add,
	  .ids = { INPUT(struct project_user_role_in, project) },
	  FIELDS(added_fields),
	  .prepare = check_person,
	  .shape = &project_user_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/users",
	  .verb = &verb_project_user_list,
	  .ids = { INPUT(struct project_user_list_in, project) },
	  .list = &project_user_list,
	  .shape = &project_user_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/users/{user_id}",
	  .verb = &verb_project_user_get,
	  .ids = { INPUT(struct project_user_in, project),
		   INPUT(struct project_user_in, user) },
	  .shape = &project_user_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/users/{user_id}",
	  .body = BODY_JSON,
	  .verb = &verb_project_user_update,
	  .ids = { INPUT(struct project_user_role_in, project),
		   INPUT(struct project_user_role_in, user) },
	  FIELDS(updated_fields),
	  .shape = &project_user_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/projects/{project_id}/users/{user_id}",
	  .verb = &verb_project_user_remove,
	  .ids = { INPUT(struct project_user_in, project),
		   INPUT(struct project_user_in, user) },
	  .shape = &project_user_shape },
};

const struct route_table project_users_api = ROUTES(routes);
