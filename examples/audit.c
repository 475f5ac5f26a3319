/*
 * audit: shows what happened with invites in the last day.
 */
#include <inv.h>
#include <stdio.h>
#include <time.h>

static int show(struct inv_client *client, struct inv_error *err)
{
	static const char *const types[] = { "invite.sent", "invite.accepted",
					     "invite.deleted" };
	const struct inv_audit_log_list_params params = {
		.effective_at_gte = (int64_t)time(NULL) - 86400,
		.event_types = INV_TEXTS(types, 3),
	};
	const struct inv_audit_log *event;
	struct inv_audit_log_page *page;
	int rc;

	if (inv_audit_logs_list(client, &params, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &event, err)) && event)
		printf("%s %s\n", event->type,
		       event->details ? event->details : "{}");
	inv_free(page);
	return rc;
}

int main(void)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (inv_client_new(NULL, &client, &err) || show(client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
