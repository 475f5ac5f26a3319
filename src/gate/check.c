/*
 * check.c: what programs ask, such as a gateway that is one: is this key good,
 * for this project, this model?
 *
 * The program has a key of its own: a service account's with the scope
 * gate.check, in the organization of the other key. It learns nothing of keys
 * of other organizations. So two keys are looked up, one after the other.
 */
#include "base/base.h"

#include "gate/find.h"
#include "http/auth.h"
#include "http/body.h"
#include "http/errors.h"
#include "http/shape.h"

#define TTL_SECONDS 10 /* for how long an answer may be gone by */

static const char *const permission_words[] = {
	[PERMISSION_READ] = "model.read",
	[PERMISSION_REQUEST] = "model.request",
};

static const struct vocabulary permissions =
    OPTIONAL_VOCABULARY(permission_words);

struct wanted {
	const char *key, *model; /* NULL: no particular model */
	int64_t project;
	bool has_project;
	enum permission permission;
};

static const struct field fields[] = {
	TAKE_STRING("key", REQUIRED, struct wanted, key, KEY_MAX),
	TAKE_ID_IF("project_id", struct wanted, project, has_project,
		   ID_PROJECT),
	TAKE_WORD("permission", OPTIONAL, struct wanted, permission,
		  &permissions),
	TAKE_STRING("model", OPTIONAL, struct wanted, model, MODEL_MAX_OCTETS),
};

struct check {
	struct search search; /* the first member */
	struct found_key caller;
	struct wanted wanted;
};

/* ---- the answer ---- */

static void write_key(struct jw *jw, const struct project_key *key)
{
	jw_key(jw, "key");
	jw_object(jw);
	write_id(jw, "id", ID_API_KEY, key->id);
	write_text(jw, "name", key->name);
	write_time(jw, "expires_at", key->expires_at);
	jw_key(jw, "models");
	if (key->models)
		jw_lines(jw, str_of(key->models));
	else
		jw_null(jw);
	jw_end_object(jw);
}

static void write_owner(struct jw *jw, const struct shown_key *shown)
{
	bool is_user = shown->key.user != 0;

	jw_key(jw, "owner");
	jw_object(jw);
	write_text(jw, "type", is_user ? "user" : "service_account");
	if (is_user)
		write_id(jw, "id", ID_USER, shown->key.user);
	else
		write_id(jw, "id", ID_SERVICE_ACCOUNT,
			 shown->key.service_account);
	write_text(jw, "name", shown->owner_name);
	write_text(jw, "email", is_user ? shown->owner_email : NULL);
	write_text(jw, "role", vocabulary_word(&standings, shown->standing));
	jw_end_object(jw);
}

static void write_found(struct jw *jw, const struct found_key *found)
{
	static const char *const members[] = { "key", "owner", "project" };

	if (!found) {
		for (size_t i = 0; i < COUNT_OF(members); i++)
			write_text(jw, members[i], NULL);
		return;
	}
	write_key(jw, &found->shown.key);
	write_owner(jw, &found->shown);
	jw_key(jw, "project");
	jw_object(jw);
	write_id(jw, "id", ID_PROJECT, found->shown.key.project);
	write_text(jw, "name", found->project_name);
	jw_end_object(jw);
}

/* What a refusal was about may be mended at any moment. */
static int64_t ttl_of(const struct found_key *found, enum verdict verdict,
		      int64_t now_seconds)
{
	int64_t left;

	if (verdict != VERDICT_VALID)
		return 0;
	left = found->shown.key.expires_at - now_seconds;
	return found->shown.key.expires_at && left < TTL_SECONDS ? left
								 : TTL_SECONDS;
}

static void answer_check(struct request *request, const struct found_key *found,
			 enum verdict verdict)
{
	struct gate *gate = request->service->gate;
	int64_t now_seconds = request->now_ms / 1000;
	struct jw jw;

