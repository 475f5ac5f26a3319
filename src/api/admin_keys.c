/*
 * admin_keys.c: /organization/admin_api_keys. A key belongs to a person, or,
 * where it was made by who operates the server, to the organization.
 */
#include "base/base.h"

#include "base/random.h"
#include "http/router.h"
#include "store/keys/admin_keys.h"

/* ---- what it looks like ---- */

static void write_user(struct jw *jw, const struct admin_key *key)
{
	write_text(jw, "type", "user");
	write_text(jw, "object", "organization.user");
	write_id(jw, "id", ID_USER, key->user);
	write_text(jw, "name", key->owner_name);
	write_time(jw, "created_at", key->owner_since);
	write_text(
	    jw, "role",
	    vocabulary_word(&roles, key->owned ? ROLE_OWNER : ROLE_READER));
}

static void write_organization(struct jw *jw, const struct admin_key *key)
{
	write_text(jw, "type", "organization");
	write_text(jw, "object", "organization");
	write_id(jw, "id", ID_ORGANIZATION, key->organization);
	write_text(jw, "name", key->owner_name);
	write_time(jw, "created_at", key->owner_since);
	write_text(jw, "role", vocabulary_word(&roles, ROLE_OWNER));
}

static void write_owner(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct admin_key *key = item;

	(void)now_seconds;
	jw_object(jw);
	if (key->user)
		write_user(jw, key);
	else
		write_organization(jw, key);
	jw_end_object(jw);
}

#define KEY_MEMBERS                                                    \
	SHOW_ID("id", struct admin_key, id, ID_KEY),                   \
	    SHOW_TEXT("name", struct admin_key, name),                 \
	    SHOW_TEXT("redacted_value", struct admin_key, redacted),   \
	    SHOW_TIME("created_at", struct admin_key, created_at),     \
	    SHOW_TIME("expires_at", struct admin_key, expires_at),     \
	    SHOW_TIME("last_used_at", struct admin_key, last_used_at), \
	    SHOW_BY("owner", write_owner)

static const struct member key_members[] = { KEY_MEMBERS, { 0 } };

static const struct shape key_shape = {
	SHAPE_OF(struct admin_key, ID_KEY),
	.object = "organization.admin_api_key",
	.members = key_members,
};

/* Of a struct key_create_out, which begins with the key. */
static const struct member created_members[] = {
	KEY_MEMBERS,
	SHOW_CHARS("value", struct key_create_out, text),
	{ 0 },
};

static const struct shape created_shape = {
	.kind = ID_KEY,
	.size = sizeof(struct key_create_out),
	.object = "organization.admin_api_key",
	.members = created_members,
};

/* ---- what it takes ---- */

static const struct field key_fields[] = {
	TAKE_TEXT("name", REQUIRED, struct key_create_in, name,
		  NAME_MAX_OCTETS),
	TAKE_NUMBER("expires_in_seconds", OPTIONAL, struct key_create_in,
		    lifetime, 1, KEY_LIFETIME_MAX),
	TAKE_ID_IF("user_id", struct key_create_in, user, has_user, ID_USER),
};

static int make_secret(struct request *request, void *input)
{
	struct key_create_in *in = input;

	(void)request;
	random_bytes(in->secret, sizeof(in->secret));
	return 0;
}

static const struct list_query key_list = {
	.kind = ID_KEY,
	.order = ORDER_ASC,
};

/* ---- routes ---- */

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/admin_api_keys",
	  .body = BODY_JSON,
	  .verb = &verb_key_create,
	  FIELDS(key_fields),
	  .prepare = make_secret,
	  .shape = &created_shape,
	  .if_uncertain = "Look for a key of this name that was never used, "
			  "and delete it, before you make another one." },
	{ .method = METHOD_GET,
	  .path = "/organization/admin_api_keys",
	  .verb = &verb_key_list,
	  .list = &key_list,
	  .shape = &key_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/admin_api_keys/{key_id}",
	  .verb = &verb_key_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &key_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/admin_api_keys/{key_id}",
	  .verb = &verb_key_delete,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &key_shape },
};

const struct route_table admin_keys_api = ROUTES(routes);
