/*
 * str.h: bytes that somebody else owns, with their length.
 *
 * Whatever comes from outside is a `struct str` until it has been checked: it
 * may hold NUL, it need not end in one. A str borrows; it never frees.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/base.h"

struct str {
	const char *data; /* borrowed; may be NULL only when len is 0 */
	size_t len;	  /* bytes */
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })

/* printf("%.*s", STR_ARG(s)) */
#define STR_ARG(s) (int)(s).len, (s).data

/* The bytes of a C string, NUL not counted; NULL gives the empty str. */
struct str str_of(const char *text);

bool str_eq(struct str a, struct str b);

/* Whether `s` is exactly the C string `text`. */
bool str_is(struct str s, const char *text);

/* The same without regard to ASCII case; for header names and schemes. */
bool str_is_nocase(struct str s, const char *text);

bool str_starts_with(struct str s, const char *prefix);

/* `s` without ASCII spaces and tabs at both ends. */
struct str str_trim(struct str s);

/*
 * Splits `s` at the first `separator`: what stands before goes to `ret_head`,
 * what stands after to `ret_tail`. Returns false where there is none; then
 * the head is all of `s` and the tail is empty. Either may alias `s`.
 */
bool str_cut(struct str s, char separator, struct str *ret_head,
	     struct str *ret_tail);

/*
 * A whole decimal number with optional '-'; no '+', no spaces, nothing after
 * it. False where `s` is not one or does not fit.
 */
bool str_to_i64(struct str s, int64_t *ret_value) MUST_CHECK;

#define STR_I64_MAX 20 /* characters of any int64_t */

/* The other way, without a NUL behind; returns how many characters. */
size_t str_put_i64(int64_t value, char out[STR_I64_MAX]);

/*
 * The bytes of the character that `s` begins with, 1 to 4; 0 where it does not
 * begin with a well-formed UTF-8 character.
 */
size_t str_utf8_char(struct str s);

bool str_is_ascii(struct str s);

/* Whether `s` is well-formed UTF-8 (RFC 3629: no surrogates, no overlongs). */
bool str_is_utf8(struct str s);

/* Whether `s` holds a control character: U+0000..U+001F, U+007F..U+009F. */
bool str_has_control(struct str s);

#endif
