/*
 * inv/webhooks.h: what a server tells a program of its own accord. By Standard
 * Webhooks, as OpenAI and invited(8) send them; the calls that say where they
 * go are invited(8)'s alone.
 */
#ifndef INV_H_WEBHOOKS
#define INV_H_WEBHOOKS

#include "call.h"
#include "list.h"
#include "value.h"

INV_BEGIN_DECLS

/* A request that claims to be a webhook, and the secrets to check it with. */
struct inv_webhook_unwrap_params {
	const char *webhook_id;	       /* its header webhook-id */
	const char *webhook_timestamp; /* its header webhook-timestamp */
	const char *webhook_signature; /* its header webhook-signature */
	const char *body;	       /* exactly as it was received */
	size_t body_len;

	/* "whsec_..."; or several, separated by blanks, while it is rotated */
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
 * The event in such a request, if it was signed with one of the secrets, just
 * now. Otherwise answer it with 400: the error is of the kind
 * INV_ERROR_WEBHOOK, or INV_ERROR_ANSWER where the signature is right and the
 * body makes no sense. Asks no server, and needs no client. The same event may
 * come more than once.
 */
INV_API int inv_webhook_unwrap(
    const struct inv_webhook_unwrap_params *params,
    struct inv_webhook_event **ret_event, struct inv_error *err);

/* ---- where they go: only with invited(8) ---- */

struct inv_webhook {
	const char *id;		   /* never NULL, never empty */
	const char *object;	   /* never NULL */
	const char *url;	   /* never NULL */
	const char *const *events; /* "invite.accepted", "user.*", "*" */
	size_t events_len;
	const char *status;	     /* enabled, disabled; never NULL */
	const char *disabled_reason; /* by_request, failed, gone; or NULL */
	int64_t disabled_at;
	int64_t failing_since; /* while it fails */
	int64_t created_at;
	const char *secret; /* where it was just made, or NULL */
};

INV_PAGE_OF(webhook);

struct inv_webhook_create_params {
	const char *url;
	struct inv_texts events INV_OPT; /* omitted: all of them */
	const char *extra_body INV_OPT;	 /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_webhook_update_params {
	const char *url INV_OPT;
	struct inv_texts events INV_OPT;
	const char *status INV_OPT;	/* enabled, disabled */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_webhook_rotate_params {
	/* How long the old secret signs, too; omitted: a day. */
	struct inv_number grace_seconds INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_webhook_redeliver_params {
	const char *event_id;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

/* An event that is going to be sent. */
struct inv_queued_event {
	const char *id;		/* never NULL, never empty */
	const char *object;	/* never NULL */
	const char *webhook_id; /* never NULL */
	const char *type;	/* never NULL */
	int64_t created_at;
};

/* That an event was sent, and what came of it. */
struct inv_webhook_attempt {
	const char *id;		/* never NULL, never empty */
	const char *object;	/* never NULL */
	const char *webhook_id; /* never NULL */
	const char *event_id;	/* never NULL */
	const char *type;	/* of the event; never NULL */
	int64_t attempted_at;
	const char *outcome; /* delivered, deferred, given_up; never NULL */
	int64_t status;	     /* of the answer; 0: there was none */
	int64_t duration_ms;
	const char *error;  /* why it failed, or NULL */
	const char *answer; /* how it begins, or NULL */
	const char *body;   /* what was sent, or NULL */
};

INV_PAGE_OF(webhook_attempt);

/* GET /organization/webhooks */
INV_API int inv_webhooks_list(
    struct inv_client *client, const struct inv_list_params *params,
    const struct inv_call *call, struct inv_webhook_page **ret_page,
    struct inv_error *err);
/* POST /organization/webhooks: its secret is only in this answer. */
INV_API int inv_webhooks_create(
    struct inv_client *client, const struct inv_webhook_create_params *params,
    const struct inv_call *call, struct inv_webhook **ret_webhook,
    struct inv_error *err);
/* GET /organization/webhooks/{webhook_id} */
INV_API int inv_webhooks_retrieve(
    struct inv_client *client, const char *webhook_id,
    const struct inv_call *call, struct inv_webhook **ret_webhook,
    struct inv_error *err);
/* POST /organization/webhooks/{webhook_id}: what is omitted stays as it is. */
INV_API int inv_webhooks_update(
    struct inv_client *client, const char *webhook_id,
    const struct inv_webhook_update_params *params, const struct inv_call *call,
    struct inv_webhook **ret_webhook, struct inv_error *err);
/* DELETE /organization/webhooks/{webhook_id} */
INV_API int inv_webhooks_delete(
    struct inv_client *client, const char *webhook_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);
/* POST /organization/webhooks/{webhook_id}/rotate: gives it a new secret, which
 * is only in this answer. */
INV_API int inv_webhooks_rotate(
    struct inv_client *client, const char *webhook_id,
    const struct inv_webhook_rotate_params *params, const struct inv_call *call,
    struct inv_webhook **ret_webhook, struct inv_error *err);
/* POST /organization/webhooks/{webhook_id}/test: sends it webhook.test. */
INV_API int inv_webhooks_test(
    struct inv_client *client, const char *webhook_id,
    const struct inv_call *call, struct inv_queued_event **ret_event,
    struct inv_error *err);
/* POST /organization/webhooks/{webhook_id}/redeliver: an event once more. */
INV_API int inv_webhooks_redeliver(
    struct inv_client *client, const char *webhook_id,
    const struct inv_webhook_redeliver_params *params,
    const struct inv_call *call, struct inv_queued_event **ret_event,
    struct inv_error *err);
/* GET /organization/webhooks/{webhook_id}/attempts: its last ones. */
INV_API int inv_webhooks_attempts_list(
    struct inv_client *client, const char *webhook_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_webhook_attempt_page **ret_page, struct inv_error *err);

INV_END_DECLS

#endif
