/*
 * webhook_deal.h: how many events each webhook is given now, so that those that
 * keep a connection for long leave enough to the others. Private to store/.
 *
 * A receiver that stalls is noticed only while it does so, and keeps a
 * connection for as long, even if its webhook is deleted meanwhile. So what may
 * be in hand at once is bounded:
 *
 *	a webhook	3 events; 1 unless it is known to be prompt
 *	an organization	half of a daemon's connections; a quarter for those of
 *			its webhooks that are not known to be prompt
 *	all webhooks that are not known to be prompt
 *			half of a daemon's connections
 *
 * Within these bounds they take turns: the webhook whose last attempt was
 * longest ago comes first, and none gets a second event before each has one.
 */
#ifndef STORE_WEBHOOK_DEAL_H
#define STORE_WEBHOOK_DEAL_H

#include "base/base.h"

/* A webhook for which something waits, or that has something in hand. */
struct turn {
	int64_t webhook, organization;
	bool prompt;  /* it works, and its last answer was not long in coming */
	bool waiting; /* something is due, and may be sent */
	int64_t last; /* its last attempt; 0: there was none */
	int64_t held; /* events in hand, of all daemons */
	int64_t given; /* and now, by webhook_deal() */
};

struct deal {
	struct turn **turns; /* are put in order */
	size_t count;
	const struct turn *held; /* those that have something in hand */
	size_t held_count;
	int64_t limit; /* to be given, in all */
};

/* Sets `given` of the turns; the sum of that. */
int64_t webhook_deal(const struct deal *deal);

#endif
