/*
 * webhooks.c: the verbs of webhooks.
 */
#include "base/base.h"

#include "store/webhooks/webhooks.h"

#include "store/lock.h"
#include "store/resource.h"
#include "store/webhooks/webhook_queue.h"

#define WEBHOOK_UPDATE(FIRST, MORE)                                     \
	FIRST(TEXT, "url", struct webhook, url)                         \
	MORE(NUMBER, "events", struct webhook, events)                  \
	MORE(WORD, "status", struct webhook, status, &webhook_statuses) \
	MORE(WORD, "reason", struct webhook, reason, &webhook_reasons)  \
	MORE(NUMBER, "disabled_at", struct webhook, disabled_at)        \
	MORE(NUMBER, "failures", struct webhook, failures)              \
	MORE(NUMBER, "failing_since", struct webhook, failing_since)    \
	MORE(NUMBER, "retry_at_ms", struct webhook, retry_at_ms)

STATEMENT(webhook_log_delete, .text = "DELETE FROM webhook_attempt"
				      " WHERE webhook = ?1"
				      " AND organization = ?2");

static enum result may_change(struct work *work, const void *in, void *row);

RESOURCE(webhook, WEBHOOK_TABLE, WEBHOOK_UPDATE,
	 .emptied = { &sql_webhook_log_delete },
	 .not_found = RESULT_WEBHOOK_NOT_FOUND,
	 .on_create = AUDIT_WEBHOOK_CREATED, .on_update = AUDIT_WEBHOOK_UPDATED,
	 .on_delete = AUDIT_WEBHOOK_DELETED, .partial = true,
	 .may_change = may_change);
RESOURCE_GET(webhook);
RESOURCE_LIST(webhook);
RESOURCE_UPDATE(webhook, 0, lock_rights);
RESOURCE_DELETE(webhook, 0, lock_rights);

enum result find_webhook(const struct work *work, int64_t id,
			 struct webhook *ret_webhook)
{
	return resource_find(work, &webhook_resource, &sql_webhook_get, id,
			     ret_webhook);
}

/* ---- create ---- */

STATEMENT(webhook_others,
	  .text = "SELECT id, url FROM webhook" INDEXED_BY("webhook_list") //
	  " WHERE organization = ?1 ORDER BY id",
	  .pgsql = "SELECT id, url FROM webhook WHERE organization = ?1"
		   " ORDER BY organization, id");

/* Whether another one has this URL; and how many others there are. */
static bool is_taken(const struct work *work, int64_t id, const char *url,
		     int *ret_count)
{
	struct statement *st = db_statement(work->db, &sql_webhook_others);
	bool taken = false;

	*ret_count = 0;
	db_bind_i64(st, 1, work->organization);
	while (db_row(work->db, st)) {
		if (column_i64(st, 0) == id)
			continue;
		++*ret_count;
		taken = taken || str_is(column_bytes(st, 1), url);
	}
	return taken;
}

static enum result webhook_create(struct work *work, const void *input,
				  void *output)
{
	const struct webhook *in = input;
	int count;

	if (is_taken(work, 0, in->url, &count))
		return RESULT_WEBHOOK_EXISTS;
	if (count >= WEBHOOKS_MAX)
		return RESULT_WEBHOOK_LIMIT_REACHED;
	db_forget(work->db); /* whether the organization has any */
	return resource_create(work, input, output);
}

const struct verb verb_webhook_create = {
	VERB(webhook_create),
	.size_in = sizeof(struct webhook),
	.size_out = sizeof(struct webhook),
	.locks = lock_rights,
	.run = webhook_create,
	.resource = &webhook_resource,
};

/* ---- update and delete ---- */

static void set_status(const struct work *work, enum webhook_status status,
		       struct webhook *row)
{
	bool enabled = status == WEBHOOK_ENABLED;

	if (row->status == status)
		return;
	row->disabled_at = enabled ? 0 : work->now;
	row->reason = enabled ? 0 : WEBHOOK_BY_REQUEST;
	row->failures = row->failing_since = row->retry_at_ms = 0;
}

static enum result may_change(struct work *work, const void *in, void *row)
{
	const struct webhook *asked = in;
	int count;

	db_forget(work->db); /* whether the organization has any */
	if (!asked)
		return RESULT_OK;
	if (asked->url && is_taken(work, asked->id, asked->url, &count))
		return RESULT_WEBHOOK_EXISTS;
	if (asked->status)
		set_status(work, asked->status, row);
	return RESULT_OK;
}

/* ---- rotate ---- */

STATEMENT(webhook_new_secret,
	  .text = "UPDATE webhook SET old_secret = secret, secret = ?3,"
		  " old_secret_until = ?4 WHERE id = ?1"
		  " AND organization = ?2");

static enum result webhook_rotate(struct work *work, const void *input,
				  void *output)
{
	const struct webhook_rotate_in *in = input;
	struct webhook *out = output;
	enum result result = resource_find(work, &webhook_resource,
					   &sql_webhook_take, in->id, out);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	out->old_secret_until =
	    work->now + (in->has_grace ? in->grace : WEBHOOK_GRACE);
	memcpy(out->text, in->text, sizeof(out->text));
	st = db_statement(work->db, &sql_webhook_new_secret);
	db_bind_i64(st, 1, in->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_blob(st, 3, in->secret, sizeof(in->secret));
	db_bind_i64(st, 4, out->old_secret_until);
	db_run(work->db, st);
	work_audit(work, AUDIT_WEBHOOK_ROTATED, in->id);
	return RESULT_OK;
}

const struct verb verb_webhook_rotate = {
	VERB(webhook_rotate),
	.size_in = sizeof(struct webhook_rotate_in),
	.size_out = sizeof(struct webhook),
	.locks = lock_rights,
	.run = webhook_rotate,
};
