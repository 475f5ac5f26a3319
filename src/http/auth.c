/*
 * auth.c: Authorization: Bearer <admin key> -> organization and key.
 *
 * The key itself is not stored: its SHA-256 is looked up, so that a revoked
 * key is refused from then on. When it was last used is written down at most
 * once a minute and key.
 *
 * The surprise: not every request looks. What was found once holds for all
 * that come in the same round, since reads in one round see one state of the
 * store anyway; and for writes it holds a while longer, since the store looks
 * by itself, in the write's transaction, whether the key is still in force.
 * That is two thirds of the system calls before a write is on its way.
 */
#include "base/base.h"

#include "http/auth.h"

#include "base/clock.h"
#include "core/admin_key.h"
#include "core/id.h"
#include "core/token.h"
#include "http/errors.h"
#include "store/keys.h"

#define MEMO_MS	 SECOND_MS /* how long a key, once found, counts for writes */
#define NO_ROUND UINT64_MAX

static bool bearer_key(struct str header, struct str *ret_key)
{
	struct str scheme;

	if (!str_cut(str_trim(header), ' ', &scheme, ret_key) ||
	    !str_is_nocase(scheme, "Bearer"))
		return false;
	*ret_key = str_trim(*ret_key);
	return ret_key->len > 0;
}

/* Clients want to know whose answer it is, and may say whose they expect. */
static bool check_organization(struct request *request)
{
	struct str asked = request->openai_organization;
	char own[ID_TEXT_SIZE];

	id_format(ID_ORGANIZATION, request->organization, own);
	if (asked.len > 0 && !str_is_nocase(asked, own))
		return false;
	answer_header(request, "openai-organization",
		      arena_str(&request->arena, str_of(own)));
	return true;
}

static void use_key(struct request *request, struct key_memo *key)
{
	bool due = request->now_ms / 1000 - key->key.last_used_at >= 60;
	struct id_in *touch;

	request->organization = key->key.organization;
	request->key = key->key.id;
	request->known_ms = due ? 0 : request->now_ms;
	if (!check_organization(request)) {
		answer_error(request, 401, "mismatched_organization", NULL,
			     "The OpenAI-Organization header does not match "
			     "the organization of the API key.");
		return;
	}
	if (!due || request->at_the_door) {
		request->granted(request);
		return;
	}
	key->key.last_used_at = request->now_ms / 1000;
	touch = request_verb(request, &verb_key_touch);
	if (!touch)
		return;
	touch->id = key->key.id;
	request_submit(request, request->granted);
}

static void refuse_key(struct request *request)
{
	char shown[REDACTED_SIZE];
	struct str key = { NULL, 0 };

	(void)bearer_key(request->authorization, &key);
	admin_key_redact(key, shown);
	answer_error(request, 401, "invalid_api_key", NULL,
		     "Incorrect API key provided: %s. Use an admin key of this "
		     "server; `invited key create` makes one.",
		     shown);
}

static void key_found(struct request *request)
{
	struct key_memo *memo = &request->service->memo;
	const struct key_find_in *asked = request->op.in;
	const struct key_find_out *found = request->op.out;

	if (request->op.result == RESULT_KEY_UNKNOWN) {
		refuse_key(request);
		return;
	}
	if (request->op.result != RESULT_OK) {
		answer_result(request, NULL);
		return;
	}
	sha256(asked->secret, memo->hash);
	/* Where others write too, what was found is out of date at once. */
	memo->round = store_is_shared(request->service->store)
			  ? NO_ROUND
			  : request->service->round;
	memo->found_ms = request->now_ms;
	memo->key = found->key;
	memo->key.name = memo->key.redacted = NULL;
	use_key(request, memo);
}

static bool is_read(const struct request *request)
{
	return request->method == METHOD_GET || request->method == METHOD_HEAD;
}

static bool is_memorised(const struct request *request, struct str key)
{
	const struct key_memo *memo = &request->service->memo;
	int64_t age_ms = request->now_ms - memo->found_ms;
	uint8_t hash[SHA256_SIZE];

	if (memo->key.id == 0 ||
	    !admin_key_in_force(&memo->key, request->now_ms / 1000))
		return false;
	if (memo->round != request->service->round &&
	    (is_read(request) || age_ms < 0 || age_ms >= MEMO_MS))
		return false;
	sha256(key, hash);
	return same_bytes(hash, memo->hash, sizeof(hash));
}

bool auth_holds(const struct request *request)
{
	int64_t age_ms = request->now_ms - request->known_ms;

	return request->key != 0 && !is_read(request) && 0 <= age_ms &&
	       age_ms < MEMO_MS;
}

/* The key outlives the header: the client may leave meanwhile. */
static void find_key(struct request *request, struct str key)
{
	struct key_find_in *in = request_verb(request, &verb_key_find);

	if (!in)
		return;
	key.data = arena_str(&request->arena, key);
	if (!key.data) {
		answer_unavailable(request);
		return;
	}
	in->secret = key;
	request_submit(request, key_found);
}

void auth_check(struct request *request,
		void (*granted)(struct request *request))
{
	struct str key;

	request->granted = granted;
	if (!bearer_key(request->authorization, &key)) {
		answer_error(request, 401, NULL, NULL,
			     "You didn't provide an API key. You need to "
			     "provide an admin key in an Authorization header "
			     "using Bearer auth (i.e. Authorization: Bearer "
			     "YOUR_KEY).");
	} else if (key.len > ADMIN_KEY_MAX || admin_key_is_misspelt(key)) {
		refuse_key(request);
	} else if (is_memorised(request, key)) {
		use_key(request, &request->service->memo);
	} else {
		find_key(request, key);
	}
}
