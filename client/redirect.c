/*
 * redirect.c: which redirects are followed. A redirect is the server's wish
 * to have the request elsewhere; elsewhere must not be another's machine,
 * which would learn what the request says, and must not make a POST a GET,
 * whose answer would be taken for the result.
 */
#include "base/base.h"
#include "request.h"

#include <strings.h>

struct origin {
	bool tls;
	struct str host; /* with its port, where that is not the usual one */
};

static struct str without_port(struct str host, const char *port)
{
	size_t len = strlen(port);

	if (host.len > len &&
	    memcmp(host.data + host.len - len, port, len) == 0)
		host.len -= len;
	return host;
}

static bool read_origin(const char *url, struct origin *ret_origin)
{
	const char *host = strstr(url, "://");

	if (!host)
		return false;
	ret_origin->tls = strncasecmp(url, "https:", 6) == 0;
	if (!ret_origin->tls && strncasecmp(url, "http:", 5) != 0)
		return false;
	host += strlen("://");
	ret_origin->host =
	    without_port((struct str){ host, strcspn(host, "/?#") },
			 ret_origin->tls ? ":443" : ":80");
	return true;
}

/* From http to https is no other host, the other way round would be. */
static bool is_same_host(const char *from, const char *to)
{
	struct origin a, b;

	return read_origin(from, &a) && read_origin(to, &b) &&
	       (b.tls || !a.tls) && a.host.len == b.host.len &&
	       strncasecmp(a.host.data, b.host.data, a.host.len) == 0;
}

const char *redirect_refusal(const char *method, int status, const char *from,
			     const char *to)
{
	bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;

	if (!is_same_host(from, to))
		return "which is another host";
	if (!reads && status < 307)
		return "which would turn it into a GET";
	return NULL;
}
