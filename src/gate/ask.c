/*
 * ask.c: what gateways ask: may this request pass?
 *
 * Each kind of gateway has a path of its own, which says which headers come
 * from the gateway: all others are the client's. The project is in the path,
 * too, where no client can put another in its place.
 *
 * An answer is made from the head alone, however much body was announced. It is
 * 200 with each header of who it is, or a refusal; never 204 or 404, which some
 * gateways take for something else, and never a redirect.
 */
#include "base/base.h"

#include "base/log.h"
#include "gate/find.h"
#include "http/auth.h"
#include "http/errors.h"

/* The headers in which a kind of gateway describes its client's request; 0:
 * none. */
struct kind {
	size_t method, uri;
	bool own_method; /* it asks by the client's method */
	bool refuses;	 /* it has refused already, and wants the text */
};

struct question {
	struct search search; /* the first member */
	const struct kind *kind;
	enum permission wanted;
};

/* ---- what is asked ---- */

static const struct str *header_at(const struct request *request, size_t offset)
{
	return (const struct str *)((const char *)request + offset);
}

static bool is_ambiguous(const struct request *request, const struct kind *kind)
{
	return (kind->method &&
		request_differs(request, header_at(request, kind->method))) ||
	       (kind->uri &&
		request_differs(request, header_at(request, kind->uri)));
}

/* What it takes to be let through with this method; empty: not known. */
static enum permission permission_of(struct str method)
{
	if (method.len == 0)
		return PERMISSION_MODEL;
	if (str_is(method, "GET") || str_is(method, "HEAD") ||
	    str_is(method, "OPTIONS"))
		return PERMISSION_READ;
	return PERMISSION_REQUEST;
}

static struct str method_of(const struct request *request,
			    const struct kind *kind)
{
	if (kind->own_method)
		return str_of(request->method_name);
	return kind->method ? *header_at(request, kind->method)
			    : (struct str){ NULL, 0 };
}

/* False: there was another, and they differ. */
static bool add_key(struct str *key, struct str other)
{
	if (other.len == 0)
		return true;
	if (key->len > 0 && !str_eq(*key, other))
		return false;
	*key = other;
	return true;
}

static bool take_header(const struct request *request, enum key_header header,
			const struct str *value, struct str *key)
{
	unsigned taken = request->service->gate->options.key_headers;

	if (!(taken & (1u << header)))
		return true;
	return !request_differs(request, value) &&
	       add_key(key, str_trim(*value));
}

/* False: there are several. Empty: there is none. */
static bool pick_key(const struct request *request, struct str *ret_key)
{
	if (request_differs(request, &request->authorization))
		return false;
	if (!bearer_key(request->authorization, ret_key))
		*ret_key = (struct str){ NULL, 0 };
	return take_header(request, KEY_IN_X_API_KEY, &request->x_api_key,
			   ret_key) &&
	       take_header(request, KEY_IN_API_KEY, &request->api_key, ret_key);
}

/* ---- the answer ---- */

/* The HTTP library takes no empty value; a blank counts as one. */
#define NOTHING " "

static void identity(struct request *request, const char *name,
		     const char *value)
{
	answer_header(request, name, value && *value ? value : NOTHING);
}

static void identity_id(struct request *request, const char *name,
			enum id_kind kind, int64_t id)
{
	char *text = arena_alloc(&request->arena, ID_TEXT_SIZE);

	identity(request, name, text ? id_format(kind, id, text) : NULL);
}

/* Names go as they are; what is not plain does not go. */
static const char *plain(const char *text)
{
	for (const char *at = text; at && *at; at++) {
		if (*at <= ' ' || *at > '~')
			return NULL;
	}
	return text;
}

/* Lines as a list; no name of a model has a comma. */
static const char *with_commas(struct request *request, const char *lines)
{
	char *list = lines ? arena_str(&request->arena, str_of(lines)) : NULL;

	for (char *at = list; at && *at; at++) {
		if (*at == '\n')
			*at = ',';
	}
	return list;
}

/* Each of them in every answer: what is missing there, a gateway lets through
 * as the client sent it. */
static void allow(struct request *request, const struct shown_key *shown)
{
	const struct project_key *key = &shown->key;

	identity_id(request, "X-Invited-Organization", ID_ORGANIZATION,
		    key->organization);
	identity_id(request, "X-Invited-Project", ID_PROJECT, key->project);
	identity_id(request, "X-Invited-Key", ID_API_KEY, key->id);
	if (key->user)
		identity_id(request, "X-Invited-Owner", ID_USER, key->user);
	else
		identity_id(request, "X-Invited-Owner", ID_SERVICE_ACCOUNT,
			    key->service_account);
	identity(request, "X-Invited-Role",
		 vocabulary_word(&standings, (int)shown->standing));
	identity(request, "X-Invited-User-Email",
		 key->user ? plain(shown->owner_email) : NULL);
	identity(request, "X-Invited-Models",
		 with_commas(request, key->models));
	request->alike = (uint64_t)key->id;
	answer(request, 200, "text/plain; charset=utf-8");
}

/* By ids only, and only where there is such a key: anybody can make up others.
 */
