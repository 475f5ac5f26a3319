/*
 * str.c: looking at borrowed bytes. Nothing here allocates, and nothing asks
 * the locale: case and blanks are ASCII's.
 */
#include "base/base.h"
#include "base/str.h"

struct str str_of(const char *text)
{
	if (!text)
		return STR("");
	return (struct str){ text, strlen(text) };
}

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool str_is(struct str s, const char *text)
{
	return str_eq(s, str_of(text));
}

static char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool str_is_nocase(struct str s, const char *text)
{
	if (s.len != strlen(text))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (ascii_lower(s.data[i]) != ascii_lower(text[i]))
			return false;
	return true;
}

bool str_starts_with(struct str s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len &&
	       str_eq((struct str){ s.data, len }, (struct str){ prefix, len });
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct str str_trim(struct str s)
{
	while (s.len > 0 && is_blank(s.data[0])) {
		s.data++;
		s.len--;
	}
	while (s.len > 0 && is_blank(s.data[s.len - 1]))
		s.len--;
	return s;
}

bool str_cut(struct str s, char separator, struct str *ret_head,
	     struct str *ret_tail)
{
	const char *at = s.len ? memchr(s.data, separator, s.len) : NULL;

	if (!at) {
		*ret_head = s;
		*ret_tail = STR("");
		return false;
	}
	*ret_head = (struct str){ s.data, at - s.data };
	*ret_tail = (struct str){ at + 1, s.data + s.len - (at + 1) };
	return true;
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
	bool negative = s.len > 0 && s.data[0] == '-';
	size_t i = negative ? 1 : 0;
	int64_t value = 0;

	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		int digit = s.data[i] - '0';
		if (digit < 0 || digit > 9)
			return false;
		/* Accumulates negative numbers: INT64_MIN has no positive
		 * counterpart. */
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit,
					   &value))
			return false;
	}
	*ret_value = value;
	return true;
}

size_t str_put_i64(int64_t value, char out[STR_I64_MAX])
{
	char digits[STR_I64_MAX];
	char *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t len;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--p = '-';
	len = (size_t)(digits + sizeof(digits) - p);
	memcpy(out, p, len);
	return len;
}

/* Whether the bytes from `p[1]` to `p[len - 1]` are continuation bytes. */
static bool are_continuations(const unsigned char *p, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return false;
	return true;
}

size_t str_utf8_char(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.data;
	size_t len;

	if (s.len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return 0;
	len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	if (s.len < len || !are_continuations(p, len))
		return 0;
	/* Overlong, surrogates, beyond U+10FFFF: the second byte tells. */
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
	    (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return len;
}

/* How many of the first bytes are ASCII; eight at a time. */
static size_t ascii_prefix(struct str s)
{
	size_t i = 0;
	uint64_t word;

	for (; i + sizeof(word) <= s.len; i += sizeof(word)) {
		memcpy(&word, s.data + i, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
	}
	while (i < s.len && !(s.data[i] & 0x80))
		i++;
	return i;
}

bool str_is_ascii(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] >= 0x80)
			return false;
	return true;
}

bool str_is_utf8(struct str s)
{
	while (s.len > 0) {
		size_t len = ascii_prefix(s);
		if (len == 0)
			len = str_utf8_char(s);
		if (len == 0)
			return false;
		s.data += len;
		s.len -= len;
	}
	return true;
}

bool str_has_control(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.data[i];
		if (c < 0x20 || c == 0x7F)
			return true;
		/* U+0080..U+009F is C2 80..C2 9F. */
		if (c == 0xC2 && i + 1 < s.len &&
		    (unsigned char)s.data[i + 1] >= 0x80 &&
		    (unsigned char)s.data[i + 1] < 0xA0)
			return true;
	}
	return false;
}
