/*
 * try.c: one mail, now.
 */
#include "base/base.h"
#include "mail/try.h"

#include "base/clock.h"

#define OPTIONS_MAX (64 * 1024) /* octets of text */

static void send_test(struct transport *transport, const struct sender *from,
		      const struct email *to, struct report *ret_report)
{
	struct message message;
	struct letter letter;

	message_init(&message);
	if (message_compose_test(&message, from, to, clock_now_ms(), &letter))
		transport_deliver(transport, &letter, ret_report);
	else
		report_set(ret_report, OUTBOX_DEFERRED, WAY_OPEN,
			   "out of memory");
	message_release(&message);
}

int mail_try(const struct mail_options *options, const struct email *to,
	     dialogue_trace *trace, struct report *ret_report,
	     struct fail *fail)
{
	struct transport_options how = {
		.url = options->url,
		.username = options->username,
		.password = options->password,
		.helo = options->helo,
		.trace = trace,
	};
	struct transport *transport = NULL;
	struct sender from;
	struct arena arena;
	int result = -1;

	arena_init(&arena, OPTIONS_MAX);
	if (sender_parse(&arena, options->from, &from, fail) == 0 &&
	    return_path_parse(&arena, options->return_path, &from.return_path,
			      fail) == 0) {
		how.domain = from.domain;
		result = transport_open(&how, &transport, fail);
	}
	if (result == 0)
		send_test(transport, &from, to, ret_report);
	transport_close(transport);
	arena_release(&arena);
	return result;
}
