/*
 * service.h: what all HTTP threads share, and what each has for itself.
 *
 * All data that two of these threads touch is here, with what guards it;
 * everything else in http/ belongs to one thread. A thread has a port of the
 * store, and so a reader, of its own.
 */
#ifndef HTTP_SERVICE_H
#define HTTP_SERVICE_H

#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "base/log.h"
#include "core/webhook.h"
#include "http/census.h"
#include "http/crowd.h"
#include "http/key_memo.h"
#include "store/store.h"

struct gate;
struct language;
struct limiter;
struct network;
struct router;
struct timing;

/* Bodies of all requests under way; more are refused for now (503). */
#define BODIES_MAX (64 * 1024 * 1024)

/* A thread's counters: only the thread itself changes them, and others may read
 * them. */
struct http_counts {
	atomic_llong answers[6];	/* by hundreds of their status */
	atomic_llong singles;		/* answers but those made of parts */
	atomic_llong parked;		/* requests that wait for the store */
	atomic_llong refused_strangers; /* answered 4xx or 5xx, without a key */
	atomic_llong connections;
};

static inline void http_count(atomic_llong *counter, long long more)
{
	atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

static inline int64_t http_counted(const atomic_llong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

/* A thread's own data, except its counters. */
struct http_thread {
	struct http_service *service;
	struct http_thread *next;    /* see http_service */
	const struct router *router; /* of what is served there; borrowed */
	struct store_port *port;
	uint64_t round; /* reads in one round see one state of the store */
	uint64_t told;	/* the service's, when this round's state was taken */
	struct key_memo memo;
	size_t wholes; /* requests with parts (parts.h) under way; and, as they
			* last looked: */
	int64_t singles_seen; /* of all threads */
	uint64_t few_until;   /* the round in which others have had their turn */
	struct http_counts counts;
	struct timing *timings; /* by route; NULL: nobody looks at them */
};

struct http_service {
	/* Filled in before the threads start, and never changed. What these
	 * point to may be used by many threads. */
	struct store *store;
	const char *public_url;		 /* no final '/' */
	const char *base_path;		 /* its path: "" or "/team" */
	const char *welcome_url;	 /* or NULL */
	const struct language *language; /* of who asks for none */
	int64_t invite_ttl_seconds;
	bool mail_sends; /* false: links are shown to the caller instead */
	struct limiter *limiter;
	struct gate *gate;		 /* NULL: nobody asks it */
	const struct seal_key *seal_key; /* of secrets; NULL: none are kept */
	struct reach reach;		 /* of webhooks */
	const struct network *proxies;	 /* trusted; borrowed */
	size_t proxy_count;
	/* Whether all else is in order; writes what is not into `out`. */
	bool (*ready)(void *context, struct buf *out);
	/* Appends everybody else's metrics. */
	void (*metrics)(void *context, struct buf *out);
	void *context;
	struct http_thread *threads; /* all, linked by `next` */

	/* Changed by any thread, as they are. */
	atomic_size_t bodies; /* octets of them, at most BODIES_MAX */
	atomic_bool trim;     /* they were many: memory is to be given back */
	atomic_uint_fast64_t told; /* how often clients were told of writes */
	atomic_bool stopping;	   /* no more requests are taken */

	struct crowd crowd; /* who is connected; has a lock of its own */

	pthread_mutex_t mutex; /* of all that follows */
	struct log_sample strangers;
	struct census census;	  /* as far as scrapes have counted */
	int64_t store_failed_ms;  /* when that was logged */
	atomic_bool store_failed; /* and still is; read without it, too */
};

/* Whether to log this request of a client without a key. */
bool service_logs_stranger(struct http_service *service) MUST_CHECK;

/* One line when the store stops taking writes, one when it takes them again. */
void service_note_store(struct http_service *service, int64_t now_ms);

/* To be called before a write is acknowledged: no later request, on any thread,
 * may see the store's state from before the write. */
void service_tell(struct http_service *service);

/* To be called as a request begins: its reads then see all writes that were
 * acknowledged. */
void thread_catch_up(struct http_thread *thread);

#endif
