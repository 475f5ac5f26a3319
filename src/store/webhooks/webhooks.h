/*
 * webhooks.h: the verbs of webhooks: where an organization's events go.
 *
 *	webhook_create, _get, _list, _update, _delete
 *				see resource.h; of struct webhook; an update
 *				sets url, events and status. WEBHOOK_EXISTS,
 *				WEBHOOK_LIMIT_REACHED
 *	webhook_rotate		a new secret; the old one signs, too, for a
 *				while
 *
 * What waits for one that is deleted or disabled is dropped.
 */
#ifndef STORE_WEBHOOKS_H
#define STORE_WEBHOOKS_H

#include "core/event.h"
#include "core/webhook.h"
#include "store/verb.h"

struct webhook {
	int64_t id, organization;
	const char *url;
	int64_t events; /* a set */
	enum webhook_status status;
	enum webhook_reason reason; /* of being disabled */
	int64_t created_at, disabled_at;
	int64_t failures; /* in a row */
	int64_t failing_since;
	int64_t retry_at_ms; /* while it fails: when it is tried next */
	uint8_t secret[WEBHOOK_SEALED], old_secret[WEBHOOK_SEALED];
	int64_t old_secret_until;

	/* No columns: */
	const char *listed; /* the events as they were asked for, a line each;
			     * NULL: none were given */
	char text[WEBHOOK_SECRET_TEXT]; /* of a secret that is made */
};

#define WEBHOOK_GRACE	  (24 * 60 * 60) /* of a secret that is rotated */
#define WEBHOOK_GRACE_MAX (7 * 24 * 60 * 60)

struct webhook_rotate_in {
	int64_t id;
	bool has_grace;
	int64_t grace;
	uint8_t secret[WEBHOOK_SEALED];
	char text[WEBHOOK_SECRET_TEXT];
};

/* ---- private to store/ ---- */

struct work;

enum result find_webhook(const struct work *work, int64_t id,
			 struct webhook *ret_webhook) MUST_CHECK;

#endif
