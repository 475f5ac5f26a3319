/*
 * users.c: /organization/users. Nobody is created here: people arrive by
 * accepting an invite.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "core/email.h"
#include "core/role.h"
#include "http/errors.h"
#include "http/router.h"
#include "store/members/users.h"

#define EMAILS_MAX 100 /* addresses that one list may name */

static void write_pairs(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct user *user = item;

	(void)now_seconds;
	write_metadata(jw, user->metadata);
}

static const struct member user_members[] = {
	SHOW_ID("id", struct user, id, ID_USER),
	SHOW_TEXT("name", struct user, name),
	SHOW_TEXT("email", struct user, email),
	SHOW_WORD("role", struct user, role, &roles),
	SHOW_TIME("added_at", struct user, added_at),
	SHOW_TIME("created", struct user, added_at),
	SHOW_FALSE("is_service_account"),
	SHOW_FALSE("is_scim_managed"),
	SHOW_TEXT("technical_level", struct user, technical_level),
	SHOW_TEXT("developer_persona", struct user, developer_persona),
	SHOW_BY("metadata", write_pairs),
	SHOW_TEXT("external_id", struct user, external_id),
	{ 0 },
};

const struct shape organization_user_shape = {
	SHAPE_OF(struct user, ID_USER),
	.object = "organization.user",
	.members = user_members,
};

static int refuse_addresses(struct request *request)
{
	return answer_error(request, 400, "array_above_max_length", "emails",
			    "Invalid 'emails': array too long. Expected at "
			    "most %d addresses.",
			    EMAILS_MAX);
}

/* An invalid address matches nobody. */
static int add_email(struct request *request, struct user_list_in *in,
		     struct str value)
{
	struct email email = { .key = "" };

	if (in->email_count == EMAILS_MAX)
		return refuse_addresses(request);
	if (!in->email_keys)
		in->email_keys = arena_array(&request->arena, EMAILS_MAX,
					     sizeof(*in->email_keys));
	if (!in->email_keys || email_parse(&request->arena, value, &email) ==
				   EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	in->email_keys[in->email_count++] = email.key ? email.key : "";
	return 0;
}

/* Some clients send all addresses in one parameter, with commas, which no valid
 * address contains. */
static int read_emails(struct request *request, void *input, struct str value)
{
	struct str one;
	bool more;

	do {
		more = str_cut(value, ',', &one, &value);
		if (add_email(request, input, one) < 0)
			return -1;
	} while (more);
	return 0;
}

static const struct query_param user_filters[] = {
	FILTER_EACH_BY("emails", read_emails),
	{ 0 },
};

static const struct list_query user_list = {
	.kind = ID_USER,
	.filters = user_filters,
};

/* An empty description takes back the one that was there. */
static const struct field update_fields[] = {
	TAKE_WORD_IF("role", struct user_update_in, role, has_role, &roles),
	TAKE_STRING("role_id", OPTIONAL, struct user_update_in, role_text,
		    ROLE_TEXT_SIZE),
	TAKE_TEXT_OR_EMPTY("technical_level", struct user_update_in,
			   technical_level, NAME_MAX_OCTETS),
	TAKE_TEXT_OR_EMPTY("developer_persona", struct user_update_in,
			   developer_persona, NAME_MAX_OCTETS),
	TAKE_METADATA("metadata", struct user_update_in, metadata),
};

/* A predefined role is the user's; any other is assigned besides. */
static int take_role(struct request *request, void *input)
{
	struct user_update_in *in = input;
	int64_t role;

	if (!in->role_text)
		return 0;
	role = read_role(request, in->role_text, false);
	if (in->has_role && role_of_stored(false, in->role) != role)
		return answer_error(request, 400, "invalid_value", "role_id",
				    "'role' and 'role_id' name different "
				    "roles. Say by one of them which is "
				    "meant.");
	in->has_role = role_is_predefined(role);
	in->has_own_role = !in->has_role;
	in->own_role = role;
	if (in->has_role)
		in->role = (enum role)role_stored(role);
	return 0;
}

static const struct route routes[] = {
	{ .method = METHOD_GET,
	  .path = "/organization/users",
	  .verb = &verb_user_list,
	  .list = &user_list,
	  .shape = &organization_user_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/users/{user_id}",
	  .verb = &verb_user_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &organization_user_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/users/{user_id}",
	  .body = BODY_JSON,
	  .verb = &verb_user_update,
	  .ids = { INPUT(struct user_update_in, id) },
	  FIELDS(update_fields),
	  .prepare = take_role,
	  .shape = &organization_user_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/users/{user_id}",
	  .verb = &verb_user_delete,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &organization_user_shape },
};

const struct route_table users_api = ROUTES(routes);
