/*
 * project_keys.c: /organization/projects/{project_id}/api_keys: the keys of a
 * project, whoever's they are. Service accounts get theirs elsewhere
 * (service_accounts.c).
 */
#include "base/base.h"

#include "base/random.h"
#include "http/router.h"
#include "keys.h"
#include "store/keys/project_keys.h"

/* ---- what one looks like ---- */

#define SHOWN struct shown_key

static const struct member user_members[] = {
	SHOW_ID("id", SHOWN, key.user, ID_USER),
	SHOW_TEXT("email", SHOWN, owner_email),
	SHOW_TEXT("name", SHOWN, owner_name),
	SHOW_TIME("created_at", SHOWN, owner_since),
	SHOW_WORD("role", SHOWN, standing, &standings),
	{ 0 },
};

static const struct member account_members[] = {
	SHOW_ID("id", SHOWN, key.service_account, ID_SERVICE_ACCOUNT),
	SHOW_TEXT("name", SHOWN, owner_name),
	SHOW_TIME("created_at", SHOWN, owner_since),
	SHOW_WORD("role", SHOWN, standing, &standings),
	{ 0 },
};

static void write_owner(struct jw *jw, const void *item, int64_t now_seconds)
{
	const SHOWN *shown = item;
	bool is_user = shown->key.user != 0;
	const char *type = is_user ? "user" : "service_account";

	jw_object(jw);
	write_text(jw, "type", type);
	jw_key(jw, type);
	jw_object(jw);
	shape_members(jw, is_user ? user_members : account_members, item,
		      now_seconds);
	jw_end_object(jw);
	jw_end_object(jw);
}

static void write_access(struct jw *jw, const void *item, int64_t now_seconds)
{
	const SHOWN *shown = item;
	bool active =
	    access_of_owner(shown->standing, shown->archived) == ACCESS_ALLOWED;

	(void)now_seconds;
	jw_text(jw, active ? "active" : "inactive");
}

#define KEY_MEMBERS                                                     \
	SHOW_ID("id", SHOWN, key.id, ID_API_KEY),                       \
	    SHOW_TEXT("name", SHOWN, key.name),                         \
	    SHOW_TEXT("redacted_value", SHOWN, key.redacted),           \
	    SHOW_TIME("created_at", SHOWN, key.created_at),             \
	    SHOW_TIME("last_used_at", SHOWN, key.last_used_at),         \
	    SHOW_TIME("expires_at", SHOWN, key.expires_at),             \
	    SHOW_ID("replaced_by", SHOWN, key.replaced_by, ID_API_KEY), \
	    SHOW_STRINGS("scopes", SHOWN, key.scopes),                  \
	    SHOW_STRINGS("models", SHOWN, key.models),                  \
	    SHOW_BY("owner_project_access", write_access),              \
	    SHOW_BY("owner", write_owner)

static const struct member key_members[] = { KEY_MEMBERS, { 0 } };

static const struct shape key_shape = {
	.kind = ID_API_KEY,
	.size = sizeof(SHOWN),
	.id = OFFSET_OF(SHOWN, key.id, int64_t),
	.object = "organization.project.api_key",
	.members = key_members,
};

/* Of a struct project_key_create_out, which begins with what is shown. */
static const struct member created_members[] = {
	KEY_MEMBERS,
	SHOW_CHARS("value", struct project_key_create_out, text),
	{ 0 },
};

static const struct shape created_shape = {
	.kind = ID_API_KEY,
	.size = sizeof(struct project_key_create_out),
	.object = "organization.project.api_key",
	.members = created_members,
};

/* ---- what goes in ---- */

#define CREATE struct project_key_create_in
#define UPDATE struct project_key_update_in
#define ROTATE struct project_key_rotate_in
#define LIST   struct project_key_list_in

static const struct field create_fields[] = {
	TAKE_ID("user_id", REQUIRED, CREATE, user, ID_USER),
	TAKE_TEXT("name", OPTIONAL, CREATE, made.name, NAME_MAX_OCTETS),
	TAKE_STRINGS("scopes", OPTIONAL, CREATE, made.scopes, SCOPES_MAX),
	TAKE_MODELS(CREATE, made.models),
	TAKE_NUMBER("expires_in_seconds", OPTIONAL, CREATE, made.lifetime, 1,
		    KEY_LIFETIME_MAX),
};

static const struct field update_fields[] = {
	{ .name = "scopes",
	  .type = FIELD_STRINGS,
	  .not_null = true,
	  .max = SCOPES_MAX,
	  .input = OFFSET_OF(UPDATE, scopes, const char *) + 1 },
	{ .name = "models",
	  .type = FIELD_STRINGS,
	  .not_null = true,
	  .max = MODELS_MAX,
	  .check = model_check,
	  .input = OFFSET_OF(UPDATE, models, const char *) + 1 },
	{ .name = "expires_in_seconds",
	  .type = FIELD_INTEGER,
	  .not_null = true,
	  .min = 1,
	  .max = KEY_LIFETIME_MAX,
	  .input = OFFSET_OF(UPDATE, lifetime, int64_t) + 1 },
};

static int make_secret(struct request *request, void *input)
{
	CREATE *in = input;

	(void)request;
	random_bytes(in->made.secret, SECRET_SIZE);
	return 0;
}

static const struct field rotate_fields[] = {
	TAKE_NUMBER_IF("grace_seconds", ROTATE, grace, has_grace, 0,
		       KEY_GRACE_MAX),
};

static int make_next_secret(struct request *request, void *input)
{
	ROTATE *in = input;

	(void)request;
	random_bytes(in->secret, SECRET_SIZE);
	return 0;
}

static const struct query_param key_filters[] = {
	FILTER_WORD("owner_project_access", LIST, access, by_access,
		    &owner_accesses),
	{ 0 },
};

static const struct list_query key_list = {
	.kind = ID_API_KEY,
	.filters = key_filters,
};

/* ---- routes ---- */

#define IDS(type)                                     \
	{                                             \
		INPUT(type, project), INPUT(type, id) \
	}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/api_keys",
	  .body = BODY_JSON,
	  .verb = &verb_project_key_create,
	  .ids = { INPUT(CREATE, project) },
	  FIELDS(create_fields),
	  .prepare = make_secret,
	  .shape = &created_shape,
	  .if_uncertain = "Look for a key of this user that was never used, "
			  "and delete it, before you make another one." },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/api_keys",
	  .verb = &verb_project_key_list,
	  .ids = { INPUT(LIST, project) },
	  .list = &key_list,
	  .shape = &key_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/api_keys/{api_key_id}",
	  .verb = &verb_project_key_get,
	  .ids = IDS(struct project_key_in),
	  .shape = &key_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/api_keys/{api_key_id}",
	  .body = BODY_JSON,
	  .verb = &verb_project_key_update,
	  .ids = IDS(UPDATE),
	  FIELDS(update_fields),
	  .shape = &key_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/api_keys/{api_key_id}/"
		  "rotate",
	  .body = BODY_JSON,
	  .body_optional = true,
	  .verb = &verb_project_key_rotate,
	  .ids = IDS(ROTATE),
	  FIELDS(rotate_fields),
	  .prepare = make_next_secret,
	  .shape = &created_shape,
	  .if_uncertain = "Look at 'replaced_by' of the key. If it has one "
			  "now, delete that before you rotate the key again." },
	{ .method = METHOD_DELETE,
	  .path = "/organization/projects/{project_id}/api_keys/{api_key_id}",
	  .verb = &verb_project_key_delete,
	  .ids = IDS(struct project_key_in),
	  .shape = &key_shape },
};

const struct route_table project_keys_api = ROUTES(routes);
