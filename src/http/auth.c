/*
 * auth.c: Authorization: Bearer <admin key> -> organization and key.
 *
 * The key itself is not stored: its SHA-256 is looked up, so that a revoked
 * key is refused from then on. When it was last used is written down at most
 * once a minute and key.
 *
 * The surprise: not every request looks the key up. A key that was found is
 * good for all requests of the same thread and round, since reads in one round
 * see one state of the store anyway; and for writes for a while longer, since
 * the store checks by itself, in the write's transaction, whether the key is
 * still in force. That saves two thirds of the system calls before a write is
 * under way. So a key that was revoked, or whose owner was demoted, opens
 * nothing from then on, on any daemon, without anything having to be
 * invalidated.
 */
#include "base/base.h"

#include "http/auth.h"

#include "base/clock.h"
#include "core/key.h"
#include "core/id.h"
#include "core/token.h"
#include "http/errors.h"
#include "store/keys/admin_keys.h"

#define MEMO_MS	 SECOND_MS /* how long a key, once found, counts for writes */
#define NO_ROUND UINT64_MAX

bool bearer_key(struct str header, struct str *ret_key)
{
	struct str scheme;

	if (!str_cut(str_trim(header), ' ', &scheme, ret_key) ||
	    !str_is_nocase(scheme, "Bearer"))
		return false;
	*ret_key = str_trim(*ret_key);
	return ret_key->len > 0;
}

/* Answers name the organization, and clients may say which one they expect. */
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

static void use_key(struct request *request, struct admin_key *key)
{
	bool due = key_use_is_news(key->last_used_at, request->now_ms / 1000);
	struct id_in *touch;

	request->organization = key->organization;
	request->key = key->id;
	request->key_user = key->user;
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
	key->last_used_at = request->now_ms / 1000;
	touch = request_verb(request, &verb_key_touch);
	if (!touch)
		return;
	touch->id = key->id;
	request_submit(request, request->granted);
}

static void refuse_key(struct request *request)
{
	char shown[REDACTED_SIZE];
	struct str key = { NULL, 0 };

	(void)bearer_key(request->authorization, &key);
	key_redact(key, shown);
	answer_error(request, 401, "invalid_api_key", NULL,
		     "Incorrect API key provided: %s. Use an admin key of this "
		     "server; `invited key create` makes one.",
		     shown);
}

/* Where others write too, what was found is out of date at once. What we know
 * of its use may be newer than what was read. */
static struct admin_key *memorise(struct request *request,
				  const uint8_t hash[SHA256_SIZE],
				  const struct admin_key *key)
{
	struct http_thread *thread = request->thread;
	struct known_key *known = key_memo_place(&thread->memo, hash);
	int64_t used_at =
	    known->key.id == key->id ? known->key.last_used_at : 0;

	known->round =
	    store_is_shared(thread->service->store) ? NO_ROUND : thread->round;
	known->found_ms = request->now_ms;
	known->key = *key;
	known->key.name = known->key.redacted = NULL;
	if (used_at > key->last_used_at)
		known->key.last_used_at = used_at;
	return &known->key;
}

static void key_found(struct request *request)
{
	const struct key_find_in *asked = request->op.in;
	const struct key_find_out *found = request->op.out;

	if (request->op.result == RESULT_KEY_UNKNOWN)
		refuse_key(request);
	else if (request->op.result != RESULT_OK)
		answer_result(request, NULL);
	else
		use_key(request, memorise(request, asked->hash, &found->key));
}

static bool is_read(const struct request *request)
{
	return request->method == METHOD_GET || request->method == METHOD_HEAD;
}

/* The remembered key, if that is fresh enough for this request; else NULL. */
static struct admin_key *remembered(struct request *request,
				    const uint8_t hash[SHA256_SIZE])
{
	struct http_thread *thread = request->thread;
	struct known_key *known = key_memo_find(&thread->memo, hash);
	int64_t age_ms;

	if (!known || !admin_key_in_force(&known->key, request->now_ms / 1000))
		return NULL;
	age_ms = request->now_ms - known->found_ms;
	if (known->round != thread->round &&
	    (is_read(request) || age_ms < 0 || age_ms >= MEMO_MS))
		return NULL;
	return &known->key;
}

bool auth_holds(const struct request *request)
{
	int64_t age_ms = request->now_ms - request->known_ms;

	return request->key != 0 && !is_read(request) && 0 <= age_ms &&
	       age_ms < MEMO_MS;
}

static void find_key(struct request *request, const uint8_t hash[SHA256_SIZE])
{
	struct key_find_in *in = request_verb(request, &verb_key_find);

	if (!in)
		return;
	memcpy(in->hash, hash, SHA256_SIZE);
	request_submit(request, key_found);
}

static void check_key(struct request *request, struct str text)
{
	struct admin_key *key;
	uint8_t hash[SHA256_SIZE];

	sha256(text, hash);
	key = remembered(request, hash);
	if (key)
		use_key(request, key);
	else
		find_key(request, hash);
}

/* Its form shows that without a look-up. */
static bool may_be_admin_key(struct str text)
{
	enum key_form form = key_form(text);

	return form == KEY_OF_ADMIN || form == KEY_FOREIGN;
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
	} else if (key.len > KEY_MAX || !may_be_admin_key(key)) {
		refuse_key(request);
	} else {
		check_key(request, key);
	}
}
