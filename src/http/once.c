/*
 * once.c: requests that are repeated with the same Idempotency-Key.
 *
 * What was answered is not kept: a repeat is answered with the thing as it is
 * now, as the GET that belongs to the POST finds it: of the same path, of what
 * was made below it, or of what it was done to.
 */
#include "base/base.h"

#include "http/once.h"

#include "base/hash.h"
#include "http/errors.h"
#include "http/operation.h"
#include "http/router.h"

#define KEY_MAX 255 /* octets */

/* ---- before ---- */

static bool is_key(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	}
	return text.len <= KEY_MAX;
}

int once_begin(struct request *request)
{
	struct str key = request->idempotency_key;

	if (key.len == 0 || request->method != METHOD_POST)
		return 0;
	if (!is_key(key))
		return answer_error(request, 400, "invalid_idempotency_key",
				    NULL,
				    "The header Idempotency-Key is not valid: "
				    "send at most %d printable ASCII "
				    "characters, without blanks.",
				    KEY_MAX);
	request->once_key = arena_str(&request->arena, key);
	if (request->once_key)
		return 0;
	answer_unavailable(request);
	return -1;
}

void once_begin_part(struct request *part, const struct request *whole,
		     size_t index)
{
	if (!whole->once_key)
		return;
	part->path = whole->path;
	part->once_key =
	    arena_printf(&part->arena, "%s %zu", whole->once_key, index);
	if (!part->once_key)
		answer_unavailable(part);
}

static bool hash_key(const struct request *request, uint8_t out[SHA256_SIZE])
{
	struct buf text;
	bool whole;

	buf_init(&text, SIZE_MAX);
	buf_addf(&text, "%lld %s ", (long long)request->key, request->once_key);
	buf_add_str(&text, request->path);
	whole = buf_ok(&text);
	if (whole)
		sha256(buf_str(&text), out);
	buf_release(&text);
	return whole;
}

/* Not that the key was used, which goes first. */
static bool is_meant(const struct request *request)
{
	return request->key &&
	       !(request->op.verb->flags & (VERB_READ | VERB_REPEATABLE));
}

bool once_attach(struct request *request)
{
	const struct route *route = request->route;
	struct once *once;

	if (!is_meant(request))
		return true;
	once = arena_alloc(&request->arena, sizeof(*once));
	if (!once)
		return false;
	*once = (struct once){
		.id = route->shape ? route->shape->id + 1 : 0,
		.again = route->again,
	};
	if (!hash_key(request, once->key))
		return false;
	sha256(buf_str(&request->body), once->body);
	request->op.once = once;
	request->once_key = NULL;
	return true;
}

/* ---- after ---- */

static void answer_shown(struct request *request, int64_t target)
{
	const struct shape *shape = request->route->shape;
	char id[ID_TEXT_SIZE] = "";

	if (shape && target)
		id_format(shape->kind, target, id);
	answer_error(request, 400, "secret_already_shown", NULL,
		     "This was done before, with the same Idempotency-Key, and "
		     "its secret was shown then, which is kept nowhere: %s. "
		     "Delete it and make another, with a new key.",
		     id);
}

static void say_replayed(struct request *request)
{
	answer_header(request, "Idempotent-Replayed", "true");
}

/* Refused where it is gone since. */
static void retrieved(struct request *request)
{
	if (answer_refused(request))
		return;
	say_replayed(request);
	answer_item(request, request->route->shape, request->op.out);
}

/* As if it stood in the path, where the GET has one parameter more. */
static void put_id(struct request *request, size_t at, int64_t id)
{
	char text[ID_TEXT_SIZE];

	id_format(request->route->shape->kind, id, text);
	request->ids[at] = id;
	request->params[at] = arena_str(&request->arena, str_of(text));
}

/* By the GET's tables, whose path is that of the POST, or goes on from it. */
static void retrieve(struct request *request, const struct route *get,
		     int64_t target)
{
	void *in = request_verb(request, get->verb);
	size_t count = 0;

	if (!in)
		return;
	while (count < PATH_PARAMS_MAX && request->params[count])
		count++;
	if (count < PATH_PARAMS_MAX)
		put_id(request, count, target);
	operation_put_ids(request, get, in);
	if (get->prepare && get->prepare(request, in) < 0)
		return;
	request_submit(request, retrieved);
}

bool once_finish(struct request *request)
{
	const struct route *route = request->route, *get;
	const struct once *once = request->op.once;

	request->op.once = NULL;
	if (request->op.result == RESULT_IDEMPOTENCY_KEY_REUSED) {
		answer_result(request, NULL);
		return true;
	}
	if (request->op.result != RESULT_OK || !once->known)
		return false;
	get = router_get_of(request->thread->router, route);
	if (!once->again &&
	    (!get || (route->showed_secret && route->showed_secret(request)))) {
		answer_shown(request, once->target);
		return true;
	}
	if (once->again)
		say_replayed(request);
	else
		retrieve(request, get, once->target);
	return !once->again;
}
