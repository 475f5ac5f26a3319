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
#include "http/wire.h"

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
	const struct store_page *page = &request->op.user_list.page;
	const struct user *users = request->op.user_list.ret_users;
	struct jw jw;

	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, NULL);
		return;
	}
	jw = answer_json(request);
	wire_list_begin(&jw);
	for (size_t i = 0; i < page->count; i++)
		wire_user(&jw, &users[i]);
	wire_list_end(&jw, page, ID_USER, users[0].id,
		      users[page->count ? page->count - 1 : 0].id);
	answer_json_end(request);
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
	struct jw jw;

	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, "user_id");
		return;
	}
	jw = answer_json(request);
	wire_user(&jw, &request->op.user_get.ret_user);
	answer_json_end(request);
}

void users_retrieve(struct request *request)
{
	int64_t id;

	request->op.user_get.id =
	    id_parse(ID_USER, str_of(request->params[0]), &id) ? id : 0;
	if (query_read_none(request) == 0)
		request_submit(request, STORE_USER_GET, retrieve_finished);
}
