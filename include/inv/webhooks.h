/*
 * inv/webhooks.h: what a server tells a program of its own accord. By Standard
 * Webhooks, as OpenAI and invited(8) send them.
 */
#ifndef INV_H_WEBHOOKS
#define INV_H_WEBHOOKS

#include "call.h"

INV_BEGIN_DECLS

/* A request that says to be a webhook, and the secrets that it may be from. */
struct inv_webhook_unwrap_params {
	const char *webhook_id;	       /* its header webhook-id */
	const char *webhook_timestamp; /* its header webhook-timestamp */
	const char *webhook_signature; /* its header webhook-signature */
	const char *body;	       /* as it came, to the octet */
	size_t body_len;

	/* "whsec_..."; while it is changed more of them, with blanks between */
	const char *secrets;

	int64_t tolerance_seconds INV_OPT; /* early or late; 0: five minutes */
	int64_t now INV_OPT;		   /* Unix seconds; 0: by the clock */
	int64_t reserved[8] INV_OPT;
};

/* All of the body is in inv_meta(event)->json. */
struct inv_webhook_event {
	const char *webhook_id; /* the same each time it is sent; never NULL */
	int64_t sent_at;	/* this time */
	const char *id;		/* the event's own, or NULL */
	const char *object;	/* never NULL */
	const char *type;	/* such as "invite.accepted"; never NULL */
	int64_t created_at;
	const char *data; /* what it is about, a JSON object; or NULL */
};

/*
 * The event in such a request, if whoever has one of the secrets signed it, and
 * just now. Else answer with 400: the error is of the kind INV_ERROR_WEBHOOK,
 * or INV_ERROR_ANSWER where it was signed and makes no sense. Asks no server,
 * and needs no client. The same event may come more than once.
 */
INV_API int inv_webhook_unwrap(
    const struct inv_webhook_unwrap_params *params,
    struct inv_webhook_event **ret_event, struct inv_error *err);

INV_END_DECLS

#endif
