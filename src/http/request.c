/*
 * request.c: what every handler needs: the store, later, and an answer.
 */
#include "base/base.h"

#include "http/request.h"

#include <assert.h>

#include "base/encode.h"
#include "base/random.h"
#include "http/errors.h"
#include "http/limiter.h"
#include "http/once.h"
#include "http/parts.h"

static void make_id(struct request *request)
{
	uint64_t random[2] = { random_u64(), random_u64() };

	memcpy(request->id, "req_", 4);
	hex_encode(random, sizeof(random), request->id + 4);
}

void request_init(struct request *request, struct http_thread *thread)
{
	/* All but the first block, which the arena hands out zeroed. */
	memset(request, 0, offsetof(struct request, first_block));
	request->thread = thread;
	request->service = thread->service;
	buf_init(&request->body, BODY_MAX);
	buf_init(&request->out, ANSWER_MAX);
	arena_init_with(&request->arena, request->first_block,
			sizeof(request->first_block), REQUEST_ARENA);
	make_id(request);
}

void request_release_parsed(struct request *request)
{
	if (request->release)
		request->release(request);
	request->release = NULL;
}

void request_release(struct request *request)
{
	request_release_parsed(request);
	buf_release(&request->body);
	buf_release(&request->out);
	arena_release(&request->arena);
}

enum http_method http_method_of(const char *name)
{
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = { { "GET", METHOD_GET },
			{ "HEAD", METHOD_HEAD },
			{ "POST", METHOD_POST },
			{ "DELETE", METHOD_DELETE } };

	for (size_t i = 0; i < COUNT_OF(methods); i++) {
		if (strcmp(name, methods[i].name) == 0)
			return methods[i].method;
	}
	return METHOD_OTHER;
}

/* The headers that are used, and where they are kept. */
static const struct {
	const char *name;
	size_t len, offset;
} known_headers[] = {
#define KNOWN(name, member)                                              \
	{                                                                \
		name, sizeof(name) - 1, offsetof(struct request, member) \
	}
	KNOWN("Authorization", authorization),
	KNOWN("Content-Type", content_type),
	KNOWN("Content-Encoding", content_encoding),
	KNOWN("Accept", accept),
	KNOWN("Accept-Language", accept_language),
	KNOWN("OpenAI-Organization", openai_organization),
	KNOWN("X-Forwarded-For", forwarded_for),
	KNOWN("If-None-Match", if_none_match),
	KNOWN("User-Agent", user_agent),
	KNOWN("Idempotency-Key", idempotency_key),
	KNOWN("X-Original-Method", original_method),
	KNOWN("X-Original-URI", original_uri),
	KNOWN("X-Forwarded-Method", forwarded_method),
	KNOWN("X-Forwarded-Uri", forwarded_uri),
	KNOWN("X-Api-Key", x_api_key),
	KNOWN("Api-Key", api_key),
#undef KNOWN
};

static struct str *known_header(struct request *request, size_t index)
{
	return (struct str *)((char *)request + known_headers[index].offset);
}

void request_header(struct request *request, struct str name, struct str value)
{
	for (size_t i = 0; i < COUNT_OF(known_headers); i++) {
		struct str *kept = known_header(request, i);

		if (name.len != known_headers[i].len ||
		    !str_is_nocase(name, known_headers[i].name))
			continue;
		if (kept->data && !str_eq(*kept, value))
			request->differing |= 1u << i;
		*kept = value;
		return;
	}
}

bool request_differs(const struct request *request, const struct str *kept)
{
	size_t offset = (size_t)((const char *)kept - (const char *)request);

	for (size_t i = 0; i < COUNT_OF(known_headers); i++) {
		if (known_headers[i].offset == offset)
			return request->differing & (1u << i);
	}
	return false;
}

void request_forget_wire(struct request *request)
{
	for (size_t i = 0; i < COUNT_OF(known_headers); i++)
		*known_header(request, i) = (struct str){ NULL, 0 };
	request->method_name = "";
	request->peer = NULL;
}

void *request_verb(struct request *request, const struct verb *verb)
{
	void *in;

	request->op.arena = &request->arena;
	in = op_begin(&request->op, verb);
	if (!in)
		answer_unavailable(request);
	return in;
}

void request_ask(struct request *request, const struct verb *verb,
		 void (*then)(struct request *request))
{
	if (request_verb(request, verb))
		request_submit(request, then);
}

/* The holder of a link, who is known once the link is found. */
static struct actor actor_of_link(struct request *request)
{
	if (request->op.verb->flags & VERB_READ)
		return (struct actor){ .kind = ACTOR_LINK };
	return (struct actor){
		.kind = ACTOR_LINK,
		.address = client_address(request),
		.agent = client_agent(request),
	};
}

void request_submit(struct request *request,
		    void (*then)(struct request *request))
{
	struct store_op *op = &request->op;

	op->organization = request->organization;
	op->actor = request->key ? actor_of_key(request->key, request->key_user)
				 : actor_of_link(request);
	op->now_ms = request->now_ms;
	op->context = request;
	op->once = NULL;
	op->result = RESULT_OK;
	request->then = then;
	/* the operation holds all that was wanted */
	request_release_parsed(request);
	if (request->once_key && !once_attach(request)) {
		op->result = RESULT_OUT_OF_MEMORY;
		then(request);
		return;
	}
	if (store_submit(request->thread->port, op)) {
		then(request);
		return;
	}
	request->parked = true;
	http_count(&request->thread->counts.parked, 1);
}

void request_resume(struct request *request)
{
	struct parts *parts = request->parts;

	request->parked = false;
	http_count(&request->thread->counts.parked, -1);
	if (!request->op.once || !once_finish(request))
		request->then(request);
	if (parts)
		parts_resume(parts);
}

struct jw answer_json(struct request *request)
{
	struct jw jw;

	buf_clear(&request->out);
	jw_init(&jw, &request->out);
	return jw;
}

void answer_json_end(struct request *request)
{
	buf_add_char(&request->out, '\n');
	answer(request, 200, "application/json");
}

void answer(struct request *request, int status, const char *content_type)
{
	request->status = status;
	request->content_type_out = content_type;
	request->answered = true;
}

void answer_header(struct request *request, const char *name, const char *value)
{
	if (!value) /* out of memory: the answer does without */
		return;
	assert(request->header_count < ANSWER_HEADERS);
	request->headers[request->header_count++] =
	    (struct http_header){ name, value };
}
