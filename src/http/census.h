/*
 * census.h: how many invites and seats there are, for Prometheus.
 *
 * A scrape counts one slice (store/invites/census.h) and shows what came of the
 * last round. Where all fits into one slice, that is the state of now.
 */
#ifndef HTTP_CENSUS_H
#define HTTP_CENSUS_H

#include "base/base.h"

#include "base/buf.h"
#include "store/invites/census.h"

struct census {
	struct census_in next; /* the slices that are due */
	struct census_invites invites, invites_so_far;
	struct census_seats seats, seats_so_far;
	int64_t invites_at_ms; /* when the round ended; 0: none has */
	bool seats_counted;
};

/* Takes the slice that was asked for with `in`. Ignored if another scrape was
 * faster. */
void census_add(struct census *census, const struct census_in *in,
		const struct census_out *slice, int64_t now_ms);

/* Writes nothing before the first round has ended. */
void census_metrics(const struct census *census, int64_t now_ms,
		    struct buf *out);

#endif
