/*
 * limiter.h: how many wrong codes an address may have looked up.
 *
 * Codes are random, and nobody guesses one; what is guarded is the load of
 * looking them up. Every look-up is charged before it begins and given back
 * when the code was right, so that an office behind one address can accept as
 * many invitations as it likes, and a thousand wrong codes at once are not all
 * looked up. A wrong code is forgiven after 5 seconds, ten after 50.
 *
 * Those who share an address with a guesser still get in: a code that was sent
 * away and comes back is looked up, from a small allowance that is kept for
 * this and divided among addresses and networks. A guesser gains nothing by
 * repeating a code: one that came back and was wrong does not get another
 * ticket for 4 minutes.
 *
 * Addresses of IPv6 are charged as /64, /48 and /32, since one customer may
 * have any of these. All memory is tables of fixed size. May be used by
 * many threads.
 */
#ifndef HTTP_LIMITER_H
#define HTTP_LIMITER_H

#include "base/base.h"
#include "base/str.h"

struct limiter;
struct request;
struct http_service;
struct in6_addr;

#define LIMITER_LEVELS 3

/* Whom to charge: the address itself first, then the networks around it. */
struct limiter_client {
	uint64_t keys[LIMITER_LEVELS];
	size_t count;
	/* From limiter_ask() for limiter_settle(): */
	uint64_t code;
	bool came_back;
};

/* An answer to limiter_ask() that a look-up may begin. */
#define LIMITER_GO 0

struct limiter *limiter_new(void); /* NULL: out of memory */
void limiter_free(struct limiter *limiter);

/* A keyed hash of `data`, which nobody outside can predict. */
uint64_t limiter_hash(const struct limiter *limiter, struct str data);

/*
 * The client: the peer's address, or, if that is this machine (a reverse proxy,
 * a UNIX socket) or one of --proxy, the last address of X-Forwarded-For that is
 * not such a proxy, with or without a port. Without that header, all clients of
 * the proxy count as one.
 */
struct limiter_client limiter_client(const struct request *request);

/* This very machine, and --proxy: whose X-Forwarded-For is the truth. */
bool proxy_is_trusted(const struct http_service *service,
		      const struct in6_addr *address) MUST_CHECK;

/*
 * For the audit log, in the request's arena: the same address as text, and the
 * User-Agent, cut to a limit. NULL if not known.
 */
#define AGENT_MAX 256 /* octets; what is not printable ASCII becomes '?' */
const char *client_address(struct request *request);
const char *client_agent(struct request *request);

/*
 * Asks to look up `code`. LIMITER_GO, and the client is charged until
 * limiter_settle(); or the seconds, 1 to 5, after which to come back with the
 * same code. Times are monotonic: the wall clock may step back.
 */
int limiter_ask(struct limiter *limiter, struct limiter_client *client,
		struct str code, int64_t now_ms) MUST_CHECK;

/* The look-up has ended: keeps the charge where the code was wrong. */
void limiter_settle(struct limiter *limiter,
		    const struct limiter_client *client, bool wrong,
		    int64_t now_ms);

#endif
