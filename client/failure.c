/*
 * failure.c: see failure.h. One table from libcurl's code to kind and cause,
 * one from the cause to our own sentence.
 */
#include "base/base.h"
#include "failure.h"

/* Those not listed are as the first. */
static const struct failure {
	CURLcode code;
	enum inv_error_kind kind;
	enum inv_cause cause;
	bool retry;
} failures[] = {
	{ CURLE_OK, INV_ERROR_CONNECTION, INV_CAUSE_CUT, true },
	{ CURLE_COULDNT_RESOLVE_HOST, INV_ERROR_CONNECTION, INV_CAUSE_DNS,
	  true },
	{ CURLE_COULDNT_RESOLVE_PROXY, INV_ERROR_CONNECTION, INV_CAUSE_PROXY,
	  true },
	{ CURLE_PROXY, INV_ERROR_CONNECTION, INV_CAUSE_PROXY, true },
	{ CURLE_COULDNT_CONNECT, INV_ERROR_CONNECTION, INV_CAUSE_REFUSED,
	  true },
	{ CURLE_WEIRD_SERVER_REPLY, INV_ERROR_CONNECTION, INV_CAUSE_PROTOCOL,
	  true },
	{ CURLE_HTTP2, INV_ERROR_CONNECTION, INV_CAUSE_PROTOCOL, true },
	{ CURLE_HTTP2_STREAM, INV_ERROR_CONNECTION, INV_CAUSE_PROTOCOL, true },
	{ CURLE_UNSUPPORTED_PROTOCOL, INV_ERROR_ANSWER, INV_CAUSE_PROTOCOL,
	  false },
	{ CURLE_SSL_CONNECT_ERROR, INV_ERROR_CONNECTION, INV_CAUSE_TLS, true },
	{ CURLE_PEER_FAILED_VERIFICATION, INV_ERROR_CONNECTION,
	  INV_CAUSE_CERTIFICATE, false },
	{ CURLE_SSL_ISSUER_ERROR, INV_ERROR_CONNECTION, INV_CAUSE_CERTIFICATE,
	  false },
	{ CURLE_SSL_INVALIDCERTSTATUS, INV_ERROR_CONNECTION,
	  INV_CAUSE_CERTIFICATE, false },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, INV_ERROR_CONNECTION,
	  INV_CAUSE_CERTIFICATE, false },
	{ CURLE_OPERATION_TIMEDOUT, INV_ERROR_TIMEOUT, INV_CAUSE_NONE, true },
	{ CURLE_OUT_OF_MEMORY, INV_ERROR_MEMORY, INV_CAUSE_NONE, false },
	{ CURLE_ABORTED_BY_CALLBACK, INV_ERROR_CANCELLED, INV_CAUSE_NONE,
	  false },
	{ CURLE_URL_MALFORMAT, INV_ERROR_USAGE, INV_CAUSE_NONE, false },
	{ CURLE_BAD_FUNCTION_ARGUMENT, INV_ERROR_USAGE, INV_CAUSE_NONE, false },
	{ CURLE_NOT_BUILT_IN, INV_ERROR_USAGE, INV_CAUSE_NONE, false },
	{ CURLE_UNKNOWN_OPTION, INV_ERROR_USAGE, INV_CAUSE_NONE, false },
	{ CURLE_SSL_CACERT_BADFILE, INV_ERROR_USAGE, INV_CAUSE_TLS, false },
	{ CURLE_SSL_CRL_BADFILE, INV_ERROR_USAGE, INV_CAUSE_TLS, false },
	{ CURLE_SSL_CERTPROBLEM, INV_ERROR_USAGE, INV_CAUSE_TLS, false },
	{ CURLE_SSL_CIPHER, INV_ERROR_USAGE, INV_CAUSE_TLS, false },
	{ CURLE_WRITE_ERROR, INV_ERROR_ANSWER, INV_CAUSE_PROTOCOL, false },
	{ CURLE_FILESIZE_EXCEEDED, INV_ERROR_ANSWER, INV_CAUSE_TOO_LARGE,
	  false },
#if LIBCURL_VERSION_NUM >= 0x080600
	{ CURLE_TOO_LARGE, INV_ERROR_ANSWER, INV_CAUSE_TOO_LARGE, false },
#endif
	{ CURLE_BAD_CONTENT_ENCODING, INV_ERROR_ANSWER, INV_CAUSE_ENCODING,
	  false },
};

static const struct failure too_large = { .kind = INV_ERROR_ANSWER,
					  .cause = INV_CAUSE_TOO_LARGE };

