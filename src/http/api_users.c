/*
 * api_users.c: /organization/users. Nobody is created here: people arrive by
 * accepting an invite.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "core/email.h"
#include "core/id.h"
#include "http/errors.h"
#include "http/query.h"
#include "http/resource.h"

/* `emails` and `emails[]`, repeated: clients differ. An address that is none
 * matches nobody. */
static int take_list_filter(struct request *request, struct str key,
			    struct str value)
{
	struct store_op *op = &request->op;
	const char **keys = op->user_list.email_keys;
	struct email email = { .key = "" };

	if (!str_is(key, "emails") && !str_is(key, "emails[]"))
		return 0;
	if (op->user_list.email_count == QUERY_EMAILS_MAX)
		return answer_error(request, 400, "array_above_max_length",
				    "emails",
				    "Invalid 'emails': array too long. "
				    "Expected at most %d addresses.",
				    QUERY_EMAILS_MAX);
	if (!keys)
		keys = arena_array(&request->arena, QUERY_EMAILS_MAX,
				   sizeof(*keys));
	if (!keys || email_parse(&request->arena, value, &email) ==
			 EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	keys[op->user_list.email_count++] = email.key ? email.key : "";
	op->user_list.email_keys = keys;
	return 1;
}

static void list_finished(struct request *request)
{
	answer_page_of(request, &user_resource, &request->op.user_list.page,
		       request->op.user_list.ret_users);
}

void users_list(struct request *request)
{
	request->op.user_list.email_keys = NULL;
	request->op.user_list.email_count = 0;
	if (query_read_list(request, ID_USER, &request->op.user_list.page,
			    take_list_filter) == 0)
		request_submit(request, STORE_USER_LIST, list_finished);
}

static void retrieve_finished(struct request *request)
{
	answer_resource(request, &user_resource,
			&request->op.user_get.ret_user);
}

void users_retrieve(struct request *request)
{
	request->op.user_get.id = resource_path_id(request, &user_resource);
	if (query_read_none(request) == 0)
		request_submit(request, STORE_USER_GET, retrieve_finished);
}
