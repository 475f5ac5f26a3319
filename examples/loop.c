/*
 * loop ID...: asks for several invites at once, in one thread: libinv builds
 * the requests and parses the answers, libcurl's multi interface does the
 * rest. Any other event loop takes its place in the same way.
 */
#include <curl/curl.h>
#include <inv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct transfer {
	struct inv_http_request *request;
	struct curl_slist *headers;
	char *body;
	size_t len;
};

static size_t take(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *transfer = arg;
	size_t len = size * count;
	char *body = realloc(transfer->body, transfer->len + len);

	if (!body)
		return 0;
	memcpy(body + transfer->len, data, len);
	transfer->body = body;
	transfer->len += len;
	return len;
}

static int begin(CURLM *multi, struct inv_client *client, const char *id)
{
	struct transfer *transfer = calloc(1, sizeof(*transfer));
	struct inv_call call = { .ret_request = NULL };
	struct inv_error err;
	CURL *easy = curl_easy_init();

	if (!transfer || !easy)
		return -1;
	call.ret_request = &transfer->request;
	if (inv_invites_retrieve(client, id, &call, NULL, &err)) {
		fprintf(stderr, "%s\n", err.message);
		curl_easy_cleanup(easy);
		free(transfer);
		return -1;
	}
	for (size_t i = 0; i < transfer->request->headers_len; i++)
		transfer->headers = curl_slist_append(
		    transfer->headers, transfer->request->headers[i]);
	curl_easy_setopt(easy, CURLOPT_URL, transfer->request->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
			 (long)transfer->request->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
	return curl_multi_add_handle(multi, easy) == CURLM_OK ? 0 : -1;
}

static void show(const struct transfer *transfer, long status)
{
	struct inv_http_answer answer = { .status = (int)status,
					  .body = transfer->body,
					  .body_len = transfer->len };
	struct inv_invite *invite = NULL;
	struct inv_error err;

	if (inv_parse(transfer->request, &answer, &invite, &err))
		printf("%s\n", err.message);
	else
		printf("%s is %s\n", invite->email, invite->status_text);
	inv_free(invite);
}

static void end(CURLM *multi, const CURLMsg *message)
{
	CURL *easy = message->easy_handle;
	CURLcode code = message->data.result;
	struct transfer *transfer;
	long status = 0;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	if (code == CURLE_OK)
		show(transfer, status);
	else
		printf("%s\n", curl_easy_strerror(code));
	curl_multi_remove_handle(multi, easy);
	curl_easy_cleanup(easy);
	curl_slist_free_all(transfer->headers);
	inv_free(transfer->request);
	free(transfer->body);
	free(transfer);
}

static void run(CURLM *multi)
{
	const CURLMsg *message;
	int running = 1, left;

	while (running) {
		curl_multi_perform(multi, &running);
		while ((message = curl_multi_info_read(multi, &left)) != NULL)
			end(multi, message);
		if (running)
			curl_multi_poll(multi, NULL, 0, 1000, NULL);
	}
}

int main(int argc, char **argv)
{
	struct inv_client *client;
	struct inv_error err;
	CURLM *multi;
	int rc = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: loop ID...\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	multi = curl_multi_init();
	for (int i = 1; i < argc; i++)
		rc |= begin(multi, client, argv[i]);
	run(multi);
	curl_multi_cleanup(multi);
	inv_free(client);
	return rc ? 1 : 0;
}
