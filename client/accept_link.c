/*
 * accept_link.c: see accept_link.h.
 */
#include "base/base.h"
#include "accept_link.h"

#include "base/encode.h"
#include "client.h"

#define ACCEPT_PATH "/accept"
#define DECODED_MAX 3 /* times that filters may have encoded it */

/* The last `mark` of `text`; NULL where there is none. */
static const char *last_of(struct str text, const char *mark)
{
	const char *found = NULL, *at = text.data, *end = text.data + text.len;

	while (at < end && (at = memmem(at, (size_t)(end - at), mark,
					strlen(mark))) != NULL)
		found = at++;
	return found;
}

/* Where the link's own URL begins: filters put theirs in front. */
static const char *url_in(struct str text)
{
	const char *plain = last_of(text, "http://");
	const char *secure = last_of(text, "https://");

	return !plain || (secure && secure > plain) ? secure : plain;
}

/* Cuts "...https://HOST/accept#CODE", with or without a slash before the '#',
 * into "https://HOST" and "CODE...". */
static bool cut_link(struct str text, struct str *ret_base,
		     struct str *ret_code)
{
	struct str url;
	const char *begin;
	size_t path_len = strlen(ACCEPT_PATH);

	if (!str_cut(text, '#', &url, ret_code) || ret_code->len == 0)
		return false;
	if (url.len > 0 && url.data[url.len - 1] == '/')
		url.len--;
	begin = url_in(url);
	if (!begin)
		return false;
	*ret_base = (struct str){ begin, (size_t)(url.data + url.len - begin) };
	if (ret_base->len <= path_len ||
	    memcmp(url.data + url.len - path_len, ACCEPT_PATH, path_len) != 0)
		return false;
	ret_base->len -= path_len;
	return true;
}

/* The same for a link that was percent-encoded on its way, or wrapped in
 * another URL, which encodes it; `room` is for what it was decoded to. */
static bool find_link(struct str text, char room[ACCEPT_LINK_MAX],
		      struct str *ret_base, struct str *ret_code)
{
	if (text.len > ACCEPT_LINK_MAX)
		return false;
	for (int times = 0; times <= DECODED_MAX; times++) {
		ptrdiff_t len;

		if (cut_link(text, ret_base, ret_code))
			return true;
		len = percent_decode(text, false, room);
		if (len < 0)
			return false;
		text = (struct str){ room, (size_t)len };
	}
	return false;
}

int accept_link_read(const char *link, struct buf *base,
		     char room[ACCEPT_LINK_MAX], struct str *ret_code,
		     struct inv_error *err)
{
	struct str url;

	*ret_code = str_of(link);
	if (!strstr(link, "://"))
		return 0;
	if (find_link(*ret_code, room, &url, ret_code))
		buf_add_str(base, url);
	if (!buf_ok(base))
		return error_memory(err);
	if (base->len == 0 || !url_is_sane(base->data) ||
	    !str_is_utf8(*ret_code))
		return error_set(err, INV_ERROR_USAGE,
				 "An invitation's link looks like "
				 "https://HOST" ACCEPT_PATH "#CODE.");
	return 0;
}
