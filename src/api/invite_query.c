/*
 * invite_query.c: which invites a list of them is asked for.
 */
#include "base/base.h"

#include "api/invites.h"

#include "core/id.h"
#include "http/errors.h"

static int read_email_filter(struct request *request, void *input,
			     struct str value)
{
	struct invite_list_in *in = input;
	struct email email;

	if (read_email(request, "email", value, &email) < 0)
		return -1;
	in->email_key = email.key;
	return 0;
}

static int read_external_id(struct request *request, void *input,
			    struct str value)
{
	struct invite_list_in *in = input;

	in->external_id = arena_str(&request->arena, value);
	if (in->external_id)
		return 0;
	answer_unavailable(request);
	return -1;
}

static const char *const wish_words[] = { "pending", "accepted", "expired",
					  "declined" };
static const struct vocabulary wishes = { .words = wish_words,
					  .count = COUNT_OF(wish_words) };

/* One status alone has an index, but for declined ones. */
static int read_wish(struct request *request, void *input, struct str value)
{
	struct invite_list_in *in = input;
	int number;

	if (body_read_word(request, "status", value, &wishes, &number) < 0)
		return -1;
	in->wishes |= 1u << number;
	return 0;
}

static int read_part(struct request *request, void *input, struct str value)
{
	struct invite_list_in *in = input;
	const char *reason;

	in->part = email_part(&request->arena, value, &reason);
	if (in->part)
		return 0;
	if (reason == EMAIL_OUT_OF_MEMORY) {
		answer_unavailable(request);
		return -1;
	}
	return answer_error(request, 400, "invalid_value", "query",
			    "Invalid 'query': it is no part of an e-mail "
			    "address: %s.",
			    reason);
}

static int read_project_filter(struct request *request, void *input,
			       struct str value)
{
	struct invite_list_in *in = input;

	(void)request;
	in->by_project = true;
	if (!id_parse(ID_PROJECT, value, &in->project))
		in->project = 0; /* which no invite names */
	return 0;
}

QUERY_TIME(read_gt, invite_list_in, created, "created_at[gt]", query_since, 1)
QUERY_TIME(read_gte, invite_list_in, created, "created_at[gte]", query_since, 0)
QUERY_TIME(read_lt, invite_list_in, created, "created_at[lt]", query_until, -1)
QUERY_TIME(read_lte, invite_list_in, created, "created_at[lte]", query_until, 0)

static const struct query_param invite_filters[] = {
	FILTER_EACH_BY("status", read_wish),
	FILTER_BY("email", read_email_filter),
	FILTER_BY("external_id", read_external_id),
	FILTER_BY("query", read_part),
	FILTER_BY("project_id", read_project_filter),
	FILTER_WORD("delivery", struct invite_list_in, delivery, by_delivery,
		    &delivery_statuses),
	FILTER_BY("created_at[gt]", read_gt),
	FILTER_BY("created_at[gte]", read_gte),
	FILTER_BY("created_at[lt]", read_lt),
	FILTER_BY("created_at[lte]", read_lte),
	{ 0 },
};

int prepare_invite_query(struct request *request, void *input)
{
	struct invite_list_in *in = input;
	bool alone = !in->part && !in->by_project && !in->by_delivery &&
		     !in->created.since && !in->created.bounded &&
		     !(in->external_id && in->email_key);

	(void)request;
	if (!alone || !in->wishes || (in->wishes & (in->wishes - 1)))
		return 0;
	if (in->wishes == WISH_DECLINED && (in->email_key || in->external_id))
		return 0;
	in->by_status = in->wishes != WISH_DECLINED;
	in->declined = !in->by_status;
	in->status = in->wishes == WISH_PENDING	   ? STATUS_PENDING
		     : in->wishes == WISH_ACCEPTED ? STATUS_ACCEPTED
						   : STATUS_EXPIRED;
	in->wishes = 0;
	return 0;
}

const struct list_query invite_query = {
	.kind = ID_INVITE,
	.filters = invite_filters,
};
