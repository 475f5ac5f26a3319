/*
 * webhooks.c: where an organization has its events sent; what they are when
 * they arrive: webhook.c.
 */
#include "base/base.h"
#include "resources.h"

static const struct field webhook_fields[] = {
	FIELD(struct inv_webhook, id, FIELD_ID),
	FIELD(struct inv_webhook, object, FIELD_TEXT),
	FIELD(struct inv_webhook, url, FIELD_TEXT),
	FIELD_OF_TEXTS(struct inv_webhook, events),
	FIELD(struct inv_webhook, status, FIELD_TEXT),
	FIELD(struct inv_webhook, disabled_reason, FIELD_TEXT_OR),
	FIELD(struct inv_webhook, disabled_at, FIELD_INTEGER),
	FIELD(struct inv_webhook, failing_since, FIELD_INTEGER),
	FIELD(struct inv_webhook, created_at, FIELD_INTEGER),
	FIELD(struct inv_webhook, secret, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape webhook_shape = { sizeof(struct inv_webhook),
				     webhook_fields };

static const struct field event_fields[] = {
	FIELD(struct inv_queued_event, id, FIELD_ID),
	FIELD(struct inv_queued_event, object, FIELD_TEXT),
	FIELD(struct inv_queued_event, webhook_id, FIELD_TEXT),
	FIELD(struct inv_queued_event, type, FIELD_TEXT),
	FIELD(struct inv_queued_event, created_at, FIELD_INTEGER),
	{ 0 },
};

const struct shape queued_event_shape = { sizeof(struct inv_queued_event),
					  event_fields };

static const struct field attempt_fields[] = {
	FIELD(struct inv_webhook_attempt, id, FIELD_ID),
	FIELD(struct inv_webhook_attempt, object, FIELD_TEXT),
	FIELD(struct inv_webhook_attempt, webhook_id, FIELD_TEXT),
	FIELD(struct inv_webhook_attempt, event_id, FIELD_TEXT),
	FIELD(struct inv_webhook_attempt, type, FIELD_TEXT),
	FIELD(struct inv_webhook_attempt, attempted_at, FIELD_INTEGER),
	FIELD(struct inv_webhook_attempt, outcome, FIELD_TEXT),
	FIELD(struct inv_webhook_attempt, status, FIELD_INTEGER),
	FIELD(struct inv_webhook_attempt, duration_ms, FIELD_INTEGER),
	FIELD(struct inv_webhook_attempt, error, FIELD_TEXT_OR),
	FIELD(struct inv_webhook_attempt, answer, FIELD_TEXT_OR),
	FIELD(struct inv_webhook_attempt, body, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape webhook_attempt_shape = { sizeof(struct inv_webhook_attempt),
					     attempt_fields };

const struct param webhook_create_params[] = {
	PARAM_REQUIRED(struct inv_webhook_create_params, url, PARAM_TEXT),
	PARAM(struct inv_webhook_create_params, events, PARAM_SAID_TEXTS),
	PARAM(struct inv_webhook_create_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param webhook_update_params[] = {
	PARAM(struct inv_webhook_update_params, url, PARAM_TEXT),
	PARAM(struct inv_webhook_update_params, events, PARAM_SAID_TEXTS),
	PARAM(struct inv_webhook_update_params, status, PARAM_TEXT),
	PARAM(struct inv_webhook_update_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param webhook_rotate_params[] = {
	PARAM(struct inv_webhook_rotate_params, grace_seconds,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_webhook_rotate_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param webhook_redeliver_params[] = {
	PARAM_REQUIRED(struct inv_webhook_redeliver_params, event_id,
		       PARAM_TEXT),
	PARAM(struct inv_webhook_redeliver_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};
