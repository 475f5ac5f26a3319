/*
 * fuzz_encode.c: any bytes through the encoders, held against the inverse and
 * against other people's readers: jansson for JSON, libunistring for UTF-8,
 * OpenSSL for base 64.
 */
#include "base/base.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <unistr.h>

#include "base/encode.h"
#include "base/jw.h"
#include "fuzz.h"

#define MOST 4096 /* of an input; more says nothing new */

static void check_utf8(struct str s)
{
	bool ok = str_is_utf8(s);
	size_t len = 1;

	require(ok == !u8_check((const uint8_t *)s.data, s.len));
	while (s.len > 0 && (len = str_utf8_char(s)) > 0)
		s = (struct str){ s.data + len, s.len - len };
	require(ok == (s.len == 0));
}

static void check_json(struct str s)
{
	struct buf out;
	struct jw jw;
	json_t *json;

	buf_init(&out, 6 * s.len + 100);
	jw_init(&jw, &out);
	jw_array(&jw);
	jw_str(&jw, s);
	jw_i64(&jw, (int64_t)s.len);
	jw_end_array(&jw);
	require(buf_ok(&out) && str_is_utf8(buf_str(&out)));
	require(strcspn(out.data, "<>&") == out.len);
	json = json_loadb(out.data, out.len, JSON_ALLOW_NUL, NULL);
	require(json && json_array_size(json) == 2);
	if (str_is_utf8(s))
		require(str_eq(
		    s, (struct str){
			   json_string_value(json_array_get(json, 0)),
			   json_string_length(json_array_get(json, 0)) }));
	json_decref(json);
	buf_release(&out);
}

static void check_base64(struct str s)
{
	char text[BASE64URL_LEN(MOST) + 1], back[MOST];
	char padded[MOST * 2];
	struct buf out;

	base64url_encode(s.data, s.len, text);
	require(strlen(text) == BASE64URL_LEN(s.len));
	require(base64url_decode(str_of(text), back, s.len));
	require(s.len == 0 || memcmp(back, s.data, s.len) == 0);
	buf_init(&out, SIZE_MAX);
	base64_add(&out, s);
	EVP_EncodeBlock((unsigned char *)padded, (const unsigned char *)s.data,
			(int)s.len);
	require(str_is(buf_str(&out), padded));
	buf_release(&out);
}

/* The input as text: what decodes, encodes to the same. */
static void check_decoders(struct str s)
{
	char bytes[MOST], text[MOST + 4];
	uint64_t value;
	size_t len = s.len / 4 * 3 + (s.len % 4 ? s.len % 4 - 1 : 0);

	if (BASE64URL_LEN(len) == s.len && base64url_decode(s, bytes, len)) {
		base64url_encode(bytes, len, text);
		require(str_is(s, text));
	}
	if (base32_decode(s, &value)) {
		base32_encode(value, text);
		require(str_is_nocase(s, text));
	}
}

static void check_percent(struct str s)
{
	char escaped[3 * MOST], back[3 * MOST];
	ptrdiff_t len = percent_decode(s, true, back);

	require(len >= -1 && len <= (ptrdiff_t)s.len);
	for (size_t i = 0; i < s.len; i++) {
		char hex[HEX_LEN(1) + 1];
		hex_encode(s.data + i, 1, hex);
		escaped[3 * i] = '%';
		memcpy(escaped + 3 * i + 1, hex, 2);
	}
	len = percent_decode((struct str){ escaped, 3 * s.len }, false, back);
	require(len == (ptrdiff_t)s.len);
	require(s.len == 0 || memcmp(back, s.data, s.len) == 0);
}

/* No mark-up is left, and taking the entities back gives the text. */
static void check_html(struct str s)
{
	static const char *const entities[][2] = {
		{ "&amp;", "&" },   { "&lt;", "<" },  { "&gt;", ">" },
		{ "&quot;", "\"" }, { "&#39;", "'" },
	};
	struct buf out;
	size_t at = 0;
	struct str rest;

	buf_init(&out, SIZE_MAX);
	html_add(&out, s);
	require(buf_ok(&out));
	for (rest = buf_str(&out); rest.len > 0; at++) {
		size_t used = 1;
		char c = rest.data[0];
		require(c != '<' && c != '>' && c != '"' && c != '\'');
		for (size_t i = 0; c == '&' && i < COUNT_OF(entities); i++) {
			if (str_starts_with(rest, entities[i][0])) {
				used = strlen(entities[i][0]);
				c = entities[i][1][0];
				break;
			}
		}
		require(rest.data[0] != '&' || used > 1);
		require(at < s.len && s.data[at] == c);
		rest = (struct str){ rest.data + used, rest.len - used };
	}
	require(at == s.len);
	buf_release(&out);
}

static void check_number(struct str s)
{
	struct buf out;
	int64_t value, again;

	if (!str_to_i64(s, &value))
		return;
	buf_init(&out, 100);
	buf_add_i64(&out, value);
	require(out.len <= s.len);
	require(str_to_i64(buf_str(&out), &again) && again == value);
	buf_release(&out);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size < MOST ? size : MOST };

	check_utf8(s);
	check_json(s);
	check_base64(s);
	check_decoders(s);
	check_percent(s);
	check_html(s);
	check_number(s);
	return 0;
}