/* What stands before and behind the host's name. */
static const struct sentence {
	enum inv_error_kind kind;
	enum inv_cause cause;
	const char *before, *behind;
} sentences[] = {
	{ INV_ERROR_CONNECTION, INV_CAUSE_DNS, "The host name of ",
	  " cannot be resolved: is the base URL (base_url, OPENAI_BASE_URL) "
	  "right?" },
	{ INV_ERROR_CONNECTION, INV_CAUSE_REFUSED,
	  "Nothing accepts connections at ",
	  ": is the server running, and the base URL (base_url, "
	  "OPENAI_BASE_URL) right?" },
	{ INV_ERROR_CONNECTION, INV_CAUSE_PROXY, "The proxy on the way to ",
	  " cannot be used: see proxy, http_proxy, https_proxy and "
	  "all_proxy." },
	{ INV_ERROR_CONNECTION, INV_CAUSE_CERTIFICATE, "The certificate of ",
	  " is not trusted: that of a private authority belongs in ca_file "
	  "(SSL_CERT_FILE)." },
	{ INV_ERROR_CONNECTION, INV_CAUSE_TLS, "No TLS connection to ",
	  " could be made: does it speak https?" },
	{ INV_ERROR_CONNECTION, INV_CAUSE_CUT, "The connection to ",
	  " ended before the answer was complete." },
	{ INV_ERROR_CONNECTION, INV_CAUSE_PROTOCOL, "The answer of ",
	  " is not HTTP." },
	{ INV_ERROR_TIMEOUT, INV_CAUSE_NONE, "There was no answer from ",
	  " in time (connect_timeout_ms, timeout_ms)." },
	{ INV_ERROR_TIMEOUT, INV_CAUSE_DEADLINE, "There was no answer from ",
	  " before the call's deadline (deadline_ms)." },
	{ INV_ERROR_CANCELLED, INV_CAUSE_NONE, "The call to ",
	  " was cancelled." },
	{ INV_ERROR_USAGE, INV_CAUSE_TLS, "No TLS connection to ",
	  " could be made: what ca_file (SSL_CERT_FILE) or ca_path "
	  "(SSL_CERT_DIR) names cannot be used." },
	{ INV_ERROR_USAGE, INV_CAUSE_NONE, "The request to ",
	  " cannot be made: see the base URL and the options." },
	{ INV_ERROR_ANSWER, INV_CAUSE_PROTOCOL, "The answer of ",
	  " is not HTTP." },
	{ INV_ERROR_ANSWER, INV_CAUSE_TOO_LARGE, "The answer of ",
	  " is too large." },
	{ INV_ERROR_ANSWER, INV_CAUSE_ENCODING, "The answer of ",
	  " is not encoded as it says." },
};

static const struct failure *failure_of(CURLcode code)
{
	for (size_t i = 1; i < COUNT_OF(failures); i++)
		if (failures[i].code == code)
			return &failures[i];
	return &failures[0];
}

/* "host:port" out of the URL. */
static struct str host_of(const char *url)
{
	const char *host = strstr(url, "://");

	host = host ? host + strlen("://") : url;
	return (struct str){ host, strcspn(host, "/?#") };
}

/* libcurl has a ceiling for one line of the head, too: "out of memory". */
static const struct failure *judge(CURLcode code, const struct answer *answer)
{
	if (answer->is_too_large ||
	    (code == CURLE_OUT_OF_MEMORY && answer->status != 0))
		return &too_large;
	if (!buf_ok(&answer->body) || !buf_ok(&answer->head))
		return failure_of(CURLE_OUT_OF_MEMORY);
	return failure_of(code);
}

static void say(struct inv_error *err, const struct failure *failure,
		const struct request *request)
{
	struct str host = host_of(request->http.url);

	for (size_t i = 0; i < COUNT_OF(sentences); i++) {
		const struct sentence *s = &sentences[i];

		if (s->kind != failure->kind || s->cause != failure->cause)
			continue;
		error_set(err, failure->kind, "%s%.*s%s", s->before,
			  STR_ARG(host), s->behind);
		return;
	}
	if (failure->kind == INV_ERROR_MEMORY)
		error_memory(err);
	else
		error_set(err, failure->kind, "The exchange with %.*s failed.",
			  STR_ARG(host));
}

static int fail(struct inv_error *err, const struct failure *failure,
		const char *words, const struct request *request,
		struct answer *answer)
{
	answer->temporary = failure->retry;
	answer->retry_after_ms = 0;
	if (!err)
		return -1;
	say(err, failure, request);
	err->cause = failure->cause;
	error_note_answer(err, answer);
	text_copy(err->detail, sizeof(err->detail), str_of(words));
	return -1;
}

int failure_set(struct inv_error *err, CURLcode code, const char *words,
		const struct request *request, struct answer *answer)
{
	struct failure failure = *judge(code, answer);

	if (failure.kind == INV_ERROR_TIMEOUT && request_is_late(request))
		failure.cause = INV_CAUSE_DEADLINE;
	return fail(err, &failure, words, request, answer);
}

/* What a transport of the caller's says, in the same words. */
int failure_of_cause(struct inv_error *err, enum inv_cause cause,
		     const struct request *request, struct answer *answer)
{
	struct failure failure = { .kind = INV_ERROR_CONNECTION,
				   .cause = cause,
				   .retry = cause != INV_CAUSE_CERTIFICATE };

	if (cause == INV_CAUSE_DEADLINE)
		failure.kind = INV_ERROR_TIMEOUT;
	else if (cause >= INV_CAUSE_ENCODING)
		failure = (struct failure){ .kind = INV_ERROR_ANSWER,
					    .cause = cause };
	return fail(err, &failure, "", request, answer);
}

int failure_redirect(struct inv_error *err, const struct request *request,
		     const char *to, const char *why, struct answer *answer)
{
	struct str host = host_of(request->http.url);

	answer->temporary = false;
	answer->retry_after_ms = 0;
	error_set(err, INV_ERROR_ANSWER,
		  "%.*s redirects %s to %.200s, %s: see the base URL "
		  "(base_url, OPENAI_BASE_URL).",
		  STR_ARG(host), request->http.method, to, why);
	if (err) {
		err->cause = INV_CAUSE_REDIRECT;
		error_note_answer(err, answer);
	}
	return -1;
}
