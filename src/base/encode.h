/*
 * encode.h: bytes and numbers as text, and back.
 */
#ifndef BASE_ENCODE_H
#define BASE_ENCODE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

#define BASE32_LEN	 13 /* characters for 64 bits */
#define BASE64URL_LEN(n) (((n)*4 + 2) / 3)
#define HEX_LEN(n)	 ((n)*2)

/*
 * Crockford's base 32, upper case, most significant digit first, fixed width,
 * so that the texts sort as the numbers do. `out` takes BASE32_LEN bytes and
 * a NUL.
 */
void base32_encode(uint64_t value, char out[BASE32_LEN + 1]);

/*
 * Exactly BASE32_LEN digits, either case. No look-alikes (I, L, O, U): one
 * number has one text, but for case. False otherwise, and on overflow.
 */
bool base32_decode(struct str text, uint64_t *ret_value) MUST_CHECK;

/*
 * The bytes as one number in base 62 (0-9, A-Z, a-z), most significant digit
 * first, in exactly `digits` digits, which have to be enough. `out` takes
 * those and a NUL; `len` is at most 64.
 */
void base62_encode(const void *data, size_t len, char *out, size_t digits);

/* RFC 4648 section 5 without padding; `out` takes BASE64URL_LEN(len) + 1. */
void base64url_encode(const void *data, size_t len, char *out);

/*
 * Exactly `len` bytes from canonical base64url text (unused bits zero). False
 * otherwise.
 */
bool base64url_decode(struct str text, void *out, size_t len) MUST_CHECK;

/* RFC 4648 section 4 with padding, appended to `out` (no line breaks). */
void base64_add(struct buf *out, struct str data);

/*
 * The reverse, of canonical text (padded, unused bits zero): its bytes into
 * `out`, which has room for `size`, and how many they are. False otherwise.
 */
bool base64_decode(struct str text, void *out, size_t size,
		   size_t *ret_len) MUST_CHECK;

/* What a digit stands for, or -1. `last`: those for 62 and for 63. */
int base64_digit(char c, const char *last);

/* The same of a hexadecimal digit, in either case. */
int hex_digit(char c);

/* Lower-case hexadecimal; `out` takes HEX_LEN(len) + 1. */
void hex_encode(const void *data, size_t len, char *out);

/*
 * Percent-decoding (RFC 3986) into `out`, which must have room for text.len
 * bytes and may be the text itself; returns the length, or -1 where a '%' is
 * not followed by two hex digits. With `plus_is_space`, as in a query or form,
 * '+' becomes a space.
 */
ptrdiff_t percent_decode(struct str text, bool plus_is_space,
			 char *out) MUST_CHECK;

/* Text for an HTML element or attribute: & < > " ' escaped. */
void html_add(struct buf *out, struct str text);

#endif
