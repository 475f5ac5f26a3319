/*
 * health.c: asks the running server whether it answers. For health checks of
 * containers, in which there is no other program that could ask.
 */
#include "base/base.h"

#include "command/commands.h"

#include <curl/curl.h>

#include "base/clock.h"
#include "base/str.h"

#define PATIENCE_MS  (5 * SECOND_MS)
#define ADDRESS_SIZE 320

/* "0.0.0.0:8080" is everywhere: it is asked here. */
static struct str everywhere_is_here(struct str host)
{
	if (str_is(host, "0.0.0.0"))
		return STR("127.0.0.1");
	if (str_is(host, "[::]"))
		return STR("[::1]");
	return host;
}

/* Into `url` what a (checked) listen address is asked at; the path of a UNIX
 * socket, or NULL. */
static const char *place(const char *listen, char url[ADDRESS_SIZE])
{
	const char *port = strrchr(listen, ':');
	struct str host = { listen, port - listen };

	if (str_starts_with(str_of(listen), "unix:")) {
		snprintf(url, ADDRESS_SIZE, "http://localhost/healthz");
		return listen + strlen("unix:");
	}
	host = everywhere_is_here(host);
	snprintf(url, ADDRESS_SIZE, "http://%.*s%s/healthz", STR_ARG(host),
		 port);
	return NULL;
}

static size_t drop(char *data, size_t size, size_t count, void *context)
{
	(void)data;
	(void)context;
	return size * count;
}

/* CURLE_OK, and the status of the answer; or why there is none. */
static CURLcode ask(const char *url, const char *socket, long *ret_status)
{
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (!curl)
		return CURLE_OUT_OF_MEMORY;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)PATIENCE_MS);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
	code = curl_easy_perform(curl);
	if (code == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
	curl_easy_cleanup(curl);
	return code;
}

int command_health(const struct conf *conf)
{
	const char *listen = conf->listen[0];
	char url[ADDRESS_SIZE];
	const char *socket = place(listen, url);
	long status = 0;
	CURLcode code = ask(url, socket, &status);

	if (code != CURLE_OK)
		return command_fail(EXIT_FAILED,
				    "the server at %s does not answer: %s",
				    listen, curl_easy_strerror(code));
	if (status != 200)
		return command_fail(EXIT_FAILED, "the server at %s says %ld",
				    listen, status);
	puts("ok");
	return EXIT_OK;
}
