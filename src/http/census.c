/*
 * census.c: slices of a count become a whole.
 */
#include "base/base.h"

#include "http/census.h"

#include "base/metric.h"

static const struct metric invites = {
	.name = "invited_invites",
	.type = METRIC_GAUGE,
	.help = "Invites that were not deleted, by what became of them.",
};
static const struct metric invites_by_delivery = {
	.name = "invited_invites_by_delivery",
	.type = METRIC_GAUGE,
	.help = "The same invites, by what became of their mail.",
};
static const struct metric age = {
	.name = "invited_invites_age_seconds",
	.type = METRIC_GAUGE,
	.help = "How long ago the invites were counted.",
};
static const struct metric seats_limit = {
	.name = "invited_seats_limit",
	.type = METRIC_GAUGE,
	.help = "Seats that organizations with a limit may have, together.",
};
static const struct metric seats_taken = {
	.name = "invited_seats_taken",
	.type = METRIC_GAUGE,
	.help = "Members and pending invites of these organizations.",
};
static const struct metric seats_fullest = {
	.name = "invited_seats_fullest_ratio",
	.type = METRIC_GAUGE,
	.help = "How full the fullest of these organizations is; 1 is full.",
};

static const char *const status_words[] = {
	[CENSUS_PENDING] = "pending",
	[CENSUS_ACCEPTED] = "accepted",
	[CENSUS_EXPIRED] = "expired",
	[CENSUS_DECLINED] = "declined",
};

static void add_invites(struct census_invites *to,
			const struct census_invites *more)
{
	for (size_t i = 0; i < COUNT_OF(to->by_status); i++)
		to->by_status[i] += more->by_status[i];
	for (size_t i = 0; i < COUNT_OF(to->by_delivery); i++)
		to->by_delivery[i] += more->by_delivery[i];
}

static void add_seats(struct census_seats *to, const struct census_seats *more)
{
	to->limited += more->limited;
	to->limit += more->limit;
	to->taken += more->taken;
	if (more->fullest > to->fullest)
		to->fullest = more->fullest;
}

void census_add(struct census *census, const struct census_in *in,
		const struct census_out *slice, int64_t now_ms)
{
	if (in->invites_after == census->next.invites_after) {
		add_invites(&census->invites_so_far, &slice->invites);
		census->next.invites_after = slice->invites_next;
		if (slice->invites_next == 0) {
			census->invites = census->invites_so_far;
			census->invites_so_far = (struct census_invites){ 0 };
			census->invites_at_ms = now_ms;
		}
	}
	if (in->seats_after == census->next.seats_after) {
		add_seats(&census->seats_so_far, &slice->seats);
		census->next.seats_after = slice->seats_next;
		if (slice->seats_next == 0) {
			census->seats = census->seats_so_far;
			census->seats_so_far = (struct census_seats){ 0 };
			census->seats_counted = true;
		}
	}
}

static void write_invites(const struct census *census, int64_t now_ms,
			  struct buf *out)
{
	const struct census_invites *counted = &census->invites;
	int64_t age_ms = now_ms - census->invites_at_ms;

	metric_begin(out, &invites);
	for (size_t i = 0; i < COUNT_OF(status_words); i++)
		metric_add(out, &invites, "status", status_words[i],
			   counted->by_status[i]);
	metric_begin(out, &invites_by_delivery);
	for (size_t i = 0; i < COUNT_OF(counted->by_delivery); i++)
		metric_add(out, &invites_by_delivery, "delivery",
			   vocabulary_word(&delivery_statuses, (int)i),
			   counted->by_delivery[i]);
	metric_write(out, &age, age_ms > 0 ? age_ms / 1000 : 0);
}

/* Nothing is written if no organization has a limit. */
static void write_seats(const struct census_seats *seats, struct buf *out)
{
	metric_write(out, &seats_limit, seats->limit);
	metric_write(out, &seats_taken, seats->taken);
	metric_begin(out, &seats_fullest);
	buf_addf(out, "%s %lld.%06lld\n", seats_fullest.name,
		 (long long)(seats->fullest / 1000000),
		 (long long)(seats->fullest % 1000000));
}

void census_metrics(const struct census *census, int64_t now_ms,
		    struct buf *out)
{
	if (census->invites_at_ms != 0)
		write_invites(census, now_ms, out);
	if (census->seats_counted && census->seats.limited > 0)
		write_seats(&census->seats, out);
}
