/*
 * url.c: paths and queries. An id is one path segment, whatever is in it: a
 * slash or a dot never reaches another resource.
 */
#include "base/base.h"
#include "client.h"

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~", c));
}

void percent_add(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (is_unreserved(*text))
			buf_add_char(out, *text);
		else
			buf_addf(out, "%%%02X", (unsigned)(unsigned char)*text);
	}
}

/* "." and ".." would be taken away on the way, encoded or not. */
static int id_add(struct buf *out, struct str name, const char *id,
		  struct inv_error *err)
{
	if (!id || !*id)
		return error_set(err, INV_ERROR_USAGE,
				 "%.*s must not be empty.", STR_ARG(name));
	if (strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return error_set(err, INV_ERROR_USAGE, "%.*s cannot be \"%s\".",
				 STR_ARG(name), id);
	percent_add(out, id);
	return 0;
}

int path_add(struct buf *out, const char *path, const char *const *ids,
	     struct inv_error *err)
{
	struct str rest = str_of(path), text, name;

	while (str_cut(rest, '{', &text, &rest)) {
		buf_add_str(out, text);
		str_cut(rest, '}', &name, &rest);
		if (id_add(out, name, *ids++, err))
			return -1;
	}
	buf_add_str(out, text);
	return 0;
}

bool url_is_part(const char *text, const char *stop)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr(stop, *text))
			return false;
	return true;
}

static const char *behind_scheme(const char *url)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < COUNT_OF(schemes); i++)
		if (strncmp(url, schemes[i], strlen(schemes[i])) == 0)
			return url + strlen(schemes[i]);
	return NULL;
}

/*
 * Names and passwords in front of the host would end up in messages and fight
 * with the key; a query or fragment would swallow the path.
 */
bool url_is_sane(const char *url)
{
	const char *host = behind_scheme(url);

	if (!host || *host == '\0' || *host == '/' || *host == ':')
		return false;
	for (const char *c = host; *c; c++)
		if ((unsigned char)*c <= ' ' || strchr("@?#\\\x7f", *c))
			return false;
	return true;
}
