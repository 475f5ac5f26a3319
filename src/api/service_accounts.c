/*
 * service_accounts.c: /organization/projects/{project_id}/service_accounts:
 * the members of a project that are programs, and their keys.
 */
#include "base/base.h"

#include "base/random.h"
#include "http/errors.h"
#include "http/router.h"
#include "keys.h"
#include "store/projects/service_accounts.h"

/* ---- what they look like ---- */

#define ACCOUNT struct service_account
#define ACCOUNT_MEMBERS                                       \
	SHOW_ID("id", ACCOUNT, id, ID_SERVICE_ACCOUNT),       \
	    SHOW_TEXT("name", ACCOUNT, name),                 \
	    SHOW_WORD("role", ACCOUNT, role, &account_roles), \
	    SHOW_TIME("created_at", ACCOUNT, created_at)

static const struct member account_members[] = { ACCOUNT_MEMBERS, { 0 } };

static const struct shape account_shape = {
	SHAPE_OF(ACCOUNT, ID_SERVICE_ACCOUNT),
	.object = "organization.project.service_account",
	.members = account_members,
};

static const struct member key_members[] = {
	SHOW_ID("id", struct made_key, key.id, ID_API_KEY),
	SHOW_TEXT("name", struct made_key, key.name),
	SHOW_CHARS("value", struct made_key, text),
	SHOW_TIME("created_at", struct made_key, key.created_at),
	SHOW_TIME("expires_at", struct made_key, key.expires_at),
	{ 0 },
};

static const struct shape key_shape = {
	.kind = ID_API_KEY,
	.size = sizeof(struct made_key),
	.object = "organization.project.service_account.api_key",
	.members = key_members,
};

static void write_key(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct service_account_out *out = item;

	if (out->made.key.id)
		shape_write(jw, &key_shape, &out->made, now_seconds);
	else
		jw_null(jw);
}

/* Of a struct service_account_out, which begins with the account. */
static const struct member created_members[] = {
	ACCOUNT_MEMBERS,
	SHOW_BY("api_key", write_key),
	{ 0 },
};

static const struct shape created_shape = {
	.kind = ID_SERVICE_ACCOUNT,
	.size = sizeof(struct service_account_out),
	.object = "organization.project.service_account",
	.members = created_members,
};

/* ---- what goes in ---- */

#define CREATE struct service_account_create_in
#define KEY    struct service_account_key_in
#define UPDATE struct service_account_update_in

static const struct field create_fields[] = {
	TAKE_TEXT("name", REQUIRED, CREATE, made.name, NAME_MAX_OCTETS),
	TAKE_BOOL("create_service_account_only", CREATE, without_key),
	TAKE_NUMBER("expires_in_seconds", OPTIONAL, CREATE, made.lifetime, 1,
		    KEY_LIFETIME_MAX),
};

static const struct field key_fields[] = {
	TAKE_TEXT("name", OPTIONAL, KEY, made.name, NAME_MAX_OCTETS),
	TAKE_STRINGS("scopes", OPTIONAL, KEY, made.scopes, SCOPES_MAX),
	TAKE_MODELS(KEY, made.models),
	TAKE_NUMBER("expires_in_seconds", OPTIONAL, KEY, made.lifetime, 1,
		    KEY_LIFETIME_MAX),
};

static const struct field update_fields[] = {
	TAKE_TEXT("name", OPTIONAL, UPDATE, name, NAME_MAX_OCTETS),
	TAKE_WORD("role", OPTIONAL, UPDATE, role, &given_account_roles),
};

static int prepare_account(struct request *request, void *input)
{
	CREATE *in = input;

	if (in->without_key && in->made.lifetime)
		return answer_error(request, 400, "invalid_value",
				    "expires_in_seconds",
				    "'expires_in_seconds' is about a key, and "
				    "'create_service_account_only' asks for "
				    "none. Leave one of them out.");
	random_bytes(in->made.secret, SECRET_SIZE);
	return 0;
}

static int prepare_key(struct request *request, void *input)
{
	KEY *in = input;

	(void)request;
	random_bytes(in->made.secret, SECRET_SIZE);
	return 0;
}

static const struct list_query account_list = { .kind = ID_SERVICE_ACCOUNT };

/* ---- routes ---- */

#define IDS(type)                                     \
	{                                             \
		INPUT(type, project), INPUT(type, id) \
	}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/service_accounts",
	  .body = BODY_JSON,
	  .verb = &verb_account_create,
	  .ids = { INPUT(CREATE, project) },
	  FIELDS(create_fields),
	  .prepare = prepare_account,
	  .shape = &created_shape,
	  .if_uncertain = "Look for a service account of this name, and delete "
			  "it, before you make another one." },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/service_accounts",
	  .verb = &verb_account_list,
	  .ids = { INPUT(struct service_account_list_in, project) },
	  .list = &account_list,
	  .shape = &account_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/service_accounts/"
		  "{service_account_id}",
	  .verb = &verb_account_get,
	  .ids = IDS(struct service_account_in),
	  .shape = &account_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/service_accounts/"
		  "{service_account_id}",
	  .body = BODY_JSON,
	  .verb = &verb_account_update,
	  .ids = IDS(UPDATE),
	  FIELDS(update_fields),
	  .shape = &account_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/projects/{project_id}/service_accounts/"
		  "{service_account_id}",
	  .verb = &verb_account_delete,
	  .ids = IDS(struct service_account_in),
	  .shape = &account_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/service_accounts/"
		  "{service_account_id}/api_keys",
	  .body = BODY_JSON,
	  .body_optional = true,
	  .verb = &verb_account_key_create,
	  .ids = IDS(KEY),
	  FIELDS(key_fields),
	  .prepare = prepare_key,
	  .shape = &key_shape,
	  .if_uncertain = "Look for a key of this account that was never used, "
			  "and delete it, before you make another one." },
};

const struct route_table service_accounts_api = ROUTES(routes);