	gate_count(&gate->verdicts[verdict]);
	if (verdict == VERDICT_VALID)
		find_used(gate, found, now_seconds);
	jw = answer_json(request);
	jw_object(&jw);
	write_text(&jw, "object", "gate.decision");
	jw_key(&jw, "allowed");
	jw_bool(&jw, verdict == VERDICT_VALID);
	write_text(&jw, "code", verdict_word(verdict));
	write_found(&jw, found);
	jw_key(&jw, "ttl");
	jw_i64(&jw, ttl_of(found, verdict, now_seconds));
	jw_end_object(&jw);
	answer_json_end(request);
}

/* ---- the key that is asked for ---- */

static enum verdict decide(const struct found_key *found,
			   const struct wanted *wanted, int64_t now_seconds)
{
	return verdict_of(access_decide(&(struct access_question){
	    .key = &found->shown.key,
	    .owner = found->shown.standing,
	    .archived = found->shown.archived,
	    .project = wanted->has_project && !wanted->project
			   ? ACCESS_NO_PROJECT
			   : wanted->project,
	    .wanted = wanted->permission,
	    .model = str_of(wanted->model),
	    .now = now_seconds,
	}));
}

static void key_found(struct request *request, struct search *search)
{
	const struct check *check = request->state;
	const struct found_key *found = search->found;

	if (search->verdict == VERDICT_BUSY ||
	    search->verdict == VERDICT_UNAVAILABLE)
		verdict_refuse(request, search->verdict);
	else if (!found || found->shown.key.organization !=
			       check->caller.shown.key.organization)
		answer_check(request, NULL, VERDICT_UNKNOWN);
	else
		answer_check(
		    request, found,
		    decide(found, &check->wanted, request->now_ms / 1000));
}

/* ---- who asks ---- */

static void refuse_caller(struct request *request)
{
	(void)answer_error(request, 403, "insufficient_permissions", NULL,
			   "Only a key of a service account with the scope "
			   "gate.check may ask for other keys.");
}

static void look_for_key(struct request *request, struct check *check)
{
	struct value values[COUNT_OF(fields)];

	if (body_read(request, fields, COUNT_OF(fields), values) < 0)
		return;
	body_fill(fields, COUNT_OF(fields), values, &check->wanted);
	check->search = (struct search){
		.source = (uint64_t)check->caller.shown.key.id,
		.then = key_found,
	};
	find_key(request, &check->search, str_of(check->wanted.key));
}

static void caller_found(struct request *request, struct search *search)
{
	static const struct wanted to_ask = { .permission = PERMISSION_CHECK };
	int64_t now_seconds = request->now_ms / 1000;
	struct check *check = request->state;
	enum verdict verdict = search->verdict;

	if (verdict == VERDICT_VALID) {
		check->caller = *search->found;
		verdict = decide(&check->caller, &to_ask, now_seconds);
	}
	if (verdict == VERDICT_INSUFFICIENT_SCOPE ||
	    (verdict == VERDICT_VALID &&
	     !check->caller.shown.key.service_account)) {
		refuse_caller(request);
	} else if (verdict != VERDICT_VALID) {
		verdict_refuse(request, verdict);
	} else {
		find_used(request->service->gate, &check->caller, now_seconds);
		look_for_key(request, check);
	}
}

static void check_key(struct request *request)
{
	struct check *check = arena_alloc(&request->arena, sizeof(*check));
	struct str key = { NULL, 0 };

	request->state = check;
	if (!check || !request->service->gate) {
		answer_unavailable(request);
		return;
	}
	check->search.then = caller_found;
	if (!bearer_key(request->authorization, &key))
		key = (struct str){ NULL, 0 };
	if (request_differs(request, &request->authorization))
		verdict_refuse(request, VERDICT_TWO_KEYS);
	else
		find_key(request, &check->search, key);
}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/gate/check",
	  .access = ACCESS_GATE,
	  .body = BODY_JSON,
	  .handle = check_key },
};

const struct route_table gate_check_routes = ROUTES(routes);
