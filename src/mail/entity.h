/*
 * entity.h: a message that comes in, or a part of one: its header fields, its
 * parts, its text.
 *
 * Pure, for whatever stands there: nothing is believed, what makes no sense is
 * as if it were not there, and no more work is done than a few passes over the
 * input.
 */
#ifndef MAIL_ENTITY_H
#define MAIL_ENTITY_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"

/* Lines may end in CRLF or LF. Both borrow from the text. */
struct entity {
	struct str head, body;
};

/* Splits it at its first empty line; a line of mboxes in front ("From ada
 * ...") is passed over. */
struct entity entity_of(struct str text);

/*
 * The next header field of `rest`, which moves on behind it: its name, and all
 * that stands behind the colon, line breaks of folded lines included. False at
 * the end, or at an empty line, which is passed over.
 */
bool entity_next_field(struct str *rest, struct str *ret_name,
		       struct str *ret_value) MUST_CHECK;

/* The first field of that name, unfolded, in `arena`; NULL where there is none
 * (or no memory). */
const char *entity_field(struct arena *arena, struct str head,
			 const char *name) MUST_CHECK;

/* `value` on one line. NULL when out of memory. */
const char *entity_unfold(struct arena *arena, struct str value) MUST_CHECK;

/* "multipart/report; boundary=x": what stands before the parameters. */
struct str entity_type(const char *content_type);

/* The parameter of that name, unquoted, in `arena`; NULL where there is none
 * (or no memory). */
const char *entity_parameter(struct arena *arena, const char *content_type,
			     const char *name) MUST_CHECK;

/* The next part between the lines of `boundary`; `rest` begins as the body. */
bool entity_next_part(struct str *rest, const char *boundary,
		      struct str *ret_part) MUST_CHECK;

/* The body as it was before it was encoded for the way, in `arena` unless it
 * was not. Empty when out of memory. */
struct str entity_decode(struct arena *arena, const struct entity *entity);

#endif
