/*
 * value.c: which values the settings may have.
 */
#include "base/base.h"
#include "conf/value.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include "core/key.h"
#include "core/name.h"
#include "core/organization.h"

#define ADMIN_KEY_MIN 16 /* octets: shorter ones are guessed */
#define WORD_MAX      31

/* "host:port" or "[host]:port" at its last colon; false without one. */
static bool cut_port(struct str value, struct str *ret_host,
		     struct str *ret_port)
{
	for (size_t i = value.len; i-- > 0;) {
		if (value.data[i] != ':')
			continue;
		*ret_host = (struct str){ value.data, i };
		*ret_port =
		    (struct str){ value.data + i + 1, value.len - i - 1 };
		return true;
	}
	return false;
}

/* The text between '[' and ']', or false. */
static bool unbracket(struct str host, struct str *ret_inside)
{
	if (host.len < 2 || host.data[0] != '[' ||
	    host.data[host.len - 1] != ']')
		return false;
	*ret_inside = (struct str){ host.data + 1, host.len - 2 };
	return true;
}

static bool is_address(int family, struct str text, void *ret_address)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.len >= sizeof(copy))
		return false;
	snprintf(copy, sizeof(copy), "%.*s", STR_ARG(text));
	return inet_pton(family, copy, ret_address) == 1;
}

static const char *check_unix_path(struct str path)
{
	if (path.len == 0)
		return "the path of the socket is missing";
	if (path.len >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return "the path of the socket is too long (107 bytes are "
		       "allowed)";
	return NULL;
}

/* A name's address is looked up at the start. */
static const char *check_listen_host(struct str host)
{
	uint8_t address[sizeof(struct in6_addr)];
	struct str inside;

	if (unbracket(host, &inside))
		return is_address(AF_INET6, inside, address)
			   ? NULL
			   : "what stands in brackets has to be an IPv6 "
			     "address";
	if (host.len == 0)
		return "the address is missing; 0.0.0.0 and [::] stand for all "
		       "of this machine";
	if (memchr(host.data, '/', host.len))
		return "expected ADDRESS:PORT, without http:// before it";
	for (size_t i = 0; i < host.len; i++) {
		if (host.data[i] == ':')
			return "an IPv6 address has to be in brackets, as in "
			       "[::1]:8080";
		if (host.data[i] <= ' ' || strchr("*@?#", host.data[i]))
			return "the address has to be a numeric one or a name "
			       "of this machine";
	}
	return NULL;
}

const char *check_listen(struct str value)
{
	struct str host, port;
	const char *reason;
	int64_t number;

	if (str_starts_with(value, "unix:"))
		return check_unix_path(
		    (struct str){ value.data + 5, value.len - 5 });
	if (!cut_port(value, &host, &port))
		return "expected ADDRESS:PORT, such as 127.0.0.1:8080, or "
		       "unix:PATH";
	reason = check_listen_host(host);
	if (reason)
		return reason;
	if (port.len > 5 || !str_to_i64(port, &number) || number < 0 ||
	    number > UINT16_MAX)
		return "the port has to be a number from 0 to 65535";
	return NULL;
}

static bool is_loopback_host(struct str host)
{
	uint8_t address[sizeof(struct in6_addr)];
	struct str inside;

	if (unbracket(host, &inside))
		return is_address(AF_INET6, inside, address) &&
		       IN6_IS_ADDR_LOOPBACK((struct in6_addr *)address);
	if (is_address(AF_INET, host, address))
		return address[0] == 127;
	return str_is_nocase(host, "localhost");
}

bool listens_on_loopback(struct str value)
{
	struct str host, port;

	return !str_starts_with(value, "unix:") &&
	       cut_port(value, &host, &port) && is_loopback_host(host);
}

/* What stands between "//" and the path, without the port; the scheme too. */
static const char *cut_url(struct str url, struct str *ret_scheme,
			   struct str *ret_host, struct str *ret_rest)
{
	struct str rest, port;
	size_t end = 0;

	if (!str_cut(url, ':', ret_scheme, &rest) ||
	    !str_starts_with(rest, "//") ||
	    (!str_is_nocase(*ret_scheme, "http") &&
	     !str_is_nocase(*ret_scheme, "https")))
		return "it has to begin with http:// or https://";
	rest = (struct str){ rest.data + 2, rest.len - 2 };
	while (end < rest.len && !strchr("/?#", rest.data[end]))
		end++;
	*ret_host = (struct str){ rest.data, end };
	*ret_rest = (struct str){ rest.data + end, rest.len - end };
	if (memchr(ret_host->data, '@', ret_host->len))
		return "it must not hold a user name or password";
	if (ret_host->len && ret_host->data[ret_host->len - 1] != ']' &&
	    cut_port(*ret_host, ret_host, &port)) {
		int64_t number;
		if (!str_to_i64(port, &number) || number < 1 ||
		    number > UINT16_MAX)
			return "its port has to be a number from 1 to 65535";
	}
	return ret_host->len ? NULL : "the host is missing";
}

/* Only what RFC 3986 lets stand in a URL. */
static bool has_only_url_characters(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = value.data[i];
		if (c <= ' ' || c >= 0x7f || strchr("\"<>\\^`{|}", c))
			return false;
	}
	return true;
}

