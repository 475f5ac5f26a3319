/*
 * invites_bulk.c: /organization/invites/bulk: many creates in one request.
 *
 * Each line is a create like any other, submitted to the store as that, among
 * those of others; so it is answered as it would be alone. Where all or nothing
 * is wanted, the lines are read the same way and then done by one verb.
 */
#include "base/base.h"

#include "api/invites.h"
#include "http/errors.h"
#include "http/parts.h"
#include "http/router.h"

#define LINES_MAX     1000
#define BULK_BODY_MAX (1024 * 1024)

enum { INVITES, ATOMIC, BULK_FIELDS };

static const struct field bulk_fields[] = {
	[INVITES] = { .name = "invites",
		      .type = FIELD_ARRAY,
		      .required = true,
		      .max = LINES_MAX },
	[ATOMIC] = { .name = "atomic", .type = FIELD_BOOLEAN },
};

static const struct parts_kind bulk_kind = {
	.object = "organization.invite.bulk",
	.line = "organization.invite.bulk.line",
	.item = "invite",
	.existing = INVITE_EXISTING,
	.handle = invites_create,
};

/* ---- all or nothing ---- */

static void all_finished(struct request *request)
{
	const struct invite_create_all_out *out = request->op.out;
	struct parts *parts = request->state;
	bool refused = request->op.result == RESULT_INVITES_REFUSED;

	if (request->op.result != RESULT_OK && !refused) {
		parts_free(parts);
		answer_result(request, NULL);
		return;
	}
	for (size_t i = 0; i < parts_count(parts); i++) {
		struct request *part = parts_at(parts, i);

		part->op.result = out->results[i];
		part->op.out = &out->lines[i];
		if (!part->answered &&
		    (!refused || out->results[i] != RESULT_OK))
			invite_create_answer(part);
	}
	if (refused)
		parts_refuse(parts, result_code(RESULT_INVITES_REFUSED));
	else
		parts_end(parts);
}

/* Also where some are refused already: the store says which others are. */
static void create_all(struct request *request, struct parts *parts)
{
	struct invite_create_all_in *in =
	    request_verb(request, &verb_invite_create_all);
	size_t count = parts_count(parts);

	if (in)
		in->lines =
		    arena_array(&request->arena, count + 1, sizeof(*in->lines));
	if (!in || !in->lines) {
		parts_free(parts);
		answer_unavailable(request);
		return;
	}
	if (!parts_begin_all(parts))
		return;
	for (; in->count < count; in->count++) {
		struct request *part = parts_at(parts, in->count);

		if (!part->answered)
			in->lines[in->count] = invite_create_read(part);
		in->refused = in->refused || part->answered;
	}
	request->state = parts;
	request_submit(request, all_finished);
}

static int refuse_many(struct request *request, size_t count)
{
	return answer_error(request, 400, "array_above_max_length", "invites",
			    "Invalid 'invites': array too long. Expected an "
			    "array with at most %d items where `atomic` is "
			    "true, but got %zu instead.",
			    INVITES_ATOMIC_MAX, count);
}

static void bulk(struct request *request)
{
	struct value values[BULK_FIELDS];
	struct parts *parts;

	if (query_read(request, NULL, NULL) < 0 ||
	    body_read(request, bulk_fields, BULK_FIELDS, values) < 0)
		return;
	if (values[ATOMIC].boolean &&
	    values[INVITES].count > INVITES_ATOMIC_MAX) {
		refuse_many(request, values[INVITES].count);
		return;
	}
	parts = parts_new(request, &bulk_kind, &values[INVITES]);
	if (!parts)
		return;
	if (values[ATOMIC].boolean)
		create_all(request, parts);
	else
		parts_run(parts);
}

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/invites/bulk",
	  .body = BODY_JSON,
	  .body_max = BULK_BODY_MAX,
	  .again = true,
	  .handle = bulk },
};

const struct route_table invites_bulk_api = ROUTES(routes);
