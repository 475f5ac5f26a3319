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
#include "store/users.h"

/* `emails` and `emails[]`, repeated: clients differ. An address that is none
 * matches nobody. */
static int take_list_filter(struct request *request, void *input,
			    struct str key, struct str value)
{
	struct user_list_in *in = input;
	struct email email = { .key = "" };

	if (!str_is(key, "emails") && !str_is(key, "emails[]"))
		return 0;
	if (in->email_count == QUERY_EMAILS_MAX)
		return answer_error(request, 400, "array_above_max_length",
				    "emails",
				    "Invalid 'emails': array too long. "
				    "Expected at most %d addresses.",
				    QUERY_EMAILS_MAX);
	if (!in->email_keys)
		in->email_keys = arena_array(&request->arena, QUERY_EMAILS_MAX,
					     sizeof(*in->email_keys));
	if (!in->email_keys || email_parse(&request->arena, value, &email) ==
				   EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	in->email_keys[in->email_count++] = email.key ? email.key : "";
	return 1;
}

static void list_finished(struct request *request)
{
	answer_page_of(request, &user_resource);
}

void users_list(struct request *request)
{
	struct user_list_in *in = request_verb(request, &verb_user_list);

	if (in && query_read_list(request, ID_USER, in, take_list_filter) == 0)
		request_submit(request, list_finished);
}

static void retrieve_finished(struct request *request)
{
	answer_resource(request, &user_resource);
}

void users_retrieve(struct request *request)
{
	struct id_in *in = request_verb(request, &verb_user_get);

	if (!in || query_read_none(request) < 0)
		return;
	in->id = resource_path_id(request, &user_resource);
	request_submit(request, retrieve_finished);
}