const char *check_web_url(struct str value)
{
	struct str scheme, host, rest;

	if (!has_only_url_characters(value))
		return "it holds characters that a URL cannot (blanks, quotes, "
		       "letters beyond ASCII): percent-encode them";
	return cut_url(value, &scheme, &host, &rest);
}

const char *check_public_url(struct str value)
{
	struct str scheme, host, rest;
	const char *reason = check_web_url(value);

	if (!reason)
		reason = cut_url(value, &scheme, &host, &rest);
	if (reason)
		return reason;
	if (memchr(rest.data, '?', rest.len) ||
	    memchr(rest.data, '#', rest.len))
		return "it must not hold a query or a fragment: links are made "
		       "by putting /accept behind it";
	if (str_is_nocase(scheme, "http") && !is_loopback_host(host))
		return "it has to be https: the links that are mailed lead "
		       "there and carry a secret (http only for this machine)";
	return NULL;
}

/* Others write sqlite:///PATH, sqlite:PATH?mode=ro and sqlite::memory:, each
 * of which would be the name of a file here. */
static const char *check_sqlite_path(struct str path)
{
	if (path.len == 0)
		return "the path of the file is missing";
	if (str_starts_with(path, "//"))
		return "the path follows the colon, as in "
		       "sqlite:/var/lib/invited/invited.db, or "
		       "sqlite:invited.db "
		       "in the data directory";
	if (path.data[0] == ':' || memchr(path.data, '?', path.len))
		return "only a path may follow the colon";
	return NULL;
}

const char *check_database(struct str url)
{
	struct str scheme, place;

	if (str_cut(url, ':', &scheme, &place)) {
		if (str_is(scheme, "sqlite"))
			return check_sqlite_path(place);
		if (str_is(scheme, "postgres") || str_is(scheme, "postgresql"))
			return NULL;
	}
	return "expected sqlite:PATH or postgres://USER@HOST/NAME";
}

const char *check_name(struct str value)
{
	if (value.len > NAME_MAX_OCTETS)
		return "a name has at most 256 bytes";
	if (!str_is_utf8(value) || name_check(value))
		return "a name is UTF-8 text without control characters, and "
		       "without those that hide or turn text";
	return name_is_blank(value) ? "a name must not be empty" : NULL;
}

const char *check_helo(struct str value)
{
	if (value.len > 255)
		return "a host name has at most 255 characters";
	for (size_t i = 0; i < value.len; i++) {
		char c = value.data[i];
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') &&
		    !(c >= 'A' && c <= 'Z') && (!c || !strchr("-._[:]", c)))
			return "expected a host name such as mail.example.com, "
			       "or an address in brackets";
	}
	return NULL;
}

const char *check_admin_key(struct str value)
{
	if (value.len < ADMIN_KEY_MIN)
		return "an admin key has at least 16 characters, better 40 "
		       "random ones";
	if (value.len > KEY_MAX)
		return "an admin key has at most 256 characters";
	for (size_t i = 0; i < value.len; i++)
		if (value.data[i] <= ' ' || value.data[i] >= 0x7f)
			return "an admin key is printable ASCII without blanks";
	switch (key_form(value)) {
	case KEY_MISSPELT:
		return "this begins as the keys that invited makes do, but is "
		       "none: a character is wrong or missing";
	case KEY_OF_USER:
	case KEY_OF_SERVICE_ACCOUNT:
		return "this is a project's key";
	case KEY_OF_ADMIN:
	case KEY_FOREIGN:
		break;
	}
	return NULL;
}

size_t word_distance(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1];
	size_t width = strlen(b);

	if (width > WORD_MAX || strlen(a) > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t best = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (best > row[j] + 1)
				best = row[j] + 1;
			if (best > row[j - 1] + 1)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[width];
}
