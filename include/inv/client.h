/*
 * inv/client.h: who speaks to a server: a client and its options.
 */
#ifndef INV_H_CLIENT
#define INV_H_CLIENT

#include "error.h"

INV_BEGIN_DECLS

struct inv_http_request;
struct inv_receiver;

#define INV_NO_RETRIES (-1)

struct inv_options {
	const char *admin_api_key INV_OPT; /* else OPENAI_ADMIN_KEY */
	const char *base_url INV_OPT; /* else OPENAI_BASE_URL, else OpenAI's */
	const char *organization INV_OPT; /* else OPENAI_ORG_ID */
	const char *project INV_OPT;	  /* else OPENAI_PROJECT_ID */

	/*
	 * More request headers, "Name: value" in lines, on top of those in
	 * OPENAI_CUSTOM_HEADERS. They win over the library's own. Like the
	 * organization and the project, they go to the server of the base URL
	 * only: no redirect to another host is followed.
	 */
	const char *headers INV_OPT;

	int64_t timeout_ms INV_OPT;	    /* of one attempt; 0: ten minutes */
	int64_t connect_timeout_ms INV_OPT; /* its beginning; 0: five seconds */
	int max_retries INV_OPT;	    /* 0: two; or INV_NO_RETRIES */

	const char *proxy INV_OPT;   /* as libcurl's; NULL: http_proxy etc. */
	const char *ca_file INV_OPT; /* PEM; else SSL_CERT_FILE, the system's */
	const char *ca_path INV_OPT; /* directory; else SSL_CERT_DIR */

	/*
	 * Told, a line at a time and without newline, what is sent and
	 * received: never the key, never a body. May come from any thread that
	 * makes a call; each line begins with the number of its call in
	 * brackets.
	 */
	void (*debug)(void *arg, const char *line) INV_OPT;
	void *debug_arg INV_OPT;

	/*
	 * Called instead of waiting before another attempt. Not 0 gives up:
	 * the call fails with INV_ERROR_CANCELLED.
	 */
	int (*pause)(void *arg, int64_t milliseconds) INV_OPT;
	void *pause_arg INV_OPT;

	/*
	 * Called instead of libcurl, once an attempt: sends the request and
	 * gives what comes back to inv_receive(). Returns INV_CAUSE_NONE, or
	 * why nothing came. May come from any thread that makes a call.
	 */
	enum inv_cause (*transport)(
	    void *arg, const struct inv_http_request *request,
	    struct inv_receiver *to) INV_OPT;
	void *transport_arg INV_OPT;

	int64_t reserved[16] INV_OPT;
};

/*
 * A client, with connections that it keeps open between calls. `options` may
 * be NULL: all from the environment. That there is no key is found by the
 * first call that needs one. Any number of threads may use a client at once;
 * each waits for its own answer only. After fork() the child may go on with
 * the client: it makes connections of its own. (Not while another thread of
 * the parent was inside a call: then make a new one.)
 */
INV_API int inv_client_new(
    const struct inv_options *options, struct inv_client **ret_client,
    struct inv_error *err);

INV_END_DECLS

#endif
