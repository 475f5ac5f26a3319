/*
 * encode.c: base 32, base 64, hexadecimal, percent and HTML.
 *
 * Decoders are strict: a value has one text (but for the case of base 32
 * digits), so that nobody can write the same id or token in two ways. Base64 of
 * secrets goes through tables; an attacker who can time our cache is on the
 * machine already, and what is compared is a hash.
 */
#include "base/base.h"
#include "base/encode.h"

static const char BASE32[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvw"
			     "xyz0123456789+/";
static const char BASE64URL[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
				"tuvwxyz0123456789-_";
static const char HEX[] = "0123456789abcdef";

void base32_encode(uint64_t value, char out[BASE32_LEN + 1])
{
	for (int i = BASE32_LEN - 1; i >= 0; i--) {
		out[i] = BASE32[value & 31];
		value >>= 5;
	}
	out[BASE32_LEN] = '\0';
}

/* The value of a digit, or -1. Upper case leaves out I, L, O and U. */
static int base32_digit(char c)
{
	static const signed char letters[26] = {
		10, 11, 12, 13, 14, 15, 16, 17, -1, 18, 19, -1, 20,
		21, -1, 22, 23, 24, 25, 26, -1, 27, 28, 29, 30, 31,
	};
	char upper = (char)(c & ~0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	if (upper >= 'A' && upper <= 'Z')
		return letters[upper - 'A'];
	return -1;
}

bool base32_decode(struct str text, uint64_t *ret_value)
{
	uint64_t value = 0;

	/* 13 digits are 65 bits: the first one has to leave its top bit. */
	if (text.len != BASE32_LEN || base32_digit(text.data[0]) > 15)
		return false;
	for (size_t i = 0; i < BASE32_LEN; i++) {
		int digit = base32_digit(text.data[i]);
		if (digit < 0)
			return false;
		value = value << 5 | (unsigned)digit;
	}
	*ret_value = value;
	return true;
}

void base62_encode(const void *data, size_t len, char *out, size_t digits)
{
	static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz";
	unsigned char number[64];

	memcpy(number, data, len);
	out[digits] = '\0';
	while (digits-- > 0) {
		unsigned rest = 0;

		for (size_t i = 0; i < len; i++) {
			rest = rest << 8 | number[i];
			number[i] = (unsigned char)(rest / 62);
			rest %= 62;
		}
		out[digits] = alphabet[rest];
	}
	explicit_bzero(number, sizeof(number)); /* may have been a secret */
}

/*
 * The digits of `data`, without padding; returns how many. Bits left over at
 * the end are filled up with zeros.
 */
static size_t base64_digits(const char *alphabet, const unsigned char *data,
			    size_t len, char *out)
{
	char *start = out;
	uint32_t group;

	for (; len >= 3; data += 3, len -= 3) {
		group = (uint32_t)data[0] << 16 | data[1] << 8 | data[2];
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		*out++ = alphabet[group >> 6 & 63];
		*out++ = alphabet[group & 63];
	}
	if (len > 0) {
		group = data[0] << 16 | (len > 1 ? data[1] << 8 : 0);
		*out++ = alphabet[group >> 18];
		*out++ = alphabet[group >> 12 & 63];
		if (len > 1)
			*out++ = alphabet[group >> 6 & 63];
	}
	return out - start;
}

void base64url_encode(const void *data, size_t len, char *out)
{
	out[base64_digits(BASE64URL, data, len, out)] = '\0';
}

int base64_digit(char c, const char *last)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == last[0] ? 62 : c == last[1] ? 63 : -1;
}

/* Decodes the digits; false if one of them is invalid, or bits are left
 * over. */
static bool base64_bytes(struct str text, const char *last, unsigned char *to)
{
	uint32_t bits = 0; /* those read and not yet written, below `count` */
	int count = 0;

	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.data[i], last);
		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
		count += 6;
		if (count >= 8) {
			count -= 8;
			*to++ = (unsigned char)(bits >> count);
			bits &= (1u << count) - 1;
		}
	}
	return bits == 0;
}

bool base64url_decode(struct str text, void *out, size_t len)
{
	return text.len == BASE64URL_LEN(len) && base64_bytes(text, "-_", out);
}

bool base64_decode(struct str text, void *out, size_t size, size_t *ret_len)
{
	size_t len;

	if (text.len % 4 != 0)
		return false;
	for (int i = 0; i < 2; i++) {
		if (text.len > 0 && text.data[text.len - 1] == '=')
			text.len--;
	}
	len = text.len / 4 * 3 + text.len % 4 * 3 / 4;
	if (len > size || !base64_bytes(text, "+/", out))
		return false;
	*ret_len = len;
	return true;
}

void base64_add(struct buf *out, struct str data)
{
	size_t len = data.len / 3 * 4 + (data.len % 3 ? 4 : 0);
	char *room;
	size_t digits;

	if (data.len > SIZE_MAX / 2) {
		out->failed = true;
		return;
	}
	room = buf_reserve(out, len);
	if (!room)
		return;
	digits = base64_digits(BASE64, (const unsigned char *)data.data,
			       data.len, room);
	memset(room + digits, '=', len - digits);
	buf_added(out, len);
}

void hex_encode(const void *data, size_t len, char *out)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		*out++ = HEX[p[i] >> 4];
		*out++ = HEX[p[i] & 15];
	}
	*out = '\0';
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

ptrdiff_t percent_decode(struct str text, bool plus_is_space, char *out)
{
	char *start = out;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '%') {
			int high, low;
			if (text.len - i < 3)
				return -1;
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
			if (high < 0 || low < 0)
				return -1;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus_is_space) {
			c = ' ';
		}
		*out++ = c;
	}
	return out - start;
}

/* What stands for `c` in HTML, or NULL where it may stand itself. */
static const char *html_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

void html_add(struct buf *out, struct str text)
{
	size_t done = 0;

	for (size_t i = 0; i < text.len; i++) {
		const char *entity = html_entity(text.data[i]);
		if (!entity)
			continue;
		buf_add(out, text.data + done, i - done);
		buf_add_text(out, entity);
		done = i + 1;
	}
	if (done < text.len)
		buf_add(out, text.data + done, text.len - done);
}
