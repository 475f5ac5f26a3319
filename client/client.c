/*
 * client.c: the handle: options, environment, what is refused at once.
 *
 * Everything that ends up in a header is checked here, once: a line break in
 * it would let the rest be another header.
 */
#include "base/base.h"
#include "transport.h"

#include <limits.h>

#define OFFICIAL_URL	   "https://api.openai.com/v1"
#define TIMEOUT_MS	   600000 /* as the official SDKs */
#define CONNECT_TIMEOUT_MS 5000
#define MAX_RETRIES	   2
#define OPTIONS_MAX	   ((size_t)1 << 20) /* bytes of all options */

struct block {
	struct handle handle;
	struct inv_client client;
};

const char *inv_version(void)
{
	return INV_VERSION;
}

/* The option if given, else the variable; one that is empty is not set. */
static const char *setting(const char *given, const char *variable)
{
	if (!given)
		given = getenv(variable);
	return given && *given ? given : NULL;
}

static int keep(struct inv_client *client, const char *value,
		const char **ret_copy, struct inv_error *err)
{
	if (!value)
		return 0;
	*ret_copy = arena_str(&client->memory, str_of(value));
	return *ret_copy ? 0 : error_memory(err);
}

/* A copy of what goes into a header; `what` names it. Never shows it. */
static int keep_header(struct inv_client *client, const char *value,
		       const char *what, const char **ret_copy,
		       struct inv_error *err)
{
	for (const char *c = value; c && *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return error_set(err, INV_ERROR_USAGE,
					 "%s holds a control character.", what);
	return keep(client, value, ret_copy, err);
}

static int keep_base_url(struct inv_client *client, const char *url,
			 struct inv_error *err)
{
	size_t len;

	if (!url)
		url = OFFICIAL_URL;
	if (!url_is_sane(url))
		return error_set(err, INV_ERROR_USAGE,
				 "The base URL (base_url, OPENAI_BASE_URL) has "
				 "to be http://HOST... or https://HOST..., "
				 "without user, query and fragment.");
	len = strlen(url);
	while (url[len - 1] == '/')
		len--;
	client->base_url = arena_str(&client->memory, (struct str){ url, len });
	return client->base_url ? 0 : error_memory(err);
}

/* What the environment says, then what the caller does. */
static int keep_headers(struct inv_client *client, const char *given,
			struct inv_error *err)
{
	const struct header_lines from[] = {
		{ getenv("OPENAI_CUSTOM_HEADERS"), true },
		{ given, false },
	};

	return headers_read(from, COUNT_OF(from), &client->memory,
			    &client->headers, err);
}

static long milliseconds(int64_t given, long usual)
{
	if (given == 0)
		return usual;
	return given < LONG_MAX ? (long)given : LONG_MAX;
}

static int keep_key(struct inv_client *client, const char *key,
		    struct inv_error *err)
{
	if (keep_header(client, key, "The admin key", &client->key, err))
		return -1;
	if (!client->key)
		return 0;
	client->authorization =
	    arena_printf(&client->memory, "Bearer %s", client->key);
	return client->authorization ? 0 : error_memory(err);
}

static void forget(const char *secret)
{
	if (secret)
		explicit_bzero((char *)(uintptr_t)secret, strlen(secret));
}

static int keep_texts(struct inv_client *client,
		      const struct inv_options *options, struct inv_error *err)
{
	if (keep_base_url(client, setting(options->base_url, "OPENAI_BASE_URL"),
			  err) ||
	    keep_key(client,
		     setting(options->admin_api_key, "OPENAI_ADMIN_KEY"),
		     err) ||
	    keep_header(client, setting(options->organization, "OPENAI_ORG_ID"),
			"The organization", &client->organization, err) ||
	    keep_header(client, setting(options->project, "OPENAI_PROJECT_ID"),
			"The project", &client->project, err) ||
	    keep(client, options->proxy, &client->proxy, err) ||
	    keep(client, setting(options->ca_file, "SSL_CERT_FILE"),
		 &client->ca_file, err) ||
	    keep(client, setting(options->ca_path, "SSL_CERT_DIR"),
		 &client->ca_path, err))
		return -1;
	return keep_headers(client, options->headers, err);
}

static int check_options(const struct inv_options *options,
			 struct inv_error *err)
{
	if (options->base_url && !*options->base_url)
		return error_set(err, INV_ERROR_USAGE,
				 "base_url is empty: leave it out for "
				 "OPENAI_BASE_URL, or OpenAI's own server.");
	if (options->timeout_ms < 0 || options->connect_timeout_ms < 0)
		return error_set(err, INV_ERROR_USAGE,
				 "A timeout cannot be negative.");
	if (options->max_retries < INV_NO_RETRIES)
		return error_set(err, INV_ERROR_USAGE,
				 "max_retries cannot be %d.",
				 options->max_retries);
	return 0;
}

static void set_numbers(struct inv_client *client,
			const struct inv_options *options)
{
	client->timeout_ms = milliseconds(options->timeout_ms, TIMEOUT_MS);
	client->connect_timeout_ms =
	    milliseconds(options->connect_timeout_ms, CONNECT_TIMEOUT_MS);
	client->max_retries =
	    options->max_retries == 0 ? MAX_RETRIES : options->max_retries;
	client->debug = options->debug;
	client->debug_arg = options->debug_arg;
	client->pause = options->pause;
	client->pause_arg = options->pause_arg;
	client->transport = options->transport;
	client->transport_arg = options->transport_arg;
}

static int take_options(struct inv_client *client,
			const struct inv_options *options,
			struct inv_error *err)
{
	if (check_options(options, err))
		return -1;
	set_numbers(client, options);
	if (keep_texts(client, options, err))
		return -1;
	return headers_prepare(client, err);
}

static void release(void *handed_out)
{
	struct inv_client *client = handed_out;

	transport_close(client);
	forget(client->key);
	forget(client->authorization);
	for (const char **line = client->lines; line && *line; line++)
		forget(*line);
	pthread_mutex_destroy(&client->lock);
	arena_release(&client->memory);
	free(CONTAINER_OF(client, struct block, client));
}

int inv_client_new(const struct inv_options *options,
		   struct inv_client **ret_client, struct inv_error *err)
{
	static const struct inv_options none;
	struct block *block;

	if (!ret_client)
		return error_null(err, "ret_client");
	if (transport_start(err))
		return -1;
	block = calloc(1, sizeof(*block));
	if (!block)
		return error_memory(err);
	block->handle = (struct handle){ release, NO_META };
	arena_init(&block->client.memory, OPTIONS_MAX);
	pthread_mutex_init(&block->client.lock, NULL);
	if (take_options(&block->client, options ? options : &none, err)) {
		release(&block->client);
		return -1;
	}
	*ret_client = &block->client;
	return 0;
}

unsigned client_next_call(struct inv_client *client)
{
	return __atomic_add_fetch(&client->calls, 1, __ATOMIC_RELAXED);
}
