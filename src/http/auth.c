/*
 * auth.c: Authorization: Bearer <admin key> -> organization and key.
 *
 * The key itself is nowhere kept: its SHA-256 is looked up at each request,
 * so that a revoked key is refused from the next request on. When it was last
 * used is written down at most once a minute and key.
 */
#include "base/base.h"

#include "http/auth.h"

#include "core/id.h"
#include "http/errors.h"
#include "http/router.h"

static bool bearer_key(struct str header, struct str *ret_key)
{
	struct str scheme;

	if (!str_cut(str_trim(header), ' ', &scheme, ret_key) ||
	    !str_is_nocase(scheme, "Bearer"))
		return false;
	*ret_key = str_trim(*ret_key);
	return ret_key->len > 0;
}

static void touch_finished(struct request *request)
{
	request->route->handle(request);
}

static void use_key(struct request *request)
{
	int64_t id = request->op.key_find.ret_key.id;

	if (request->now_ms / 1000 - request->op.key_find.ret_key.last_used_at <
	    60) {
		request->route->handle(request);
		return;
	}
	request->op.key_touch.id = id;
	request_submit(request, STORE_KEY_TOUCH, touch_finished);
}

static bool names_other_organization(const struct request *request)
{
	char own[ID_TEXT_SIZE];

	return request->openai_organization.len > 0 &&
	       !str_is_nocase(
		   request->openai_organization,
		   id_format(ID_ORGANIZATION, request->organization, own));
}

static void key_found(struct request *request)
{
	struct str key;

	if (request->op.refusal == REFUSAL_KEY_UNKNOWN) {
		char shown[REDACTED_SIZE];

		(void)bearer_key(request->authorization, &key);
		admin_key_redact(key, shown);
		answer_error(request, 401, "invalid_api_key", NULL,
			     "Incorrect API key provided: %s. Use an admin key "
			     "of this server; `invited key create` makes one.",
			     shown);
		return;
	}
	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, NULL);
		return;
	}
	request->organization = request->op.key_find.ret_key.organization;
	request->key = request->op.key_find.ret_key.id;
	if (names_other_organization(request)) {
		answer_error(request, 401, "mismatched_organization", NULL,
			     "The OpenAI-Organization header does not match "
			     "the organization of the API key.");
		return;
	}
	use_key(request);
}

void auth_check(struct request *request)
{
	struct str key;

	if (!bearer_key(request->authorization, &key)) {
		answer_error(request, 401, NULL, NULL,
			     "You didn't provide an API key. You need to "
			     "provide an admin key in an Authorization header "
			     "using Bearer auth (i.e. Authorization: Bearer "
			     "YOUR_KEY).");
		return;
	}
	if (key.len > ADMIN_KEY_MAX) {
		request->op.refusal = REFUSAL_KEY_UNKNOWN;
		key_found(request);
		return;
	}
	request->op.key_find.secret = key;
	request_submit(request, STORE_KEY_FIND, key_found);
}