static void log_decision(const struct search *search, enum verdict verdict)
{
	char id[ID_TEXT_SIZE];

	if (!search->found || !log_takes(LOG_DEBUG))
		return;
	log_event(LOG_DEBUG, "gate",
		  LOG_S("key", id_format(ID_API_KEY, search->id, id)),
		  LOG_S("code", verdict_word(verdict)));
}

static void end(struct request *request, struct question *question,
		enum verdict verdict)
{
	struct gate *gate = request->service->gate;
	const struct found_key *found = question->search.found;

	if (question->kind->refuses) { /* that was counted already */
		verdict_refuse(request, verdict == VERDICT_VALID
					    ? VERDICT_UNAVAILABLE
					    : verdict);
		return;
	}
	gate_count(&gate->verdicts[verdict]);
	log_decision(&question->search, verdict);
	if (verdict != VERDICT_VALID) {
		verdict_refuse(request, verdict);
		return;
	}
	find_used(gate, found, request->now_ms / 1000);
	allow(request, &found->shown);
}

/* ---- the decision ---- */

/* The project that is wanted; 0: whichever the key is for. */
static int64_t project_of(struct str scope, const struct project_key *key)
{
	int64_t id;

	if (id_parse(ID_PROJECT, scope, &id))
		return id;
	if (id_parse(ID_ORGANIZATION, scope, &id) && id == key->organization)
		return 0;
	return ACCESS_NO_PROJECT;
}

static void decide(struct request *request, struct search *search)
{
	struct question *question = request->state;
	enum verdict verdict = search->verdict;

	if (verdict == VERDICT_VALID) {
		const struct shown_key *shown = &search->found->shown;

		verdict = verdict_of(access_decide(&(struct access_question){
		    .key = &shown->key,
		    .owner = shown->standing,
		    .archived = shown->archived,
		    .project =
			project_of(str_of(request->params[0]), &shown->key),
		    .wanted = question->wanted,
		    .now = request->now_ms / 1000,
		}));
	}
	end(request, question, verdict);
}

/* A tunnel cannot be checked once and for all: 200 would open one. */
static bool is_tunnel(struct str method)
{
	return str_is(method, "CONNECT");
}

static void ask(struct request *request, const struct kind *kind)
{
	struct question *question =
	    arena_alloc(&request->arena, sizeof(*question));
	struct str key;

	request->state = question;
	if (!question || !request->service->gate) {
		answer_unavailable(request);
		return;
	}
	question->kind = kind;
	question->wanted = permission_of(method_of(request, kind));
	question->search.then = decide;
	if (!pick_key(request, &key))
		end(request, question, VERDICT_TWO_KEYS);
	else if (is_ambiguous(request, kind))
		end(request, question, VERDICT_AMBIGUOUS);
	else if (is_tunnel(str_of(request->method_name)))
		end(request, question, VERDICT_INSUFFICIENT_SCOPE);
	else
		find_key(request, &question->search, key);
}

/* ---- routes ---- */

#define HEADER(member) offsetof(struct request, member)

static void ask_nginx(struct request *request)
{
	static const struct kind nginx = { .method = HEADER(original_method),
					   .uri = HEADER(original_uri) };

	ask(request, &nginx);
}

static void ask_refusal(struct request *request)
{
	static const struct kind nginx = { .method = HEADER(original_method),
					   .uri = HEADER(original_uri),
					   .refuses = true };

	ask(request, &nginx);
}

static void ask_forward(struct request *request)
{
	static const struct kind forward = { .method = HEADER(forwarded_method),
					     .uri = HEADER(forwarded_uri) };

	ask(request, &forward);
}

static void ask_envoy(struct request *request)
{
	static const struct kind envoy = { .own_method = true };

	ask(request, &envoy);
}

static void ask_plain(struct request *request)
{
	static const struct kind plain_one = { .method = 0 };

	ask(request, &plain_one);
}

/* The caller is a misconfigured gateway, and a 404 could be misunderstood. */
static void ask_nobody(struct request *request)
{
	(void)answer_error(request, 403, "insufficient_permissions", NULL,
			   "The gateway asks where nothing answers. There is "
			   "/gate/nginx/, /gate/forward/, /gate/envoy/, "
			   "/gate/plain/ and /gate/refusal/, each before the "
			   "id of a project or of the organization.");
}

static const struct route routes[] = {
	{ .method = METHOD_ANY,
	  .path = "/gate/nginx/{scope}",
	  .access = ACCESS_GATE,
	  .handle = ask_nginx },
	{ .method = METHOD_ANY,
	  .path = "/gate/forward/{scope}",
	  .access = ACCESS_GATE,
	  .handle = ask_forward },
	{ .method = METHOD_ANY,
	  .path = "/gate/envoy/{scope}",
	  .access = ACCESS_GATE,
	  .open_ended = true,
	  .handle = ask_envoy },
	{ .method = METHOD_ANY,
	  .path = "/gate/plain/{scope}",
	  .access = ACCESS_GATE,
	  .handle = ask_plain },
	{ .method = METHOD_ANY,
	  .path = "/gate/refusal/{scope}",
	  .access = ACCESS_GATE,
	  .handle = ask_refusal },
	{ .method = METHOD_ANY,
	  .path = "/gate",
	  .access = ACCESS_GATE,
	  .open_ended = true,
	  .handle = ask_nobody },
};

const struct route_table gate_routes = ROUTES(routes);
