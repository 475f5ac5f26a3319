/*
 * webhook_deal.c: see webhook_deal.h.
 */
#include "base/base.h"
#include "store/webhooks/webhook_deal.h"

#include "store/webhooks/webhook_queue.h"

#define AT_ONCE		     3 /* events for one that is prompt */
#define OF_ORGANIZATION	     (WEBHOOK_CONNECTIONS / 2)
#define SLOW_OF_ORGANIZATION (WEBHOOK_CONNECTIONS / 4)
#define SLOW_OF_ALL	     (WEBHOOK_CONNECTIONS / 2)

#define ANYBODY		     0

/* Who may keep a connection for long, as far as we know. */
struct share {
	int64_t organization; /* ANYBODY */
	bool slow;	      /* only what is not prompt */
};

static bool is_of(const struct turn *turn, struct share share)
{
	return (share.organization == ANYBODY ||
		share.organization == turn->organization) &&
	       !(share.slow && turn->prompt);
}

/* What it has in hand, and is given. */
static int64_t taken(const struct deal *deal, struct share share)
{
	int64_t sum = 0;

	for (size_t i = 0; i < deal->held_count; i++)
		sum += is_of(&deal->held[i], share) ? deal->held[i].held : 0;
	for (size_t i = 0; i < deal->count; i++)
		sum += is_of(deal->turns[i], share) ? deal->turns[i]->given : 0;
	return sum;
}

static bool may_have_more(const struct deal *deal, const struct turn *turn)
{
	struct share own = { .organization = turn->organization };
	struct share own_slow = { turn->organization, .slow = true };
	struct share all_slow = { ANYBODY, .slow = true };
	int64_t has = turn->held + turn->given;

	if (!turn->waiting || has >= (turn->prompt ? AT_ONCE : 1) ||
	    taken(deal, own) >= OF_ORGANIZATION)
		return false;
	return turn->prompt || (taken(deal, own_slow) < SLOW_OF_ORGANIZATION &&
				taken(deal, all_slow) < SLOW_OF_ALL);
}

static int compare(const void *one, const void *other)
{
	const struct turn *a = *(struct turn *const *)one;
	const struct turn *b = *(struct turn *const *)other;

	if (a->last != b->last)
		return a->last < b->last ? -1 : 1;
	return a->webhook < b->webhook ? -1 : a->webhook > b->webhook;
}

int64_t webhook_deal(const struct deal *deal)
{
	int64_t given = 0;

	qsort(deal->turns, deal->count, sizeof(*deal->turns), compare);
	for (int round = 0; round < AT_ONCE; round++) {
		for (size_t i = 0; i < deal->count && given < deal->limit;
		     i++) {
			if (!may_have_more(deal, deal->turns[i]))
				continue;
			deal->turns[i]->given++;
			given++;
		}
	}
	return given;
}
