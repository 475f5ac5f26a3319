/*
 * request.h: one request to a receiver, and what became of it. Only here is
 * libcurl known in this layer.
 */
#ifndef HOOK_REQUEST_H
#define HOOK_REQUEST_H

#include "base/base.h"
#include "base/fail.h"
#include "core/webhook.h"

#define REQUEST_HEADERS 6

struct requester;

/* What goes out; borrowed. */
struct hook_request {
	const char *url;
	const char *headers[REQUEST_HEADERS]; /* "name: value"; NULL: no more */
	struct str body;
};

/* What came back. Texts are printable UTF-8. */
struct hook_answer {
	int status; /* 0: none */
	int duration_ms;
	bool hurried;	 /* given up because the program ends */
	char error[256]; /* "": none, as far as HTTP goes */
	char answer[WEBHOOK_ANSWER + 1];
};

/* NULL with `fail` where libcurl cannot be started. `reach` is borrowed. */
struct requester *requester_new(const struct reach *reach, const char *ca_file,
				struct fail *fail) MUST_CHECK;
void requester_free(struct requester *requester);

/* Sends it. Bounded in time, whatever the other side does, and in memory. */
void requester_send(struct requester *requester,
		    const struct hook_request *request,
		    struct hook_answer *ret_answer);

/* There is nothing to send for a while: closes its connections. */
void requester_idle(struct requester *requester);

/* Ends what is under way within a few seconds; from any thread. */
void requester_hurry(struct requester *requester);

#endif
