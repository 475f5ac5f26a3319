/*
 * census.h: how many invites and seats there are, counted a slice at a time, so
 * that the cost of a query does not grow with the number of rows.
 *
 *	census		one slice of all organizations' invites, and one of
 *			their seats; the caller adds them up
 */
#ifndef STORE_CENSUS_H
#define STORE_CENSUS_H

#include "base/base.h"
#include "core/invite.h"
#include "store/store.h"

/* Rows of a slice: a few milliseconds. */
#define CENSUS_INVITES	     20000
#define CENSUS_ORGANIZATIONS 16
#define CENSUS_SEATS	     25000 /* of an organization that is counted */

enum census_status {
	CENSUS_PENDING,
	CENSUS_ACCEPTED,
	CENSUS_EXPIRED, /* by themselves */
	CENSUS_DECLINED,
	CENSUS_STATUSES
};
#define CENSUS_DELIVERIES (DELIVERY_FAILED + 1)

/* Of invites that were not deleted. */
struct census_invites {
	int64_t by_status[CENSUS_STATUSES];
	int64_t by_delivery[CENSUS_DELIVERIES];
};

/* Of organizations that limit them, to at most CENSUS_SEATS. */
struct census_seats {
	int64_t limited; /* organizations */
	int64_t limit, taken;
	int64_t fullest; /* of them, in millionths of its limit */
};

struct census_in {
	int64_t invites_after, seats_after; /* ids; 0: from the beginning */
	int64_t limit; /* rows of a slice, up to CENSUS_INVITES */
};

struct census_out {
	struct census_invites invites;
	struct census_seats seats;
	/* Where the next slices begin; 0: these were the last. */
	int64_t invites_next, seats_next;
};

#endif
