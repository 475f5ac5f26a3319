/*
 * framing.h: whether a request's headers are unambiguous about where it ends,
 * where it goes and who sends it (RFC 9112, sections 3.2 and 6.3; RFC 9110,
 * section 5.3).
 *
 * The HTTP library takes the first of two lengths and goes on. Behind a proxy
 * that takes the second, the rest would be a second request that nobody sent.
 * Of two keys, too, a gateway may have looked at the other.
 */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include "base/base.h"
#include "base/str.h"

/* All zero before the first header. */
struct framing {
	int hosts, lengths, encodings, keys, organizations;
	bool broken; /* a blank inside a name; CR, LF or NUL inside a value;
		      * a length or a host that is none */
	bool chunked;
	uint64_t length; /* octets of the body, where one length was given */
};

void framing_note(struct framing *framing, struct str name, struct str value);

/* Whether a body is announced, however long. */
bool framing_has_body(const struct framing *framing);

/* Whether it names its sender, and the organization, only once. */
bool framing_has_one_sender(const struct framing *framing);

/* `version` as in the request line: "HTTP/1.1". */
bool framing_is_sound(const struct framing *framing, const char *version);

#endif
