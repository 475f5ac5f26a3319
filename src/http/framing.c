/*
 * framing.c: refuses requests that two parsers could read in two ways.
 */
#include "base/base.h"

#include "http/framing.h"

#include <ctype.h>

static bool has_line_break_or_nul(struct str value)
{
	return value.len > 0 && (memchr(value.data, '\r', value.len) ||
				 memchr(value.data, '\n', value.len) ||
				 memchr(value.data, '\0', value.len));
}

static void note_length(struct framing *framing, struct str value)
{
	int64_t length;

	framing->lengths++;
	if (str_to_i64(value, &length) && !str_starts_with(value, "-"))
		framing->length = (uint64_t)length;
	else
		framing->broken = true;
}

/* "Transfer-Encoding : chunked": some parsers accept a space before the colon
 * and some do not, so it is refused. */
static bool has_blank(struct str name)
{
	return memchr(name.data, ' ', name.len) ||
	       memchr(name.data, '\t', name.len);
}

/* A name or an address, and perhaps a port; or nothing at all. Some parsers
 * take what follows an '@' or precedes a ',' for the host. */
static bool is_host(struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.data[i];

		if (!isalnum(c) && !memchr("-._~:[]%!$&'()*+;=", c, 18))
			return false;
	}
	return true;
}

void framing_note(struct framing *framing, struct str name, struct str value)
{
	if (name.len == 0 || has_blank(name) || has_line_break_or_nul(value))
		framing->broken = true;
	if (str_is_nocase(name, "Host")) {
		framing->hosts++;
		framing->broken |= !is_host(value);
	} else if (str_is_nocase(name, "Transfer-Encoding")) {
		framing->encodings++;
		framing->chunked = str_is_nocase(value, "chunked");
	} else if (str_is_nocase(name, "Content-Length")) {
		note_length(framing, value);
	} else if (str_is_nocase(name, "Authorization")) {
		framing->keys++;
	} else if (str_is_nocase(name, "OpenAI-Organization")) {
		framing->organizations++;
	}
}

bool framing_has_body(const struct framing *framing)
{
	return framing->encodings > 0 || framing->length > 0;
}

bool framing_is_sound(const struct framing *framing, const char *version)
{
	bool addressed =
	    framing->hosts == 1 ||
	    (framing->hosts == 0 && strcmp(version, "HTTP/1.0") == 0);

	if (framing->encodings > 0 &&
	    (framing->lengths > 0 || framing->encodings > 1 ||
	     !framing->chunked))
		return false;
	return addressed && !framing->broken && framing->lengths <= 1;
}

bool framing_has_one_sender(const struct framing *framing)
{
	return framing->keys <= 1 && framing->organizations <= 1;
}
