/*
 * webhook: takes a webhook as a CGI program, behind any web server: headers
 * come in variables and the body on standard input. Prints what has happened to
 * standard error, which web servers write into their log.
 */
#include <inv.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	static char body[64 * 1024];
	const struct inv_webhook_unwrap_params params = {
		.webhook_id = getenv("HTTP_WEBHOOK_ID"),
		.webhook_timestamp = getenv("HTTP_WEBHOOK_TIMESTAMP"),
		.webhook_signature = getenv("HTTP_WEBHOOK_SIGNATURE"),
		.body = body,
		.body_len = fread(body, 1, sizeof(body), stdin),
		.secrets = getenv("OPENAI_WEBHOOK_SECRET"),
	};
	struct inv_webhook_event *event;
	struct inv_error err;

	if (inv_webhook_unwrap(&params, &event, &err)) {
		fprintf(stderr, "%s\n", err.message);
		printf("Status: %d\r\n\r\n",
		       err.kind == INV_ERROR_USAGE ? 500 : 400);
		return 0;
	}
	fprintf(stderr, "%s: %s\n", event->type,
		event->data ? event->data : "");
	printf("Status: 204\r\n\r\n");
	inv_free(event);
	return 0;
}
